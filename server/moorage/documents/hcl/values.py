"""What expressions come to. Texts remember where each of their characters stands."""

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import NamedTuple, TypeAlias

from moorage.documents import limits
from moorage.documents.hcl.tree import Place
from moorage.documents.usage import Segment
from moorage.documents.yaml.values import Row, joined

_EXACT = 1 << 63


class Site(NamedTuple):
    """A part of a template: what it comes to as one piece at its place in the template, and as the pieces it is.

    A part that is not known has none.
    """

    piece: Segment
    row: Row = ()


class Text(NamedTuple):
    """A text. `unset` are the variables without a value that it is made of too, `sites` the parts of its template."""

    row: Row
    unset: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()

    @property
    def value(self) -> str:
        """Its characters."""
        return joined(self.row)


class Number(NamedTuple):
    """A number, and where it is written, if it is."""

    value: int | float
    row: Row = ()

    @property
    def text(self) -> str:
        """The number as HCL writes it into a text."""
        return str(int(self.value)) if self.value == int(self.value) else repr(self.value)


class Items(NamedTuple):
    """A list."""

    items: "tuple[Value, ...]"


class Entry(NamedTuple):
    """A value in a mapping: where the value is written (without quotes), and the whole entry, if they are."""

    value: "Value"
    place: Place | None = None
    entry: Place | None = None


class Fields(NamedTuple):
    """A mapping. `unnamed` are entries whose keys are not known."""

    entries: Mapping[str, Entry]
    unnamed: tuple[Entry, ...] = ()


class Unknown(NamedTuple):
    """A value that is not known here, and why.

    Where it is a text, `head` is what is known of its beginning, and `sites` are the parts of its template.
    """

    why: str
    head: Row = ()
    sites: tuple[Site, ...] = ()


Value: TypeAlias = Text | Number | bool | Items | Fields | Unknown | None


def made(text: str) -> Text:
    """A text that stands nowhere."""
    return Text((Segment(text, None, verbatim=False),))


class Failed(Exception):
    """HCL itself refuses this: one sentence."""


class NotEvaluated(Exception):
    """This is not worked out here: one sentence says why."""


def text_of(value: Value) -> str:
    """A value as text; raises `Failed` for one that is none."""
    return joined(row_of(value))


def row_of(value: Value) -> Row:
    """The pieces of a value that is used as text; raises `Failed` for one that is none."""
    match value:
        case Text(row):
            return row
        case bool():
            return (Segment("true" if value else "false", None, verbatim=False),)
        case Number():
            text = value.text
            if joined(value.row) == text:
                return value.row
            return (Segment(text, value.row[0].span if value.row else None, verbatim=False),)
        case Unknown(why):
            raise NotEvaluated(why)
        case _:
            raise Failed(f"{kind_of(value)} is no text")


def number_of(value: Value) -> int | float:
    """A value as a number; raises `Failed` for one that is none."""
    match value:
        case Number(number):
            return number
        case Text():
            try:
                return int(value.value) if value.value.lstrip("-").isdecimal() else float(value.value)
            except ValueError:
                raise Failed(f"{value.value[:40]!r} is no number") from None
        case Unknown(why):
            raise NotEvaluated(why)
        case _:
            raise Failed(f"{kind_of(value)} is no number")


def truth_of(value: Value) -> bool:
    """A value as a truth value; raises `Failed` for one that is none."""
    match value:
        case bool():
            return value
        case Text() if value.value in ("true", "false"):
            return value.value == "true"
        case Unknown(why):
            raise NotEvaluated(why)
        case _:
            raise Failed(f"{kind_of(value)} is neither true nor false")


def items_of(value: Value) -> "tuple[Value, ...]":
    """The items of a list, or the values of a mapping; raises `Failed` for what is neither."""
    match value:
        case Items(items):
            return items
        case Fields():
            return tuple(entry.value for entry in fields_of(value).values())
        case Unknown(why):
            raise NotEvaluated(why)
        case _:
            raise Failed(f"{kind_of(value)} is no list")


def fields_of(value: Value) -> Mapping[str, Entry]:
    """The entries of a mapping; raises `Failed` for what is none, `NotEvaluated` where a key is not known."""
    match value:
        case Fields(entries, unnamed):
            if unnamed:
                raise NotEvaluated("a key is not known")
            return entries
        case Unknown(why):
            raise NotEvaluated(why)
        case _:
            raise Failed(f"{kind_of(value)} is no mapping")


def number(value: int | float) -> Number:
    """A number that was worked out; large ones are inexact. Raises `Failed` for what is none."""
    if isinstance(value, int) and abs(value) >= _EXACT:
        value = float(value)
    if not isfinite(value):
        raise Failed("the number is too large")
    return Number(value)


def kind_of(value: Value) -> str:
    """What a value is, in words."""
    match value:
        case None:
            return "null"
        case Text():
            return "a text"
        case Number():
            return "a number"
        case Items():
            return "a list"
        case Fields():
            return "a mapping"
        case _:
            return "a truth value"


def listed(items: "Iterable[Value]") -> Items:
    """A list; raises `NotEvaluated` where it has too many items."""
    kept: list[Value] = []
    for item in items:
        kept.append(item)
        if len(kept) > limits.HCL_ITEMS:
            raise NotEvaluated(f"a list has more than {limits.HCL_ITEMS:,} items")
    return Items(tuple(kept))


def plain(value: Value) -> object:
    """A value without its places, for comparing; raises `NotEvaluated` where a part is unknown."""
    match value:
        case Text():
            return value.value
        case Items(items):
            return tuple(plain(item) for item in items)
        case Fields():
            return tuple(sorted((key, plain(entry.value)) for key, entry in fields_of(value).items()))
        case bool():
            return ("truth", value)
        case Number(number):
            return ("number", number)
        case Unknown(why):
            raise NotEvaluated(why)
        case _:
            return None


def named(value: Value, name: str) -> Value:
    """A value that a variable of this name gave: pieces that bear no name yet bear it now."""
    match value:
        case Text(row, unset, sites):
            return Text(_with_name(row, name), unset, sites)
        case Number(number, row):
            return Number(number, _with_name(row, name))
        case Unknown(_, head):
            return value._replace(head=_with_name(head, name))
        case _:
            return value


def _with_name(row: Row, name: str) -> Row:
    return tuple(s if s.name is not None else s._replace(name=name) for s in row)
