"""The nodes of a YAML document, with the place of each.

Scalars are text, whatever they look like: `tag: 3.10` is "3.10". An alias is the very node that its anchor names, so
the nodes of a document form a graph: never compare or copy them in depth; walkers remember the `id` of what they saw.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from moorage.documents.limits import YAML_MERGES
from moorage.text import Span

Style = Literal["", "'", '"', "|", ">"]
"""How a scalar is written: plain, quoted, literal block or folded block."""


class Scalar(NamedTuple):
    """A text. `span` covers quotes and block header, but no anchor and no tag; `tag` is the tag as written."""

    value: str
    span: Span
    style: Style = ""
    tag: str | None = None

    @property
    def is_null(self) -> bool:
        """Whether it says nothing: empty, `~` or `null`."""
        return self.style == "" and self.value in ("", "~", "null", "Null", "NULL")


class Mapping(NamedTuple):
    """Entries in the order written, repeated keys included (half-typed text has them)."""

    entries: "tuple[tuple[Node, Node], ...]"
    span: Span


class Sequence(NamedTuple):
    """Items in the order written."""

    items: "tuple[Node, ...]"
    span: Span


Node: TypeAlias = Scalar | Mapping | Sequence


def entry_span(key: Node, value: Node) -> Span:
    """From the start of the key to the end of its value; an alias counts with its key alone."""
    return Span(key.span.start, max(key.span.end, value.span.end) if value.span.start >= key.span.end else key.span.end)


def named(mapping: Mapping) -> Iterator[tuple[str, Node, Span]]:
    """The entries whose keys are scalars: key, value and the span of the entry."""
    for key, value in mapping.entries:
        if isinstance(key, Scalar):
            yield key.value, value, entry_span(key, value)


def items(node: Node | None) -> tuple[Node, ...]:
    """What stands in a list. A mapping counts as a list of itself: half-typed text loses its dashes first."""
    match node:
        case Sequence():
            return node.items
        case Mapping():
            return (node,)
        case _:
            return ()


class Found(NamedTuple):
    """A value that a key of a mapping has, and the entry that holds it (which may stand in a merged mapping)."""

    value: Node
    entry: Span


class Lookup:
    """Finds values by key, through merge keys (`<<`), in time that does not grow with the aliases."""

    __slots__ = ("_indexes",)

    def __init__(self) -> None:
        # The mapping is kept beside its index: its id must not be given to another one meanwhile.
        self._indexes: dict[int, tuple[Mapping, dict[str, list[Found]]]] = {}

    def get(self, node: Node | None, key: str) -> list[Found]:
        """Every value of `key` in a mapping: its own, or else those of the first merged mapping that has some."""
        for index in self._merged(node):
            if key in index:
                return index[key]
        return []

    def entries(self, node: Node | None) -> Iterator[tuple[str, Found]]:
        """Every key with its values, as `get` gives them."""
        seen: set[str] = {"<<"}
        for index in self._merged(node):
            yield from ((key, found) for key, values in index.items() if key not in seen for found in values)
            seen |= index.keys()

    def _merged(self, node: Node | None) -> "Iterator[dict[str, list[Found]]]":
        """The values of a mapping by their keys, then those of the mappings that are merged into it."""
        waiting: list[Node] = [node] if isinstance(node, Mapping) else []
        seen: set[int] = set()
        while waiting and len(seen) < YAML_MERGES:
            current = waiting.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            if isinstance(current, Sequence):
                waiting.extend(reversed(current.items))
            elif isinstance(current, Mapping):
                index = self._index(current)
                yield index
                waiting.extend(found.value for found in reversed(index.get("<<", [])))

    def _index(self, mapping: Mapping) -> dict[str, list[Found]]:
        known = self._indexes.get(id(mapping))
        if known is not None:
            return known[1]
        index: dict[str, list[Found]] = {}
        for key, value, span in named(mapping):
            index.setdefault(key, []).append(Found(value, span))
        self._indexes[id(mapping)] = (mapping, index)
        return index
