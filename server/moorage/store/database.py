"""The two connections to a store, as the rest of it uses them: a query or a transaction, and never an exception.

A store that fails is a store that knows nothing. Reading is done from any thread; writing waits for other processes.
"""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from moorage.store import schema

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)

Value = str | int | bytes | None


class Database:
    """An open file, or memory. `trouble` says in one sentence what went wrong with it since it was opened."""

    def __init__(self, opened: schema.Opened) -> None:
        self._reader = opened.reader
        self._writer = opened.writer
        self._write_lock = threading.Lock()
        self._read_lock = self._write_lock if self._reader is self._writer else threading.Lock()
        self._damaged = False
        self.path = opened.path
        self._file = None if opened.path is None else schema.identity_of(opened.path)
        self.trouble: str | None = None

    def close(self) -> None:
        """Close the connections; nothing can be asked after that. A file that turned out broken is set aside."""
        with self._write_lock:
            self._reader.close()
            self._writer.close()
        # Another process may have set it aside meanwhile: what lies there now is a new one, and good.
        if self._damaged and self.path is not None and schema.identity_of(self.path) == self._file:
            with suppress(OSError):
                self.trouble = schema.set_aside(self.path)

    def query(self, sql: str, values: Sequence[Value] = ()) -> list[tuple[object, ...]]:
        """The rows of a query; none where the file cannot be read."""
        try:
            with self._read_lock:
                return self._reader.execute(sql, values).fetchall()
        except sqlite3.Error as error:
            self._fail(error)
            return []

    def write(self, work: Callable[[sqlite3.Connection], None]) -> bool:
        """Do `work` in one transaction; whether it was done. Work that fails leaves no trace."""
        with self._write_lock:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                try:
                    work(self._writer)
                    self._writer.execute("COMMIT")
                except BaseException:  # Also where the user interrupts.
                    # A full disk ends the transaction by itself.
                    if self._writer.in_transaction:
                        self._writer.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                self._fail(error)
                return False
        return True

    def execute(self, sql: str, values: Sequence[Value] = ()) -> None:
        """Run one statement outside of a transaction."""
        with self._write_lock:
            try:
                self._writer.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                self._fail(error)

    def _fail(self, error: sqlite3.Error) -> None:
        # A full disk and a lock pass; damage does not.
        self._damaged |= getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE
        self.trouble = f"the fact store does not work, so some facts are not kept: {error}"
