"""The tables of the fact store, and how a file of them is opened.

`answers` holds what was said last, `listings` the long texts of tag lists, `changes` how each list came to be what it
is, `observations` every digest that a tag has meant, `blobs` what is attached to images, `hosts` who wants to be left
alone, `identities` under which credential a helper's answers were kept, `meta` what the store says of itself.

A new version adds tables and fills them from what is there; it never changes or drops one, so that what was observed
stays, and a program that has the file open at that moment goes on working with it.
"""

import os
import sqlite3
from pathlib import Path
from typing import NamedTuple

VERSION = 2
_APPLICATION = 0x6D6F6F72
_BUSY_MS = 5000

_TABLES = """
CREATE TABLE IF NOT EXISTS answers (
    id TEXT PRIMARY KEY, form INTEGER NOT NULL, state TEXT NOT NULL, value TEXT NOT NULL,
    seen_at INTEGER NOT NULL, complete INTEGER NOT NULL, private INTEGER NOT NULL, endpoint TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS listings (
    id TEXT PRIMARY KEY, revision TEXT NOT NULL, tags TEXT NOT NULL, dates TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS observations (
    id TEXT NOT NULL, digest TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    endpoint TEXT NOT NULL, PRIMARY KEY (id, first_seen, digest)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, until INTEGER, since INTEGER NOT NULL, complete INTEGER NOT NULL,
    added TEXT NOT NULL, removed TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_by_id ON changes (id);
CREATE TABLE IF NOT EXISTS blobs (
    number INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, seen_at INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hosts (name TEXT PRIMARY KEY, paused_until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS identities (source TEXT PRIMARY KEY, identity TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
"""

# Version 1 kept no changes: what is known of a list's past is when it was seen last.
_FROM_1 = """
INSERT INTO changes (id, until, since, complete, added, removed)
    SELECT id, NULL, seen_at, 0, '', '' FROM answers
    WHERE state = 'known' AND substr(id, 1, 5) = 'tags' || char(10)
"""


class Opened(NamedTuple):
    """Connections to a store: one that reads, one that writes (the same for a store in memory), and what happened."""

    reader: sqlite3.Connection
    writer: sqlite3.Connection
    notices: tuple[str, ...] = ()
    path: Path | None = None
    """Its file; None for a store in memory."""


def open_file(path: Path) -> Opened:
    """Open the store at `path`, made where it is not there.

    Never fails: a store that is broken is set aside, one that cannot be written or is too new is replaced by memory,
    each with a notice.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _keep_private(path)
    except OSError as error:
        return _memory(f"the fact store {path} cannot be written, so facts are kept in memory: {_why(error)}")
    notices: list[str] = []
    for attempt in range(2):
        before = identity_of(path)
        try:
            return _open(path, tuple(notices))
        except _TooNewError:
            return _memory(f"the fact store {path} is from a newer version of moorage and is left alone")
        except sqlite3.OperationalError as error:
            return _memory(f"the fact store {path} cannot be used, so facts are kept in memory: {error}")
        except sqlite3.DatabaseError as error:
            if attempt:
                return _memory(f"the fact store {path} cannot be used, so facts are kept in memory: {error}")
            try:
                # Another process may have set it aside meanwhile: what lies there now is a new one, and good.
                if identity_of(path) == before:
                    notices.append(set_aside(path))
            except OSError as failure:
                return _memory(f"the fact store {path} is broken and cannot be set aside: {_why(failure)}")
    raise AssertionError("the second attempt returns")


class _TooNewError(Exception):
    pass


def _open(path: Path, notices: tuple[str, ...]) -> Opened:
    writer = _connect(str(path))
    try:
        version: int = writer.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise _TooNewError
        if version == 0:
            # Space that is given up goes back a few pages at a time; it must be said before the first table is made.
            writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("PRAGMA synchronous = NORMAL")
        _prepare(writer, version)
        # A torn file often opens and fails later: look at it once while it can still be set aside.
        writer.execute("SELECT count(*) FROM hosts").fetchone()
        reader = _connect(str(path))
    except BaseException:  # Also where the user interrupts: an open writer would keep others waiting.
        writer.close()
        raise
    return Opened(reader, writer, notices, path)


def _memory(notice: str) -> Opened:
    connection = _connect(":memory:")
    _prepare(connection, 0)
    return Opened(connection, connection, (notice,))


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, timeout=_BUSY_MS / 1000, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
    return connection


def _prepare(connection: sqlite3.Connection, version: int) -> None:
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it while this one waited for its turn.
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise _TooNewError
        if version < VERSION:
            _upgrade(connection, version)
        connection.execute("COMMIT")
    except BaseException:  # Also where the user interrupts: no half of a change is kept.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _upgrade(connection: sqlite3.Connection, version: int) -> None:
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    if version == 1:
        connection.execute(_FROM_1)
    connection.execute("INSERT OR IGNORE INTO secrets (name, value) VALUES ('identity', ?)", (os.urandom(32),))
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    connection.execute(f"PRAGMA user_version = {VERSION}")


def set_aside(path: Path) -> str:
    """Move a broken store out of the way; returns the notice about it. Raises OSError where that cannot be done."""
    number = 1
    while (aside := path.with_name(f"{path.name}.broken-{number}")).exists():
        number += 1
    path.rename(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return f"the fact store was broken: it is set aside as {aside}, and a new one is begun"


def identity_of(path: Path) -> tuple[int, int] | None:
    """Which file lies at a path: a new one of the same name is another."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _keep_private(path: Path) -> None:
    if os.name == "posix" and path.parent.stat().st_uid == os.getuid():
        path.parent.chmod(0o700)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
