"""Bringing a blob to a registry: in one piece, or in chunks that go on where they were broken off.

The exchange is that of the OCI distribution specification 1.1, "Pushing blobs". Where a registry sends us to another
host to upload, that host is judged like any other and gets no credential.
"""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol

from moorage.registry.failures import NoAnswer, Refused, RegistryFailure
from moorage.registry.http.boundary import Origin
from moorage.registry.http.exchange import Ask, Reply, Stream
from moorage.registry.http.urls import BadUrl, Url, escape, join
from moorage.registry.moving.blobs import BLOCK, Content, checked, in_chunks, seconds_for
from moorage.registry.moving.verbs import is_page

_ATTEMPTS = 3
_RESUMES = 5
_LARGEST_CHUNK = 64 << 20
_OCTETS = ("content-type", "application/octet-stream")
_TAKEN = (200, 201, 204)
_range = re.compile(r"(?:bytes[= ])?0-([0-9]{1,15})").fullmatch


class Sizes(NamedTuple):
    """Blobs of up to `whole` bytes go in one piece, others in chunks of `chunk` bytes or what the registry wants."""

    whole: int = 64 << 20
    chunk: int = 8 << 20


class Desk(Protocol):
    """Where uploads are begun and go on, with the right to push."""

    async def begin(self) -> Reply:
        """Begin an upload; the answer says where it goes on."""
        ...

    async def send(self, ask: Ask) -> Reply:
        """Send a part to where it goes on."""
        ...

    def refusal(self, reply: Reply, what: str) -> Refused:
        """What an answer that says no means."""
        ...


class _Lost(Exception):
    """The registry knows nothing of the upload any more: it has to be begun anew. The message says how we know."""


async def upload(desk: Desk, content: Content, begun: Reply | None = None, sizes: Sizes | None = None) -> None:
    """Bring a blob there. `begun` is the answer that began an upload for it already.

    Raises `RegistryFailure`. A blob that is not what its digest stands for is broken off before its end, and the
    upload cancelled.
    """
    sizes = sizes or Sizes()
    whole = content.size <= sizes.whole
    why = ""
    for _ in range(_ATTEMPTS):
        work = _Upload(desk, content, begun if begun is not None else await desk.begin())
        begun = None
        try:
            if whole:
                await work.whole()
            else:
                await work.chunked(sizes.chunk)
        except _Lost as lost:
            # Too large for one piece, perhaps, or for something in between.
            whole = content.size == 0
            why = str(lost)
            continue
        except RegistryFailure:
            await work.cancel()
            raise
        return
    raise NoAnswer(f"the blob {content.digest} could not be brought over in {_ATTEMPTS} attempts: at last {why}")


class _Upload:
    """One upload, and where it goes on."""

    def __init__(self, desk: Desk, content: Content, begun: Reply) -> None:
        self._desk = desk
        self._content = content
        self._chunk_at_least = begun.header("oci-chunk-min-length") or ""
        self._url, self._origin = _where(begun)

    async def whole(self) -> None:
        """Send everything at once."""
        size = self._content.size
        body = Stream(size, lambda: checked(self._content)) if size else b""
        try:
            reply = await self._put(body)
        except NoAnswer as failure:
            raise _Lost(str(failure)) from None
        if reply.status in (404, 408, 413, 416) or reply.status >= 500:
            raise _lost(reply)
        self._finish(reply)

    async def chunked(self, size: int) -> None:
        """Send one chunk after the other, then the digest."""
        if self._chunk_at_least.isdecimal():
            size = max(size, int(self._chunk_at_least[:20]))
        if size > _LARGEST_CHUNK:
            raise Refused(f"{self._url.authority} wants chunks of {size >> 20} MiB, which is too much")
        sent = 0
        async for chunk in in_chunks(self._content, size):
            await self._chunk(chunk, sent)
            sent += len(chunk)
        reply = await self._put(b"")
        if reply.status == 404:
            raise _lost(reply)
        self._finish(reply)

    async def cancel(self) -> None:
        """Say that nothing more comes; nobody minds where that fails."""
        try:
            await self._send("DELETE", self._url, b"")
        except RegistryFailure:
            return

    async def _chunk(self, data: bytes, start: int) -> None:
        """Send the bytes from `start` on, and again what the registry did not get."""
        end = start + len(data)
        at = start
        for _ in range(_RESUMES):
            headers = ("content-range", f"{at}-{end - 1}")
            try:
                reply: Reply | None = await self._send("PATCH", self._url, _rest(data, at - start), headers)
            except NoAnswer:
                reply = None
            if reply is not None and reply.status in (201, 202, 204):
                self._url, self._origin = _where(reply, self._url, self._origin)
                at = _next_byte(reply, end)
            elif reply is None or reply.status in (408, 416) or reply.status >= 500:
                at = await self._ask_how_far(start)
            elif reply.status == 404:
                raise _lost(reply)
            else:
                raise self._desk.refusal(reply, f"take the blob {self._content.digest}")
            if at == end:
                return
            if not start <= at < end:
                break
        raise _Lost(f"{self._url.authority} said that it had {at} bytes of it")

    async def _ask_how_far(self, start: int) -> int:
        """The first byte that the registry does not have."""
        try:
            reply = await self._send("GET", self._url, None)
        except NoAnswer as failure:
            raise _Lost(str(failure)) from None
        if reply.status not in (200, 202, 204):
            raise _lost(reply)
        self._url, self._origin = _where(reply, self._url, self._origin)
        # An upload with nothing in it has no range of its own: it is told as that of one byte.
        return 0 if start == 0 and reply.header("range") in (None, "0-0", "bytes=0-0") else _next_byte(reply, -1)

    async def _put(self, body: bytes | Stream) -> Reply:
        joint = "&" if "?" in self._url.target else "?"
        url = self._url.at(f"{self._url.target}{joint}digest={escape(self._content.digest)}")
        return await self._send("PUT", url, body)

    async def _send(self, method: str, url: Url, body: bytes | Stream | None, *headers: tuple[str, str]) -> Reply:
        size = body.size if isinstance(body, Stream) else len(body or b"")
        seconds = seconds_for(size)
        typed = (_OCTETS, *headers) if size else headers
        return await self._desk.send(Ask(method, url, headers=typed, body=body, origin=self._origin, seconds=seconds))

    def _finish(self, reply: Reply) -> None:
        if reply.status not in _TAKEN or is_page(reply):
            raise self._desk.refusal(reply, f"take the blob {self._content.digest}")
        kept = reply.header("docker-content-digest")
        if kept is not None and kept != self._content.digest and _same_kind(kept, self._content.digest):
            raise Refused(f"{reply.url.authority} keeps the blob {self._content.digest} as {kept[:100]}")


def _lost(reply: Reply) -> _Lost:
    return _Lost(f"{reply.url.authority} answered status {reply.status}")


def _rest(data: bytes, start: int) -> Stream:
    """A chunk from `start` on, in blocks: below, every layer copies what it is given at once."""

    async def blocks() -> AsyncIterator[bytes]:
        for at in range(start, len(data), BLOCK):
            yield data[at : at + BLOCK]

    return Stream(len(data) - start, blocks)


def _same_kind(one: str, other: str) -> bool:
    return one.partition(":")[0] == other.partition(":")[0]


def _where(reply: Reply, url: Url | None = None, origin: Origin | None = None) -> tuple[Url, Origin]:
    """Where an upload goes on, and who says so; an answer that does not say leaves it at `url`."""
    location = reply.header("location")
    if location is None:
        if url is None or origin is None:
            raise Refused(f"{reply.url.authority} does not say where an upload goes on")
        return url, origin
    try:
        found = join(reply.url, location)
    except BadUrl as error:
        raise Refused(f"{reply.url.authority} sends an upload to what cannot be asked: {error}") from None
    if reply.url.scheme == "https" and found.scheme == "http":
        raise Refused(f"{reply.url.authority} sends an upload from https to http")
    return found, reply.origin


def _next_byte(reply: Reply, otherwise: int) -> int:
    """The byte after those that a registry says it has; `otherwise` where it says nothing."""
    match = _range((reply.header("range") or "").strip())
    return int(match[1]) + 1 if match else otherwise
