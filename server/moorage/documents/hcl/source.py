"""The text of an HCL document as its parser gets it: in bytes, mended where it is half typed, and the way back."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from moorage.documents import limits
from moorage.documents.hcl.repair import chunks, insertions
from moorage.text import units

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_ROUNDS = 4
"""How many lines are taken out of one block so that the rest of it can be read."""
_PATIENCE = 400_000
"""How many characters are parsed in search of the lines that are at fault, in all of one document."""
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
    whole = _parsed(parser, text, (), 0)
    if not whole.root.has_error:
        yield whole
        return
    mender = _Mender(parser)
    parts = [*pairwise([*chunks(text), len(text)])]
    for start, end in parts:
        source = whole if len(parts) == 1 else _parsed(parser, text[start:end], (), start)
        yield mender.mended(source) if source.root.has_error else source


def _parser() -> "Parser":
    try:
        import tree_sitter_hcl
        from tree_sitter import Language, Parser
    except ImportError as error:
        raise Unavailable(
            f"HCL cannot be read here, since {error.name} is not installed: `pip install tree-sitter tree-sitter-hcl`"
        ) from None
    return Parser(Language(tree_sitter_hcl.language()))


def _parsed(parser: "Parser", text: str, inserted: tuple[int, ...], first: int) -> Source:
    plain = text.isascii()
    data = text.encode("utf-8", "surrogatepass")
    starts = None if plain else list(accumulate((units(c, "utf-8") for c in text), initial=0))
    return Source(parser.parse(data).root_node, text, first, starts, inserted)


class _Attempt(NamedTuple):
    """A way to read a part: its text with some lines as blanks, what came of it, and how much could not be read."""

    text: str
    source: Source
    damage: int


class _Mender:
    """Makes parts readable, as long as its patience lasts."""

    def __init__(self, parser: "Parser") -> None:
        self._parser = parser
        self._unread = limits.HCL_DAMAGED
        self._left = _PATIENCE

    def mended(self, source: Source) -> Source:
        """One part with the quotes and brackets it lacks, and without some lines that cannot be read even so."""
        self._unread -= len(source.text)
        if self._unread < 0:
            return source
        first = source.first
        best = self._attempt(source.text, first)
        for _ in range(_ROUNDS):
            better = self._without_a_line(best, first) if best.damage else None
            if better is None:
                break
            best = better
        return best.source

    def _attempt(self, text: str, first: int) -> _Attempt:
        """A text with the quotes and brackets it lacks, put in so that most of it can be read."""
        attempts: list[_Attempt] = []
        for by_line in (False, True):
            source = _parsed(self._parser, *_filled_in(text, by_line), first=first)
            attempts.append(_Attempt(text, source, _damage(source.root)))
        return min(attempts, key=lambda attempt: attempt.damage)

    def _without_a_line(self, attempt: _Attempt, first: int) -> _Attempt | None:
        """The same text with that line as blanks without which more can be read; None where no line stands in the way.

        Lines that look finished are taken out only where nothing else helps, those that open or close something last.
        """
        lines = attempt.text.split("\n")
        best = attempt
        for suspects in _by_suspicion(lines):
            for number in suspects:
                self._left -= len(attempt.text)
                if self._left < 0:
                    return None
                blank = [*lines[:number], " " * len(lines[number]), *lines[number + 1 :]]
                tried = self._attempt("\n".join(blank), first)
                if tried.damage < best.damage:
                    best = tried
            if best is not attempt:
                return best
        return None


def _filled_in(text: str, by_line: bool) -> tuple[str, tuple[int, ...]]:
    """A text with the quotes and brackets it lacks, and where they stand in it."""
    parts: list[str] = []
    inserted: list[int] = []
    at = 0
    for position, characters in insertions(text, by_line=by_line):
        parts += (text[at:position], characters)
        where = position + len(inserted)
        inserted += range(where, where + len(characters))
        at = position
    return "".join([*parts, text[at:]]), tuple(inserted)


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
