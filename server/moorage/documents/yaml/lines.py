"""YAML read line by line, by its indentation: for text that is half typed, damaged, or a template of YAML.

It never fails and looks at each line on its own, so that one line which cannot be read costs no other. It takes what
valid text has a meaning for: keys, dashes, scalars that end with their line, quotes and flow collections over several
lines, block scalars, anchors and aliases. A key that stands twice is two entries.
"""

import re
from bisect import bisect_left, bisect_right

from moorage.documents.limits import YAML_DEPTH, YAML_SEARCH
from moorage.documents.yaml.flow import read_flow
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, Sequence, Style
from moorage.documents.yaml.parse import Broken, parse
from moorage.text import Span

_BREAK = re.compile(r"\r\n|[\r\n\x85\u2028\u2029]")
_COLON = re.compile(r":(?=[ \t]|$)")
_COMMENT = re.compile(r"(?:^|(?<=[ \t]))#")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'', re.DOTALL)
_PROPERTY = re.compile(r"(?:&(?P<anchor>[^\s,\[\]{}]+)|!(?:<[^>\s]*>|[^\s,\[\]{}]*))(?:[ \t]+|$)")
_ALIAS = re.compile(r"\*([^\s,\[\]{}]+)")
_BLOCK_HEADER = re.compile(r"([|>])(?:[1-9][+-]?|[+-][1-9]?)?[ \t]*(?:#.*)?$")
_FLOW_MARK = re.compile(r"""[\[\]{}]|(?<![^\s\[{,:])(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')""", re.DOTALL)


class _Frame:
    """A block collection that may still grow. Its last entry waits for a value while `waiting` is true."""

    __slots__ = ("anchor", "entries", "indent", "is_mapping", "key_anchor", "start", "waiting")

    def __init__(self, indent: int, is_mapping: bool, start: int) -> None:
        self.indent = indent
        self.is_mapping = is_mapping
        self.start = start
        self.entries: list[tuple[Scalar, Node | None]] = []
        self.waiting = False
        self.anchor: str | None = None
        self.key_anchor: str | None = None


def read_lines(text: str) -> Node | None:
    """The root collection of one document; None where there is none."""
    return _LineReader(text).read()


class _LineReader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines: list[Span] = []
        at = 0
        for match in _BREAK.finditer(text):
            self.lines.append(Span(at, match.start()))
            at = match.end()
        self.lines.append(Span(at, len(text)))
        self.next = 0
        self.to_search = YAML_SEARCH * len(text)
        self.stack: list[_Frame] = []
        self.anchors: dict[str, Node] = {}
        self.root: Node | None = None

    def read(self) -> Node | None:
        while self.next < len(self.lines):
            line = self.lines[self.next]
            self.next += 1
            self.line(line)
        self.close_deeper(-1)
        return self.root

    def line(self, line: Span) -> None:
        at = self.after_blanks(line.start, line.end)
        if at == line.end or self.text[at] == "#" or self.text.startswith("{{", at):
            return
        if at == line.start and self.text.startswith(("---", "..."), at):
            at = self.after_blanks(at + 3, line.end)
        if self.is_stray(line, at):
            return
        while at < line.end and len(self.stack) < YAML_DEPTH and self.is_dash(at, line.end):
            self.dash(at, at - line.start)
            at = self.after_blanks(at + 1, line.end)
        if at < line.end and not self.key(at, line):
            self.loose(at, line)

    def is_stray(self, line: Span, at: int) -> bool:
        """Whether a line is indented with tabs where the next one is not: its column says nothing."""
        if "\t" not in self.text[line.start : at]:
            return False
        following = self.indented_until(len(self.text))
        return following < len(self.lines) and self.text[self.lines[following].start] == " "

    def is_dash(self, at: int, end: int) -> bool:
        return self.text[at] == "-" and (at + 1 == end or self.text[at + 1] in " \t")

    def after_blanks(self, at: int, end: int) -> int:
        while at < end and self.text[at] in " \t":
            at += 1
        return at

    def dash(self, at: int, indent: int) -> None:
        """Start an item of a list; a dash that is a little to the left of the others belongs to their list."""
        number = bisect_left(self.stack, indent, key=_indent)
        if number < len(self.stack):
            level = self.stack[number].indent
            if not self.stack[bisect_right(self.stack, level, key=_indent) - 1].is_mapping:
                indent = level
        self.close_deeper(indent)
        top = self.stack[-1] if self.stack else None
        if top is None or top.is_mapping or (top.indent < indent and top.waiting):
            top = self.open(indent, False, at)
        top.entries.append((_nothing(at), None))
        top.waiting = True
        top.key_anchor = None

    def key(self, at: int, line: Span) -> bool:
        """Read `key: …` at `at`; False where there is no key."""
        text, end = self.text, line.end
        start, anchor = self.properties(at, end)
        if start < end and text[start] in "\"'":
            quoted = _QUOTED.match(text, start, end)
            stop = quoted.end() if quoted else start
            colon = self.after_blanks(stop, end)
            if quoted is None or colon == end or text[colon] != ":":
                return False
            style: Style = '"' if text[start] == '"' else "'"
            key = Scalar(quoted[0][1:-1], Span(start, stop), style)
        else:
            match = _COLON.search(text, start, end)
            if match is None or start == match.start() or text[start] in "[]{},#&*!|>%@`?":
                return False
            colon = match.start()
            stop = start + len(text[start:colon].rstrip(" \t"))
            if _COMMENT.search(text, start, colon):
                return False
            key = Scalar(text[start:stop], Span(start, stop))
        indent = start - line.start
        self.close_deeper(indent, mapping=True)
        top = self.stack[-1] if self.stack else None
        if top is None or not top.is_mapping or top.indent < indent:
            if len(self.stack) >= YAML_DEPTH:
                return True
            top = self.open(indent, True, start)
            top.anchor = anchor
        top.entries.append((key, None))
        top.waiting = True
        top.key_anchor = None
        self.value(colon + 1, line)
        return True

    def loose(self, at: int, line: Span) -> None:
        """A line with neither key nor dash is the value of what waits for one, or says nothing."""
        top = self.stack[-1] if self.stack else None
        if top is None:
            if self.text[at] in "{[":
                self.root = read_flow(self.text, at)
                self.next = len(self.lines)
        elif top.waiting and at - line.start > top.indent:
            self.value(at, line)

    def value(self, at: int, line: Span) -> None:
        """Read what stands behind a colon or a dash."""
        text, end, top = self.text, line.end, self.stack[-1]
        at, anchor = self.properties(self.after_blanks(at, end), end)
        if anchor is not None:
            top.key_anchor = anchor
        if at == end or (text[at] == "#" and text[at - 1] in " \t"):
            return
        alias = _ALIAS.match(text, at, end)
        if alias is not None:
            self.put(self.anchors.get(alias[1]) or _nothing(at))
        elif _BLOCK_HEADER.match(text, at, end):
            self.put(self.block(at, end, top.indent))
        elif text[at] in "\"'":
            self.put(self.quoted(at, end, top.indent))
        elif text[at] in "[{" and not text.startswith("{{", at):
            self.put(self.flow(at, end, top.indent))
        else:
            self.put(self.plain(at, end))

    def put(self, node: Node) -> None:
        """Give the waiting entry its value."""
        top = self.stack[-1]
        if top.key_anchor is not None:
            self.anchors[top.key_anchor] = node
        top.entries[-1] = (top.entries[-1][0], node)
        top.waiting = False

    def properties(self, at: int, end: int) -> tuple[int, str | None]:
        """Where a node starts behind its anchor and tag, and its anchor."""
        anchor = None
        while (match := _PROPERTY.match(self.text, at, end)) is not None:
            anchor = match["anchor"] or anchor
            at = match.end()
        return at, anchor

    def plain(self, at: int, end: int) -> Scalar:
        comment = _COMMENT.search(self.text, at, end)
        stop = comment.start() if comment else end
        value = self.text[at:stop].rstrip(" \t")
        return Scalar(value, Span(at, at + len(value)))

    def quoted(self, at: int, end: int, indent: int) -> Scalar:
        """A quoted scalar; one that is not closed before the next entry ends with its line."""
        text = self.text
        style: Style = '"' if text[at] == '"' else "'"
        match = _QUOTED.match(text, at, end) or _QUOTED.match(text, at, self.searched_until(indent))
        if match is not None:
            self.skip_to(match.end())
            return _unquoted(match[0], at, style)
        inner = text[at + 1 : end].rstrip(" \t")
        return Scalar(inner, Span(at + 1, at + 1 + len(inner)))

    def flow(self, at: int, end: int, indent: int) -> Node:
        """A flow collection; one that is not closed before the next entry ends with its line."""
        closed = _flow_end(self.text, at, end) or _flow_end(self.text, at, self.searched_until(indent))
        if closed is not None:
            self.skip_to(closed)
        return read_flow(self.text, at, closed or end) or _nothing(at)

    def searched_until(self, indent: int) -> int:
        """How far a closing quote or bracket is looked for: through the lines that are indented deeper, and one that
        starts with a bracket. What is searched in vain is limited, or nested quotes would cost quadratic time.
        """
        if self.to_search < 0:
            return self.lines[self.next - 1].end
        number = self.indented_until(indent)
        if number < len(self.lines):
            line = self.lines[number]
            if self.text[self.after_blanks(line.start, line.end)] in "]}":
                number += 1
        end = self.lines[number - 1].end
        self.to_search -= end - self.lines[self.next - 1].start
        return end

    def skip_to(self, offset: int) -> None:
        """Go on with the first line that starts behind `offset`."""
        while self.next < len(self.lines) and self.lines[self.next].start < offset:
            self.next += 1

    def indented_until(self, indent: int) -> int:
        """The first line from the next one that is not indented deeper."""
        number = self.next
        while number < len(self.lines):
            line = self.lines[number]
            at = self.after_blanks(line.start, line.end)
            if at < line.end and at - line.start <= indent:
                break
            number += 1
        return number

    def block(self, at: int, end: int, indent: int) -> Scalar:
        """A block scalar: its lines are all that are indented deeper than what holds it."""
        lines = self.lines[self.next : self.indented_until(indent)]
        self.next += len(lines)
        stop = lines[-1].end if lines else end
        span = Span(at, at + len(self.text[at:stop].rstrip()))
        plain = "\n".join(line.of(self.text) for line in lines)
        return Scalar(_value(self.text[at:stop] + "\n", plain), span, "|" if self.text[at] == "|" else ">")

    def open(self, indent: int, is_mapping: bool, at: int) -> _Frame:
        """Start a collection as the value that waits, or, after damage, as another value of the last entry."""
        if self.stack and not self.stack[-1].waiting:
            outer = self.stack[-1]
            outer.entries.append((outer.entries[-1][0], None))
            outer.waiting = True
        frame = _Frame(indent, is_mapping, at)
        self.stack.append(frame)
        return frame

    def close_deeper(self, indent: int, *, mapping: bool = False) -> None:
        """Finish what is indented deeper. A key also ends a list at its own column.

        What is indented less than the entries of an item, but more than its dash, still belongs to the item.
        """
        while self.stack:
            top = self.stack[-1]
            if top.indent < indent or (top.indent == indent and (top.is_mapping or not mapping)):
                return
            if top.is_mapping and (mapping or top.waiting) and len(self.stack) > 1:
                outer = self.stack[-2]
                if not outer.is_mapping and outer.indent < indent:
                    return
            self.stack.pop()
            node = _finished(top)
            if top.anchor is not None:
                self.anchors[top.anchor] = node
            if self.stack:
                self.put(node)
            elif self.root is None:
                self.root = node


def _indent(frame: _Frame) -> int:
    return frame.indent


def _finished(frame: _Frame) -> Node:
    ends = [n.span.end for pair in frame.entries for n in pair if n is not None and n.span.start >= frame.start]
    span = Span(frame.start, max(ends, default=frame.start))
    if frame.is_mapping:
        return Mapping(tuple((k, v or _nothing(k.span.end)) for k, v in frame.entries), span)
    return Sequence(tuple(v or k for k, v in frame.entries), span)


def _nothing(at: int) -> Scalar:
    return Scalar("", Span(at, at))


def _flow_end(text: str, start: int, end: int) -> int | None:
    """Where the collection that starts at `start` is closed, if it is before `end`."""
    depth = 0
    for match in _FLOW_MARK.finditer(text, start, end):
        if match[0] in "[{":
            depth += 1
        elif match[0] in "]}":
            depth -= 1
            if depth == 0:
                return match.end()
    return None


def _unquoted(chars: str, at: int, style: Style) -> Scalar:
    inner = chars[1:-1]
    simple = not any(c in inner for c in "\\'\r\n\x85\u2028\u2029")
    return Scalar(inner if simple else _value(chars, inner), Span(at, at + len(chars)), style)


def _value(chars: str, otherwise: str) -> str:
    """What a quoted or block scalar stands for."""
    try:
        (root,) = parse("a: " + chars)
    except (Broken, ValueError):
        return otherwise
    value = root.entries[0][1] if isinstance(root, Mapping) else root
    return value.value if isinstance(value, Scalar) else otherwise
