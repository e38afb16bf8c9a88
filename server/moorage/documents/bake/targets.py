"""The targets of Bake files: each block once for every combination of its matrix, with what it inherits."""

from collections.abc import Iterator, Mapping
from itertools import islice, product
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.bake.naming import with_called
from moorage.documents.bake.scope import Scope
from moorage.documents.hcl.tree import Block, Label
from moorage.documents.hcl.values import (
    Entry,
    Failed,
    Fields,
    Items,
    NotEvaluated,
    Text,
    Unknown,
    Value,
    named,
    text_of,
)

_MERGED = ("args", "contexts")
"""Attributes whose entries add up; of all others the last one counts."""


class Target(NamedTuple):
    """One block of a target, under one combination of its matrix: its own attributes and no others."""

    name: str
    block: Block
    label: Label
    attributes: Mapping[str, Value]


class Targets:
    """All targets of a scope; `text` is that of the file. `cut`: a matrix has more combinations than are read."""

    def __init__(self, scope: Scope, text: str) -> None:
        self._text = text
        self.cut = False
        self.all: list[Target] = []
        self._by_name: dict[str, list[Target]] = {}
        self._whole: dict[str, Mapping[str, Value]] = {}
        for name, blocks in scope.targets.items():
            for block in blocks:
                for target in self._combinations(scope, name, block):
                    if len(self.all) >= limits.BAKE_TARGETS:
                        self.cut = True
                        return
                    self.all.append(target)
                    self._by_name.setdefault(target.name, []).append(target)

    def whole(self, name: str) -> Mapping[str, Value]:
        """The attributes of the target of a name, those that it inherits first; in a circle it inherits nothing."""
        if name not in self._whole:
            attributes: dict[str, Value] = {}
            self._whole[name] = {}
            for target in self._by_name.get(name, ()):
                for parent in texts(target.attributes.get("inherits")):
                    _lay(attributes, self.whole(parent))
                _lay(attributes, target.attributes)
            self._whole[name] = attributes
        return self._whole[name]

    def _combinations(self, scope: Scope, name: str, block: Block) -> Iterator[Target]:
        label = block.labels[0]
        matrix = block.body.get("matrix")
        if matrix is None:
            yield Target(name, block, label, scope.attributes(block, {}))
            return
        axes = _axes(scope.evaluator.value(matrix.value, {}))
        combinations = list(islice(product(*axes.values()), limits.BAKE_COMBINATIONS + 1))
        self.cut |= len(combinations) > limits.BAKE_COMBINATIONS
        for combination in combinations[: limits.BAKE_COMBINATIONS]:
            names = {axis: named(value, axis) for axis, value in zip(axes, combination, strict=True)}
            attributes = scope.attributes(block, names)
            given = attributes.get("name")
            if isinstance(given, Text):
                called = with_called(scope, block, names, given.value, self._text)
                attributes = attributes if called is names else scope.attributes(block, called)
            yield Target(given.value if isinstance(given, Text) else name, block, label, attributes)


def _axes(matrix: Value) -> dict[str, tuple[Value, ...]]:
    """The values of each variable of a matrix; one that is not known has one value that is not."""
    if not isinstance(matrix, Fields):
        return {}
    return {
        name: entry.value.items if isinstance(entry.value, Items) else (Unknown(f"the values of {name} are not known"),)
        for name, entry in matrix.entries.items()
    }


def _lay(under: dict[str, Value], over: Mapping[str, Value]) -> None:
    """Put attributes over those that were there before."""
    for name, value in over.items():
        before = under.get(name)
        if name in _MERGED and isinstance(before, Fields) and isinstance(value, Fields):
            entries: dict[str, Entry] = {**before.entries, **value.entries}
            under[name] = Fields(entries, (*before.unnamed, *value.unnamed))
        elif value is not None:
            under[name] = value


def texts(value: Value) -> list[str]:
    """The texts of a list, as far as they are known; Bake leaves empty ones out, which conditions make."""
    found: list[str] = []
    for item in value.items if isinstance(value, Items) else ():
        try:
            found.append(text_of(item))
        except (Failed, NotEvaluated):
            continue
    return [text for text in found if text]
