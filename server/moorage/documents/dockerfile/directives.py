"""Parser directives: `# syntax=`, `# escape=` and `# check=` at the head of a Dockerfile.

BuildKit reads them twice, by slightly different rules (`frontend/dockerfile/parser/directives.go`). Its parser takes
`escape`, and passes over space before the `#`. To choose a frontend it takes `syntax`, passes over a `#!` line, and
reads `//` comments and a JSON object as well.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents.dockerfile.words import SPACE
from moorage.documents.usage import Notice
from moorage.text import Span

_DIRECTIVE = re.compile(r"([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*\Z")
_NAMES = ("syntax", "escape", "check")
_JSON_SYNTAX = re.compile(r'"syntax"[ \t\r\n]*:[ \t\r\n]*"([^"\\]*)"')


class Directives(NamedTuple):
    """What the head of the file says. `end` is the offset behind the last directive's line."""

    escape: str = "\\"
    syntax: Span | None = None
    """Where the frontend's image stands."""
    end: int = 0
    notices: tuple[Notice, ...] = ()


_NONE = Directives()


class _Directive(NamedTuple):
    """One directive line. `following` is where the next line starts; nothing is read behind a repeated one."""

    name: str
    value: Span
    following: int
    repeated: bool


def read_directives(text: str) -> Directives:
    """The directives of a Dockerfile."""
    if not text or (text[0] not in "#/{" and text[0] not in SPACE):
        return _NONE
    escape, end = "\\", 0
    notices: list[Notice] = []
    for directive in _directives(text, 0, "#", indented=True):
        value = directive.value.of(text)
        if directive.repeated:
            notices.append(Notice(f"BuildKit refuses a second {directive.name} directive", directive.value))
            break
        if directive.name == "escape":
            if value not in ("\\", "`"):
                notices.append(Notice("the escape directive takes a backslash or a backtick", directive.value))
                break
            escape = value
        end = directive.following
    syntax, syntax_end = _syntax(text)
    return Directives(escape, syntax, max(end, syntax_end), tuple(notices))


def _syntax(text: str) -> tuple[Span | None, int]:
    """Where the frontend is named, and where the directives that could name it end."""
    start = 0
    if text.startswith("#!"):
        start = text.find("\n") + 1 or len(text)
    end = start
    for comment in ("#", "//"):
        for directive in _directives(text, start, comment, indented=False):
            if directive.repeated:
                break
            end = directive.following
            if directive.name == "syntax":
                span = directive.value
                blank = text.find(" ", span.start, span.end)
                return Span(span.start, span.end if blank < 0 else blank), end
    return _json_syntax(text, start), end


def _directives(text: str, at: int, comment: str, indented: bool) -> Iterator[_Directive]:
    seen: set[str] = set()
    while at < len(text):
        newline = text.find("\n", at)
        end = len(text) if newline < 0 else newline
        head = text[at:end]
        if indented:
            head = head.lstrip(SPACE)
        body = head[len(comment) :].lstrip(SPACE)
        match = _DIRECTIVE.match(body) if head.startswith(comment) else None
        name = match[1].lower() if match else ""
        if match is None or name not in _NAMES:
            return
        start = end - len(body) + match.start(2)
        at = min(end + 1, len(text))
        yield _Directive(name, Span(start, start + len(match[2])), at, name in seen)
        if name in seen:
            return
        seen.add(name)


def _json_syntax(text: str, start: int) -> Span | None:
    """Where `"syntax"` stands in a file that is a JSON object."""
    if not text[start:].lstrip(" \t\r\n").startswith("{"):
        return None
    from json import loads

    try:
        value = loads(text[start:]).get("syntax")
    except (ValueError, RecursionError):
        return None
    for match in _JSON_SYNTAX.finditer(text, start):
        if match[1] and match[1] == value:
            return Span(*match.span(1))
    return None
