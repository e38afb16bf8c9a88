"""A YAML stream, document by document: each is parsed, or, where it is broken, read line by line."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.yaml.lines import read_lines
from moorage.documents.yaml.nodes import Node
from moorage.documents.yaml.parse import Broken, parse, readable
from moorage.text import Span

_START = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_ONLY_DIRECTIVES = re.compile(r"(?:[ \t]*(?:#[^\n]*|%[^\n]*)?(?:\n|\Z))*\Z")


class Tree(NamedTuple):
    """One document of a stream: its text and its root nodes, whose spans count from its start.

    `broken`: it was read line by line. `too_deep`: part of it is nested too deep to be read. `unread`: what was left
    out because a damaged document is too long.
    """

    text: str
    roots: tuple[Node, ...]
    broken: bool = False
    too_deep: bool = False
    unread: Span | None = None


def split(text: str) -> Iterator[Span]:
    """Where the documents of a stream stand.

    A line that starts with `---` ends a document wherever it stands: no scalar may hold one (YAML 1.2.2, 9.1.2).
    Directives (`%YAML`) belong to the document that follows.
    """
    if "\n---" not in text:
        yield Span(0, len(text))
        return
    start = 0
    for match in _START.finditer(text):
        if match.start() > start and not _ONLY_DIRECTIVES.match(text, start, match.start()):
            yield Span(start, match.start())
            start = match.start()
    yield Span(start, len(text))


def load(text: str) -> Tree:
    """Read one document. Never raises."""
    clean = readable(text)
    try:
        return Tree(text, parse(clean))
    except Broken as broken:
        end = len(clean)
        if end > limits.YAML_DAMAGED:
            end = clean.rfind("\n", 0, limits.YAML_DAMAGED) + 1
        root = read_lines(clean[:end])
        unread = Span(end, len(clean)) if end < len(clean) else None
        return Tree(text, () if root is None else (root,), broken=True, too_deep=broken.deep, unread=unread)
