"""Shipped facts that the user has refreshed: kept in the cache folder, used where they are newer than those shipped."""

import os
from pathlib import Path

from moorage.data.lifecycle import MAX_BYTES, DataError, Lifecycles, read, shipped

FILE = "lifecycle.json"


class Refreshed:
    """The life cycles that hold for a user; call it to have them. The file is read when they are first asked for.

    `notice` then says why a refreshed table is not used, if there is one that cannot be.
    """

    def __init__(self, cache_dir: Path) -> None:
        self.path = cache_dir / FILE
        self.notice: str | None = None
        self._table: Lifecycles | None = None

    def __call__(self) -> Lifecycles:
        """The newer of the refreshed and the shipped table."""
        if self._table is None:
            mine = self.refreshed()
            self._table = mine if mine is not None and mine.date > shipped().date else shipped()
        return self._table

    def refreshed(self) -> Lifecycles | None:
        """The refreshed table; None where there is none that can be used."""
        try:
            with self.path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            if len(data) > MAX_BYTES:
                raise DataError(f"it is larger than {MAX_BYTES >> 20} MiB")
            return read(data.decode("utf-8", "replace"))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            if not os.access(self.path.parent, os.X_OK):
                return None  # There is no folder of the user's: nothing was refreshed.
            self.notice = self._not_used(error.strerror or str(error))
        except DataError as error:
            self.notice = self._not_used(str(error))
        return None

    def _not_used(self, why: str) -> str:
        return f"{self.path} is not used ({why}); `moorage data update` writes it anew"
