"""A tolerant reader of flow collections: JSON with comments, and YAML's `{…}` and `[…]` where they are half-typed.

It never fails. A string that is not closed ends with its line, a closing bracket without its opening one is passed
over, and what is open at the end is closed there.
"""

import re

from moorage.documents.limits import YAML_DEPTH
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, Sequence, Style
from moorage.text import Span

_TOKEN = re.compile(
    r"""[\s\ufeff]+
    | (?P<comment> //[^\r\n]* | /\*(?:[^*]|\*(?!/))*(?:\*/)? | \#[^\r\n]*)
    | (?P<mark> [{}\[\],:])
    | "(?P<double> (?:[^"\\\r\n]|\\.)*)(?P<closed>")?
    | '(?P<single> (?:[^'\r\n]|'')*)'?
    | (?P<plain> (?:[^\s,:\[\]{}"'\#]|:(?![\s,\[\]{}]))
                 (?:[^,\[\]{}:\r\n\s]|:(?!\s|[,\[\]{}])|[ \t]+(?=[^\s\#:,\[\]{}]))*)
    """,
    re.VERBOSE,
)
_PROPERTIES = re.compile(r"\A(?:[!&]\S*(?:[ \t]+|\Z))+")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))")
_SIMPLE_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "0": "\0"}


class _Open:
    """A collection that is still open. `entries` are items or keys with their values; `waiting`: a colon was read."""

    __slots__ = ("closing", "entries", "start", "waiting")

    def __init__(self, closing: str, start: int) -> None:
        self.closing = closing
        self.start = start
        self.entries: list[tuple[Node, Node | None]] = []
        self.waiting = False


def read_flow(text: str, start: int = 0, end: int | None = None) -> Node | None:
    """The first collection or scalar in `text[start:end]`; None where there is nothing."""
    reader = _Reader()
    at, stop = start, len(text) if end is None else end
    while at < stop and reader.root is None:
        match = _TOKEN.match(text, at, stop)
        if match is None:
            at += 1
            continue
        reader.take(match)
        at = match.end()
    return reader.finish(at)


class _Reader:
    def __init__(self) -> None:
        self.stack: list[_Open] = []
        self.too_deep = 0
        self.root: Node | None = None

    def take(self, match: re.Match[str]) -> None:
        kind = match.lastgroup
        if kind == "mark":
            self.mark(match["mark"], match.start())
        elif kind in ("double", "closed"):
            self.scalar(_unescape(match["double"]), match, '"' if match["closed"] else "")
        elif kind == "single":
            closed = match.end() > match.end("single")
            self.scalar(match["single"].replace("''", "'"), match, "'" if closed else "")
        elif kind == "plain":
            self.plain(match["plain"], match.start())

    def scalar(self, value: str, match: re.Match[str], style: Style) -> None:
        start, end = match.span()
        if style:
            self.add(Scalar(value, Span(start, end), style))
            return
        # Never closed: it is what is written so far, and the brackets within the line are not closed either.
        self.add(Scalar(value, Span(start + 1, end)))
        line = match.string.rfind("\n", 0, start)
        while len(self.stack) > 1 and self.stack[-1].start > line:
            self.end_one(end)

    def plain(self, chars: str, start: int) -> None:
        """A plain scalar, without the tag or anchor before it."""
        value = _PROPERTIES.sub("", chars, count=1)
        if value:
            start += len(chars) - len(value)
            self.add(Scalar(value, Span(start, start + len(value))))

    def add(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.waiting:
            top.entries[-1] = (top.entries[-1][0], node)
            top.waiting = False
        else:
            top.entries.append((node, None))

    def mark(self, mark: str, at: int) -> None:
        if mark in "{[":
            if len(self.stack) >= YAML_DEPTH:
                self.too_deep += 1
            else:
                self.stack.append(_Open("}" if mark == "{" else "]", at))
        elif mark in "}]":
            self.close(mark, at)
        elif self.stack:
            top = self.stack[-1]
            top.waiting = mark == ":" and bool(top.entries)
            if top.waiting and (value := top.entries[-1][1]) is not None:
                # `"name": ` was left without a value, and what came next is the next key.
                top.entries[-1:] = [(top.entries[-1][0], None), (value, None)]

    def close(self, mark: str, at: int) -> None:
        if self.too_deep:
            self.too_deep -= 1
        elif any(o.closing == mark for o in self.stack):
            while self.end_one(at + 1) != mark:
                pass

    def end_one(self, end: int) -> str:
        """Close the innermost collection; returns the bracket that it wanted."""
        top = self.stack.pop()
        span = Span(top.start, end)
        if top.closing == "}":
            self.add(Mapping(tuple((key, value or _nothing(key)) for key, value in top.entries), span))
        else:
            self.add(Sequence(tuple(_item(key, value) for key, value in top.entries), span))
        return top.closing

    def finish(self, end: int) -> Node | None:
        while self.stack:
            self.end_one(end)
        return self.root


def _nothing(key: Node) -> Scalar:
    return Scalar("", Span(key.span.end, key.span.end))


def _item(key: Node, value: Node | None) -> Node:
    """An item of a list; `key: value` in a list is a mapping of one entry."""
    return key if value is None else Mapping(((key, value),), Span(key.span.start, value.span.end))


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text

    def character(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _SIMPLE_ESCAPES.get(match[3], match[3])

    return _ESCAPE.sub(character, text)
