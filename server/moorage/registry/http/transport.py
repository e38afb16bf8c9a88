"""The one place that every request goes through: what holds for all of them is kept here.

Redirects are followed by hand, each checked, and never with a credential; an answer has a total time; a host gets a few
requests at once, and is left alone when it says so and when it is down. How one request is sent is in `sending`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager

from moorage.registry.failures import Busy, Late, NoAnswer, Refused, RegistryFailure
from moorage.registry.http import limits, notes, wire
from moorage.registry.http.boundary import Boundary
from moorage.registry.http.exchange import Ask, Reply, Stream
from moorage.registry.http.gates import Gate
from moorage.registry.http.limits import Limits
from moorage.registry.http.outages import Outages, Road
from moorage.registry.http.sending import HostRules, Sender
from moorage.registry.http.urls import BadUrl, join
from moorage.registry.http.wire import Wiring

DEADLINE = 30.0
RETRIES = 2
_HOPS = 5
_PAUSE = 60.0
_FIRST_ANSWER = 10.0
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PASSING = frozenset((408, 500, 502, 503, 504))
_SAFE_HEADERS = frozenset(("accept", "range"))


class Transport:
    """Sends requests. Use it within one event loop, and close it.

    `pauses` holds the hosts that want to be left alone, by authority, and until when; `on_pause` is called for a new
    one, `on_reply` for every answer, also to what was redirected. `limits` holds what hosts said last of their quotas,
    `warnings` what else they want their users to know, each once.
    `deadline` is the total time of one request in seconds, where the request does not name another; `first_answer` is
    when the answer must have begun where somebody else can be asked instead. `outages` knows the hosts that are down.
    """

    def __init__(self, boundary: Boundary, rules: HostRules, wiring: Wiring | None = None) -> None:
        self._boundary = boundary
        self._rules = rules
        self._sender = Sender(rules, wiring or Wiring(wire.resolve, wire.connect))
        self._gates: dict[str, Gate] = {}
        self.outages = Outages()
        self.limits: dict[str, Limits] = {}
        self.warnings: dict[str, tuple[str, ...]] = {}
        self.pauses: dict[str, float] = {}
        self.on_pause: Callable[[str, float], None] = _ignore_pause
        self.sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
        self.on_reply: Callable[[Ask, Reply], None] = _ignore_reply
        self.deadline = DEADLINE
        self.first_answer = _FIRST_ANSWER

    async def exchange(self, ask: Ask) -> Reply:
        """Send a request, follow redirects, try again where that may help.

        Returns any answer, also one that says no. Raises `RegistryFailure` where there is none.
        """
        watch = _Watch(ask.seconds or self.deadline, self.outages.clock)
        for _ in range(_HOPS + 1):
            reply = await self._ask(ask, watch)
            where = reply.header("location")
            if reply.status not in _REDIRECTS or where is None or ask.method not in ("GET", "HEAD"):
                return reply
            ask = _redirected(ask, where, reply)
        raise Refused(f"{ask.url.authority} redirects more than {_HOPS} times")

    async def aclose(self) -> None:
        """Close every connection."""
        await self._sender.aclose()

    def paused(self, host: str) -> float | None:
        """Until when a host wants to be left alone, None where it does not."""
        until = self.pauses.get(host)
        return until if until is not None and until > time.time() else None

    async def _ask(self, ask: Ask, watch: "_Watch") -> Reply:
        """Ask one host, again where that may help."""
        road = (ask.url.authority, self._boundary.reach(ask.url, ask.origin))
        last = RETRIES if ask.method in ("GET", "HEAD") else 0
        for attempt in range(last + 1):
            try:
                reply = await self._ask_once(ask, road, watch)
            except RegistryFailure as failure:
                if attempt < last and watch.early and _may_pass(failure, ask):
                    await self._rest(attempt)
                    continue
                if failure.whole_host and not failure.held:
                    # Whoever waits for the same host need not find out again.
                    failure.host = road[0]
                    self.outages.failed(road, failure, watch.began)
                raise
            if not self._worth_another(reply, attempt == last or not watch.early):
                return reply
            await self._rest(attempt)
        raise AssertionError("the last attempt returns or raises")

    async def _ask_once(self, ask: Ask, road: Road, watch: "_Watch") -> Reply:
        patient = ask.urgency.urgent and not ask.replaceable
        self.outages.check(road, patient=patient)
        async with self._gate(ask.url.authority).slot(ask.urgency):
            self.outages.check(road, patient=patient)
            self._check_pause(ask)
            with watch.running():
                first_answer = self.first_answer if ask.replaceable else None
                whole = asyncio.timeout(max(watch.left, 0))
                try:
                    async with whole:
                        reply = await self._sender.send(ask, road[1], first_answer)
                except TimeoutError:
                    seconds = watch.seconds if whole.expired() else self.first_answer
                    raise self._late(ask, road, seconds) from None
        self.outages.answered(road)
        self._note_warnings(ask.url.authority, reply)
        self.on_reply(ask, reply)
        return reply

    def _gate(self, host: str) -> Gate:
        gate = self._gates.get(host)
        if gate is None:
            gate = self._gates[host] = Gate(self._rules.slots(host))
        return gate

    def _late(self, ask: Ask, road: Road, seconds: float) -> Late:
        """No answer within so many seconds: the host is down, if it has said nothing to anybody for half of them.

        Only what is moved takes as long as the line is slow.
        """
        moved = ask.sink is not None or isinstance(ask.body, Stream)
        down = not moved and self.outages.silent(road, seconds / 2)
        return Late(f"{road[0]} did not answer within {seconds:g} s", whole_host=down)

    async def _rest(self, attempt: int) -> None:
        await self.sleep(0.25 * 2**attempt * (1 + random.random()))  # noqa: S311

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
        # The later end counts: a host may say more than one thing, to requests under way at once.
        until = self.pauses[host] = max(time.time() + seconds, self.pauses.get(host, 0))
        self.on_pause(host, until)
        return until


class _Watch:
    """The time that a request may still take. It runs while a host is asked, not while the request waits for its turn.

    `began` is when it was last started.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self.seconds = self.left = seconds
        self.began = 0.0
        self._clock = clock

    @property
    def early(self) -> bool:
        """Whether so little time has gone that another attempt has enough."""
        return self.left > self.seconds * 2 / 3

    @contextmanager
    def running(self) -> Generator[None]:
        """Let it run."""
        self.began = self._clock()
        try:
            yield
        finally:
            self.left -= self._clock() - self.began


def _may_pass(failure: RegistryFailure, ask: Ask) -> bool:
    """Whether another attempt may help. A host that somebody else can stand in for is not tried again."""
    return (
        isinstance(failure, NoAnswer)
        and not isinstance(failure, Late)
        and not (failure.held or (ask.replaceable and failure.whole_host))
    )


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
