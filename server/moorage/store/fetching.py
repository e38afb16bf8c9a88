"""Asking registries for what is missing: one flight per question, whoever waits for it."""

import asyncio
import threading
import time
from collections.abc import Iterable
from functools import partial

from moorage.facts import AnyAnswer, Known, Question, TagListing, Unreachable
from moorage.registry import unexpected
from moorage.registry.build import build_client
from moorage.registry.http.gates import Urgency
from moorage.registry.http.wire import Wiring
from moorage.store.knowledge import Knowledge
from moorage.store.sqlite import Store
from moorage.store.upkeep import Removed, tidy

_PER_RUN = 60.0
_BATCH = 100


class _Flight:
    """A question under way, who waits for it, and whether its answer turned out to be another than before."""

    def __init__(self, urgency: Urgency) -> None:
        self.urgency = urgency
        self.waiters = 0
        self.changed = False
        self.task: asyncio.Task[None] | None = None


class Fetcher:
    """Asks registries within one event loop, and keeps the answers in memory and in the store."""

    def __init__(self, knowledge: Knowledge, loop: asyncio.AbstractEventLoop, wiring: Wiring | None) -> None:
        self.loop = loop
        self.client = build_client(knowledge.settings, knowledge.env, knowledge.credentials, wiring)
        self._knowledge = knowledge
        self._flights: dict[Question, _Flight] = {}
        self._parts: set[Question] = set()
        self._pending: list[tuple[Question, AnyAnswer]] = []
        self._pauses: dict[str, float] = {}
        transport = self.client.session.transport
        transport.pauses.update(knowledge.store.pauses(time.time()))
        transport.on_pause = self._pauses.__setitem__
        self._stopped = threading.Event()
        self._upkeep = self._keep_small()

    @property
    def under_way(self) -> int:
        """How many questions are being asked."""
        return len(self._flights)

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool) -> set[Question]:
        """Ask for all `questions`; returns those whose answer is another than before.

        A registry that does not answer everything in a minute is given up for this run.
        """
        waiting: dict[Question, _Flight] = {}
        for question in questions:
            flight = self._flights.get(question) or self._start(question, max_age)
            flight.urgency.urgent = flight.urgency.urgent or urgent
            flight.waiters += 1
            waiting[question] = flight
        try:
            await asyncio.wait([f.task for f in waiting.values() if f.task], timeout=_PER_RUN)
        finally:
            for question, flight in waiting.items():
                flight.waiters -= 1
                if flight.task is not None and not flight.task.done() and not flight.waiters:
                    flight.task.cancel()
                    why = f"{question.registry} did not answer everything within {_PER_RUN:g} s"
                    self._give_up(question, why)
            await self._flush()
        return {question for question, flight in waiting.items() if flight.changed}

    async def aclose(self) -> None:
        """Stop all flights, keep what is known, close every connection."""
        tasks = [flight.task for flight in self._flights.values() if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._flush()
        self._stopped.set()
        if self._upkeep is not None:
            await self._upkeep
        await self.client.aclose()

    def _keep_small(self) -> asyncio.Task[Removed] | None:
        """Remove what is too old or too much, beside the work; nobody waits for it."""
        path, limits = self._knowledge.store.database.path, self._knowledge.settings.facts
        if path is None:
            return None
        return self.loop.create_task(asyncio.to_thread(tidy, path, int(time.time()), limits, self._stopped.is_set))

    def _start(self, question: Question, max_age: int) -> _Flight:
        flight = self._flights[question] = _Flight(Urgency())
        flight.task = self.loop.create_task(self._fly(question, flight, max_age))
        return flight

    async def _fly(self, question: Question, flight: _Flight, max_age: int) -> None:
        try:
            await self._knowledge.learn_identity(question)
            so_far = self._so_far(question, max_age)
            outcome = await self.client.ask(question, flight.urgency, so_far, partial(self._take_part, question))
            answer = outcome.answer
            self._drop_part(question)
            if isinstance(answer, Unreachable):
                self._knowledge.troubles[question.registry] = answer
            else:
                self._knowledge.troubles.pop(question.registry, None)
            flight.changed = self._knowledge.remember(question, answer)
            self._pending.append((question, answer))
            for other, said in outcome.more.items():
                self._knowledge.remember(other, said)
                self._pending.append((other, said))
            if len(self._pending) >= _BATCH:
                await self._flush()
        except Exception as error:  # Nobody else would hear of it, and who waits would wait for nothing.
            when = f"{question.registry} was asked about {question.repository}"
            self._give_up(question, unexpected.sentence(error, when))
        finally:
            self._drop_part(question)
            self._flights.pop(question, None)

    def _take_part(self, question: Question, part: Known[TagListing]) -> None:
        """Keep the newest tags in memory until the whole list is there, where nothing better is known."""
        if not isinstance(self._knowledge.snapshot([question]).get(question), Known):
            self._knowledge.remember(question, part)
            self._parts.add(question)

    def _drop_part(self, question: Question) -> None:
        """Forget the newest tags: the whole list takes their place, or the reason why there is none."""
        if question in self._parts:
            self._parts.discard(question)
            self._knowledge.forget([question])

    def _so_far(self, question: Question, max_age: int) -> TagListing | None:
        """The part of a list that an earlier run has read, where it is young enough to be continued."""
        if question.kind != "tags":
            return None
        known = self._knowledge.snapshot([question]).get(question)
        if isinstance(known, Known) and not known.complete and time.time() - known.seen_at <= max_age:
            return known.value if isinstance(known.value, TagListing) and known.value.tags else None
        return None

    def _give_up(self, question: Question, why: str) -> None:
        self._drop_part(question)
        answer = Unreachable(why, int(time.time()))
        self._knowledge.troubles[question.registry] = answer
        self._knowledge.remember(question, answer)

    async def _flush(self) -> None:
        """Write what has come in, off the loop: another process may hold the store for a moment."""
        if not self._pending and not self._pauses:
            return
        answers, self._pending = self._pending, []
        pauses = dict(self._pauses)
        self._pauses.clear()
        names = {question: self._knowledge.identity(question) for question, _ in answers}
        await asyncio.to_thread(_write, self._knowledge.store, answers, names, pauses)


def _write(
    store: Store, answers: list[tuple[Question, AnyAnswer]], names: dict[Question, str], pauses: dict[str, float]
) -> None:
    store.put_all(answers, names.__getitem__)
    for host, until in pauses.items():
        store.pause(host, until)
