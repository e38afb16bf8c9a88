"""Functions that look for patterns in texts."""

import re
from collections.abc import Callable

from moorage.documents.hcl.patterns import Found, Pattern
from moorage.documents.hcl.values import Entry, Failed, Fields, Items, Text, Value, listed, row_of, text_of
from moorage.documents.yaml.values import Layout

_GROUP = re.compile(r"\$(?:\$|(\w+)|\{(\w+)\})")


def _regex(pattern: Value, value: Value) -> Value:
    """The first match: a text, or its groups as a list or, where they have names, a mapping."""
    compiled = Pattern(text_of(pattern))
    found = compiled.search(text_of(value))
    if found is None:
        raise Failed("the pattern is not found")
    return _captured(compiled, found, Layout(row_of(value)))


def _regex_all(pattern: Value, value: Value) -> Items:
    compiled, layout = Pattern(text_of(pattern)), Layout(row_of(value))
    return listed(_captured(compiled, found, layout) for found in compiled.all(text_of(value)))


def _regex_replace(value: Value, pattern: Value, replacement: Value) -> str:
    text, instead, compiled = text_of(value), text_of(replacement), Pattern(text_of(pattern))
    out: list[str] = []
    at = 0
    for found in compiled.all(text):
        out += (text[at : found.start], _filled(compiled, found, text, instead))
        at = found.end
    return "".join([*out, text[at:]])


def _captured(compiled: Pattern, found: Found, layout: Layout) -> Value:
    if not found.groups:
        return Text(layout.cut(found.start, found.end))
    texts = [None if start < 0 else Text(layout.cut(start, end)) for start, end in found.groups]
    names = [name for name in compiled.names if name is not None]
    if not names:
        return Items(tuple(texts))
    if len(names) < len(texts):
        raise Failed("some groups of the pattern have names and some have not")
    return Fields({name: Entry(text) for name, text in zip(names, texts, strict=True)})


def _filled(compiled: Pattern, found: Found, text: str, template: str) -> str:
    """A replacement with `$1`, `${1}` and `${name}` filled in."""

    def group(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name is None:
            return "$"
        number = int(name) if name.isdecimal() else compiled.names.index(name) + 1 if name in compiled.names else -1
        if number == 0:
            return text[found.start : found.end]
        if not 0 < number <= len(found.groups):
            return ""
        start, end = found.groups[number - 1]
        return text[start:end] if start >= 0 else ""

    return _GROUP.sub(group, template)


FUNCTIONS: dict[str, Callable[..., Value | str]] = {
    "regex": _regex,
    "regex_replace": _regex_replace,
    "regexall": _regex_all,
}
