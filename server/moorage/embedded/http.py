"""A small HTTP/1.1 server on loopback, in a thread with an event loop of its own."""

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, unquote

_MAX_HEAD = 64 << 10
_MAX_BODY = 256 << 20
# How TLS begins: who tries it first must not wait for an answer that never comes.
_TLS = b"\x16"


class Request(NamedTuple):
    """What a client asked. Header names are lower case; of repeated headers the last counts."""

    method: str
    target: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    def first(self, name: str) -> str | None:
        """The first value of a query parameter."""
        values = self.query.get(name)
        return values[0] if values else None


class Response(NamedTuple):
    """What is answered. `Content-Length` is added."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def error(status: int, code: str, message: str) -> Response:
    """An error as the OCI distribution specification shapes it."""
    body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()
    return Response(status, (("Content-Type", "application/json"),), body)


Handler = Callable[[Request], Awaitable[Response]]


class Server:
    """Answers on a free port of 127.0.0.1 until it is stopped."""

    def __init__(self, handler: Handler, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._tls = tls
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="embedded-registry", daemon=True)
        self.port = port

    @property
    def host(self) -> str:
        """Address and port: `127.0.0.1:41234`."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The root of the server."""
        return f"{'https' if self._tls else 'http'}://{self.host}"

    def start(self) -> Self:
        """Listen; returns when clients can connect. Raises OSError where the port is taken."""
        self._thread.start()
        try:
            self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result()
        except OSError:
            self._end_loop()
            raise
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
            self._end_loop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    async def _listen(self) -> asyncio.Server:
        return await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=_MAX_HEAD, ssl=self._tls)

    async def _close(self) -> None:
        self._server.close()
        connections = asyncio.all_tasks() - {asyncio.current_task()}
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader, writer)) is not None:
                response = await self._handler(request)
                writer.write(_head(response) + (b"" if request.method == "HEAD" else response.body))
                await writer.drain()
                if request.headers.get("connection", "").lower() == "close":
                    break
        except asyncio.CancelledError:
            writer.transport.abort()  # The server is being stopped: a polite end of TLS could take half a minute.
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError, ValueError):
            pass  # The client went away, or spoke no HTTP.
        finally:
            writer.close()
            with contextlib.suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Request | None:
    first = await reader.read(1)
    if not first:
        return None
    if first == _TLS:
        raise ValueError("the client speaks TLS")
    head = (first + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers: dict[str, str] = {}
    for line in lines[1:-2]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    path, _, query = target.partition("?")
    return Request(
        method,
        target,
        unquote(path),
        parse_qs(query, keep_blank_values=True),
        headers,
        await _body(reader, headers),
    )


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(_capped(int(headers.get("content-length", "0"))))
    parts: list[bytes] = []
    total = 0
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        total = _capped(total + size)
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    while await reader.readuntil(b"\r\n") != b"\r\n":
        pass
    return b"".join(parts)


def _capped(size: int) -> int:
    if not 0 <= size <= _MAX_BODY:
        raise ValueError("the request's body is too large")
    return size


def _head(response: Response) -> bytes:
    lines = [f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in response.headers]
    if not any(name.lower() == "content-length" for name, _ in response.headers):
        lines.append(f"Content-Length: {len(response.body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
