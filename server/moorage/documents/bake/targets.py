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

_MATRIX = f"a matrix is read up to {limits.BAKE_COMBINATIONS:,} combinations"
_TARGETS = f"a file is read up to {limits.BAKE_TARGETS:,} targets"
_INHERITANCE = (
    f"what targets inherit is read {limits.BAKE_ANCESTORS} targets deep, and up to {limits.BAKE_INHERITED:,} entries"
)


class Target(NamedTuple):
    """One block of a target, under one combination of its matrix: its own attributes and no others."""

    name: str
    block: Block
    label: Label
    attributes: Mapping[str, Value]


class Targets:
    """All targets of a scope; `text` is that of the file. `cut` says, in sentences, what is not read of them."""

    def __init__(self, scope: Scope, text: str) -> None:
        self._text = text
        self._inherited = 0
        self.cut: dict[str, None] = {}
        self.all: list[Target] = []
        self._by_name: dict[str, list[Target]] = {}
        self._whole: dict[str, Mapping[str, Value]] = {}
        for name, blocks in scope.targets.items():
            for block in blocks:
                for target in self._combinations(scope, name, block):
                    if len(self.all) >= limits.BAKE_TARGETS:
                        self.cut[_TARGETS] = None
                        return
                    self.all.append(target)
                    self._by_name.setdefault(target.name, []).append(target)

    def whole(self, name: str, depth: int = 0) -> Mapping[str, Value]:
        """The attributes of the target of a name, those that it inherits first; in a circle it inherits nothing.

        `depth` says how many targets inherit from it, one from the other, among those that are being read.
        """
        if name not in self._whole:
            attributes: dict[str, Value] = {}
            self._whole[name] = {}
            for target in self._by_name.get(name, ()):
                for parent in texts(target.attributes.get("inherits")):
                    self._inherit(attributes, parent, depth + 1)
                _lay(attributes, target.attributes)
            self._whole[name] = attributes
        return self._whole[name]

    def _inherit(self, attributes: dict[str, Value], parent: str, depth: int) -> None:
        """Lay what a target inherits over `attributes`, up to the limits."""
        if depth <= limits.BAKE_ANCESTORS and self._inherited <= limits.BAKE_INHERITED:
            inherited = self.whole(parent, depth)
            merged = (inherited.get(name) for name in _MERGED)
            self._inherited += sum(len(value.entries) for value in merged if isinstance(value, Fields))
            _lay(attributes, inherited)
        else:
            self.cut[_INHERITANCE] = None

    def _combinations(self, scope: Scope, name: str, block: Block) -> Iterator[Target]:
        label = block.labels[0]
        matrix = block.body.get("matrix")
        if matrix is None:
            yield Target(name, block, label, scope.attributes(block, {}))
            return
        axes = _axes(scope.evaluator.value(matrix.value, {}))
        combinations = list(islice(product(*axes.values()), limits.BAKE_COMBINATIONS + 1))
        if len(combinations) > limits.BAKE_COMBINATIONS:
            self.cut[_MATRIX] = None
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
