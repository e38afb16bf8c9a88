"""Facts in the background, with a source that does as it is told."""

import asyncio

import pytest

from moorage.facts import Known, Question, TagListing
from moorage.lsp.facts import QUIET, Facts, Listener

REDIS, NODE, SLOW = (Question("tags", "docker.io", f"library/{name}") for name in ("redis", "node", "slow"))


def tags(*listed):
    return Known(TagListing(listed), 1)


class Fake:
    """A source whose registry answers what stands in `registry`, when `gate` is open for a name."""

    def __init__(self, store=None, registry=None):
        self.store = dict(store or {})
        self.registry = dict(registry or {})
        self.gates = {}
        self.asked = []
        self.closed = False

    def snapshot(self, questions):
        return {q: self.store[q] for q in questions if q in self.store}

    async def fetch(self, questions, *, max_age, urgent=True):
        self.asked.append(frozenset(questions))
        for question in questions:
            if question in self.gates:
                await self.gates[question].wait()
            if isinstance(self.registry.get(question), Exception):
                raise self.registry[question]
            if question in self.registry:
                self.store[question] = self.registry[question]
        return set(questions)

    async def aclose(self):
        self.closed = True


class Told:
    """Who listens, and what it heard."""

    def __init__(self):
        self.changed, self.busy, self.failed, self.prepared = [], [], [], []
        self.listener = Listener(self.prepare, self.changed.append, self.busy.append, self.failed.append)

    def prepare(self, changed):
        return lambda facts: self.prepared.append((changed, facts.answer(next(iter(changed)))))


@pytest.fixture
async def told():
    return Told()


@pytest.fixture
async def facts(told):
    facts = Facts(told.listener)
    yield facts
    await facts.close()


def reading(*questions):
    return lambda view: [view.answer(q) for q in questions]


async def until(true):
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def test_until_there_is_a_source_all_is_unknown(facts):
    results, asked = facts.run(reading(REDIS))
    assert (type(results[0]).__name__, asked) == ("Unknown", {REDIS})


async def test_the_store_is_told_before_the_registry(facts, told):
    source = Fake(store={REDIS: tags("7")}, registry={REDIS: tags("7", "8")})
    source.gates[REDIS] = asyncio.Event()
    facts.want("a", frozenset({REDIS}))
    await facts.use(source, asks=True)
    await until(lambda: told.changed == [{REDIS}])
    assert facts.run(reading(REDIS))[0] == [tags("7")]
    source.gates[REDIS].set()
    await until(lambda: len(told.changed) == 2)
    assert facts.run(reading(REDIS))[0] == [tags("7", "8")]
    assert told.prepared == [({REDIS}, tags("7")), ({REDIS}, tags("7", "8"))]
    assert told.busy[0] == 1
    assert told.busy[-1] == 0


async def test_a_slow_repository_delays_no_other(facts, told):
    source = Fake(registry={REDIS: tags("7"), SLOW: tags("1")})
    source.gates[SLOW] = asyncio.Event()
    await facts.use(source, asks=True)
    facts.want("a", frozenset({SLOW, REDIS}))
    await until(lambda: told.changed == [{REDIS}])


async def test_each_question_is_asked_once_and_again_on_request(facts, told):
    source = Fake(registry={REDIS: tags("7")})
    await facts.use(source, asks=True)
    for who in "abc":
        facts.want(who, frozenset({REDIS}))
    await until(lambda: told.changed)
    facts.want("d", frozenset({REDIS}))
    await asyncio.sleep(0.05)
    assert source.asked == [{REDIS}]
    facts.again("a")
    await until(lambda: len(source.asked) == 2)


async def test_what_nobody_asks_any_more_when_typing_pauses_is_not_fetched(facts, told):
    source = Fake(registry={REDIS: tags("7"), NODE: tags("24")})
    await facts.use(source, asks=True)
    facts.typing()
    facts.want("a", frozenset({NODE}))
    await asyncio.sleep(QUIET / 2)
    facts.want("a", frozenset({REDIS}))
    await until(lambda: told.changed)
    assert source.asked == [{REDIS}]


async def test_a_source_that_may_not_ask_is_only_read(facts, told):
    source = Fake(store={REDIS: tags("7")})
    await facts.use(source, asks=False)
    facts.want("a", frozenset({REDIS, NODE}))
    await until(lambda: told.changed == [{REDIS}])
    await asyncio.sleep(0.05)
    assert source.asked == []
    assert facts.run(lambda view: view.final)[0] is True


async def test_another_source_replaces_the_first(facts, told):
    first, second = Fake(registry={REDIS: tags("7")}), Fake(registry={REDIS: tags("8")})
    await facts.use(first, asks=True)
    facts.want("a", frozenset({REDIS}))
    await until(lambda: told.changed)
    await facts.use(second, asks=True)
    await until(lambda: facts.run(reading(REDIS))[0] == [tags("8")])
    assert first.closed


async def test_an_answer_of_the_first_source_is_not_taken_for_one_of_the_second(facts, told):
    first, second = Fake(registry={REDIS: tags("7")}), Fake()
    first.gates[REDIS] = asyncio.Event()
    await facts.use(first, asks=True)
    facts.want("a", frozenset({REDIS}))
    await until(lambda: first.asked)
    await facts.use(second, asks=False)
    first.gates[REDIS].set()
    await asyncio.sleep(0.05)
    assert told.changed == []


async def test_settling_waits_for_what_is_asked_and_no_longer_than_allowed(facts):
    source = Fake(registry={REDIS: tags("7"), SLOW: tags("1")})
    source.gates[SLOW] = asyncio.Event()
    await facts.use(source, asks=True)
    every = frozenset({"tags"})
    assert await facts.settle(reading(REDIS), 10, every) == [tags("7")]
    assert type((await facts.settle(reading(SLOW), 0.02, every))[0]).__name__ == "Unknown"
    assert await facts.settle(reading(REDIS), 0, every) == [tags("7")]
    source.gates[SLOW].set()
    assert await facts.settle(reading(SLOW), 10, every) == [tags("1")]
    assert len(source.asked) == 2


async def test_settling_shows_the_part_of_an_answer_that_is_there_when_patience_ends(facts):
    source = Fake(registry={SLOW: tags("1", "2")})
    source.gates[SLOW] = asyncio.Event()
    await facts.use(source, asks=True)
    part = Known(TagListing(("2",)), 1, complete=False)
    asyncio.get_running_loop().call_later(0.01, source.store.__setitem__, SLOW, part)
    assert await facts.settle(reading(SLOW), 0.1, frozenset({"tags"})) == [part]
    source.gates[SLOW].set()
    assert await facts.settle(reading(SLOW), 10, frozenset({"tags"})) == [tags("1", "2")]


async def test_settling_asks_only_the_kinds_that_are_allowed(facts):
    digest = Question("digest", "docker.io", "library/redis", "7")
    source = Fake(registry={REDIS: tags("7")})
    await facts.use(source, asks=True)
    await facts.settle(reading(REDIS, digest), 10, frozenset({"tags"}))
    assert source.asked == [{REDIS}]


async def test_a_mistake_of_ours_is_told_and_stops_nothing(facts, told):
    source = Fake(registry={REDIS: ValueError("no"), NODE: tags("24")})
    await facts.use(source, asks=True)
    facts.want("a", frozenset({REDIS, NODE}))
    await until(lambda: told.changed == [{NODE}] and told.failed)
    assert str(told.failed[0]) == "no"
