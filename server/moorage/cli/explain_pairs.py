"""`moorage explain --pairs`: many questions, one JSON object a line in and out."""

import datetime
import json
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TypeVar, cast

from moorage.cli.taglines import describe_line
from moorage.cli.taglist import TagList, check_tags, parse_day, read_taglist
from moorage.errors import MoorageError, UsageError
from moorage.reference import parse
from moorage.versions import TagTable, judge, parse_range
from moorage.versions.elsewhere import elsewhere

T = TypeVar("T")

_encode = json.JSONEncoder(ensure_ascii=False).encode


def answer_all(path: str, *, verbose: bool) -> int:
    """Answer each line of a file on standard output, in order.

    A line that cannot be answered gives an object with `error`, and the exit code 2; the others are answered all the
    same. Raises `UsageError` for a file that cannot be read.
    """
    failed = 0
    tables = _Tables()
    today = datetime.date.today()
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(file, 1):
                if not line.strip():
                    continue
                try:
                    answer = _answer(line, tables, today, verbose)
                except MoorageError as error:
                    failed += 1
                    answer = {"error": f"line {number}: {error}"}
                sys.stdout.write(_encode(answer) + "\n")
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if failed:
        print(f"moorage: {failed} line{'' if failed == 1 else 's'} could not be answered", file=sys.stderr)
    return 2 if failed else 0


def _answer(line: str, tables: "_Tables", today: datetime.date, verbose: bool) -> dict[str, object]:
    try:
        read: object = json.loads(line)
    except ValueError as error:
        raise UsageError(f"no JSON: {error}") from None
    except RecursionError:
        raise UsageError("no JSON that can be read: nested too deeply") from None
    if not isinstance(read, dict):
        raise UsageError("not a JSON object")
    asked = cast(dict[str, object], read)
    repository, current = _text(asked, "repository"), _text(asked, "current")
    reference = parse(repository)
    wanted = _optional(asked, "range", parse_range)
    day = _optional(asked, "at", lambda text: parse_day(text, "at"))
    table = tables.of(asked, day)
    judgement = judge(
        current,
        table,
        registry=reference.registry,
        repository=reference.repository,
        range=wanted,
        at=day or today,
    )
    answer: dict[str, object] = {
        "repository": repository,
        "current": current,
        "kind": judgement.current.kind,
        "line": describe_line(judgement.current),
        "offers": [offer._asdict() for offer in judgement.offers],
    }
    if verbose:
        answer["dropped"] = [d._asdict() for d in (*judgement.dropped, *elsewhere(judgement, table))]
    return answer


def _text(asked: Mapping[str, object], key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str) or not value:
        raise UsageError(f"{key} is missing or no text")
    return value


def _optional(asked: Mapping[str, object], key: str, read: Callable[[str], T]) -> T | None:
    value = asked.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise UsageError(f"{key} is no text")
    return read(value)


class _Tables:
    """The tables of the questions; a file is read once, and a list that comes again is not read again."""

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=64)(read_taglist)
        self._from_file = lru_cache(maxsize=64)(self._file_table)
        self._last: tuple[list[object], TagTable] | None = None

    def of(self, asked: Mapping[str, object], day: datetime.date | None) -> TagTable:
        """The table of a question as of a day."""
        tags = asked.get("tags")
        if isinstance(tags, list):
            return self._inline(cast(list[object], tags))
        if tags is not None:
            raise UsageError("tags is no list")
        path = _text(asked, "tags_from") if asked.get("tags_from") is not None else ""
        if not path:
            raise UsageError("neither tags nor tags_from is given")
        return self._from_file(path, day)

    def _inline(self, tags: list[object]) -> TagTable:
        if self._last is None or self._last[0] != tags:
            check_tags(tags, "tags")
            self._last = tags, TagTable(cast(list[str], tags))
        return self._last[1]

    def _file_table(self, path: str, day: datetime.date | None) -> TagTable:
        listed: TagList = self._read(path).by(day)
        return TagTable(listed.tags, listed.dates)
