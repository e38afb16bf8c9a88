"""The one place that sends requests: every limit that holds for all of them is kept here.

Addresses are judged as they are connected to; redirects are followed by hand, each checked, and never with a
credential; answers are read uncompressed, up to a cap, within a total time; a host gets a few requests at once and is
left alone when it says so. `httpx` is imported nowhere else.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple, cast

import httpcore
import httpx

from moorage import __version__
from moorage.registry.failures import Busy, NoAnswer, Refused, RegistryFailure
from moorage.registry.http import limits, notes, tls, wire
from moorage.registry.http.addresses import Place
from moorage.registry.http.boundary import Boundary
from moorage.registry.http.certs import Certificates
from moorage.registry.http.exchange import Ask, Reply, Stream
from moorage.registry.http.gates import Gate
from moorage.registry.http.limits import Limits
from moorage.registry.http.proxies import proxy_for
from moorage.registry.http.urls import BadUrl, Url, join
from moorage.registry.http.wire import Wiring

DEADLINE = 30.0
RETRIES = 2
_HOPS = 5
_CONNECT = 10.0
_PAUSE = 60.0
_DOWN = 10.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PASSING = frozenset((408, 500, 502, 503, 504))
_SAFE_HEADERS = frozenset(("accept", "range"))
_NO_CERTIFICATES = Certificates()


class HostRules(NamedTuple):
    """What the user says of hosts: slots by authority, certificates by authority, and the proxy."""

    slots: Callable[[str], int]
    certificates: Callable[[str], Certificates]
    proxy: str | None
    env: Mapping[str, str]


class Transport:
    """Sends requests. Use it within one event loop, and close it.

    `pauses` holds the hosts that want to be left alone, by authority, and until when; `on_pause` is called for a new
    one, `on_reply` for every answer, also to what was redirected. `limits` holds what hosts said last of their quotas,
    `warnings` what else they want their users to know, each once.
    `deadline` is the total time of one request in seconds, where the request does not name another.
    """

    def __init__(self, boundary: Boundary, rules: HostRules, wiring: Wiring | None = None) -> None:
        self._boundary = boundary
        self._rules = rules
        self._wiring = wiring or Wiring(wire.resolve, wire.connect)
        self._gates: dict[str, Gate] = {}
        self._clients: dict[tuple[Place, Certificates, str | None], httpx.AsyncClient] = {}
        self._places: dict[tuple[str, int], Place] = {}
        self._down: dict[str, tuple[float, RegistryFailure]] = {}
        self.limits: dict[str, Limits] = {}
        self.warnings: dict[str, tuple[str, ...]] = {}
        self.pauses: dict[str, float] = {}
        self.on_pause: Callable[[str, float], None] = _ignore_pause
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.on_reply: Callable[[Ask, Reply], None] = _ignore_reply
        self.deadline = DEADLINE

    async def exchange(self, ask: Ask) -> Reply:
        """Send a request, follow redirects, try again where that may help.

        Returns any answer, also one that says no. Raises `RegistryFailure` where there is none.
        """
        self._check_down(ask)
        last = RETRIES if ask.method in ("GET", "HEAD") else 0
        for attempt in range(last + 1):
            try:
                reply = await self._follow(ask)
            except RegistryFailure as failure:
                if attempt == last or not isinstance(failure, NoAnswer):
                    if failure.host:
                        # Whoever waits for the same host need not find out again.
                        self._down[failure.host] = (time.monotonic() + _DOWN, failure)
                    raise
            else:
                if not self._worth_another(reply, attempt == last):
                    return reply
            await self.sleep(0.25 * 2**attempt * (1 + random.random()))  # noqa: S311
        raise AssertionError("the last attempt returns or raises")

    async def aclose(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    def paused(self, host: str) -> float | None:
        """Until when a host wants to be left alone, None where it does not."""
        until = self.pauses.get(host)
        return until if until is not None and until > time.time() else None

    async def _follow(self, ask: Ask) -> Reply:
        left = allowed = ask.seconds or self.deadline
        for _ in range(_HOPS + 1):
            async with self._gate(ask.url.authority).slot(ask.urgency):
                self._check_down(ask)
                self._check_pause(ask)
                began = time.monotonic()
                try:
                    async with asyncio.timeout(max(left, 0)):
                        reply = await self._send(ask)
                except TimeoutError:
                    raise NoAnswer(f"{ask.url.authority} did not answer within {allowed:g} s") from None
                except RegistryFailure as failure:
                    failure.host = ask.url.authority if failure.whole_host else ""
                    raise
                left -= time.monotonic() - began
            self._note_warnings(ask.url.authority, reply)
            self.on_reply(ask, reply)
            where = reply.header("location")
            if reply.status not in _REDIRECTS or where is None or ask.method not in ("GET", "HEAD"):
                return reply
            ask = _redirected(ask, where, reply)
        raise Refused(f"{ask.url.authority} redirects more than {_HOPS} times")

    async def _send(self, ask: Ask) -> Reply:
        client = await self._client(ask.url, self._boundary.reach(ask.url, ask.origin))
        headers = [("user-agent", f"moorage/{__version__}"), ("accept-encoding", "identity"), *ask.headers]
        if ask.authorization is not None:
            headers.append(("authorization", ask.authorization))
        body = ask.body
        if isinstance(body, Stream):
            headers.append(("content-length", str(body.size)))
            body = body.open()
        try:
            request = httpx.Request(
                ask.method,
                str(ask.url),
                headers=headers,
                content=body,
                extensions={"timeout": {"connect": _CONNECT}},
            )
            response = await client.send(request, stream=True)
        except httpx.HTTPError:
            raise NoAnswer(f"{ask.url.authority} could not be asked") from None
        except (httpx.InvalidURL, UnicodeError):
            # A name may look like one and be none: `xn--` and what is no encoding of anything.
            raise Refused(f"{ask.url.authority} is not asked: it is no name of a host", whole_host=True) from None
        try:
            body = await _read(response, ask)
        finally:
            await response.aclose()
        found: dict[str, tuple[str, ...]] = {}
        for name, value in response.headers.multi_items():
            found[name] = (*found.get(name, ()), value)
        place = self._places.get((ask.url.host, ask.url.port), Place.PUBLIC)
        return Reply(response.status_code, found, body, ask.url, place)

    async def _client(self, url: Url, reach: Place) -> httpx.AsyncClient:
        certificates = self._rules.certificates(url.authority) if url.scheme == "https" else _NO_CERTIFICATES
        proxy = proxy_for(url, self._rules.proxy, self._rules.env)
        # A connection may be used again only for what may reach as far as the one it was made for.
        key = (reach, certificates, proxy)
        found = self._clients.get(key)
        if found is not None:
            return found
        context = await asyncio.to_thread(tls.context, certificates)
        found = self._clients.get(key)  # Another request may have made it meanwhile.
        if found is None:
            transport = _Wire(wire.pool(wire.Backend(reach, self._wiring, self._places), context, proxy))
            cookies = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
            found = httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, cookies=cookies)
            self._clients[key] = found
        return found

    def _gate(self, host: str) -> Gate:
        gate = self._gates.get(host)
        if gate is None:
            gate = self._gates[host] = Gate(self._rules.slots(host))
        return gate

    def _check_down(self, ask: Ask) -> None:
        down = self._down.get(ask.url.authority)
        if down is not None and down[0] > time.monotonic():
            raise Refused(str(down[1]), whole_host=True)

    def _check_pause(self, ask: Ask) -> None:
        host = ask.url.authority
        until = self.paused(host)
        if until is not None:
            raise _busy(host, until)
        # A quota is spent by reading manifests; what is left of it is for what somebody waits for.
        spends = ask.method == "GET" and "/manifests/" in ask.url.target
        if spends and not ask.urgency.urgent and host in self.limits and self.limits[host].low:
            raise _busy(host, time.time() + _PAUSE)

    def _worth_another(self, reply: Reply, last: bool) -> bool:
        """Whether to try again after this answer; raises `Busy` where the host is to be left alone."""
        host = reply.url.authority
        found = limits.read(reply.status, {name: lines[0] for name, lines in reply.headers.items()})
        if found.limit is not None:
            self.limits[host] = found
        if found.wait is not None:
            raise _busy(host, self._pause(host, found.wait))
        if found.reason == "pull-limit" or (found.reason and last):
            raise _busy(host, self._pause(host, _PAUSE))
        return not last and (found.reason is not None or reply.status in _PASSING)

    def _note_warnings(self, host: str, reply: Reply) -> None:
        lines = reply.lines("warning")
        if lines:
            kept = self.warnings.get(host, ())
            self.warnings[host] = tuple(dict.fromkeys((*kept, *notes.warnings(lines))))[: notes.MOST]

    def _pause(self, host: str, seconds: float) -> float:
        until = self.pauses[host] = time.time() + seconds
        self.on_pause(host, until)
        return until


class _Wire(httpx.AsyncBaseTransport):
    """httpx over a pool whose connections are ours."""

    def __init__(self, pool: httpcore.AsyncConnectionPool) -> None:
        self._pool = pool

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request over a connection of the pool."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        sent = httpcore.Request(
            request.method,
            target,
            headers=request.headers.raw,
            content=cast(AsyncIterator[bytes], request.stream),
            extensions=request.extensions,
        )
        authority = url.netloc.decode("ascii")
        try:
            response = await self._pool.handle_async_request(sent)
        except _BROKEN as error:
            raise wire.failure_of(error, authority) from None
        return httpx.Response(response.status, headers=response.headers, stream=_Body(response, authority))

    async def aclose(self) -> None:
        """Close the pool."""
        await self._pool.aclose()


class _Body(httpx.AsyncByteStream):
    """The body of an answer as it arrives."""

    def __init__(self, response: httpcore.Response, authority: str) -> None:
        self._response = response
        self._authority = authority

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self._response.aiter_stream():
                yield part
        except _BROKEN as error:
            raise wire.failure_of(error, self._authority) from None

    async def aclose(self) -> None:
        """Give the connection back, or close it where the body was not read."""
        await self._response.aclose()


_BROKEN = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, httpcore.ProxyError)


async def _read(response: httpx.Response, ask: Ask) -> bytes:
    """The body, as it was sent, if it is neither compressed nor longer than the request's cap."""
    host = ask.url.authority
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity") and ask.method != "HEAD":
        raise Refused(f"{host} answered in the encoding {encoding[:20]!r}, which was not asked for")
    # What HEAD says of a length is about a body that does not come.
    said = "" if ask.method == "HEAD" else response.headers.get("content-length", "")
    if said.isdecimal() and int(said[:20]) > ask.limit:
        raise _too_large(ask)
    sink = ask.sink if response.status_code == 200 else None
    if sink is not None:
        sink.begin()
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_raw():
        size += len(part)
        if size > ask.limit:
            raise _too_large(ask)
        if sink is None:
            parts.append(part)
        else:
            await sink.write(part)
    if said.isdecimal() and size < int(said[:20]):
        raise NoAnswer(f"{host} broke the connection off")
    return b"".join(parts)


def _too_large(ask: Ask) -> Refused:
    return Refused(f"{ask.url.authority} answered with more than {ask.limit >> 10} KiB for {ask.url.public_text}")


def _redirected(ask: Ask, where: str, reply: Reply) -> Ask:
    try:
        url = join(ask.url, where)
    except BadUrl as error:
        raise Refused(f"{ask.url.authority} redirects to what cannot be asked: {error}") from None
    if ask.url.scheme == "https" and url.scheme == "http":
        raise Refused(f"{ask.url.authority} redirects from https to http")
    if url.origin == ask.url.origin:
        return ask._replace(url=url)
    kept = tuple((name, value) for name, value in ask.headers if name.lower() in _SAFE_HEADERS)
    return ask._replace(url=url, headers=kept, authorization=None, origin=reply.origin)


def _busy(host: str, until: float) -> Busy:
    at = time.strftime("%Y-%m-%d %H:%M", time.localtime(until))
    return Busy(f"{host} asks to be left alone until {at}: it limits how often it may be asked", until)


def _ignore_reply(ask: Ask, reply: Reply) -> None:
    """Nobody counts."""


def _ignore_pause(host: str, until: float) -> None:
    """Nobody wants to know."""
