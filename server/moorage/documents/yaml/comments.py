"""Comments that speak to Moorage: `# moorage: …`, on a line of its own or behind an entry."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import Literal

from moorage.documents.usage import Comment
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, entry_span
from moorage.documents.yaml.stream import Tree
from moorage.text import Span

_COMMENTS = {
    "#": re.compile(r"(?:^|(?<=[ \t\r\n]))#[ \t]*moorage:[ \t]*([^\r\n]*)", re.MULTILINE),
    "//": re.compile(r"//[ \t]*moorage:[ \t]*([^\r\n]*)"),
}


def comments(tree: Tree, mark: Literal["#", "//"] = "#") -> tuple[Comment, ...]:
    """The comments of a document that begin with `mark`, and the entry that each governs.

    On a line of its own a comment governs the next entry, behind an entry the outermost one that starts on its line.
    """
    if "moorage:" not in tree.text:
        return ()
    found = list(_COMMENTS[mark].finditer(tree.text))
    if not found:
        return ()
    scalars: list[Span] = []
    entries: list[Span] = []
    for span, is_entry in _places(tree):
        (entries if is_entry else scalars).append(span)
    return attached(tree.text, found, scalars, entries)


def attached(text: str, found: list[re.Match[str]], scalars: list[Span], entries: list[Span]) -> tuple[Comment, ...]:
    """The comments of the matches in `found`, whose first group is the body; those within a scalar are none."""
    scalars.sort()
    entries.sort(key=lambda s: (s.start, -s.end))
    return tuple(_comment(text, match, entries) for match in found if not _inside(scalars, match.start()))


def _inside(scalars: list[Span], offset: int) -> bool:
    """Whether a scalar holds `offset`; scalars do not overlap."""
    number = bisect_right(scalars, offset, key=lambda s: s.start) - 1
    return number >= 0 and offset < scalars[number].end


def _comment(text: str, match: re.Match[str], entries: list[Span]) -> Comment:
    start, end = match.start(), match.end(1)
    head = text.rfind("\n", 0, start) + 1
    own_line = not text[head:start].strip()
    body = match[1].rstrip()
    where = Span(end, len(text)) if own_line else Span(head, start)
    number = bisect_left(entries, where.start, key=lambda s: s.start)
    target = entries[number] if number < len(entries) and entries[number].start < where.end else None
    return Comment(Span(start, end), Span(match.start(1), match.start(1) + len(body)), body, target)


def _places(tree: Tree) -> Iterator[tuple[Span, bool]]:
    """The spans of scalars that may hold a `#`, and those of entries and items."""
    waiting: list[Node] = list(tree.roots)
    seen: set[int] = set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Scalar():
                yield _body(node, tree.text), False
            case Mapping():
                for key, value in node.entries:
                    yield entry_span(key, value), True
                    waiting += (key, value)
            case _:
                # An alias stands elsewhere; there it is an entry of its own.
                yield from ((item.span, True) for item in node.items if node.span.holds(item.span))
                waiting += node.items


def _body(scalar: Scalar, text: str) -> Span:
    """Where a `#` belongs to a scalar: not on the line of a block's header."""
    start, end = scalar.span
    if scalar.style in ("|", ">"):
        stop = text.find("\n", start, end)
        return Span(end if stop < 0 else stop, end)
    return scalar.span
