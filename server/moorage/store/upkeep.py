"""Keeping a store within an age and a size.

What can be asked for again goes first. Digests that were observed are history that nobody can tell again: they go with
their age alone, never to make room.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from moorage.settings import FactsSettings
from moorage.store import schema
from moorage.store.database import Database

_EVERY = 86400
_BATCH = 200


class Removed(NamedTuple):
    """How much was removed: answers of registries, digests observed, blobs, and bytes of the file."""

    answers: int = 0
    observations: int = 0
    blobs: int = 0
    size: int = 0


def never() -> bool:
    """Nobody wants to stop."""
    return False


def tidy(path: Path, now: int, limits: FactsSettings, stopped: Callable[[], bool] = never) -> Removed:
    """Apply the user's limits to the store at `path`, at most once a day whoever calls it.

    It has connections of its own, and other processes wait for a small part of the work only. It ends early when it is
    `stopped`; the next day goes on.
    """
    database = Database(schema.open_file(path))
    try:
        rows = database.query("SELECT value FROM meta WHERE name = 'tidied'")
        if database.path is None or (rows and 0 <= now - cast(int, rows[0][0]) < _EVERY):
            return Removed()
        # First, so that of several processes one does it.
        database.execute("INSERT OR REPLACE INTO meta VALUES ('tidied', ?)", (now,))
        database.execute("DELETE FROM hosts WHERE paused_until < ?", (now,))
        return prune(database, now - limits.keep, limits.max_size, stopped)
    finally:
        database.close()


def prune(database: Database, before: int | None, max_size: int | None, stopped: Callable[[], bool] = never) -> Removed:
    """Remove what was seen last before a time, then the oldest until the store is no larger than `max_size` bytes."""
    size = file_size(database)
    answers = observations = blobs = 0
    if before is not None:
        old = (" WHERE seen_at < ?", (before,))
        blobs += _remove(database, _BLOBS, *old, stopped)
        answers += _remove(database, _ANSWERS, *old, stopped)
        observations = _forget(database, before)
    if max_size is not None and size > max_size:

        def small_enough() -> bool:
            return stopped() or file_size(database) <= max_size

        oldest = (" ORDER BY seen_at", ())
        blobs += _remove(database, _BLOBS, *oldest, small_enough)
        answers += _remove(database, _ANSWERS, *oldest, small_enough)
    if answers or observations or blobs:
        database.execute("PRAGMA incremental_vacuum")
    return Removed(answers, observations, blobs, max(0, size - file_size(database)))


def compact(database: Database) -> None:
    """Give all free space back to the disk, however long that takes."""
    database.execute("PRAGMA auto_vacuum = INCREMENTAL")
    database.execute("VACUUM")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def file_size(database: Database) -> int:
    """The bytes that a store uses, without the space in its file that is free again."""
    rows = database.query(
        "SELECT (page_count - freelist_count) * page_size"
        " FROM pragma_page_count, pragma_freelist_count, pragma_page_size"
    )
    return cast(int, rows[0][0]) if rows else 0


class _Table(NamedTuple):
    """Something that can be asked for again: how its rows are named, how they go, and what goes with them."""

    select: str
    delete: str
    then: tuple[str, ...] = ()


# A row that another process has refreshed meanwhile stays.
_BLOBS = _Table("SELECT number, seen_at FROM blobs", "DELETE FROM blobs WHERE number = ? AND seen_at = ?")
_ANSWERS = _Table(
    "SELECT id, seen_at FROM answers",
    "DELETE FROM answers WHERE id = ? AND seen_at = ?",
    (
        "DELETE FROM listings WHERE id NOT IN (SELECT id FROM answers)",
        "DELETE FROM changes WHERE id NOT IN (SELECT id FROM listings)",
    ),
)


def _remove(database: Database, table: _Table, which: str, values: Sequence[int], enough: Callable[[], bool]) -> int:
    """Remove rows, in parts so that nobody waits long, until that is enough; returns how many."""
    rows = cast(list[tuple[str | int, int]], database.query(table.select + which, values))
    count = 0
    for start in range(0, len(rows), _BATCH):
        if enough():
            break
        batch = rows[start : start + _BATCH]

        def delete(connection: sqlite3.Connection, batch: Sequence[tuple[str | int, int]] = batch) -> None:
            connection.executemany(table.delete, batch)
            for statement in table.then:
                connection.execute(statement)

        if not database.write(delete):
            break
        count += len(batch)
    return count


def _forget(database: Database, before: int) -> int:
    """Forget the digests that were seen last before a time, and how lists came about before it."""
    counted = 0

    def forget(connection: sqlite3.Connection) -> None:
        nonlocal counted
        counted = connection.execute("DELETE FROM observations WHERE last_seen < ?", (before,)).rowcount
        # The last of the old changes becomes the beginning of what is known of a list.
        connection.execute(
            "UPDATE changes SET until = NULL, complete = 0, added = '', removed = ''"
            " WHERE number IN (SELECT max(number) FROM changes WHERE since < ? GROUP BY id)",
            (before,),
        )
        connection.execute(
            "DELETE FROM changes WHERE since < ?1"
            " AND number NOT IN (SELECT max(number) FROM changes WHERE since < ?1 GROUP BY id)",
            (before,),
        )

    return counted if database.write(forget) else 0
