"""When lines of releases began and ended: the shipped table, and the form that refreshed ones have.

The form is JSON: `form` (1), `source`, `licence`, `date`, and `products`, each with its `images` (canonical names) and
`cycles`, rows of name, codename, first release, end (a day; true where it ended on a day nobody wrote down; null where
no end is known), whether it is a long-term line, and its last release.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pkgutil import get_data
from typing import NamedTuple, cast

from moorage.errors import MoorageError
from moorage.reference import InvalidReference, parse

FORM = 1
MAX_BYTES = 16 << 20
_MAX_PRODUCTS = 5_000
_MAX_ROWS = 2_000
_MAX_TEXT = 200
_CELLS = 6


class DataError(MoorageError):
    """A table that cannot be used: one sentence says why."""


class Cycle(NamedTuple):
    """One line of releases. Days are ISO dates, empty where unknown; `ended` is true where only the fact is known."""

    name: str
    codename: str = ""
    released: str = ""
    ends: str = ""
    ended: bool = False
    long_term: bool = False
    latest: str = ""

    def is_out(self, today: date) -> bool:
        """Whether the line has begun by `today`, as far as is known."""
        return self.released <= today.isoformat()

    def is_over(self, today: date) -> bool:
        """Whether the line has ended by `today`."""
        return self.ended or bool(self.ends and self.ends <= today.isoformat())


class Product(NamedTuple):
    """What one product's images are called, and its lines in the order of the source (newest first)."""

    name: str
    images: tuple[str, ...]
    cycles: tuple[Cycle, ...]


Entries = Mapping[str, Mapping[str, list[object]]]


class Lifecycles:
    """A table: where it is from, the day on which it held, and the product of each image.

    Products are read from `entries`, those of the form, when they are asked for.
    """

    def __init__(self, source: str, licence: str, day: str, entries: Entries) -> None:
        self.source = source
        self.licence = licence
        self.date = day
        self.entries = entries
        self._names: Mapping[str, str] | None = None
        self._read: dict[str, Product] = {}

    @property
    def images(self) -> Mapping[str, str]:
        """The name of the product of each image, by the image's canonical name."""
        if self._names is None:
            self._names = {str(image): name for name, entry in self.entries.items() for image in entry["images"]}
        return self._names

    def product_of(self, image: str) -> Product | None:
        """The product whose releases the tags of an image count; None where there is none in the table."""
        name = self.images.get(image)
        return None if name is None else self.product(name)

    def product(self, name: str) -> Product:
        """The product of this name, which must be one of `entries`."""
        product = self._read.get(name)
        if product is None:
            product = self._read[name] = _product(name, self.entries[name])
        return product


@cache
def shipped() -> Lifecycles:
    """The table that ships with the program."""
    data = get_data("moorage.data", "lifecycle.json") or b""
    return _table(json.loads(data))


def read(text: str) -> Lifecycles:
    """Read a table; raises `DataError`. Trusts nothing in it: other people's files come this way too."""
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        raise DataError("the table is no JSON") from None
    if not isinstance(content, dict):
        raise DataError("the table is no JSON object")
    table = cast(dict[str, object], content)
    if table.get("form") != FORM:
        raise DataError(f"the table is not of form {FORM}")
    products = table.get("products")
    if not isinstance(products, dict):
        raise DataError("the table has no products")
    entries = cast(dict[str, object], products)
    if len(entries) > _MAX_PRODUCTS:
        raise DataError(f"the table has more than {_MAX_PRODUCTS} products")
    for name, entry in entries.items():
        _check(name, entry)
    _text(table.get("source"), "source")
    _text(table.get("licence"), "licence")
    if not _day(table.get("date"), "date"):
        raise DataError("the table does not say of which day it is")
    return _table(table)


def table_of(source: str, licence: str, day: str, products: Iterable[Product]) -> Lifecycles:
    """A table of these products."""
    return Lifecycles(source, licence, day, {p.name: _entry(p) for p in products})


def written(table: Lifecycles) -> str:
    """A table in its form, one product a line."""
    head = {"form": FORM, "source": table.source, "licence": table.licence, "date": table.date}
    rows = [f"{json.dumps(name)}: {json.dumps(entry, separators=(',', ':'))}" for name, entry in table.entries.items()]
    return json.dumps(head)[:-1] + ', "products": {\n' + ",\n".join(rows) + "\n}}\n"


def _table(content: Mapping[str, object]) -> Lifecycles:
    entries = cast(Entries, content["products"])
    return Lifecycles(str(content["source"]), str(content["licence"]), str(content["date"]), entries)


def _entry(product: Product) -> dict[str, list[object]]:
    cycles: list[object] = [
        [c.name, c.codename, c.released, True if c.ended else c.ends or None, int(c.long_term), c.latest]
        for c in product.cycles
    ]
    return {"images": list(product.images), "cycles": cycles}


def _product(name: str, entry: Mapping[str, list[object]]) -> Product:
    cycles: list[Cycle] = []
    for row in entry["cycles"]:
        cycle, codename, released, ends, long_term, latest = cast(list[object], row)
        day = ends if isinstance(ends, str) else ""
        cycles.append(Cycle(str(cycle), str(codename), str(released), day, ends is True, bool(long_term), str(latest)))
    return Product(name, tuple(map(str, entry["images"])), tuple(cycles))


def _check(name: str, entry: object) -> None:
    """Raise where an entry is not of the form."""
    _text(name, "a product's name")
    fields = cast(dict[str, object], entry) if isinstance(entry, dict) else {}
    for image in _rows(fields.get("images"), name):
        _check_image(_text(image, name), name)
    for row in _rows(fields.get("cycles"), name):
        cells = cast(list[object], row) if isinstance(row, list) else []
        if len(cells) != _CELLS:
            raise DataError(f"{name!r} has a cycle that is no row of {_CELLS}")
        for cell in (cells[0], cells[1], cells[5]):
            _text(cell, name)
        _day(cells[2], name)
        if cells[3] is not True and cells[3] is not None:
            _day(cells[3], name)


def _rows(value: object, name: str) -> list[object]:
    if not isinstance(value, list):
        raise DataError(f"{name!r} has no lists of images and cycles")
    rows = cast(list[object], value)
    if len(rows) > _MAX_ROWS:
        raise DataError(f"{name!r} has more than {_MAX_ROWS} images or cycles")
    return rows


def _check_image(text: str, name: str) -> None:
    try:
        reference = parse(text)
    except InvalidReference:
        raise DataError(f"{name!r} names {text!r}, which is no image") from None
    if reference.name != text:
        raise DataError(f"{name!r} names {text!r}, which is no canonical name without a tag")


def _text(value: object, where: str) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
        raise DataError(f"{where[:_MAX_TEXT]!r} has something that is no short text")
    return value


def _day(value: object, where: str) -> str:
    text = _text(value, where)
    if text:
        try:
            date.fromisoformat(text)
        except ValueError:
            raise DataError(f"{where!r} has {text!r} for a day") from None
    return text
