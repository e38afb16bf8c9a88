"""Comment lines that speak to Moorage (`# moorage: …`), and the instruction each of them governs."""

import re
from bisect import bisect_right
from collections.abc import Callable

from moorage.documents.dockerfile.lines import (
    Instruction,
    instruction_around,
    instruction_at,
    instructions,
    may_hold_heredocs,
    next_start,
)
from moorage.documents.usage import Comment
from moorage.text import Span

MARK = "moorage:"
_Nearest = Callable[[int], Instruction | None]

COMMENT = re.compile(r"^[^\S\n]*(#[^\S\n]*moorage:)(.*)$", re.MULTILINE)


def read_comments(text: str, escape: str) -> tuple[Comment, ...]:
    """The comments of a Dockerfile: one above an instruction governs it, and so does one inside its continuation.

    What looks like one inside a heredoc is the heredoc's own text.
    """
    matches = list(COMMENT.finditer(text))
    if not matches:
        return ()
    nearest = _counted(text, escape) if may_hold_heredocs(text) else _looked_for(text, escape)
    found: list[Comment] = []
    for match in matches:
        instruction = nearest(match.start(1))
        if instruction is None or not instruction.body <= match.start(1):
            found.append(_comment(match, None if instruction is None else instruction.span))
    return tuple(found)


def _counted(text: str, escape: str) -> _Nearest:
    """Tells which instruction holds an offset or is the next one; every instruction has been looked at."""
    found = list(instructions(text, escape))
    ends = [instruction.following for instruction in found]

    def nearest(offset: int) -> Instruction | None:
        number = bisect_right(ends, offset)
        return found[number] if number < len(found) else None

    return nearest


def _looked_for(text: str, escape: str) -> _Nearest:
    """The same for offsets in ascending order in a text without heredocs, looking only around them."""
    last: Instruction | None = None

    def nearest(offset: int) -> Instruction | None:
        nonlocal last
        if last is None or last.following <= offset:
            last = instruction_around(text, offset, escape)
        if last is None:
            start = next_start(text, offset)
            last = None if start < 0 else instruction_at(text, start, escape)
        return last

    return nearest


def _comment(match: re.Match[str], target: Span | None) -> Comment:
    content = match[2].rstrip()
    body = content.lstrip()
    end = match.start(2) + len(content)
    return Comment(Span(match.start(1), end), Span(end - len(body), end), body, target)
