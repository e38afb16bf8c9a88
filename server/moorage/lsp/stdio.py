"""Messages over standard input and output, each on a thread of its own.

The event loop never waits for a pipe: a client that does not read, or that sends a huge message slowly, stops nothing.
"""

import asyncio
import json
import os
import re
import sys
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread

Receive = Callable[[object], None]
"""Takes one decoded message, or an `Unreadable`, on the event loop."""

_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,12})[ \t]*\r?$", re.I | re.M)
_MAX_HEADER = 1 << 16
_MAX_BODY = 1 << 28
_CHUNK = 1 << 16
_LAST_WORDS = 2.0
"""Seconds that a client has to read what is left when the server ends."""


class Unreadable:
    """A message whose body is no JSON."""


class Input:
    """Reads framed messages from a file descriptor and hands them to the loop in order."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._buffer = bytearray()

    def start(self, loop: asyncio.AbstractEventLoop, receive: Receive, at_end: Callable[[], None]) -> None:
        """Read until the input ends; `receive` and `at_end` are called on `loop`."""

        def read_all() -> None:
            try:
                for body in iter(self.next_body, None):
                    loop.call_soon_threadsafe(receive, _decode(body))
                loop.call_soon_threadsafe(at_end)
            except RuntimeError:
                return  # The loop is closed: the server has ended.

        Thread(target=read_all, name="moorage-input", daemon=True).start()

    def next_body(self) -> bytes | None:
        """The body of the next message; None at the end of the input, and where nothing more can be made of it."""
        while True:
            head = self._until_blank_line()
            if head is None:
                return None
            length = _LENGTH.search(head)
            if length is None:
                # Where the next message begins cannot be known.
                sys.stderr.write("moorage: a message without a Content-Length has come from the editor\n")
                return None
            if int(length[1]) <= _MAX_BODY:
                return self._exactly(int(length[1]))
            if not self._skip(int(length[1])):
                return None

    def _until_blank_line(self) -> bytes | None:
        while True:
            for mark in (b"\r\n\r\n", b"\n\n"):
                at = self._buffer.find(mark)
                if at >= 0:
                    return self._take(at + len(mark))
            if len(self._buffer) > _MAX_HEADER or not self._more():
                return None

    def _exactly(self, length: int) -> bytes | None:
        while len(self._buffer) < length:
            if not self._more():
                return None
        return self._take(length)

    def _skip(self, length: int) -> bool:
        while length > 0:
            if not self._buffer and not self._more():
                return False
            length -= len(self._take(min(length, len(self._buffer))))
        return True

    def _take(self, count: int) -> bytes:
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _more(self) -> bool:
        # The descriptor itself is read: a thread that waits inside a buffered file would hold its lock at exit.
        try:
            data = os.read(self._descriptor, _CHUNK)
        except OSError:
            return False
        self._buffer += data
        return bool(data)


class Output:
    """Writes to a file descriptor from a queue. Has the form that pygls expects of a writer."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = Thread(target=self._write_all, name="moorage-output", daemon=True)
        self._thread.start()

    def write(self, data: bytes) -> None:
        """Queue `data`."""
        self._queue.put(data)

    def close(self) -> None:
        """Write what is queued, for as long as the client reads it, and end."""
        self._queue.put(None)
        self._thread.join(_LAST_WORDS)

    def _write_all(self) -> None:
        for data in iter(self._queue.get, None):
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
            except OSError:
                return  # Nobody reads any more; the end of the input will say so too.


def claim_standard_streams() -> tuple[int, int]:
    """File descriptors for input and output; whatever else writes to standard output goes to standard error."""
    sys.stdout.flush()
    output = os.dup(1)
    os.dup2(2, 1)
    return 0, output


def _decode(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return Unreadable()
