"""The fields of a line of JSON that somebody else has written."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import cast

from moorage.reference import is_registry, is_repository

SHOWN = 40
"""How much of a wrong value a message shows."""

_MAX_LINE = 8 << 20
_MAX_TEXT = 4096
_MAX_NUMBER = 1 << 60
_time = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII).fullmatch


class WrongField(Exception):
    """What is wrong with a line: the end of a sentence."""


def read_fields(line: bytes) -> "Fields":
    """A line as an object; raises `WrongField`."""
    if len(line) > _MAX_LINE:
        raise WrongField(f"the line is longer than {_MAX_LINE >> 20} MiB")
    try:
        content: object = json.loads(line.decode("ascii"))
    except (ValueError, RecursionError):
        raise WrongField("this is no JSON in ASCII") from None
    if not isinstance(content, dict):
        raise WrongField("this is no JSON object")
    return Fields(cast(dict[str, object], content))


class Fields:
    """A JSON object of which nothing is believed; every reader raises `WrongField`."""

    def __init__(self, fields: Mapping[str, object]) -> None:
        self.fields = fields

    def text(self, name: str, is_right: Callable[[str], bool] | None = None) -> str:
        """A text, of at most 4096 characters."""
        value = self.fields.get(name)
        if not isinstance(value, str) or len(value) > _MAX_TEXT or (is_right is not None and not is_right(value)):
            raise self._wrong(name)
        return value

    def maybe(self, name: str, is_right: Callable[[str], bool] | None = None) -> str | None:
        """A text, None for null."""
        return None if self.fields.get(name) is None else self.text(name, is_right)

    def number(self, name: str, most: int = _MAX_NUMBER) -> int:
        """A whole number from 0."""
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
            raise self._wrong(name)
        return value

    def time(self, name: str) -> int:
        """A time in UTC, in seconds since the epoch."""
        text = self.text(name, lambda text: _time(text) is not None)
        try:
            return int(datetime.fromisoformat(text).timestamp())
        except ValueError:
            raise self._wrong(name) from None

    def maybe_time(self, name: str) -> int | None:
        """A time, None for null."""
        return None if self.fields.get(name) is None else self.time(name)

    def flag(self, name: str) -> bool:
        """True or false."""
        value = self.fields.get(name)
        if not isinstance(value, bool):
            raise self._wrong(name)
        return value

    def texts(self, name: str, is_right: Callable[[str], bool]) -> tuple[str, ...]:
        """A list of texts that are all right."""
        values = self._list(name)
        if not all(isinstance(value, str) and is_right(value) for value in values):
            raise self._wrong(name)
        return tuple(cast(list[str], values))

    def objects(self, name: str) -> Iterator["Fields"]:
        """A list of objects."""
        for value in self._list(name):
            if not isinstance(value, dict):
                raise self._wrong(name)
            yield Fields(cast(dict[str, object], value))

    def pairs(self, name: str) -> tuple[tuple[str, str], ...]:
        """An object of texts."""
        value = self.fields.get(name)
        if not isinstance(value, dict):
            raise self._wrong(name)
        entries = cast(dict[str, object], value)
        if not all(isinstance(text, str) for text in entries.values()):
            raise self._wrong(name)
        return tuple(cast(dict[str, str], entries).items())

    def image(self) -> tuple[str, str]:
        """The registry and the path of a repository."""
        registry, _, repository = self.text("image").partition("/")
        if not is_registry(registry) or not is_repository(repository):
            raise self._wrong("image")
        return registry, repository

    def endpoint(self) -> str:
        """The host that answered; empty where that is not known."""
        return self.text("endpoint", lambda text: not text or is_registry(text))

    def _list(self, name: str) -> list[object]:
        value = self.fields.get(name)
        if not isinstance(value, list):
            raise self._wrong(name)
        return cast(list[object], value)

    def _wrong(self, name: str) -> WrongField:
        if name not in self.fields:
            return WrongField(f"{name} is missing")
        shown = json.dumps(self.fields[name])
        return WrongField(f"{name} cannot be {shown if len(shown) <= SHOWN else shown[:SHOWN] + '…'}")
