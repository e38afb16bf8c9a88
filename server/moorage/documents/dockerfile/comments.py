"""Comment lines that speak to Moorage (`# moorage: …`), and the instruction each of them governs."""

import re
from bisect import bisect_left
from collections.abc import Sequence

from moorage.documents.dockerfile.lines import Instruction
from moorage.documents.usage import Comment
from moorage.text import Span

MARK = "moorage:"
COMMENT = re.compile(r"^[^\S\n]*(#[^\S\n]*moorage:)(.*)$", re.MULTILINE)


def read_comments(text: str, instructions: Sequence[Instruction]) -> tuple[Comment, ...]:
    """The comments of a Dockerfile: one above an instruction governs it, and so does one inside its continuation.

    What looks like one inside a heredoc is the heredoc's own text.
    """
    starts = [instruction.span.start for instruction in instructions]
    found: list[Comment] = []
    for match in COMMENT.finditer(text):
        number = bisect_left(starts, match.start(1))
        above = instructions[number - 1] if number else None
        target = None
        if above is not None and match.start(1) < above.following:
            if match.start(1) >= above.body:
                continue
            target = above.span
        elif number < len(instructions):
            target = instructions[number].span
        found.append(_comment(match, target))
    return tuple(found)


def _comment(match: re.Match[str], target: Span | None) -> Comment:
    content = match[2].rstrip()
    body = content.lstrip()
    end = match.start(2) + len(content)
    return Comment(Span(match.start(1), end), Span(end - len(body), end), body, target)
