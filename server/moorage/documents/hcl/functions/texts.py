"""Functions of texts. Where the characters of a result are those of an argument, they keep their place."""

import base64
import binascii
import hashlib
import json
import posixpath
import re
from collections.abc import Callable, Iterator
from typing import cast
from urllib.parse import quote_plus

from moorage.documents import limits
from moorage.documents.hcl.values import (
    Entry,
    Failed,
    Fields,
    Items,
    NotEvaluated,
    Number,
    Text,
    Value,
    fields_of,
    items_of,
    kind_of,
    listed,
    made,
    number_of,
    row_of,
    text_of,
)  # fmt: skip
from moorage.documents.usage import Segment
from moorage.documents.yaml.values import Layout, Row, cut, joined

_VERB = re.compile(r"%(?:%|[-+ 0#]*\d{0,3}(?:\.\d{1,3})?[vsdqftxXoe])")
_INSANE = re.compile(r"[^A-Za-z0-9_-]")
_SPACE = " \t\n\v\f\r"


def _of_text(compute: Callable[[str], str | int]) -> Callable[[Value], str | int]:
    return lambda value: compute(text_of(value))


def _part(value: Value, start: int, end: int) -> Text:
    return Text(cut(row_of(value), start, end))


def _split(separator: Value, value: Value) -> Items:
    layout, text, mark = Layout(row_of(value)), text_of(value), text_of(separator)
    if not mark:
        return listed(Text(layout.cut(i, i + 1)) for i in range(len(text)))
    parts: list[Value] = []
    at = 0
    for part in text.split(mark):
        parts.append(Text(layout.cut(at, at + len(part))))
        at += len(part) + len(mark)
    return listed(parts)


def _join(separator: Value, *lists: Value) -> Text:
    between = row_of(separator)
    row: list[Segment] = []
    size = 0
    for number, item in enumerate(item for given in lists for item in items_of(given)):
        piece = (*between, *row_of(item)) if number else row_of(item)
        size += len(joined(piece))
        if size > limits.HCL_TEXT:
            raise NotEvaluated(f"a text is longer than {limits.HCL_TEXT:,} characters")
        row += piece
    return Text(tuple(row))


def _replace(value: Value, old: Value, new: Value) -> Value | str:
    text, gone, instead = text_of(value), text_of(old), text_of(new)
    if gone not in text:
        return value
    if (len(text) + 1) * max(1, len(instead)) > limits.HCL_TEXT:
        raise NotEvaluated("so long a text is not worked out")
    return text.replace(gone, instead)


def _substr(value: Value, start: Value, size: Value) -> Text:
    text, at, length = text_of(value), int(number_of(start)), int(number_of(size))
    at = max(0, at + len(text)) if at < 0 else at
    return _part(value, at, len(text) if length < 0 else at + length)


def _trimmed(value: Value, *, left: str = "", right: str = "") -> Text:
    text = text_of(value)
    start = len(text) - len(text.lstrip(left)) if left else 0
    return _part(value, start, max(start, len(text.rstrip(right)) if right else len(text)))


def _chomp(value: Value) -> Text:
    return _trimmed(value, right="\r\n")


def _trim(value: Value, characters: Value) -> Text:
    return _trimmed(value, left=text_of(characters), right=text_of(characters))


def _trim_space(value: Value) -> Text:
    return _trimmed(value, left=_SPACE, right=_SPACE)


def _trim_prefix(value: Value, prefix: Value) -> Text:
    text, head = text_of(value), text_of(prefix)
    return _part(value, len(head) if text.startswith(head) else 0, len(text))


def _trim_suffix(value: Value, suffix: Value) -> Text:
    text, tail = text_of(value), text_of(suffix)
    return _part(value, 0, len(text) - len(tail) if tail and text.endswith(tail) else len(text))


def _format(template: Value, *arguments: Value) -> Text:
    row = row_of(template)
    return Text(tuple(_formatted(row, joined(row), arguments)))


def _formatted(row: Row, text: str, arguments: tuple[Value, ...]) -> Iterator[Segment]:
    """Go's verbs; `%s` and `%v` keep the place of the characters that they stand for."""
    layout = Layout(row)
    at, used = 0, 0
    for match in _VERB.finditer(text):
        yield from layout.cut(at, match.start())
        at = match.end()
        if match[0] == "%%":
            yield Segment("%", None, verbatim=False)
            continue
        if used >= len(arguments):
            raise Failed(f"there is no argument for {match[0]}")
        argument = arguments[used]
        used += 1
        if match[0] in ("%s", "%v"):
            yield from row_of(argument)
        else:
            yield Segment(_verb(match[0], argument), None, verbatim=False)
    if used < len(arguments):
        raise Failed("there are more arguments than verbs")
    yield from layout.cut(at, len(text))


def _verb(verb: str, argument: Value) -> str:
    match verb[-1]:
        case "d" | "x" | "X" | "o":
            return verb % int(number_of(argument))
        case "f" | "e":
            return verb % number_of(argument)
        case "q":
            return json.dumps(text_of(argument))
        case _:
            return (verb[:-1] + "s") % text_of(argument)


def _format_list(template: Value, *arguments: Value) -> Items:
    lengths = {len(a.items) for a in arguments if isinstance(a, Items)}
    if len(lengths) > 1:
        raise Failed("the lists differ in length")
    count = lengths.pop() if lengths else 1
    rows = ([a.items[i] if isinstance(a, Items) else a for a in arguments] for i in range(count))
    return listed(_format(template, *given) for given in rows)


def _indent(spaces: Value, value: Value) -> str:
    width = int(number_of(spaces))
    if not 0 <= width <= 100:
        raise NotEvaluated("so wide an indentation is not worked out")
    return text_of(value).replace("\n", "\n" + " " * width)


def _hash(name: str) -> Callable[[Value], str]:
    return lambda value: hashlib.new(name, text_of(value).encode("utf-8", "replace"), usedforsecurity=False).hexdigest()


def _decode(value: Value) -> str:
    try:
        return base64.b64decode(text_of(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Failed(f"it is no Base64 of a text: {error}") from None


def _json_decode(value: Value) -> Value:
    try:
        return _from_json(json.loads(text_of(value)))
    except (ValueError, RecursionError):
        raise Failed("it is no JSON") from None


def _from_json(value: object) -> Value:
    match value:
        case bool() | None:
            return value
        case int() | float():
            return Number(value)
        case str():
            return made(value)
        case list():
            return listed(_from_json(item) for item in cast(list[object], value))
        case dict():
            return Fields({k: Entry(_from_json(v)) for k, v in cast(dict[str, object], value).items()})
        case _:
            raise Failed("it is no JSON")


def _json_encode(value: Value) -> str:
    return json.dumps(_to_json(value), separators=(",", ":"))


def _to_json(value: Value) -> object:
    match value:
        case bool() | None:
            return value
        case Number(number):
            return number
        case Items(items):
            return [_to_json(item) for item in items]
        case Fields():
            return {key: _to_json(entry.value) for key, entry in sorted(fields_of(value).items())}
        case _:
            return text_of(value)


def _csv_decode(value: Value) -> Items:
    """The rows of a table, by the names in its first one."""
    # Few files have a table.
    import csv

    try:
        names, *rows = filter(None, csv.reader(text_of(value).splitlines(keepends=True), strict=True))
    except (csv.Error, ValueError):
        raise Failed("it is no CSV with names in its first line") from None
    if any(len(row) != len(names) for row in rows):
        raise Failed("the rows of the table differ in length")
    return listed(Fields({n: Entry(made(cell)) for n, cell in zip(names, row, strict=True)}) for row in rows)


def _strlen(value: Value) -> int:
    if isinstance(value, Items | Fields) or value is None:
        raise Failed(f"{kind_of(value)} is no text")
    return len(text_of(value))


FUNCTIONS: dict[str, Callable[..., Value | str | int]] = {
    "base64decode": _decode,
    "base64encode": _of_text(lambda t: base64.b64encode(t.encode("utf-8", "replace")).decode()),
    "basename": _of_text(lambda t: posixpath.basename(t.rstrip("/")) or ("/" if t.startswith("/") else ".")),
    "byteslen": _of_text(lambda t: len(t.encode("utf-8", "replace"))),
    "chomp": _chomp,
    "csvdecode": _csv_decode,
    "dirname": _of_text(lambda t: posixpath.normpath(posixpath.dirname(t) or ".")),
    "format": _format,
    "formatlist": _format_list,
    "indent": _indent,
    "join": _join,
    "jsondecode": _json_decode,
    "jsonencode": _json_encode,
    "lower": _of_text(str.lower),
    "md5": _hash("md5"),
    "replace": _replace,
    "reverse": _of_text(lambda t: t[::-1]),
    "sanitize": _of_text(lambda t: _INSANE.sub("_", t)),
    "sha1": _hash("sha1"),
    "sha256": _hash("sha256"),
    "sha512": _hash("sha512"),
    "split": _split,
    "strlen": _strlen,
    "substr": _substr,
    "title": _of_text(lambda t: re.sub(r"(?<![\w'])\w", lambda m: m[0].upper(), t)),
    "trim": _trim,
    "trimprefix": _trim_prefix,
    "trimspace": _trim_space,
    "trimsuffix": _trim_suffix,
    "upper": _of_text(str.upper),
    "urlencode": _of_text(quote_plus),
}
