"""Spans, line indexes, position encodings, and edits.

Everything in the core speaks of a place as a `Span`: offsets into the text in code points, end exclusive.
Lines and columns exist only at the border (reports and editors), through a `LineIndex`.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate, pairwise
from typing import Literal, NamedTuple

Encoding = Literal["utf-8", "utf-16", "utf-32"]

BOM = "\ufeff"
_EDITOR_BREAK = re.compile(r"\r\n|\n|\r")


class Span(NamedTuple):
    """A half-open range of code points, `start` to `end`, in one text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` at this span."""
        return text[self.start : self.end]

    def touches(self, offset: int) -> bool:
        """Whether a cursor at `offset` is in this span or at one of its ends."""
        return self.start <= offset <= self.end

    def holds(self, other: "Span") -> bool:
        """Whether `other` lies within this span."""
        return self.start <= other.start and other.end <= self.end


class Spans:
    """Spans of one text, to be looked up by what they overlap."""

    __slots__ = ("_ends", "_ordered")

    def __init__(self, spans: Iterable[Span]) -> None:
        self._ordered = sorted(set(spans))
        # The farthest end of each span and those before it: where that is short of a place, no earlier one reaches it.
        self._ends = list(accumulate((span.end for span in self._ordered), max))

    def overlapping(self, place: Span) -> Iterator[Span]:
        """The spans that start before the end of `place` and end behind its start, from the last to the first."""
        number = bisect_left(self._ordered, Span(place.end, 0))
        while number and self._ends[number - 1] > place.start:
            number -= 1
            if self._ordered[number].end > place.start:
                yield self._ordered[number]

    def touching(self, offset: int) -> Iterator[Span]:
        """The spans that `offset` is in or at one of the ends of."""
        return self.overlapping(Span(offset - 1, offset + 1))


class LineIndex:
    """Lines of a text, for translating offsets.

    `breaks="lf"` ends lines at `\\n` only, as BuildKit does; `breaks="editor"` also at `\\r\\n` and a lone `\\r`,
    as editors do (Language Server Protocol 3.17, "Text Documents").
    """

    __slots__ = ("starts", "text")

    def __init__(self, text: str, breaks: Literal["lf", "editor"] = "editor") -> None:
        self.text = text
        if breaks == "lf" or "\r" not in text:
            lengths = accumulate(map(len, text.split("\n")[:-1]), initial=0)
            self.starts = [start + line for line, start in enumerate(lengths)]
        else:
            self.starts = [0, *(m.end() for m in _EDITOR_BREAK.finditer(text))]

    def line_of(self, offset: int) -> int:
        """The 0-based line that holds `offset`."""
        return bisect_right(self.starts, offset) - 1

    def position(self, offset: int) -> tuple[int, int]:
        """1-based line and column, in code points, of `offset`."""
        line = bisect_right(self.starts, offset) - 1
        return line + 1, offset - self.starts[line] + 1

    def offset(self, line: int, column: int) -> int:
        """The offset of a 1-based line and column, clamped to the text."""
        if line < 1:
            return 0
        if line > len(self.starts):
            return len(self.text)
        span = self.line_span(line - 1)
        return min(max(span.start + column - 1, span.start), span.end)

    def line_span(self, line: int) -> Span:
        """The span of a 0-based line, its line end excluded."""
        start = self.starts[line]
        if line + 1 == len(self.starts):
            return Span(start, len(self.text))
        end = self.starts[line + 1] - 1
        if end > start and self.text[end - 1] == "\r" and self.text[end] == "\n":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        """The characters of a 0-based line, its line end excluded."""
        return self.line_span(line).of(self.text)

    def to_units(self, offset: int, encoding: Encoding) -> tuple[int, int]:
        """0-based line and column of `offset`, the column in units of `encoding`."""
        line = self.line_of(offset)
        head = self.text[self.starts[line] : offset]
        return line, units(head, encoding)

    def from_units(self, line: int, column: int, encoding: Encoding) -> int:
        """The offset of a 0-based line and a column in units of `encoding`, clamped to the line.

        A column inside a surrogate pair or a multi-byte character is moved back to that character's start.
        """
        if line < 0:
            return 0
        if line >= len(self.starts):
            return len(self.text)
        span = self.line_span(line)
        if column <= 0:
            return span.start
        if encoding == "utf-32":
            return min(span.start + column, span.end)
        content = span.of(self.text)
        if content.isascii():
            return min(span.start + column, span.end)
        used = 0
        for i, char in enumerate(content):
            used += units(char, encoding)
            if used > column:
                return span.start + i
        return span.end


def units(text: str, encoding: Encoding) -> int:
    """How many units of `encoding` the characters of `text` take."""
    if encoding == "utf-32" or text.isascii():
        return len(text)
    if encoding == "utf-16":
        return len(text) + sum(1 for c in text if c > "\uffff")
    return len(text.encode("utf-8", "surrogatepass"))


class Edit(NamedTuple):
    """Replace the characters at `span` by `new`."""

    span: Span
    new: str


def merge_edits(edits: Iterable[Edit]) -> tuple[Edit, ...] | None:
    """Sort edits and drop exact repeats; None where two of them contradict or overlap each other."""
    ordered = sorted(set(edits))
    for a, b in pairwise(ordered):
        if b.span.start < a.span.end or a.span == b.span:
            return None
    return tuple(ordered)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """`text` with `edits` applied; raises ValueError where they overlap."""
    ordered = merge_edits(edits)
    if ordered is None:
        raise ValueError("edits overlap")
    parts: list[str] = []
    at = 0
    for edit in ordered:
        parts += (text[at : edit.span.start], edit.new)
        at = edit.span.end
    parts.append(text[at:])
    return "".join(parts)


def compose(first: Iterable[Edit], second: Iterable[Edit], length: int) -> tuple[Edit, ...]:
    """The edits that do at once what `first`, on a text of `length`, and then `second`, on its result, do.

    Neither may overlap in itself.
    """
    pieces = _cut([Span(0, length)], first)
    edits: list[Edit] = []
    at, new = 0, ""
    for piece in [*_cut(pieces, second), Span(length, length)]:
        if isinstance(piece, str):
            new += piece
            continue
        if new or piece.start > at:
            edits.append(Edit(Span(at, piece.start), new))
        at, new = piece.end, ""
    return tuple(edits)


def _cut(pieces: list[Span | str], edits: Iterable[Edit]) -> list[Span | str]:
    """Edit a text that is made of `pieces`: spans that were kept of the first text, and strings that are new."""
    out: list[Span | str] = []
    rest = list(reversed(pieces))
    at = 0

    def take(until: int, *, keep: bool) -> None:
        nonlocal at
        while rest and at < until:
            piece = rest.pop()
            size = len(piece) if isinstance(piece, str) else piece.end - piece.start
            head = min(size, until - at)
            if head < size:
                rest.append(piece[head:] if isinstance(piece, str) else Span(piece.start + head, piece.end))
            if keep:
                out.append(piece[:head] if isinstance(piece, str) else Span(piece.start, piece.start + head))
            at += head

    for edit in sorted(edits):
        take(edit.span.start, keep=True)
        take(edit.span.end, keep=False)
        out.append(edit.new)
    return out + rest[::-1]
