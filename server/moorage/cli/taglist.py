"""Tag lists in files: one tag a line, with a date behind a tab where it is known."""

import datetime
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple, cast

from moorage.errors import UsageError

_MAX_BYTES = 256 << 20
_LENGTHS = frozenset(range(1, 129))  # of a tag
_day = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII).fullmatch


class TagList(NamedTuple):
    """Tags in the order of the file, and when they were pushed, in seconds since the epoch, where that is said."""

    tags: tuple[str, ...]
    dates: dict[str, int]

    def by(self, day: datetime.date | None) -> "TagList":
        """The list as it was at the end of a day: tags dated later do not exist."""
        if day is None or not self.dates:
            return self
        end = end_of(day)
        return TagList(tuple(t for t in self.tags if self.dates.get(t, 0) < end), self.dates)


def read_taglist(path: str) -> TagList:
    """Read a file of tags, `-` for standard input; raises `UsageError` for a file or line that cannot be used."""
    return parse_taglist(_text(path), path)


def parse_taglist(text: str, name: str) -> TagList:
    """The tags in a text; `name` says in messages where it came from."""
    dates: dict[str, int] = {}
    tags: list[str] = []
    if "\t" not in text:
        tags = text.split()
    else:
        for number, line in enumerate(text.splitlines(), 1):
            tag, _, date = line.partition("\t")
            tag, date = tag.strip(), date.strip()
            if not tag:
                continue
            tags.append(tag)
            if date:
                try:
                    dates[tag] = parse_time(date)
                except ValueError:
                    raise UsageError(f"{name}:{number}: {date!r} is no date such as 2026-01-31") from None
    check_tags(tags, name)
    return TagList(tuple(tags), dates)


def check_tags(tags: Collection[object], name: str) -> None:
    """Raise `UsageError` for the first thing in a list that cannot be a tag."""
    if {*map(type, tags)} <= {str} and {*map(len, cast(Collection[str], tags))} <= _LENGTHS:
        return
    shown = repr(next(tag for tag in tags if not _could_be_tag(tag)))
    raise UsageError(f"{name}: {shown if len(shown) <= 60 else shown[:60] + '…'} is no tag")


def _could_be_tag(tag: object) -> bool:
    return isinstance(tag, str) and len(tag) in _LENGTHS


def parse_time(text: str) -> int:
    """Seconds since the epoch of a date, a time in ISO 8601, or seconds; raises ValueError."""
    if text.isdecimal() and len(text) > 8:
        return int(text)
    time = datetime.datetime.fromisoformat(text)
    return int((time if time.tzinfo else time.replace(tzinfo=datetime.UTC)).timestamp())


def parse_day(text: str, option: str) -> datetime.date:
    """A day in ISO 8601; raises `UsageError`."""
    try:
        if not _day(text):
            raise ValueError
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no date such as 2026-01-31") from None


def seconds(day: datetime.date) -> int:
    """The first second of a day, in seconds since the epoch."""
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp())


def end_of(day: datetime.date) -> int:
    """The first second behind a day in UTC, in seconds since the epoch."""
    return seconds(day) + 86400


def _text(path: str) -> str:
    try:
        if path == "-":
            return sys.stdin.buffer.read(_MAX_BYTES).decode("utf-8", "replace")
        with Path(path).open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(data) > _MAX_BYTES:
        raise UsageError(f"{path}: larger than {_MAX_BYTES >> 20} MiB")
    return data.decode("utf-8", "replace")
