"""Faults on command: the embedded registry behind a door that answers as a broken or hostile one would.

A fault is given the answer that the registry would have made, and the connection to spoil it on. Whatever is asked
besides, the registry answers truthfully.
"""

import asyncio
import gzip
import time
from email.utils import formatdate
from http import HTTPStatus

from moorage.embedded import http
from moorage.embedded.server import EmbeddedRegistry

FLOOD = 50 << 20


class FaultyRegistry:
    """A registry on a free loopback port that plays `fault` where `part` is in the target of a request.

    Where `method` is said, only for that one, where `numbers` are, only for these of the requests that fit, from 1.
    `requests` holds every request, `faults` how many of them met the fault, `sent` how many bytes went out to them.
    """

    def __init__(self, contents, *, tls=None, **options):
        self.truthful = EmbeddedRegistry(contents, **options)
        self.play(None)
        self.requests, self.faults, self.sent = [], 0, 0
        self._tls = tls

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()

    def play(self, fault, part="", method="", numbers=()):
        """Answer with `fault` from now on."""
        self.fault, self.part, self.method, self.numbers = fault, part, method, numbers
        self._fitting = 0

    async def _serve(self, reader, writer):
        try:
            while (request := await http._read(reader, writer)) is not None:
                self.requests.append(request)
                answer = await self.truthful._answer(request)
                if self._meets(request):
                    self.faults += 1
                    await self.fault(Wire(self, request, writer), answer)
                else:
                    await Wire(self, request, writer).answer(answer)
        except (Hangup, OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    def _meets(self, request):
        if self.fault is None or self.part not in request.target or self.method not in ("", request.method):
            return False
        self._fitting += 1
        return not self.numbers or self._fitting in self.numbers


class Hangup(Exception):
    """The connection ends here."""


class Wire:
    """One request's way back to the client."""

    def __init__(self, registry, request, writer):
        self._registry = registry
        self._writer = writer
        self.request = request

    async def raw(self, data):
        """Send bytes."""
        self._writer.write(data)
        await self._writer.drain()
        self._registry.sent += len(data)

    async def answer(self, response):
        """Send a whole answer."""
        await self.raw(http._head(response) + (b"" if self.request.method == "HEAD" else response.body))

    async def head(self, response, *lines):
        """Send the head of an answer, with these lines instead of the length of its body."""
        reason = HTTPStatus(response.status).phrase
        named = [f"{name}: {value}" for name, value in response.headers if name.lower() != "content-length"]
        await self.raw("\r\n".join([f"HTTP/1.1 {response.status} {reason}", *named, *lines, "", ""]).encode("latin-1"))

    async def hang_up(self):
        """End the connection, after everything that was sent."""
        self._writer.close()
        raise Hangup


# Connections that go wrong.


async def silent(wire, answer):
    """No answer at all."""
    await asyncio.Event().wait()


async def drip(wire, answer):
    """A body of which a byte comes now and then, and never the last."""
    await wire.head(answer, "Content-Length: 1000000")
    while True:
        await wire.raw(b" ")
        await asyncio.sleep(0.01)


async def drip_of_headers(wire, answer):
    """Headers that never end."""
    await wire.raw(b"HTTP/1.1 200 OK\r\n")
    while True:
        await wire.raw(b"X: y\r\n")
        await asyncio.sleep(0.01)


async def cut_before(wire, answer):
    """The end, instead of an answer."""
    await wire.hang_up()


async def cut_in_head(wire, answer):
    """The end in the middle of a header."""
    await wire.raw(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await wire.hang_up()


async def cut_in_body(wire, answer):
    """The end in the middle of the body."""
    await wire.head(answer, f"Content-Length: {len(answer.body)}")
    await wire.raw(answer.body[: len(answer.body) // 2])
    await wire.hang_up()


async def cut_in_chunk(wire, answer):
    """The end where the next chunk should be."""
    await wire.head(answer, "Transfer-Encoding: chunked")
    await wire.raw(b"%x\r\n%b\r\n" % (len(answer.body), answer.body))
    await wire.hang_up()


async def no_http(wire, answer):
    """Another protocol."""
    await wire.raw(b"220 smtp.example.com ESMTP\r\n")
    await wire.hang_up()


# Answers that do not fit what they say of themselves.


async def too_short_a_length(wire, answer):
    """A length that leaves the end of the body behind, where the next answer should begin."""
    await wire.head(answer, f"Content-Length: {max(len(answer.body) - 5, 0)}")
    await wire.raw(answer.body)


async def two_lengths(wire, answer):
    """Two lengths that differ."""
    await wire.head(answer, f"Content-Length: {len(answer.body)}", "Content-Length: 3")
    await wire.raw(answer.body)


async def no_length(wire, answer):
    """A length that is no number."""
    await wire.head(answer, "Content-Length: many")
    await wire.raw(answer.body)


async def header_bomb(wire, answer):
    """A thousand headers of ten thousand letters."""
    await wire.raw(b"HTTP/1.1 200 OK\r\n")
    for _ in range(1000):
        await wire.raw(b"X: " + b"y" * 10_000 + b"\r\n")


async def gzip_bomb(wire, answer):
    """Compressed, although that was not asked for: ten million blanks in ten thousand bytes."""
    body = gzip.compress(b" " * 10_000_000)
    await wire.head(answer, "Content-Encoding: gzip", f"Content-Length: {len(body)}")
    await wire.raw(body)


async def flood(wire, answer):
    """Fifty megabytes of JSON, in chunks."""
    await wire.head(answer, "Transfer-Encoding: chunked")
    piece = b'"' + b"x" * 65_533 + b'",'
    await wire.raw(b'A\r\n{"tags": [\r\n')
    for _ in range(FLOOD // len(piece)):
        await wire.raw(b"%x\r\n%b\r\n" % (len(piece), piece))
    await wire.raw(b"5\r\n0]}  \r\n0\r\n\r\n")


async def announced_flood(wire, answer):
    """A body that is said to be fifty megabytes long."""
    await wire.head(answer, f"Content-Length: {FLOOD}")
    await wire.raw(b"[" * 1000)


# Answers that are whole, and wrong.


def instead(body=None, status=None, headers=(), without=()):
    """The answer with another body, status or headers; `without` names headers to leave out."""

    async def fault(wire, answer):
        dropped = {"content-length", *map(str.lower, without), *(name.lower() for name, _ in headers)}
        kept = tuple((name, value) for name, value in answer.headers if name.lower() not in dropped)
        await wire.answer(
            answer._replace(
                body=answer.body if body is None else body,
                status=status or answer.status,
                headers=(*kept, *headers),
            )
        )

    return fault


def status(number, *headers):
    """A refusal with this status."""
    return instead(b'{"errors": [{"code": "UNKNOWN", "message": "no"}]}', number, headers)


async def flipped(wire, answer):
    """One bit of the body is another."""
    at = len(answer.body) // 2
    await wire.answer(answer._replace(body=answer.body[:at] + bytes([answer.body[at] ^ 1]) + answer.body[at + 1 :]))


async def said_twice(wire, answer):
    """Every header twice, the second time with another value."""
    kept = tuple((name, value) for name, value in answer.headers if name.lower() != "content-length")
    await wire.answer(answer._replace(headers=kept + tuple((name, value[:-1] + "x") for name, value in kept)))


async def another_digest(wire, answer):
    """Two digests, each as good as the other."""
    more = ("Docker-Content-Digest", "sha256:" + "0" * 64)
    await wire.answer(answer._replace(headers=(*answer.headers, more)))


async def pages_without_end(wire, answer):
    """The same page again and again, each time under another name."""
    path, _, _ = wire.request.target.partition("?")
    link = f'<{path}?page={time.monotonic_ns()}>; rel="next"'
    await instead(headers=(("Link", link),))(wire, answer)


async def page_after_itself(wire, answer):
    """A page that names itself as the next."""
    await instead(headers=(("Link", f'<{wire.request.target}>; rel="next"'),))(wire, answer)


def next_page_at(url):
    """A page whose next is somewhere else."""
    return instead(headers=(("Link", f'<{url}>; rel="next"'),))


def redirected(where, number=307):
    """Look elsewhere."""
    return instead(b"", number, (("Location", where),))


async def redirected_without_end(wire, answer):
    """Look elsewhere, and there again."""
    await redirected(wire.request.target + "x")(wire, answer)


async def redirected_in_a_circle(wire, answer):
    """Look here."""
    await redirected(wire.request.target)(wire, answer)


def wants(challenge):
    """Who is there? Whatever is sent as proof."""
    return instead(b"", 401, (("WWW-Authenticate", challenge),))


def login_page():
    """The page of a network that wants a login before anything else."""
    return instead(
        b"<html><title>Welcome</title>Log in</html>", 200, (("Content-Type", "text/html"),), ("Docker-Content-Digest",)
    )


DEEP = b'{"a":' * 100_000 + b"1" + b"}" * 100_000
TOO_MANY = {
    "seconds": ("Retry-After", "120"),
    # From when the tests are gathered to when one runs minutes may pass: the time must still be ahead then.
    "date": ("Retry-After", formatdate(time.time() + 3600, usegmt=True)),
    "Hub": ("RateLimit-Remaining", "0;w=21600"),
}
