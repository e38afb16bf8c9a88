"""The strings of a TOML file and where each stands; half-typed lines cost no other.

Source: TOML 1.0.0. Values that are no strings are passed over; the items of an array have the path of the array.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents.limits import TOML_DEPTH
from moorage.documents.usage import Segment
from moorage.text import Span

_BLANK = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_REST_OF_LINE = re.compile(r"[^\n]*")
_PLAIN_KEY = r"""(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_KEY = re.compile(rf"[ \t]*({_PLAIN_KEY})[ \t]*(\.?)")
_NEXT = re.compile(rf"[ \t]*(?:\[\[?[ \t]*[A-Za-z_][^\[\]\n=,]*\]|{_PLAIN_KEY}(?:[ \t]*\.[ \t]*{_PLAIN_KEY})*[ \t]*=)")
"""The header of a table, or a key with its sign of equality."""
_INDENTATION = 200
_STRING = re.compile(r""""((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'""")
_OTHER = re.compile(r"[^\s,\[\]{}#]*")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|[ \t]*\r?\n[ \t\r\n]*|(.))")
"""A backslash at the end of a line takes away all blanks up to the next character."""
_FIRST_LINE_END = re.compile(r"(?:\r?\n)?")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

Path = tuple[str, ...]


class Text(NamedTuple):
    """A string: the tables and keys that lead to it, its value, its place within the quotes, and its entry."""

    path: Path
    row: tuple[Segment, ...]
    span: Span
    entry: Span

    @property
    def value(self) -> str:
        """What the string says."""
        return "".join([s.value for s in self.row])


class Toml(NamedTuple):
    """The strings of a file, and the spans of its entries."""

    texts: tuple[Text, ...]
    entries: tuple[Span, ...]


def read_toml(text: str) -> Toml:
    """The strings of `text`. Never raises."""
    reader = _Reader(text)
    reader.read()
    return Toml(tuple(reader.texts), tuple(reader.entries))


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.table: Path = ()
        self.texts: list[Text] = []
        self.entries: list[Span] = []
        self._unclosed: set[str] = set()

    def read(self) -> None:
        """Read line after line; whatever is wrong ends with its line."""
        while self._past(_GAP) < len(self.text):
            if self.text[self.at] == "[":
                self._header()
            else:
                self._entry(self.table, 0)
            self._past(_REST_OF_LINE)

    def _past(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        self.at = self.at if match is None else match.end()
        return self.at

    def _header(self) -> None:
        self.at += 2 if self.text.startswith("[[", self.at) else 1
        self.table = self._keys()

    def _keys(self) -> Path:
        """A key, dotted or not; empty where there is none."""
        keys: list[str] = []
        while (match := _KEY.match(self.text, self.at)) is not None:
            self.at = match.end()
            key = match[1]
            keys.append(_unescaped(key[1:-1]) if key[0] == '"' else key.strip("'"))
            if not match[2]:
                break
        return tuple(keys)

    def _entry(self, table: Path, depth: int) -> None:
        start, number = self.at, len(self.texts)
        keys = self._keys()
        if not keys or not self.text.startswith("=", self.at):
            return
        self.at += 1
        self._past(_BLANK)
        self._value(table + keys, depth)
        entry = Span(start, self.at)
        self.entries.append(entry)
        self.texts[number:] = [t if t.entry.end else t._replace(entry=entry) for t in self.texts[number:]]

    def _value(self, path: Path, depth: int) -> None:
        mark = self.text[self.at : self.at + 1]
        if mark in ('"', "'"):
            self._string(path)
        elif mark == "[" and depth < TOML_DEPTH:
            self._array(path, depth + 1)
        elif mark == "{" and depth < TOML_DEPTH:
            self._inline(path, depth + 1)
        else:
            self._past(_OTHER)

    def _array(self, path: Path, depth: int) -> None:
        """An array; one that is not closed ends where the next entry or table begins."""
        self.at += 1
        end = self.at
        while self._past(_GAP) < len(self.text):
            mark, before = self.text[self.at], self.at
            if self._is_next_line():
                self.at = end
                return
            if mark == ",":
                self.at += 1
            elif mark == "]":
                self.at += 1
                return
            else:
                self._value(path, depth)
                if self.at == before:
                    return
            end = self.at

    def _is_next_line(self) -> bool:
        """Whether what stands here starts a line, and is an entry or the header of a table."""
        low = max(0, self.at - _INDENTATION)
        head = self.text[low : self.at].rpartition("\n")
        if head[2].strip(" \t") or (low > 0 and not head[1]):
            return False
        return _NEXT.match(self.text, self.at) is not None

    def _inline(self, path: Path, depth: int) -> None:
        """An inline table, which ends with its line at the latest."""
        self.at += 1
        while self._past(_BLANK) < len(self.text):
            mark, before = self.text[self.at], self.at
            if mark == ",":
                self.at += 1
            elif mark == "}":
                self.at += 1
                return
            else:
                self._entry(path, depth)
                if self.at == before or mark == "\n":
                    return

    def _string(self, path: Path) -> None:
        text, at = self.text, self.at
        triple = text[at] * 3
        if text.startswith(triple, at) and triple not in self._unclosed:
            end = text.find(triple, at + 3)
            if end >= 0:
                self.at = at + 3
                start = self._past(_FIRST_LINE_END)
                self.at = end + 3
                self._add(path, Span(min(start, end), end), escapes=triple == '"""')
                return
            self._unclosed.add(triple)
        match = _STRING.match(text, at)
        if match is None:
            end = self._past(_REST_OF_LINE)
            self._add(path, Span(at + 1, at + 1 + len(text[at + 1 : end].rstrip())), escapes=False)
            return
        self.at = match.end()
        self._add(path, Span(at + 1, match.end() - 1), escapes=text[at] == '"')

    def _add(self, path: Path, span: Span, *, escapes: bool) -> None:
        row = tuple(_pieces(self.text, span, escapes=escapes))
        self.texts.append(Text(path, row, span, Span(0, 0)))


def _pieces(text: str, span: Span, *, escapes: bool) -> Iterator[Segment]:
    """The value of a string: what stands there as it is, and what escapes stand for."""
    at = span.start
    for match in _ESCAPE.finditer(text, *span) if escapes else ():
        if match.start() > at:
            yield Segment(text[at : match.start()], Span(at, match.start()))
        yield Segment(_character(match), Span(*match.span()), verbatim=False)
        at = match.end()
    if at < span.end:
        yield Segment(text[at : span.end], Span(at, span.end))


def _unescaped(written: str) -> str:
    return _ESCAPE.sub(_character, written) if "\\" in written else written


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is None:
        return "" if match[3] is None else _ESCAPES.get(match[3], match[3])
    return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else "\ufffd"
