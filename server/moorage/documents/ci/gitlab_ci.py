"""GitLab CI: images and services of jobs, of `default`, and at the top, with variables that have literal values.

Source: GitLab's "CI/CD YAML syntax reference" (image, services, default, variables, extends, include, parallel:matrix,
!reference, spec:inputs).
"""

import posixpath
import re
from collections import ChainMap
from collections.abc import Iterator
from functools import partial
from itertools import product

from moorage.documents import limits
from moorage.documents.ci.pipelines import Image, either_form, pairs, read_pipeline, text_of
from moorage.documents.detect import Neighbour, format_named, nobody
from moorage.documents.placeholders import Environment, Placeholders, literal
from moorage.documents.usage import Document, Problem, Slot, Usage
from moorage.documents.yaml import nodes
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, items
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load, split
from moorage.documents.yaml.values import Row
from moorage.text import Span

FORMAT = "gitlab-ci"

_NO_JOBS = frozenset({"variables", "include", "workflow", "stages", "spec", "cache", "before_script", "after_script"})
"""Keys at the top that are no jobs. `default` has images just as a job has."""


_INPUTS = "inputs."
_INPUT = re.compile(r"inputs\.[\w-]+\Z")


def _name_of(match: re.Match[str]) -> str | None:
    if match[3] is not None:
        return match[3] if _INPUT.match(match[3]) else None
    return match[1] or match[2]


_PLACEHOLDERS = Placeholders(re.compile(r"(?<!\$)\$(?:\{(\w+)\}|(\w+)|\[\[[ \t]*([^\[\]]*?)[ \t]*\]\])"), _name_of)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a pipeline; variables are also those of local files that it includes. Never raises."""
    inputs = _inputs(path, text)
    document = read_pipeline(path, FORMAT, text, lambda tree: _images(tree, path, neighbour, inputs), _PLACEHOLDERS)
    if format_named(FORMAT).is_named(path):
        return document
    # A `script` has made it one, and other programs have scripts too: what cannot be an image is something of theirs.
    return document._replace(usages=tuple(usage for usage in document.usages if not _is_invalid(usage)))


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _is_invalid(usage: Usage) -> bool:
    return usage.problem is not None and usage.problem.code == "invalid-reference"


def _images(tree: Tree, path: str, neighbour: Neighbour, inputs: dict[str, Row]) -> Iterator[Image]:
    for root in tree.roots:
        yield from _Pipeline(tree.text, root, path, neighbour, inputs).images()


class _Pipeline:
    def __init__(self, text: str, root: Node, path: str, neighbour: Neighbour, inputs: dict[str, Row]) -> None:
        self._text = text
        self._root = root
        self._lookup = Lookup()
        self._variables = ChainMap(self._own(root), _included(self._lookup, root, path, neighbour), inputs)

    def images(self) -> Iterator[Image]:
        """The images at the top, then those of each job, hidden ones too."""
        yield from self._of_holder(self._root)
        for name, job in pairs(self._root):
            if name not in _NO_JOBS and isinstance(job, Mapping):
                yield from self._of_holder(job)

    def _of_holder(self, holder: Node) -> Iterator[Image]:
        environments = partial(self._environments, holder)
        for found in self._lookup.get(holder, "image"):
            for image in either_form(self._lookup, found, "name", "job"):
                yield image._replace(environments=environments)
        for services in self._lookup.get(holder, "services"):
            if self._is_reference(services.value):
                yield from _referred(services)
                continue
            for service in items(services.value):
                found = Found(service, service.span)
                for image in either_form(self._lookup, found, "name", "service"):
                    yield image._replace(environments=environments)

    def _is_reference(self, node: Node) -> bool:
        """Whether a list is `!reference [job, key]`, which stands for what is written elsewhere."""
        start = node.span.start
        return isinstance(node, nodes.Sequence) and self._text[max(start - 20, 0) : start].rstrip().endswith(
            "!reference"
        )

    def _environments(self, job: Node, names: frozenset[str]) -> Iterator[Environment]:
        """The variables of a job, once for each combination of its matrix."""
        own = self._inherited(job)
        matrix = [axes for axes in self._matrix(job, names) if axes]
        if not matrix:
            yield own
        for axes in matrix:
            yield from (own.new_child(dict(combination)) for combination in product(*axes))

    def _inherited(self, job: Node) -> ChainMap[str, Row]:
        """A job's variables, then those of the jobs that it extends, then those of the pipeline."""
        layers: list[dict[str, Row]] = []
        waiting, seen = [job], set[int]()
        while waiting and len(layers) < limits.EXTENDED_JOBS:
            current = waiting.pop(0)
            if id(current) in seen or current is self._root:
                continue
            seen.add(id(current))
            layers.append(self._own(current))
            names = [name for found in self._lookup.get(current, "extends") for name in _names(found.value)]
            # Of several jobs that one extends, the last one counts most.
            waiting += (found.value for name in reversed(names) for found in self._lookup.get(self._root, name))
        return ChainMap(*layers, *self._variables.maps)

    def _own(self, holder: Node) -> dict[str, Row]:
        return _definitions(self._lookup, holder, self._text)

    def _matrix(self, job: Node, names: frozenset[str]) -> Iterator[list[list[tuple[str, Row]]]]:
        """Of each item of a matrix, the values of those variables that are asked for."""
        for parallel in self._lookup.get(job, "parallel"):
            for matrix in self._lookup.get(parallel.value, "matrix"):
                for item in items(matrix.value):
                    wanted = [(name, value) for name, value in pairs(item) if name in names]
                    yield [[(name, row) for row in self._rows(name, value)] for name, value in wanted]

    def _rows(self, name: str, value: Node) -> Iterator[Row]:
        rows = (literal(node, self._text, name) for node in (items(value) or (value,)))
        return (row for row in rows if row)


def _referred(services: Found) -> Iterator[Image]:
    """A list of services that stands in another job."""
    for first in items(services.value)[:1]:
        problem = Problem("variable", f"these services stand in {text_of(first)}")
        yield Image(Found(first, services.entry), "service", problem=problem)


def _definitions(lookup: Lookup, holder: Node, text: str) -> dict[str, Row]:
    """The variables under `variables`, written as a value or as a mapping with `value`."""
    found: dict[str, Row] = {}
    for variables in lookup.get(holder, "variables"):
        for name, value in pairs(variables.value):
            given = [inner.value for inner in lookup.get(value, "value")] or [value]
            found[name] = literal(given[0], text, name)
    return found


def _inputs(path: str, text: str) -> dict[str, Row]:
    """The defaults of the inputs that the head of a stream declares, for the pipeline that follows."""
    head = next(split(text))
    if head.end == len(text) or "inputs" not in head.of(text):
        return {}
    content, lookup = head.of(text), Lookup()
    return {
        _INPUTS + name: _elsewhere(literal(default.value, content, _INPUTS + name), path, head.start)
        for root in load(content).roots
        for spec in lookup.get(root, "spec")
        for inputs in lookup.get(spec.value, "inputs")
        for name, declared in pairs(inputs.value)
        for default in lookup.get(declared, "default")
    }


def _included(lookup: Lookup, root: Node, path: str, neighbour: Neighbour) -> dict[str, Row]:
    """The variables of local files that are included; their paths count from the top of the repository."""
    variables: dict[str, Row] = {}
    for file in _local_files(lookup, root):
        text = neighbour(file)
        if text is None:
            continue
        document = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        for span in split(text):
            content = span.of(text)
            for other in load(content).roots:
                for name, row in _definitions(Lookup(), other, content).items():
                    variables[name] = _elsewhere(row, document, span.start)
    return variables


def _elsewhere(row: Row, document: str, start: int) -> Row:
    """The pieces of a value as they stand in another document, whose part that holds them begins at `start`."""
    spans = (s.span and Span(s.span.start + start, s.span.end + start) for s in row)
    return tuple(s._replace(span=span, document=document) for s, span in zip(row, spans, strict=True))


def _local_files(lookup: Lookup, root: Node) -> Iterator[str]:
    count = 0
    for include in lookup.get(root, "include"):
        for item in items(include.value) or (include.value,):
            local = [found.value for found in lookup.get(item, "local")] if isinstance(item, Mapping) else [item]
            for file in map(text_of, local):
                if file and "://" not in file and "*" not in file and "$" not in file and count < limits.INCLUDED_FILES:
                    count += 1
                    yield file.lstrip("/")


def _names(node: Node) -> list[str]:
    return [node.value] if isinstance(node, Scalar) else [text_of(item) for item in items(node)]
