"""Woodpecker: the images of steps, services and clones, with the literal values of a matrix.

Source: Woodpecker's "Workflow syntax", "Services", "Matrix workflows".
"""

from collections.abc import Iterable, Iterator
from itertools import product

from moorage.documents import limits
from moorage.documents.ci import steps
from moorage.documents.ci.pipelines import Image, pairs, read_pipeline
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.placeholders import BRACED, Environment, literal
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml.nodes import Lookup, items
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree
from moorage.documents.yaml.values import Row

FORMAT = "woodpecker"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a workflow. Never raises."""
    return read_pipeline(path, FORMAT, text, _images, BRACED)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _images(tree: Tree) -> Iterator[Image]:
    return steps.images(tree, _Matrix(tree).environments)


class _Matrix:
    """The matrix of a workflow: runs that are listed under `include`, or axes of which every combination is run."""

    def __init__(self, tree: Tree) -> None:
        self._axes: dict[str, list[Row]] = {}
        self._runs: list[Environment] = []
        lookup = Lookup()
        for matrix in (found for root in tree.roots for found in lookup.get(root, "matrix")):
            for name, values in pairs(matrix.value):
                if name == "include":
                    runs = items(values)[: limits.VALUES_OF_A_PLACE]
                    self._runs += ({n: literal(v, tree.text, n) for n, v in pairs(run)} for run in runs)
                else:
                    self._axes[name] = [literal(value, tree.text, name) for value in items(values)]

    def environments(self, names: frozenset[str]) -> Iterable[Environment]:
        """The values that variables may have together."""
        if self._runs:
            return self._runs
        axes = [[(name, value) for value in values] for name, values in self._axes.items() if name in names]
        return (dict(run) for run in product(*axes))
