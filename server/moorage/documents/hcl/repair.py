"""What half-typed text lacks: quotes that are not closed on their line, and brackets that are not closed at all."""

import re
from typing import NamedTuple

_OPENING = {"{": "\n}", "[": "]", "(": ")"}
_CLOSING = {"}": "{", "]": "[", ")": "("}
_HEREDOC = re.compile(r"<<-?([A-Za-z_][\w-]*)[ \t]*\r?\n")
_TOP = re.compile(r"^[A-Za-z_][\w-]*(?:[ \t]+(?:\"[^\"\n]*\"|[A-Za-z_][\w-]*))*[ \t]*\{", re.MULTILINE)
_PLAIN = re.compile(r"[^\"#/{}\[\]()<\n]+")
_IN_STRING = re.compile(r"[^\"\\$%}\n]+")


class Insertion(NamedTuple):
    """Characters that are missing at a place."""

    at: int
    characters: str


def chunks(text: str) -> list[int]:
    """Where the parts of a text start that can be read on their own: blocks whose header is not indented."""
    starts = [match.start() for match in _TOP.finditer(text)]
    return starts if starts and starts[0] == 0 else [0, *starts]


def insertions(text: str, *, by_line: bool) -> list[Insertion]:
    """What must be put into one part so that its quotes and brackets are balanced, in order.

    With `by_line`, a bracket that does not end its line is closed on it.
    """
    return _Scanner(text, by_line).run()


class _Scanner:
    """Goes through a text once, remembering what is open: brackets, strings (`"`) and what stands in their `${`."""

    def __init__(self, text: str, by_line: bool) -> None:
        self._text = text
        self._by_line = by_line
        self._open: list[str] = []
        self._before = 0
        """How many brackets were open when the line began."""
        self._found: list[Insertion] = []

    def run(self) -> list[Insertion]:
        at = 0
        while at < len(self._text):
            at = self._string(at) if self._open and self._open[-1] == '"' else self._code(at)
        self._close_all(0, len(self._text.rstrip()))
        return self._found

    def _code(self, at: int) -> int:
        """What stands at a place outside of strings; gives the place behind it."""
        text = self._text
        plain = _PLAIN.match(text, at)
        if plain is not None:
            return plain.end()
        char = text[at]
        if char == "\n":
            return self._end_line(at)
        if char == "#" or text.startswith("//", at):
            end = text.find("\n", at)
            return len(text) if end < 0 else end
        if text.startswith("/*", at):
            end = text.find("*/", at + 2)
            return len(text) if end < 0 else end + 2
        if char == "<":
            return self._heredoc(at)
        if char == '"' or char in _OPENING:
            self._open.append(char)
        elif char in _CLOSING:
            self._closed(_CLOSING[char], at)
        return at + 1

    def _string(self, at: int) -> int:
        text = self._text
        plain = _IN_STRING.match(text, at)
        if plain is not None:
            return plain.end()
        char = text[at]
        if char == "\n":
            return self._end_line(at)
        if char == '"':
            self._open.pop()
        elif char == "\\" and at + 1 < len(text) and text[at + 1] != "\n":
            return at + 2
        elif char in "$%" and text.startswith("{", at + 1):
            if not text.startswith(char, at - 1):
                self._open.append("{")
            return at + 2
        return at + 1

    def _heredoc(self, at: int) -> int:
        match = _HEREDOC.match(self._text, at)
        if match is None:
            return at + 1
        end = re.compile(rf"^[ \t]*{re.escape(match[1])}[ \t]*$", re.MULTILINE).search(self._text, match.end())
        if end is None:
            self._found.append(Insertion(len(self._text), f"\n{match[1]}\n"))
            return len(self._text)
        return end.end()

    def _closed(self, opening: str, at: int) -> None:
        """A closing bracket: what was opened after its opening one is closed before it."""
        if opening in self._open:
            depth = len(self._open) - 1 - self._open[::-1].index(opening)
            self._close_all(depth + 1, at)
            self._open.pop()

    def _end_line(self, at: int) -> int:
        """A line ends: no string goes on in the next one, nor, perhaps, a bracket behind which something stands."""
        end = at
        while self._text[end - 1 : end] in (" ", "\t", "\r"):
            end -= 1
        if '"' in self._open:
            self._close_all(self._open.index('"'), end)
        if self._by_line and self._text[end - 1 : end] not in ("{", "[", "(", ","):
            self._close_all(self._before, end)
        self._before = len(self._open)
        return at + 1

    def _close_all(self, depth: int, at: int) -> None:
        """Close what is open beyond `depth`."""
        missing = "".join('"' if char == '"' else self._closer(index) for index, char in self._reversed(depth))
        if missing:
            self._found.append(Insertion(at, missing))
        del self._open[depth:]

    def _closer(self, index: int) -> str:
        """The closing bracket; one within a string stays on its line."""
        closer = _OPENING[self._open[index]]
        return closer.strip() if '"' in self._open[:index] or index >= self._before else closer

    def _reversed(self, depth: int) -> list[tuple[int, str]]:
        return list(enumerate(self._open))[depth:][::-1]
