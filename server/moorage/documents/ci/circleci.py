"""CircleCI: the containers of jobs and executors, with parameters that have literal values.

Source: CircleCI's "Configuration reference" (jobs.<job>.docker, executors, orbs, parameters, matrix).
"""

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import islice, product
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.ci.pipelines import Image, pairs, read_pipeline, text_of
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.placeholders import Environment, Placeholders, fill, literal, names_in
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml import nodes
from moorage.documents.yaml.nodes import Lookup, Node, Scalar, items
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree
from moorage.documents.yaml.values import Row, joined

FORMAT = "circleci"

_PARAMETER = "parameters."
_PIPELINE = "pipeline.parameters."
_NAME = re.compile(r"[\w.-]+\Z")


def _name_of(match: re.Match[str]) -> str | None:
    return match[1] if _NAME.match(match[1]) else None


_PLACEHOLDERS = Placeholders(re.compile(r"(?<!\\)<<[ \t]*([^<>]*?)[ \t]*>>"), _name_of)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a configuration. Never raises."""
    return read_pipeline(path, FORMAT, text, _images, _PLACEHOLDERS)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _images(tree: Tree) -> Iterator[Image]:
    for root in tree.roots:
        yield from _Configuration(tree.text, root).images()


class _Configuration:
    """A configuration with the orbs written inside it, each a configuration of its own."""

    def __init__(self, text: str, root: Node) -> None:
        self._text = text
        self._root = root
        self._lookup = Lookup()
        self._pipeline = self._defaults(root, _PIPELINE)
        self._calls: dict[str, list[_Call]] = {}

    def images(self) -> Iterator[Image]:
        """Every image; containers that several jobs share come once."""
        self._gather_calls()
        waiting, seen = [("", self._root)], set[int]()
        while waiting:
            orb, root = waiting.pop()
            if id(root) in seen:
                continue
            seen.add(id(root))
            for kind in ("jobs", "executors"):
                for holders in self._lookup.get(root, kind):
                    yield from self._of_holders(holders.value, f"{kind} {orb}", seen)
            for orbs in self._lookup.get(root, "orbs"):
                waiting += ((f"{name}/", inner) for name, inner in pairs(orbs.value))

    def _of_holders(self, holders: Node, prefix: str, seen: set[int]) -> Iterator[Image]:
        for name, holder in pairs(holders):
            for docker in self._lookup.get(holder, "docker"):
                if id(docker.value) in seen:
                    continue
                seen.add(id(docker.value))
                environments = partial(self._environments, holder, prefix + name)
                for number, container in enumerate(items(docker.value)):
                    role = "service" if number else "job"
                    for image in self._lookup.get(container, "image"):
                        yield Image(image, role, environments)

    def _environments(self, holder: Node, called: str, names: frozenset[str]) -> Iterator[Environment]:
        """The values of parameters in each call of a job or executor; the defaults where it is never called."""
        defaults = ChainMap(self._defaults(holder, _PARAMETER), self._pipeline)
        calls = self._calls.get(called)
        if not calls:
            yield defaults
            return
        for call in calls:
            yield from (defaults.new_child(given) for given in self._given(call, names))

    def _defaults(self, holder: Node, prefix: str) -> dict[str, Row]:
        """The literal defaults of the parameters that a job, an executor or the pipeline declares."""
        return {
            prefix + name: literal(default.value, self._text, name)
            for parameters in self._lookup.get(holder, "parameters")
            for name, parameter in pairs(parameters.value)
            for default in self._lookup.get(parameter, "default")
        }

    def _gather_calls(self) -> None:
        """Where jobs are called in workflows, and executors in jobs."""
        for workflows in self._lookup.get(self._root, "workflows"):
            for _, workflow in pairs(workflows.value):
                for jobs in self._lookup.get(workflow, "jobs"):
                    for item in items(jobs.value):
                        for name, call in [(item.value, item)] if isinstance(item, Scalar) else pairs(item):
                            self._calls.setdefault(f"jobs {name}", []).append(_Call(call))
        for jobs in self._lookup.get(self._root, "jobs"):
            for job, holder in pairs(jobs.value):
                for executor in self._lookup.get(holder, "executor"):
                    call = _Call(executor.value, holder, f"jobs {job}")
                    names = [f.value for f in self._lookup.get(call.node, "name")] or [call.node]
                    for name in map(text_of, names):
                        self._calls.setdefault(f"executors {name}", []).append(call)

    def _given(self, call: "_Call", names: frozenset[str]) -> Iterator[dict[str, Row]]:
        """The parameters that a call gives, once for each combination of its matrix and of its caller's own."""
        given = {_PARAMETER + n: literal(v, self._text, n) for n, v in pairs(call.node) if _PARAMETER + n in names}
        for combination in self._combinations(call, names):
            values = {**given, **combination}
            for known in self._around(call, values):
                filled = {name: fill(row, _PLACEHOLDERS, known) for name, row in values.items()}
                yield {name: () if value.problem else value.row for name, value in filled.items()}

    def _combinations(self, call: "_Call", names: frozenset[str]) -> Iterator[dict[str, Row]]:
        """What the matrix of a call gives to some parameters, without the combinations that it excludes."""
        matrices = [matrix.value for matrix in self._lookup.get(call.node, "matrix")]
        excluded = [
            {_PARAMETER + name: text_of(value) for name, value in pairs(entry)}
            for matrix in matrices
            for found in self._lookup.get(matrix, "exclude")
            for entry in items(found.value)[: limits.VALUES_OF_A_PLACE]
        ]
        wanted = names.union(*excluded)
        axes = [
            [(_PARAMETER + name, literal(item, self._text, name)) for item in items(values)]
            for matrix in matrices
            for parameters in self._lookup.get(matrix, "parameters")
            for name, values in pairs(parameters.value)
            if isinstance(values, nodes.Sequence) and _PARAMETER + name in wanted
        ]
        for combination in map(dict, islice(product(*axes), limits.ENVIRONMENTS_OF_A_PLACE)):
            values = {name: joined(row) for name, row in combination.items()}
            if not any(entry and entry.items() <= values.items() for entry in excluded):
                yield {name: row for name, row in combination.items() if name in names}

    def _around(self, call: "_Call", values: Mapping[str, Row]) -> Iterable[Environment]:
        """What is known where a call stands: the pipeline's parameters, in a job also the job's."""
        if call.caller is None:
            return (self._pipeline,)
        names = frozenset(name for row in values.values() for name in names_in(joined(row), _PLACEHOLDERS))
        return self._environments(call.caller, call.caller_name, names)


class _Call(NamedTuple):
    """Where a job or an executor is called: the parameters that are given, and in which job."""

    node: Node
    caller: Node | None = None
    caller_name: str = ""
