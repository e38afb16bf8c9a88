"""JSON as people write it in settings: with comments, trailing commas, single quotes and bare keys.

All scalars become text (`true` is "true"), but null, which becomes None: what settings say is compared with words.
"""

import json
import re
from collections.abc import Mapping, Sequence

from moorage.documents.values import Value
from moorage.errors import MoorageError

_DEEPEST = 60
_token = re.compile(
    r"""(?:\s|//[^\n]*|/\*[\s\S]*?\*/)*+
        (?:(?P<mark>[{}\[\]:,])|(?P<string>"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*')
          |(?P<word>[^\s{}\[\]:,"'/]+)|(?P<end>\Z))""",
    re.VERBOSE,
).match
_escape = re.compile(r"\\(\r\n|u[0-9a-fA-F]{4}|[\s\S])")


class JsonError(MoorageError):
    """A text that is no JSON: a few words with the line."""


def read(text: str) -> Value:
    """The value that a text says; raises `JsonError`."""
    reader = _Reader(text)
    value = reader.value(0)
    if reader.mark() != "":
        raise reader.error("something follows the end")
    return value


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._kind = self._token = ""
        self._advance()

    def mark(self) -> str:
        """The mark at hand, empty at the end of the text, a blank before a string or word."""
        return self._token if self._kind == "mark" else "" if self._kind == "end" else " "

    def error(self, why: str) -> JsonError:
        """What is wrong, and where."""
        return JsonError(f"line {self._text.count(chr(10), 0, self._at) + 1}: {why}")

    def value(self, depth: int) -> Value:
        """The value at hand."""
        if depth > _DEEPEST:
            raise self.error(f"it is nested more than {_DEEPEST} deep")
        match self.mark():
            case "{":
                return self._mapping(depth)
            case "[":
                return self._list(depth)
            case " ":
                return self._scalar()
            case _:
                raise self.error("a value is missing")

    def _mapping(self, depth: int) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        self._advance()
        while self.mark() != "}":
            if self.mark() != " ":
                raise self.error("a key is missing")
            key = self._scalar()
            if self.mark() != ":":
                raise self.error("a colon is missing")
            self._advance()
            found["null" if key is None else key] = self.value(depth + 1)
            self._comma("}")
        self._advance()
        return found

    def _list(self, depth: int) -> Sequence[Value]:
        found: list[Value] = []
        self._advance()
        while self.mark() != "]":
            found.append(self.value(depth + 1))
            self._comma("]")
        self._advance()
        return tuple(found)

    def _comma(self, closing: str) -> None:
        if self.mark() == ",":
            self._advance()
        elif self.mark() != closing:
            raise self.error(f"a comma or {closing!r} is missing")

    def _scalar(self) -> str | None:
        kind, token = self._kind, self._token
        self._advance()
        if kind == "word":
            return None if token == "null" else token  # noqa: S105
        return _unescaped(token)

    def _advance(self) -> None:
        match = _token(self._text, self._at)
        if match is None:
            raise self.error("this is no JSON")
        self._kind = match.lastgroup or ""
        self._token = match[self._kind]
        self._at = match.end()


def _unescaped(token: str) -> str:
    if "\\" not in token:
        return token[1:-1]
    if token[0] == '"':
        try:
            found: str = json.loads(token, strict=False)
            return found
        except ValueError:
            pass
    return _escape.sub(lambda m: _CONTROLS.get(m[1], chr(int(m[1][1:], 16)) if len(m[1]) == 5 else m[1]), token[1:-1])


_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "\n": "", "\r\n": ""}
