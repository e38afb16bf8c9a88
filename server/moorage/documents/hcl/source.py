"""The text of an HCL document as its parser gets it: in bytes, mended where it is half typed, and the way back."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from moorage.documents.hcl.repair import chunks, insertions
from moorage.text import units

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_ROUNDS = 4
"""How many lines are taken out of one block so that the rest of it can be read."""
_MOST_LINES = 200
"""Blocks of more lines are read as far as the parser gets."""
_BRACKET = re.compile(r"[\[({]\s*$|^\s*[\])}]")
_ENTRY = re.compile(r"""\s*(?:[\w-]+|"[^"]*")\s*[=:]\s*\S.*(?<![=:?])$|\s*"[^"]*",?\s*$""")


class Unavailable(Exception):
    """The parser is not installed; one sentence says so."""


class Source(NamedTuple):
    """A part of a document that was parsed: its root, and how places in it are found in the document."""

    root: "Node"
    text: str
    """What was parsed, with the characters that were put in."""
    first: int
    """Where the part starts in the document."""
    starts: list[int] | None
    """The offset in bytes of each character; None where each takes one."""
    inserted: tuple[int, ...]
    """Where, in `text`, characters stand that the document does not have."""

    def at(self, offset: int) -> int:
        """The place in the document of an offset in bytes."""
        index = self._index(offset)
        return self.first + index - bisect_left(self.inserted, index)

    def raw(self, start: int, end: int) -> str:
        """The characters between two offsets in bytes, as they were parsed."""
        return self.text[self._index(start) : self._index(end)]

    def _index(self, offset: int) -> int:
        return offset if self.starts is None else bisect_left(self.starts, offset)


def sources_of(text: str) -> Iterator[Source]:
    """Parse a text: as one, or, where it cannot be read so, block by block and mended. Raises `Unavailable`."""
    parser = _parser()
    whole = _parsed(parser, text, 0, ())
    if not whole.root.has_error:
        yield whole
        return
    for start, end in pairwise([*chunks(text), len(text)]):
        yield _mended(parser, text[start:end], start)


def _parser() -> "Parser":
    try:
        import tree_sitter_hcl
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise Unavailable(
            f"HCL cannot be read here, since {error.name} is not installed: `pip install tree-sitter tree-sitter-hcl`"
        ) from None
    return Parser(Language(tree_sitter_hcl.language()))


def _parsed(parser: "Parser", text: str, first: int, inserted: tuple[int, ...]) -> Source:
    plain = text.isascii()
    data = text.encode("utf-8", "surrogatepass")
    starts = None if plain else list(accumulate((units(c, "utf-8") for c in text), initial=0))
    return Source(parser.parse(data).root_node, text, first, starts, inserted)


def _mended(parser: "Parser", text: str, first: int) -> Source:
    """One part: as it is, or with the quotes and brackets it lacks, or without the lines that cannot be read."""
    source = _parsed(parser, text, first, ())
    if not source.root.has_error:
        return source
    parts: list[str] = []
    inserted: list[int] = []
    at = 0
    for position, characters in insertions(text):
        parts += (text[at:position], characters)
        where = position + len(inserted)
        inserted += range(where, where + len(characters))
        at = position
    source = _parsed(parser, "".join([*parts, text[at:]]), first, tuple(inserted))
    damage = _damage(source.root)
    for _ in range(_ROUNDS):
        if not damage:
            break
        source, damage, before = *_without_a_line(parser, source, damage), damage
        if damage == before:
            break
    return source


def _without_a_line(parser: "Parser", source: Source, damage: int) -> tuple[Source, int]:
    """The same text with that line as blanks without which most can be read, and what is left of the damage.

    Lines that look finished are taken out only where nothing else helps, those that open or close something last.
    """
    lines = source.text.split("\n")
    if len(lines) > _MOST_LINES:
        return source, damage
    best = source
    for suspects in _by_suspicion(lines):
        for number in suspects:
            blank = [*lines[:number], " " * len(lines[number]), *lines[number + 1 :]]
            tried = _parsed(parser, "\n".join(blank), source.first, source.inserted)
            left = _damage(tried.root)
            if left < damage:
                best, damage = tried, left
        if best is not source:
            break
    return best, damage


def _by_suspicion(lines: list[str]) -> tuple[list[int], list[int], list[int]]:
    """The numbers of lines that are neither entry nor bracket, of entries, and of lines with brackets."""
    groups: tuple[list[int], list[int], list[int]] = ([], [], [])
    for number, line in enumerate(lines):
        if line.strip():
            kind = 2 if _BRACKET.search(line) else 1 if _ENTRY.match(line) else 0
            groups[kind].append(number)
    return groups


def _damage(root: "Node") -> int:
    """How many bytes could not be read, and one for each thing that is missing."""
    total = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if node.is_missing:
            total += 1
        elif node.is_error:
            total += 1 + node.end_byte - node.start_byte
        elif node.has_error:
            waiting += node.children
    return total
