"""Keeping a store within an age and a size.

What can be asked for again goes first. Digests that were observed are history that nobody can tell again: they go with
their age alone, never to make room.
"""

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple, cast

from moorage.store.database import Database

KEEP = 400 * 86400
"""How old facts may be, in seconds, before they are removed by themselves."""
MAX_SIZE = 512 << 20
"""How large a store may be, in bytes, before the oldest facts are removed by themselves."""

_EVERY = 86400
_BATCH = 200


class Removed(NamedTuple):
    """How much was removed: answers of registries, digests observed, blobs, and bytes of the file."""

    answers: int = 0
    observations: int = 0
    blobs: int = 0
    size: int = 0


def tidy(database: Database, now: int, keep: int = KEEP, max_size: int = MAX_SIZE) -> Removed:
    """Apply both limits, at most once a day whoever calls it. Other processes wait for a small part of it only."""
    rows = database.query("SELECT value FROM meta WHERE name = 'tidied'")
    if database.path is None or (rows and 0 <= now - cast(int, rows[0][0]) < _EVERY):
        return Removed()
    # First, so that of several processes one does it.
    database.execute("INSERT OR REPLACE INTO meta VALUES ('tidied', ?)", (now,))
    removed = prune(database, now - keep, max_size)
    database.execute("DELETE FROM hosts WHERE paused_until < ?", (now,))
    return removed


def prune(database: Database, before: int | None, max_size: int | None) -> Removed:
    """Remove what was seen last before a time, then the oldest until the store is no larger than `max_size` bytes."""
    size = file_size(database)
    answers = observations = blobs = 0
    if before is not None:
        blobs += _remove(database, _BLOBS, "WHERE seen_at < ?", (before,))
        answers += _remove(database, _ANSWERS, "WHERE seen_at < ?", (before,))
        observations = _forget(database, before)
    if max_size is not None:
        blobs += _remove(database, _BLOBS, "ORDER BY seen_at", (), max_size)
        answers += _remove(database, _ANSWERS, "ORDER BY seen_at", (), max_size)
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
_BLOBS = _Table("SELECT number, seen_at FROM blobs ", "DELETE FROM blobs WHERE number = ? AND seen_at = ?")
_ANSWERS = _Table(
    "SELECT id, seen_at FROM answers ",
    "DELETE FROM answers WHERE id = ? AND seen_at = ?",
    (
        "DELETE FROM listings WHERE id NOT IN (SELECT id FROM answers)",
        "DELETE FROM changes WHERE id NOT IN (SELECT id FROM listings)",
    ),
)


def _remove(database: Database, table: _Table, which: str, values: Sequence[int], max_size: int | None = None) -> int:
    """Remove rows, in parts so that nobody waits long, until the store is small enough; returns how many."""
    rows = cast(list[tuple[str | int, int]], database.query(table.select + which, values))
    count = 0
    for start in range(0, len(rows), _BATCH):
        if max_size is not None and file_size(database) <= max_size:
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
