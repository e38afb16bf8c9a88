"""Sending one request over a connection that may be used for it, and reading its answer up to a cap.

Answers are read uncompressed. `httpx` is imported nowhere else.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import NamedTuple, cast

import httpcore
import httpx

from moorage import __version__
from moorage.registry.failures import NoAnswer, Refused
from moorage.registry.http import tls, wire
from moorage.registry.http.addresses import Place
from moorage.registry.http.certs import Certificates
from moorage.registry.http.exchange import Ask, Reply, Stream
from moorage.registry.http.proxies import proxy_for
from moorage.registry.http.urls import Url
from moorage.registry.http.wire import Wiring

_CONNECT = 10.0
_CONNECT_SOON = 5.0
"""Seconds for a connection to a host that somebody else can stand in for."""
_NO_CERTIFICATES = Certificates()


class HostRules(NamedTuple):
    """What the user says of hosts: slots by authority, certificates by authority, and the proxy."""

    slots: Callable[[str], int]
    certificates: Callable[[str], Certificates]
    proxy: str | None
    env: Mapping[str, str]


class Sender:
    """Sends requests one by one. Use it within one event loop, and close it."""

    def __init__(self, rules: HostRules, wiring: Wiring) -> None:
        self._rules = rules
        self._wiring = wiring
        self._clients: dict[tuple[Place, Certificates, str | None], httpx.AsyncClient] = {}
        self._places: dict[tuple[str, int], Place] = {}

    async def send(self, ask: Ask, reach: Place, first_answer: float | None) -> Reply:
        """Send a request to a place that is no more private than `reach`.

        Raises `RegistryFailure` where no answer comes, and `TimeoutError` where it has not begun after `first_answer`
        seconds.
        """
        client = await self._client(ask.url, reach)
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
                extensions={"timeout": {"connect": _CONNECT_SOON if ask.replaceable else _CONNECT}},
            )
            async with asyncio.timeout(first_answer):
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

    async def aclose(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

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
        return _Answer(response.status, headers=response.headers, stream=_Body(response, authority))

    async def aclose(self) -> None:
        """Close the pool."""
        await self._pool.aclose()


class _Answer(httpx.Response):
    """An answer whose redirect is left to us: httpx would read where it leads, and fail at what is no URL."""

    @property
    def has_redirect_location(self) -> bool:
        """Never."""
        return False


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
