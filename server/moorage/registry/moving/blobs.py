"""Blobs as they travel: piece by piece, never as a whole in memory, and always measured against their digest."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, NamedTuple

from moorage.reference import is_digest
from moorage.registry.failures import Refused
from moorage.registry.moving.folder import reason

BLOCK = 256 << 10
MAX_BLOB = 16 << 30
"""The largest blob that is moved, in bytes."""


_SECONDS = 30.0
_SLOWEST = 64 << 10


class Content(NamedTuple):
    """A blob that can be read; `open` begins at its first byte, however often it is called."""

    digest: str
    size: int
    open: Callable[[], AsyncIterator[bytes]]


def of_bytes(data: bytes, digest: str) -> Content:
    """A blob in memory."""

    async def read() -> AsyncIterator[bytes]:
        yield data

    return Content(digest, len(data), read)


def of_file(file: BinaryIO, digest: str, size: int) -> Content:
    """A blob in an open file, which must stay open as long as the blob is read, and by one reader at a time."""

    async def read() -> AsyncIterator[bytes]:
        try:
            file.seek(0)
            while block := await asyncio.to_thread(file.read, BLOCK):
                yield block
        except OSError as error:
            raise Refused(f"the blob {digest} cannot be read: {reason(error)}") from None

    return Content(digest, size, read)


def seconds_for(size: int) -> float:
    """How long a request may take that moves `size` bytes: what drips more slowly than any network is given up."""
    return _SECONDS + size / _SLOWEST


async def checked(content: Content) -> AsyncIterator[bytes]:
    """The blob's pieces. The last one comes only when all of them together are what the digest stands for.

    So nobody ever has the whole of a wrong blob. Raises `Refused`.
    """
    measure = Measure(content.digest)
    held = b""
    async for part in content.open():
        if not part:
            continue
        measure.add(part)
        if measure.size > content.size:
            break
        if held:
            yield held
        held = part
    measure.check(content.size)
    if held:
        yield held


async def in_chunks(content: Content, size: int) -> AsyncIterator[bytes]:
    """The blob in pieces of `size` bytes, the last one with what remains; raises `Refused` as `checked` does."""
    chunk = bytearray()
    async for part in checked(content):
        chunk += part
        while len(chunk) > size:
            yield bytes(chunk[:size])
            del chunk[:size]
    if chunk:
        yield bytes(chunk)


class Measure:
    """What a digest is compared with, while the bytes go by."""

    def __init__(self, digest: str) -> None:
        if not is_digest(digest):
            raise Refused(f"{digest[:100]!r} is no digest")
        self._digest = digest
        self._hash = hashlib.new(digest.partition(":")[0])
        self.size = 0

    def add(self, part: bytes) -> None:
        """Take the next piece."""
        self._hash.update(part)
        self.size += len(part)

    def check(self, size: int) -> None:
        """Raise `Refused` where what went by has another size or digest."""
        if self.size != size:
            raise Refused(f"the blob {self._digest} has another size than the {size} bytes it should have")
        if self._hash.hexdigest() != self._digest.partition(":")[2]:
            raise Refused(f"the blob {self._digest} is not what its digest stands for")


class FileSink:
    """Takes a blob into an open file."""

    def __init__(self, file: BinaryIO, digest: str) -> None:
        self._file = file
        self._digest = digest
        self.measure = Measure(digest)

    def begin(self) -> None:
        """Forget what came before."""
        self._file.seek(0)
        self._file.truncate()
        self.measure = Measure(self._digest)

    async def write(self, part: bytes) -> None:
        """Take the next piece."""
        self.measure.add(part)
        await asyncio.to_thread(self._file.write, part)
