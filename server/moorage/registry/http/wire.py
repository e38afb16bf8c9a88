"""Connections: to an address that was judged as it is connected to, and to no other."""

import asyncio
import os
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import NamedTuple, cast
from urllib.parse import unquote_to_bytes

import httpcore

from moorage.registry.failures import Late, NoAnswer, Refused, RegistryFailure
from moorage.registry.http import racing, tls
from moorage.registry.http.addresses import Place, literal, place_of
from moorage.registry.http.proxies import LOGIN
from moorage.registry.http.urls import parse

_KEEP = 15.0

Resolve = Callable[[str, int], Awaitable[list[str]]]
Connect = Callable[[str, int], Awaitable[httpcore.AsyncNetworkStream]]


class Wiring(NamedTuple):
    """How names become addresses, and addresses connections; tests put their own here.

    `delay` is how many seconds after an attempt to connect the next address is tried too.
    """

    resolve: Resolve
    connect: Connect
    delay: float = racing.DELAY


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, in the order to try them; raises `RegistryFailure`."""
    try:
        found = await _look_up(host, port)
    except socket.gaierror as error:
        if error.errno == socket.EAI_AGAIN:
            raise NoAnswer(f"{host} cannot be resolved at the moment", whole_host=True) from None
        why = f"the host {host} does not exist, or its name cannot be resolved"
        raise Refused(why, whole_host=True) from None
    except UnicodeError:
        raise Refused(f"{host} is no host name") from None
    return list(dict.fromkeys(found))


async def _look_up(host: str, port: int) -> list[str]:
    """What the system's resolver says.

    On a thread of its own: it may hang for half a minute, and must neither keep others from being resolved, nor the
    loop's few threads from their work, nor the program from ending.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[list[str]] = loop.create_future()

    def end(found: list[str], error: Exception | None) -> None:
        if not done.done():
            done.set_result(found) if error is None else done.set_exception(error)

    def ask() -> None:
        found: list[str] = []
        failure: Exception | None = None
        try:
            found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        except Exception as error:  # Nobody looks at a thread: it is raised where the answer is waited for.
            failure = error
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            loop.call_soon_threadsafe(end, found, failure)

    threading.Thread(target=ask, daemon=True).start()
    return await done


async def connect(address: str, port: int) -> httpcore.AsyncNetworkStream:
    """A connection to an address."""
    return await cast(httpcore.AsyncNetworkBackend, httpcore.AnyIOBackend()).connect_tcp(address, port)


class Backend(httpcore.AsyncNetworkBackend):
    """Connects to places that are no more private than `reach`, and notes in `places` where it ended."""

    def __init__(self, reach: Place, wiring: Wiring, places: dict[tuple[str, int], Place]) -> None:
        self._reach = reach
        self._wiring = wiring
        self._places = places

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge, connect to the first address that answers within `timeout` seconds."""
        ip = literal(host)
        addresses = [str(ip)] if ip is not None else await self._wiring.resolve(host, port)
        allowed = [address for address in addresses if place_of(address) <= self._reach]
        if not allowed:
            why = "its name has no address" if not addresses else f"it is at {addresses[0]}, which is out of bounds"
            raise Refused(f"{host} is not asked: {why}", whole_host=True)
        try:
            async with asyncio.timeout(timeout):
                address, stream = await racing.race(
                    racing.in_turn(allowed), lambda one: self._wiring.connect(one, port), self._wiring.delay
                )
        except TimeoutError:
            raise httpcore.ConnectTimeout from None
        # A host that was ever reached at a more public place counts as that.
        place, key = place_of(address), (f"[{host}]" if ":" in host else host, port)
        self._places[key] = min(place, self._places.get(key, place))
        return stream


def pool(backend: Backend, context: ssl.SSLContext, proxy: str | None) -> httpcore.AsyncConnectionPool:
    """A pool whose connections `backend` makes; through a proxy, only the proxy is connected to.

    A proxy is the user's choice and may be anywhere; it resolves names itself, so only names can be judged before.
    """
    if proxy is None:
        return httpcore.AsyncConnectionPool(
            ssl_context=context, max_connections=None, keepalive_expiry=_KEEP, network_backend=backend
        )
    scheme, _, rest = proxy.partition("://")
    user, _, at = rest.rpartition("@")
    name, _, password = user.partition(":")
    return httpcore.AsyncHTTPProxy(
        proxy_url=str(parse(f"{scheme}://{at}")),
        proxy_auth=(unquote_to_bytes(_raw(name)), unquote_to_bytes(_raw(password))) if user else None,
        ssl_context=context,
        max_connections=None,
        keepalive_expiry=_KEEP,
    )


def _raw(text: str) -> bytes:
    """The bytes of a text of the environment."""
    return text.encode("utf-8", "surrogateescape")


def failure_of(error: Exception, authority: str) -> RegistryFailure:
    """One sentence for a connection that failed. What a second attempt cannot mend is `Refused`."""
    handshake = tls.explain(error, authority)
    if handshake is not None:
        return Refused(handshake, whole_host=True)
    if isinstance(error, httpcore.ProxyError) and str(error).startswith("407"):
        return Refused(f"{authority} could not be reached: {LOGIN} (status 407)", whole_host=True)
    if isinstance(error, httpcore.ProxyError):
        return Refused(f"the proxy does not lead to {authority}: {error}", whole_host=True)
    if isinstance(error, httpcore.ConnectTimeout):
        return Late(f"{authority} could not be reached in time", whole_host=True)
    if isinstance(error, httpcore.ConnectError):
        return NoAnswer(f"{authority} could not be reached: {_os_reason(error)}", whole_host=True)
    return NoAnswer(f"{authority} broke the connection off")


def _os_reason(error: BaseException) -> str:
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, OSError) and at.errno:
            return os.strerror(at.errno).lower()
        group = cast(tuple[BaseException, ...], getattr(at, "exceptions", ()))
        at = group[0] if group else at.__cause__ or at.__context__
    return "no connection"
