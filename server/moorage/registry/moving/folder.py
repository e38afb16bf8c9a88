"""Files of a folder that somebody else may have filled: nothing outside of it is read or written, nor anything odd."""

import os
import secrets
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from moorage.registry.failures import NotThere, Refused

_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


class Folder:
    """A folder. Files are named by their parts: `("blobs", "sha256", "…")`. What is a link is refused."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, *parts: str) -> BinaryIO:
        """An open file; raises `NotThere`, or `Refused` for what is no plain file or lies elsewhere."""
        path = self._root.joinpath(*parts)
        self._check(*parts)
        try:
            handle = os.open(path, _READ)
        except (FileNotFoundError, NotADirectoryError):
            raise NotThere(f"there is no {path}") from None
        except OSError as error:
            raise Refused(f"{path} cannot be read: {reason(error)}") from None
        # A pipe would keep us waiting for ever.
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise Refused(f"{path} is no file")
        return os.fdopen(handle, "rb")

    def read(self, limit: int, *parts: str) -> bytes:
        """What a file holds; raises as `open` does, and `Refused` for more than `limit` bytes."""
        try:
            with self.open(*parts) as file:
                data = file.read(limit + 1)
        except OSError as error:
            raise Refused(f"{self._root.joinpath(*parts)} cannot be read: {reason(error)}") from None
        if len(data) > limit:
            raise Refused(f"{self._root.joinpath(*parts)} has more than {limit >> 10} KiB")
        return data

    def size(self, *parts: str) -> int | None:
        """The size of a file, None where it is not there; raises `Refused` as `open` does."""
        try:
            with self.open(*parts) as file:
                return os.fstat(file.fileno()).st_size
        except NotThere:
            return None

    def filled(self) -> bool:
        """Whether the folder holds anything; raises `Refused` where that cannot be seen."""
        try:
            return any(self._root.iterdir())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise Refused(f"{self._root} cannot be read: {reason(error)}") from None

    @contextmanager
    def writing(self, *parts: str) -> Generator[BinaryIO]:
        """A new file that takes its name, and the place of what had it, when it is written to its end."""
        path = self._root.joinpath(*parts)
        self._check(*parts)
        new = path.with_name(f".{secrets.token_hex(8)}.new")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(new, _WRITE, 0o666), "wb") as file:
                yield file
            new.replace(path)
        except OSError as error:
            raise Refused(f"{path} cannot be written: {reason(error)}") from None
        finally:
            new.unlink(missing_ok=True)

    def _check(self, *parts: str) -> None:
        try:
            found, expected = self._root.joinpath(*parts).resolve(), self._root.resolve().joinpath(*parts)
        except (OSError, RuntimeError):
            found, expected = None, self._root
        if found is None or os.path.normcase(found) != os.path.normcase(expected):
            raise Refused(f"{self._root.joinpath(*parts)} is not read: a link leads elsewhere")


def reason(error: OSError) -> str:
    """Why the system did not do something, in its own words."""
    return (error.strerror or "unknown reason").lower()
