"""GitLab CI: images and services of jobs, of `default`, and at the top, with variables that have literal values.

Source: GitLab's "CI/CD YAML syntax reference" (image, services, default, variables, extends, include, parallel:matrix,
!reference, spec:inputs).
"""

from collections import ChainMap
from collections.abc import Iterator
from functools import partial
from itertools import product

from moorage.documents.ci.gitlab_includes import Definitions, Others, definitions, elsewhere, others_of
from moorage.documents.ci.gitlab_jobs import INPUTS, PLACEHOLDERS, Jobs
from moorage.documents.ci.pipelines import Image, pairs, read_pipeline
from moorage.documents.detect import Neighbour, format_named, nobody
from moorage.documents.placeholders import Environment, literal
from moorage.documents.usage import Document, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Node, items
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load, split
from moorage.documents.yaml.values import Row

FORMAT = "gitlab-ci"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a pipeline, or of a part of one; variables are also those of its other files. Never raises."""
    others, inputs = others_of(path, text, neighbour), _inputs(path, text)
    document = read_pipeline(path, FORMAT, text, lambda tree: _images(tree, others, inputs), PLACEHOLDERS)
    if format_named(FORMAT).is_named(path):
        return document
    # A `script` has made it one, and other programs have scripts too: what cannot be an image is something of theirs.
    return document._replace(usages=tuple(usage for usage in document.usages if not _is_invalid(usage)))


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _is_invalid(usage: Usage) -> bool:
    return usage.problem is not None and usage.problem.code == "invalid-reference"


def _images(tree: Tree, others: Others, inputs: Definitions) -> Iterator[Image]:
    for root in tree.roots:
        yield from _Pipeline(tree.text, root, others, inputs).images()


class _Pipeline:
    def __init__(self, text: str, root: Node, others: Others, inputs: Definitions) -> None:
        self._text = text
        self._root = root
        self._lookup = Lookup()
        self._jobs = Jobs(self._lookup, root, text)
        self._defined: dict[int, Definitions] = {}
        self._known: dict[int, ChainMap[str, Row]] = {}
        self._variables = ChainMap(others.over, others.held(self._own(root)), others.under, inputs)

    def images(self) -> Iterator[Image]:
        """The images at the top, then those of each job, hidden ones too."""
        for holder in self._jobs.holders():
            yield from self._of_holder(holder)

    def _of_holder(self, holder: Node) -> Iterator[Image]:
        for key in ("image", "services"):
            takers = self._jobs.takers(holder, key)
            environments = partial(self._environments, (holder, *takers))
            for image in self._jobs.images(holder, key):
                yield image._replace(environments=environments, taken=bool(takers))

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

    def _own(self, holder: Node) -> Definitions:
        known = self._defined.get(id(holder))
        if known is None:
            known = self._defined[id(holder)] = definitions(self._lookup, holder, self._text, self._jobs)
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


def _inputs(path: str, text: str) -> Definitions:
    """The defaults of the inputs that the head of a stream declares, for the pipeline that follows."""
    head = next(split(text))
    if head.end == len(text) or "inputs" not in head.of(text):
        return {}
    tree, lookup = load(head.of(text)), Lookup()
    defaults = {
        INPUTS + name: literal(default.value, tree.text, INPUTS + name)
        for root in tree.roots
        for spec in lookup.get(root, "spec")
        for inputs in lookup.get(spec.value, "inputs")
        for name, declared in pairs(inputs.value)
        for default in lookup.get(declared, "default")
    }
    return elsewhere(defaults, tree, path, head.start)
