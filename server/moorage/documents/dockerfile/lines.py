"""Physical lines of a Dockerfile joined into instructions, each character with its place in the file.

The rules are those of BuildKit's `frontend/dockerfile/parser/parser.go`: a line ends at `\\n` only; it goes on in the
next one when its last character, blanks and tabs aside, is one escape character (two are no continuation); blank lines
and comment lines inside a continuation vanish; the parts are joined as they stand, without a blank between.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents.dockerfile.heredocs import terminators
from moorage.documents.dockerfile.words import SPACE, Word
from moorage.text import Span

# How a line may begin that is blank, indented or a comment; every other line is an instruction.
_DULL = frozenset(SPACE + "#")


class Line(NamedTuple):
    """A logical line. `pieces` are its stretches: where each starts in `text`, and at which offset of the file."""

    text: str
    pieces: tuple[tuple[int, int], ...]

    def offset(self, index: int) -> int:
        """The offset in the file of the character at `index`, or just behind the last one."""
        start, offset = self.pieces[bisect_right(self.pieces, (index + 1,)) - 1]
        return offset + index - start

    def place(self, word: Word) -> Word:
        """A word whose `at` are indexes into this line, with offsets of the file instead."""
        if len(self.pieces) == 1 and isinstance(word.at, range):
            shift = self.pieces[0][1]
            return Word(word.text, range(word.at.start + shift, word.at.stop + shift))
        places = [self.offset(index) for index in word.at]
        if places and places[-1] - places[0] == len(places) - 1:
            return Word(word.text, range(places[0], places[-1] + 1))
        return Word(word.text, places)

    def word(self, start: int, end: int) -> Word:
        """The characters from index `start` to `end`, with their offsets in the file."""
        return self.place(Word(self.text[start:end], range(start, end)))


class Instruction(NamedTuple):
    """One instruction. `span` ends with its last own line, or the end of its last heredoc."""

    line: Line
    span: Span
    body: int
    """Where the lines of the instruction proper end and its heredocs begin."""
    following: int
    """Where the next line starts."""
    unended: str | None = None
    """The terminator of a heredoc that is missing."""


def continues(line: str, escape: str) -> bool:
    """Whether a physical line, without its line end, goes on in the next one."""
    line = line.rstrip(" \t")
    return line[-1:] == escape and line[-2:-1] != escape


def instruction_at(text: str, start: int, escape: str) -> Instruction:
    """The instruction whose first line starts at `start`, its heredocs not looked for."""
    stop = len(text)
    newline = text.find("\n", start)
    end = stop if newline < 0 else newline
    content = text[start:end].rstrip("\r")
    trimmed = content.lstrip(SPACE)
    first = start + len(content) - len(trimmed)
    following = min(end + 1, stop)
    if not continues(trimmed, escape):
        last = first + len(trimmed.rstrip(SPACE))
        return Instruction(Line(trimmed, ((0, first),)), Span(first, last), following, following)
    trimmed = trimmed.rstrip(" \t")
    last = first + len(trimmed)
    parts, pieces, length = [trimmed[:-1]], [(0, first)], len(trimmed) - 1
    more = True
    while more and following < stop:
        start = following
        newline = text.find("\n", start)
        end = stop if newline < 0 else newline
        following = min(end + 1, stop)
        content = text[start:end].rstrip("\r")
        trimmed = content.lstrip(SPACE)
        if not trimmed or trimmed[0] == "#":
            continue
        last = start + len(content.rstrip(SPACE))
        more = continues(content, escape)
        if more:
            content = content.rstrip(" \t")[:-1]
        if content:
            pieces.append((length, start))
            parts.append(content)
            length += len(content)
    return Instruction(Line("".join(parts), tuple(pieces)), Span(first, last), following, following)


def instructions(text: str, escape: str, start: int = 0) -> Iterator[Instruction]:
    """Every instruction of a Dockerfile, each with its heredocs, from the line at `start` on."""
    while True:
        start = next_start(text, start)
        if start < 0:
            return
        found = instruction_at(text, start, escape)
        if "<<" in found.line.text:
            found = _with_heredocs(text, found)
        yield found
        start = found.following


def next_start(text: str, start: int) -> int:
    """Where the first line from `start` on begins that is neither blank nor a comment; -1 where there is none."""
    stop = len(text)
    while start < stop:
        newline = text.find("\n", start)
        end = stop if newline < 0 else newline
        if text[start] not in _DULL:
            return start
        line = text[start:end].lstrip(SPACE)
        if line and line[0] != "#":
            return start
        start = end + 1
    return -1


def may_hold_heredocs(text: str) -> bool:
    """Whether `<<` occurs in a text, also with a continuation between its two signs (before a backtick escape too)."""
    return "<<" in text or "<\\" in text or "<`" in text


def continued_from(text: str, line: int, escape: str) -> int:
    """Where the line above starts that goes on in the one at offset `line`, over blank lines and comments; -1 for none.

    Heredocs are not looked for.
    """
    end = line - 1
    while end > 0:
        start = text.rfind("\n", 0, end) + 1
        content = text[start:end].rstrip("\r")
        trimmed = content.lstrip(SPACE)
        if trimmed and trimmed[0] != "#":
            return start if continues(content, escape) else -1
        end = start - 1
    return -1


def instruction_around(text: str, offset: int, escape: str) -> Instruction | None:
    """The instruction on whose lines `offset` stands, found by looking around; heredocs are not looked for."""
    start = text.rfind("\n", 0, offset) + 1
    above = continued_from(text, start, escape)
    while above >= 0:
        start = above
        above = continued_from(text, start, escape)
    return instruction_at(text, start, escape) if next_start(text, start) == start else None


def _with_heredocs(text: str, found: Instruction) -> Instruction:
    """The instruction with the bodies of its heredocs; one without its end takes the rest of the file."""
    start, end, unended = found.following, found.span.end, None
    for name, tabs in terminators(found.line.text):
        unended = name
        while start < len(text):
            newline = text.find("\n", start)
            end = len(text) if newline < 0 else newline
            line = text[start:end].rstrip("\r")
            start = min(end + 1, len(text))
            if (line.lstrip("\t") if tabs else line) == name:
                unended = None
                break
        if unended is not None:
            break
    return Instruction(found.line, Span(found.span.start, end), found.body, start, unended)
