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
from moorage.documents.around import Bounds
from moorage.documents.ci.gitlab_jobs import NO_JOBS, Jobs
from moorage.documents.ci.pipelines import Image, either_form, pairs, read_pipeline, text_of
from moorage.documents.detect import Neighbour, format_named, nobody
from moorage.documents.placeholders import Environment, Placeholders, literal
from moorage.documents.usage import Document, Problem, Segment, Slot, Usage
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, items
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load, split
from moorage.documents.yaml.surroundings import around
from moorage.documents.yaml.values import Row
from moorage.text import Span

FORMAT = "gitlab-ci"

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
        self._jobs = Jobs(self._lookup, root, text)
        self._defined: dict[int, dict[str, Row]] = {}
        self._known: dict[int, ChainMap[str, Row]] = {}
        self._variables = ChainMap(self._own(root), _included(self._lookup, root, path, neighbour), inputs)

    def images(self) -> Iterator[Image]:
        """The images at the top, then those of each job, hidden ones too."""
        yield from self._of_holder(self._root)
        for name, job in pairs(self._root):
            if name not in NO_JOBS and isinstance(job, Mapping):
                yield from self._of_holder(job)

    def _of_holder(self, holder: Node) -> Iterator[Image]:
        for key in ("image", "services"):
            takers = self._jobs.takers(holder, key)
            environments = partial(self._environments, (holder, *takers))
            for image in self._images(holder, key):
                yield image._replace(environments=environments, taken=bool(takers))

    def _images(self, holder: Node, key: str) -> Iterator[Image]:
        for found in self._lookup.get(holder, key):
            if key == "image":
                yield from either_form(self._lookup, found, "name", "job")
            elif self._jobs.is_reference(found.value):
                yield from _referred(found)
            else:
                for service in items(found.value):
                    yield from either_form(self._lookup, Found(service, service.span), "name", "service")

    def _environments(self, jobs: tuple[Node, ...], names: frozenset[str]) -> Iterator[Environment]:
        """The variables of each job, once for each combination of its matrix."""
        for job in jobs:
            own = self._inherited(job)
            matrix = [axes for axes in self._matrix(job, names) if axes]
            if not matrix:
                yield own
            for axes in matrix:
                yield from (own.new_child(dict(combination)) for combination in product(*axes))

    def _inherited(self, job: Node) -> ChainMap[str, Row]:
        """A job's variables, then those of the jobs that it extends, then those of the pipeline."""
        known = self._known.get(id(job))
        if known is None:
            own = map(self._own, self._jobs.lineage(job))
            known = self._known[id(job)] = ChainMap(*own, *self._variables.maps)
        return known

    def _own(self, holder: Node) -> dict[str, Row]:
        known = self._defined.get(id(holder))
        if known is None:
            known = self._defined[id(holder)] = _definitions(self._lookup, holder, self._text, self._jobs)
        return known

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


def _definitions(lookup: Lookup, holder: Node, text: str, jobs: Jobs) -> dict[str, Row]:
    """The variables under `variables`, written as a value, as a mapping with `value`, or as a reference to one."""
    found: dict[str, Row] = {}
    for variables in lookup.get(holder, "variables"):
        for name, value in pairs(jobs.resolved(variables.value)):
            given = [inner.value for inner in lookup.get(value, "value")] or [jobs.resolved(value)]
            found[name] = literal(given[0], text, name)
    return found


def _inputs(path: str, text: str) -> dict[str, Row]:
    """The defaults of the inputs that the head of a stream declares, for the pipeline that follows."""
    head = next(split(text))
    if head.end == len(text) or "inputs" not in head.of(text):
        return {}
    tree, lookup = load(head.of(text)), Lookup()
    defaults = {
        _INPUTS + name: literal(default.value, tree.text, _INPUTS + name)
        for root in tree.roots
        for spec in lookup.get(root, "spec")
        for inputs in lookup.get(spec.value, "inputs")
        for name, declared in pairs(inputs.value)
        for default in lookup.get(declared, "default")
    }
    return _elsewhere(defaults, tree, path, head.start)


def _included(lookup: Lookup, root: Node, path: str, neighbour: Neighbour) -> dict[str, Row]:
    """The variables of local files that are included; their paths count from the top of the repository."""
    variables: dict[str, Row] = {}
    for file in _local_files(lookup, root):
        text = neighbour(file)
        if text is None:
            continue
        document = posixpath.normpath(posixpath.join(posixpath.dirname(path), file))
        for span in split(text):
            tree = load(span.of(text))
            for other in tree.roots:
                inner = Lookup()
                definitions = _definitions(inner, other, tree.text, Jobs(inner, other, tree.text))
                variables.update(_elsewhere(definitions, tree, document, span.start))
    return variables


def _elsewhere(definitions: dict[str, Row], tree: Tree, document: str, start: int) -> dict[str, Row]:
    """Variables as they are defined in another document, whose part that is `tree` begins at `start`."""
    pieces = [piece for row in definitions.values() for piece in row]
    if not pieces:
        return {}
    bounds = Bounds(around(tree), pieces)
    return {name: tuple(_away(s, document, start) for s in bounds.on(row)) for name, row in definitions.items()}


def _away(piece: Segment, document: str, start: int) -> Segment:
    span = piece.span and Span(piece.span.start + start, piece.span.end + start)
    return piece._replace(span=span, document=document)


def _local_files(lookup: Lookup, root: Node) -> Iterator[str]:
    count = 0
    for include in lookup.get(root, "include"):
        for item in items(include.value) or (include.value,):
            local = [found.value for found in lookup.get(item, "local")] if isinstance(item, Mapping) else [item]
            for file in map(text_of, local):
                if file and "://" not in file and "*" not in file and "$" not in file and count < limits.INCLUDED_FILES:
                    count += 1
                    yield file.lstrip("/")
