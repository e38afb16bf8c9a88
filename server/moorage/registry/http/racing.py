"""Which of a host's addresses is connected to: the first that answers, as in RFC 8305 ("happy eyeballs").

Where IPv6 is broken, or one address of several, that costs a quarter of a second and not the whole of the patience.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import chain, zip_longest

import httpcore

DELAY = 0.25
"""Seconds from one attempt to the next, the value that section 5 recommends."""
_MOST = 20

Stream = httpcore.AsyncNetworkStream
Connect = Callable[[str], Awaitable[Stream]]


def in_turn(addresses: Sequence[str]) -> list[str]:
    """The addresses in the order to try them: that of the resolver, but IPv6 and IPv4 take turns (section 4).

    Of a name with very many of them, the first twenty.
    """
    first = [address for address in addresses if _is_v6(address) == _is_v6(addresses[0])]
    second = [address for address in addresses if _is_v6(address) != _is_v6(addresses[0])]
    turns = chain.from_iterable(zip_longest(first, second))
    return [address for address in turns if address is not None][:_MOST]


async def race(addresses: Sequence[str], connect: Connect, delay: float = DELAY) -> tuple[str, Stream]:
    """The first address that can be connected to, and the connection.

    An attempt begins `delay` seconds after the last one, or at once where one has failed. What connects too late is
    closed. Where none can be connected to, raises what was wrong with the first: the resolver thinks best of it.
    """
    attempts = _Attempts(connect)
    try:
        winner = await attempts.first(addresses, delay)
    except BaseException:
        await attempts.break_off()
        raise
    try:
        await attempts.break_off()
    except BaseException:
        await winner[1].aclose()
        raise
    return winner


class _Attempts:
    """Attempts to connect that run side by side."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._running: set[asyncio.Task[tuple[str, Stream | None]]] = set()
        self._failures: dict[str, Exception] = {}

    async def first(self, addresses: Sequence[str], delay: float) -> tuple[str, Stream]:
        """The first that succeeds; the others may still be running then."""
        waiting = deque(addresses)
        while waiting or self._running:
            if waiting:
                self._running.add(asyncio.create_task(self._attempt(waiting.popleft())))
            done, _ = await asyncio.wait(
                self._running, timeout=delay if waiting else None, return_when=asyncio.FIRST_COMPLETED
            )
            for attempt in done:
                self._running.remove(attempt)
                address, stream = attempt.result()
                if stream is not None:
                    return address, stream
        raise self._failures[addresses[0]]

    async def break_off(self) -> None:
        """End what still runs, and close what has connected all the same."""
        for attempt in self._running:
            attempt.cancel()
        for ended in await asyncio.gather(*self._running, return_exceptions=True):
            if not isinstance(ended, BaseException) and ended[1] is not None:
                await ended[1].aclose()

    async def _attempt(self, address: str) -> tuple[str, Stream | None]:
        try:
            return address, await self._connect(address)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            self._failures[address] = error
            return address, None


def _is_v6(address: str) -> bool:
    return ":" in address
