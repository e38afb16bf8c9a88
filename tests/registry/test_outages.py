"""Slow and dead hosts: what they cost, whom they keep waiting, and when they are asked again."""

import asyncio
import socket
import threading
from contextlib import AsyncExitStack

import httpcore
import pytest

from moorage.embedded.auth import Bearer
from moorage.embedded.http import Response
from moorage.embedded.images import ImageSpec, build
from moorage.facts import Known, Question
from moorage.registry.failures import NoAnswer
from moorage.registry.http import racing, wire
from moorage.registry.http.addresses import Place
from moorage.registry.http.outages import Outages
from moorage.settings import MirrorSettings, Settings
from moorage.store.source import Source
from moorage.store.sqlite import Store
from support import faults

HOST, ADDRESS = "registry.example.com", "93.184.216.34"
MIRROR, MIRROR_ADDRESS = "other.example.net", "93.184.216.35"
BROKEN, BROKEN_TOO = "2606:2800:220:1::1", "2606:2800:220:1::2"
IMAGE = build(ImageSpec("app"))
ROOT = IMAGE.root.digest
CONTENTS = {"team/app": {"1.0": IMAGE}}
CAP = 30.0
"""Seconds after which a test is stuck; none of them is meant to take a tenth of it."""


class Clock:
    """A clock that a test puts forward."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


async def until(true):
    """Wait until `true()` holds."""
    async with asyncio.timeout(CAP):
        while not true():  # noqa: ASYNC110  (nothing says when somebody else has done something)
            await asyncio.sleep(0.001)


# Addresses.


@pytest.mark.parametrize(
    "resolved, tried",
    [
        (["::1"], ["::1"]),
        (["6:1::", "6:2::", "4.0.0.1", "4.0.0.2"], ["6:1::", "4.0.0.1", "6:2::", "4.0.0.2"]),
        (["4.0.0.1", "4.0.0.2", "6:1::"], ["4.0.0.1", "6:1::", "4.0.0.2"]),
        (["6:1::", "6:2::", "6:3::", "4.0.0.1"], ["6:1::", "4.0.0.1", "6:2::", "6:3::"]),
        ([f"6:{n}::" for n in range(30)], [f"6:{n}::" for n in range(20)]),
    ],
)
def test_families_take_turns(resolved, tried):
    assert racing.in_turn(resolved) == tried


class Line(httpcore.AsyncNetworkStream):
    """A connection of which only matters whether it is closed."""

    def __init__(self, address):
        self.address = address
        self.closed = False

    async def aclose(self):
        self.closed = True


class Addresses:
    """Addresses that answer as `ways` say: `up`, `down`, `hung`, or an event to wait for before they are up."""

    def __init__(self, **ways):
        self.ways = ways
        self.tried, self.ended, self.lines = [], [], []

    async def connect(self, address):
        self.tried.append(address)
        way = self.ways[address]
        if way == "down":
            raise httpcore.ConnectError(address)
        try:
            if way != "up":
                await (asyncio.Event() if way == "hung" else way).wait()
        except asyncio.CancelledError:
            self.ended.append(address)
            raise
        line = Line(address)
        self.lines.append(line)
        return line

    async def race(self, delay=0.0):
        return await asyncio.wait_for(racing.race(tuple(self.ways), self.connect, delay), CAP)


@pytest.mark.parametrize(
    "ways, winner, tried, ended",
    [
        ({"a": "up", "b": "up"}, "a", ["a"], []),
        ({"a": "hung", "b": "up", "c": "up"}, "b", ["a", "b"], ["a"]),
        ({"a": "hung", "b": "hung", "c": "up"}, "c", ["a", "b", "c"], ["a", "b"]),
        ({"a": "hung", "b": "down", "c": "up"}, "c", ["a", "b", "c"], ["a"]),
    ],
)
async def test_the_first_that_connects_wins_and_the_others_are_broken_off(ways, winner, tried, ended):
    addresses = Addresses(**ways)
    address, line = await addresses.race(delay=0.02)
    assert (address, line.closed) == (winner, False)
    assert (addresses.tried, sorted(addresses.ended)) == (tried, ended)


async def test_after_a_failure_the_next_is_tried_at_once():
    address, _ = await Addresses(a="down", b="down", c="up").race(delay=3600)
    assert address == "c"


async def test_what_connects_at_the_same_time_is_closed():
    both = asyncio.Event()
    addresses = Addresses(a=both, b=both)
    race = asyncio.create_task(addresses.race())
    await until(lambda: addresses.tried == ["a", "b"])
    both.set()
    address, line = await race
    assert [(other.address, other.closed) for other in addresses.lines if other is not line] == [
        ("b" if address == "a" else "a", True)
    ]
    assert not line.closed


async def test_where_none_can_be_connected_to_the_first_says_why():
    with pytest.raises(httpcore.ConnectError, match=r"^a$"):
        await Addresses(a="down", b="down").race()


async def test_who_gives_up_leaves_nothing_behind():
    addresses = Addresses(a="hung", b="hung")
    race = asyncio.create_task(addresses.race())
    await until(lambda: addresses.tried == ["a", "b"])
    race.cancel()
    with pytest.raises(asyncio.CancelledError):
        await race
    assert sorted(addresses.ended) == ["a", "b"]


async def test_a_network_whose_ipv6_is_broken(net):
    net.name(HOST, BROKEN, BROKEN_TOO, ADDRESS)
    net.hang(BROKEN, BROKEN_TOO)
    net.serve(ADDRESS, lambda _: Response(200, (), b'{"tags": ["1"]}'))
    client = net.client()
    found = await asyncio.wait_for(client.tags(HOST, "a/b"), CAP)
    await client.aclose()
    assert found.answer.value.tags == ("1",)
    assert [address for address, _ in net.connected] == [BROKEN, ADDRESS]


async def test_an_address_out_of_bounds_is_not_in_the_race(net):
    net.name(HOST, "::1", "fe80::1", "169.254.169.254", ADDRESS)
    net.serve(ADDRESS, lambda _: Response(200, (), b'{"tags": ["1"]}'))
    client = net.client()
    assert isinstance((await client.tags(HOST, "a/b")).answer, Known)
    await client.aclose()
    assert net.connected == [(ADDRESS, 443)]


async def test_a_resolver_that_hangs_takes_no_thread_from_others(monkeypatch):
    hung = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: hung.wait(CAP) and [])
    waiting = [asyncio.create_task(wire.resolve(f"{n}.example.com", 443)) for n in range(64)]
    try:
        assert await asyncio.wait_for(asyncio.to_thread(lambda: "work"), CAP / 3) == "work"
        assert not any(task.done() for task in waiting)
    finally:
        hung.set()
    assert await asyncio.gather(*waiting) == [[]] * 64


# When a host is asked again.

ROAD = (HOST, Place.PUBLIC)


def down():
    failure = NoAnswer(f"{HOST} could not be reached", whole_host=True)
    failure.host = HOST
    return failure


def held(outages, *, patient, road=ROAD):
    """Whether a host is left alone just now."""
    try:
        outages.check(road, patient=patient)
    except NoAnswer as failure:
        assert (str(failure), failure.whole_host, failure.host, failure.held) == (str(down()), True, HOST, True)
        return True
    return False


def test_a_host_that_is_down_rests_longer_each_time():
    clock = Clock()
    outages = Outages(clock)
    rests = []
    for _ in range(7):
        outages.failed(ROAD, down(), clock.now)
        began = clock.now
        while held(outages, patient=False):
            clock.now += 1
        rests.append(clock.now - began)
    assert rests == [10, 20, 40, 80, 160, 300, 300]


def test_who_needs_this_host_and_no_other_may_ask_again_after_ten_seconds():
    clock = Clock()
    outages = Outages(clock)
    for _ in range(5):
        outages.failed(ROAD, down(), clock.now)
        assert held(outages, patient=True)
        clock.now += 10
        assert not held(outages, patient=True)
        assert held(outages, patient=False) or clock.now == 1010


def test_an_answer_ends_an_outage():
    clock = Clock()
    outages = Outages(clock)
    for _ in range(3):
        outages.failed(ROAD, down(), clock.now)
    outages.answered(ROAD)
    assert not held(outages, patient=False)
    outages.failed(ROAD, down(), clock.now)
    clock.now += 10
    assert not held(outages, patient=False)


def test_requests_that_were_under_way_together_meet_one_outage():
    clock = Clock()
    outages = Outages(clock)
    began, clock.now = clock.now, clock.now + 30
    for _ in range(6):
        outages.failed(ROAD, down(), began)
    clock.now += 10
    assert not held(outages, patient=False)


def test_what_is_out_of_bounds_for_one_is_in_order_for_another():
    outages = Outages(Clock())
    outages.failed(ROAD, down(), 1000)
    assert not held(outages, patient=True, road=(HOST, Place.PRIVATE))


# A registry that hangs.


@pytest.fixture
async def hung(net, certificates):
    """A registry at its public name that plays a fault."""
    async with faults.FaultyRegistry(CONTENTS, tls=certificates[1]) as registry:
        net.name(HOST, ADDRESS)
        net.lead(ADDRESS, registry.port)
        registry.play(faults.silent)
        yield registry


async def source_on(net, folder, deadline):
    """A source that asks on a network, and gives up after so many seconds."""
    settings = Settings(cache_dir=folder / "cache")
    store, _ = Store.open(settings.store_path)
    source = Source(settings, store, env={}, wiring=net.wiring())
    (await source.client()).session.transport.deadline = deadline
    return source


def questions(host, count):
    return [Question("tags", host, f"team/{n}") for n in range(count)]


@pytest.mark.parametrize("fault", [faults.silent, faults.drip, faults.drip_of_headers])
@pytest.mark.parametrize("met", [False, True])
async def test_two_hundred_references_cost_one_deadline(net, hung, tmp_path, fault, met):
    source = await source_on(net, tmp_path, 0.5)
    if met:
        hung.play(None)
        await source.fetch([Question("tags", HOST, "team/app")], max_age=60)
        transport = (await source.client()).session.transport
        transport.outages = Outages()  # It has been silent for long.
    hung.play(fault)
    asked = questions(HOST, 200)
    await asyncio.wait_for(source.fetch(asked, max_age=60), CAP)
    answers = source.snapshot(asked).values()
    await source.aclose()
    assert {answer.reason for answer in answers} == {f"{HOST} did not answer within 0.5 s"}
    assert len(answers) == 200
    assert hung.faults <= (6 if met else 1)


async def test_one_repository_that_takes_too_long_says_nothing_of_the_others(net, hung, tmp_path):
    source = await source_on(net, tmp_path, 0.3)
    (await source.client()).session.transport.outages = Outages(Clock())
    hung.play(faults.silent, "/team/slow/")
    slow, quick = Question("tags", HOST, "team/slow"), Question("tags", HOST, "team/app")
    await source.fetch([quick], max_age=60)
    await asyncio.wait_for(source.fetch([slow], max_age=60), CAP)
    assert await source.fetch([Question("digest", HOST, "team/app", "1.0")], max_age=60)
    found = source.snapshot([slow])[slow]
    await source.aclose()
    assert found.reason.startswith(f"{HOST} did not answer within 0.3 s (asked for {HOST}/team/slow)")
    assert hung.faults == 1


async def test_a_registry_that_hangs_keeps_no_other_waiting(net, hung, tmp_path):
    net.name(MIRROR, MIRROR_ADDRESS)
    net.serve(MIRROR_ADDRESS, lambda _: Response(200, (), b'{"tags": ["1"]}'))
    source = await source_on(net, tmp_path, 3600)
    waiting = asyncio.create_task(source.fetch(questions(HOST, 100), max_age=60))
    await until(lambda: hung.faults)
    others = questions(MIRROR, 20)
    await asyncio.wait_for(source.fetch(others, max_age=60), CAP)
    assert all(isinstance(answer, Known) for answer in source.snapshot(others).values())
    assert not waiting.done()
    waiting.cancel()
    await source.aclose()


async def test_of_two_times_to_come_back_at_the_later_counts(net, hung):
    client = net.client()
    hung.play(None)
    await client.tags(HOST, "team/app")
    both = asyncio.Barrier(2)

    async def each_another(wire, answer):
        await both.wait()
        seconds = "600" if "/one/" in wire.request.target else "5"
        if seconds == "5":
            await asyncio.sleep(0.05)
        await faults.status(429, ("Retry-After", seconds))(wire, answer)

    hung.play(each_another)
    found = await asyncio.gather(client.tags(HOST, "team/one"), client.tags(HOST, "team/two"))
    later = await client.tags(HOST, "team/app")
    await client.aclose()
    waits = [outcome.answer.retry_at - outcome.answer.since for outcome in (*found, later)]
    assert all(590 < seconds <= 601 for seconds in waits)


async def test_what_took_long_to_fail_is_not_tried_again(net, hung):
    clock = Clock()
    client = net.client()
    client.session.transport.outages = Outages(clock)

    async def after_a_while(wire, answer):
        clock.now += 11
        await faults.status(504)(wire, answer)

    hung.play(after_a_while)
    found = (await client.tags(HOST, "team/app")).answer
    await client.aclose()
    assert "status 504" in found.reason
    assert hung.faults == 1


# A mirror that hangs or is dead, before a registry that answers.


class Mirrored:
    """A client of a user whose mirror serves content, and the registry behind it."""

    def __init__(self, net, registry):
        self.net, self.registry, self.clock = net, registry, Clock()
        settings = Settings(mirrors={HOST: MirrorSettings(f"https://{MIRROR}")})
        self.client = net.client(settings)
        transport = self.client.session.transport
        transport.outages = Outages(self.clock)
        transport.first_answer = 0.3
        transport.sleep = self._sleep

    async def ask(self):
        """The endpoint that gives a manifest, or the reason why none does; and how often the mirror was tried."""
        before = self._tries()
        found = await asyncio.wait_for(self.client.manifest(HOST, "team/app", ROOT), CAP)
        return found.endpoint if isinstance(found, Known) else found.reason, self._tries() - before

    async def the_registry_goes(self):
        """Nobody listens at the registry's address any more, and its connections are gone."""
        self.net.lead(ADDRESS, None)
        await self.client.session.transport.aclose()

    def _tries(self):
        return self.net.connected.count((MIRROR_ADDRESS, 443))

    async def _sleep(self, seconds):
        """No time is lost between attempts."""


@pytest.fixture
async def mirrored(net, hung):
    hung.play(None)
    net.name(MIRROR, MIRROR_ADDRESS)
    found = Mirrored(net, hung)
    yield found
    await found.client.aclose()


async def says_nothing(net, certificates, stack):
    mirror = await stack.enter_async_context(faults.FaultyRegistry(CONTENTS, tls=certificates[1]))
    mirror.play(faults.silent)
    net.lead(MIRROR_ADDRESS, mirror.port)


async def has_a_token_server_that_says_nothing(net, certificates, stack):
    mirror = await stack.enter_async_context(
        faults.FaultyRegistry(CONTENTS, tls=certificates[1], auth=Bearer(anonymous=True))
    )
    mirror.truthful.guard.realm = f"https://{MIRROR}/token"
    mirror.play(faults.silent, part="/token")
    net.lead(MIRROR_ADDRESS, mirror.port)


async def cannot_be_connected_to(net, certificates, stack):
    net.hang(MIRROR_ADDRESS)


async def refuses_connections(net, certificates, stack):
    """Nobody listens."""


@pytest.mark.parametrize(
    "way", [says_nothing, has_a_token_server_that_says_nothing, cannot_be_connected_to, refuses_connections]
)
async def test_a_dead_mirror_costs_one_attempt_and_then_next_to_nothing(net, certificates, mirrored, way):
    async with AsyncExitStack() as stack:
        await way(net, certificates, stack)
        tried = []
        for seconds in range(80):
            mirrored.clock.now = 1000 + seconds
            answered, tries = await mirrored.ask()
            assert answered == HOST
            tried += [seconds] * bool(tries)
            assert tries <= 2  # A token server is asked over a connection of its own.
        assert tried == [0, 10, 30, 70]


async def test_a_mirror_that_is_back_is_asked_again(net, mirrored):
    assert await mirrored.ask() == (HOST, 1)
    net.lead(MIRROR_ADDRESS, mirrored.registry.port)
    assert await mirrored.ask() == (HOST, 0)
    mirrored.clock.now += 10
    assert (await mirrored.ask())[0] == MIRROR


async def test_a_mirror_that_is_left_alone_is_asked_where_the_registry_cannot_be_reached(net, mirrored):
    """As in a network that only the mirror leads out of, after a while in another one."""
    for seconds in (0, 10, 30):
        mirrored.clock.now = 1000 + seconds
        assert await mirrored.ask() == (HOST, 1)
    mirrored.clock.now += 10
    net.lead(MIRROR_ADDRESS, mirrored.registry.port)
    assert await mirrored.ask() == (HOST, 0)
    await mirrored.the_registry_goes()
    assert await mirrored.ask() == (MIRROR, 1)


async def test_the_registry_itself_is_tried_again_where_it_refuses_a_connection(net, mirrored):
    await mirrored.the_registry_goes()
    reason, tries = await mirrored.ask()
    assert (reason, tries) == (f"{HOST} could not be reached: connection refused", 1)
    assert net.connected.count((ADDRESS, 443)) == 3
