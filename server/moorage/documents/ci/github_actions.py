"""GitHub Actions: the containers and services of jobs, `docker://` steps, and actions that are an image.

Sources: GitHub's "Workflow syntax" (jobs.<id>.container, jobs.<id>.services, steps[*].uses, strategy.matrix, env,
on.workflow_call.inputs, jobs.<id>.uses, jobs.<id>.with), "Metadata syntax" (runs.image, runs.steps[*].uses, inputs) and
"Contexts".

An expression that names a value which the file writes out (matrix, inputs, env) makes a usage for each such value.
Which one counts is settled only when a run starts, so the place counts as chosen (`Image.chosen`): in a list of places
it has a problem, and its values beside it.
"""

import re
from collections import ChainMap
from collections.abc import Iterator
from functools import partial

from moorage.documents.around import with_holds
from moorage.documents.ci.calls import Call, Given, passed
from moorage.documents.ci.github_builds import builds_of
from moorage.documents.ci.github_matrix import Matrices, Run, value_at
from moorage.documents.ci.pipelines import Image, either_form, pairs, read_pipeline, text_of
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.holds import Hold, Repeated
from moorage.documents.placeholders import Environment, Placeholders, literal
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, items, named
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import Row

FORMAT = "github-actions"

_SCHEME = "docker://"
_PLACE = re.compile(r"\s*([A-Za-z_][\w-]*(?:\.[\w*-]+|\[[^\[\]]*\])+)\s*\Z")
_STEP = re.compile(r"\.?([\w*-]+)|\[\s*(?:'([^']*)'|(\d+))\s*\]")
_MATRIX, _ENV, _INPUTS = "matrix.", "env.", "inputs."
_CALLED = re.compile(r"\./\.github/workflows/([^/@]+\.ya?ml)")
_WORKFLOW = re.compile(r"(?:^|/)\.github/workflows/[^/]+\Z")
_EVENTS = ("workflow_call", "workflow_dispatch")


def _name_of(match: re.Match[str]) -> str | None:
    """The place that an expression names, with points between its steps; contexts are named alike in any case."""
    place = _PLACE.match(match[1])
    if place is None:
        return None
    return ".".join(step[1] or step[2] or step[3] or "" for step in _STEP.finditer(place[1])).lower()


_PLACEHOLDERS = Placeholders(re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL), _name_of)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a workflow or an action. Never raises."""
    document = read_pipeline(path, FORMAT, text, lambda tree: _images(tree, path, neighbour), _PLACEHOLDERS)
    return document._replace(builds=builds_of(path, text))


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _images(tree: Tree, path: str, neighbour: Neighbour) -> Iterator[Image]:
    for file in _files(tree):
        calls = file.calls() if _WORKFLOW.search(path) else ()
        for image in (*file.images(), *passed(calls, path, neighbour, _named, _PLACEHOLDERS)):
            yield image._replace(chosen=True)


def _files(tree: Tree) -> "Iterator[_File]":
    matrices = Matrices(tree.text)
    return (_File(tree.text, root, matrices) for root in tree.roots)


def _named(text: str) -> Iterator[Image]:
    """The images that a workflow names."""
    return (image for file in _files(load(text)) for image in file.images())


class _File:
    def __init__(self, text: str, root: Node, matrices: Matrices) -> None:
        self._text = text
        self._root = root
        self._matrices = matrices
        self._lookup = Lookup()

    def images(self) -> Iterator[Image]:
        """The images of the jobs of a workflow, then those of an action."""
        outer = self._outer()
        for jobs in self._lookup.get(self._root, "jobs"):
            for _, job in pairs(jobs.value):
                for image in self._of_job(job):
                    yield image._replace(environments=partial(self._environments, job, outer))
        for runs in self._lookup.get(self._root, "runs"):
            yield from (Image(found, "action", scheme=_SCHEME) for found in self._lookup.get(runs.value, "image"))
            yield from self._of_steps(runs.value)

    def calls(self) -> Iterator[Call]:
        """The workflows beside this one that jobs call."""
        outer = self._outer()
        for jobs in self._lookup.get(self._root, "jobs"):
            for _, job in pairs(jobs.value):
                for uses in self._lookup.get(job, "uses"):
                    called = _CALLED.fullmatch(text_of(uses.value).strip())
                    given = self._given(job) if called is not None else None
                    if called is not None and given:
                        yield Call(called[1], given, partial(self._environments, job, outer))

    def _given(self, job: Node) -> dict[str, Given]:
        return {
            _INPUTS + name.lower(): Given(Found(value, entry), literal(value, self._text, f"with.{name}"))
            for found in self._lookup.get(job, "with")
            if isinstance(found.value, Mapping)
            for name, value, entry in named(found.value)
        }

    def _of_job(self, job: Node) -> Iterator[Image]:
        for container in self._lookup.get(job, "container"):
            for image in either_form(self._lookup, container, "image", "job"):
                yield image._replace(scheme=_SCHEME, bare=True)
        for services in self._lookup.get(job, "services"):
            for _, value, entry in named(services.value) if isinstance(services.value, Mapping) else ():
                for image in either_form(self._lookup, Found(value, entry), "image", "service"):
                    yield image._replace(scheme=_SCHEME, bare=True)
        yield from self._of_steps(job)

    def _of_steps(self, holder: Node) -> Iterator[Image]:
        for steps in self._lookup.get(holder, "steps"):
            for step in items(steps.value):
                yield from (Image(found, "step", scheme=_SCHEME) for found in self._lookup.get(step, "uses"))

    def _environments(self, job: Node, outer: ChainMap[str, Row], names: frozenset[str]) -> Iterator[Environment]:
        """What the contexts say in each run of a job."""
        known = outer.new_child(self._env(job))
        paths = [name for name in names if name.startswith(_MATRIX)]
        runs = self._runs(job) if paths else ()
        values = {name: self._values(runs, name) for name in paths}
        for number in range(len(runs)):
            yield known.new_child({name: rows[number] for name, rows in values.items() if rows[number]})
        if not runs:
            yield known

    def _runs(self, job: Node) -> tuple[Run, ...]:
        return tuple(
            run
            for strategy in self._lookup.get(job, "strategy")
            for matrix in self._lookup.get(strategy.value, "matrix")
            for run in self._matrices.runs(matrix.value)
        )

    def _values(self, runs: tuple[Run, ...], name: str) -> list[Row]:
        """The value of a matrix's key in each run; one that could not change alone is not to be edited."""
        path = tuple(name.removeprefix(_MATRIX).split("."))
        found = [value_at(run, path) for run in runs]
        places: dict[str, set[int]] = {}
        for node in found:
            places.setdefault(text_of(node), set()).add(id(node))
        rows: list[Row] = []
        for run, node in zip(runs, found, strict=True):
            row = () if node is None else literal(node, self._text, name)
            holds: list[Hold] = []
            if self._matrices.is_compared(run.get(path[0])):
                holds.append(Repeated(name, "`include` or `exclude`"))
            elif len(places[text_of(node)]) > 1:
                holds.append(Repeated(name, "another entry of the matrix"))
            # What stands within an expression can be given no quotes.
            quotable = not (isinstance(node, Scalar) and self._matrices.is_within_expression(node))
            pieces = (s._replace(verbatim=s.verbatim and (quotable or not s.bare)) for s in row)
            rows.append(tuple(with_holds(piece, holds) for piece in pieces))
        return rows

    def _outer(self) -> ChainMap[str, Row]:
        return ChainMap(self._env(self._root), self._inputs())

    def _env(self, holder: Node) -> dict[str, Row]:
        """The variables of the workflow or of a job."""
        found = (entry for env in self._lookup.get(holder, "env") for entry in pairs(env.value))
        return {_ENV + name.lower(): literal(value, self._text, f"env.{name}") for name, value in found}

    def _inputs(self) -> dict[str, Row]:
        """The defaults of the inputs of an action, or of a workflow that is called or started by hand."""
        holders = [self._root]
        for on in self._lookup.get(self._root, "on"):
            holders += (event.value for key in _EVENTS for event in self._lookup.get(on.value, key))
        defaults: dict[str, Row] = {}
        for holder in holders:
            for inputs in self._lookup.get(holder, "inputs"):
                for name, value in pairs(inputs.value):
                    for default in self._lookup.get(value, "default"):
                        defaults[_INPUTS + name.lower()] = literal(default.value, self._text, f"inputs.{name}")
        return defaults
