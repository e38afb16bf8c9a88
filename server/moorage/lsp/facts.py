"""Getting what open documents ask for, in the background, without any wait on the event loop.

The store is read and a new list of tags is judged on other threads; the loop looks only into memory. Until the store is
open everything is unknown.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple, TypeVar

from moorage.engine import Engine
from moorage.facts import FactsView, Question, QuestionKind
from moorage.lsp.memory import ClosableSource, Memory

T = TypeVar("T")

FRESH = 6 * 3600
"""Seconds for which a fact is fresh in an editor, where the user does not say."""
QUIET = 0.4
"""Seconds without a keystroke before a name that is being typed is asked for."""
_ROUNDS = 5
_EVERY_KIND: frozenset[QuestionKind] = frozenset(("tags", "digest", "manifest", "config", "referrers"))


class Listener(NamedTuple):
    """Whom to tell.

    `prepare`, given questions with a new answer, collects work for another thread that makes them quick to judge;
    `changed` is told of them afterwards; `busy` of how many repositories are being asked about; `failed` of a mistake
    of our own, since a registry's failure is a fact.
    """

    prepare: Callable[[set[Question]], Callable[[FactsView], object]]
    changed: Callable[[set[Question]], None]
    busy: Callable[[int], None]
    failed: Callable[[BaseException], object]


class _Base(NamedTuple):
    """A source, what of it is in memory, and the engine over that: exchanged as one."""

    source: ClosableSource | None
    asks: bool
    max_age: int
    memory: Memory
    engine: Engine


def _base(source: ClosableSource | None, *, asks: bool, max_age: int) -> _Base:
    memory = Memory(source)
    return _Base(source, asks, max_age, memory, Engine(memory))


class Facts:
    """The facts of one editor session."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._base = _base(None, asks=True, max_age=FRESH)
        self._ready = asyncio.Event()
        self._wanted: dict[str, frozenset[Question]] = {}
        self._loaded: set[Question] = set()
        self._departed: set[Question] = set()
        self._flights: dict[Question, asyncio.Task[None]] = {}
        self._quiet_at = 0.0
        self._worker: asyncio.Task[None] | None = None

    def run(self, feature: Callable[[FactsView], T]) -> tuple[T, frozenset[Question]]:
        """The result of a feature from what is in memory, and what it asked."""
        return self._base.engine.run(feature, final=not self._base.asks)

    async def use(self, source: ClosableSource, *, asks: bool, max_age: int = FRESH) -> None:
        """Take facts from this source from now on.

        `asks` says whether it may ask registries, `max_age` when an answer has become old, in seconds.
        """
        old, self._base = self._base, _base(source, asks=asks, max_age=max_age)
        self._loaded.clear()
        self._departed.clear()
        self._flights.clear()
        self._ready.set()
        self._wake()
        if old.source is not None:
            await old.source.aclose()

    async def close(self) -> None:
        """End what is under way."""
        for task in {*self._flights.values(), *([self._worker] if self._worker else [])}:
            task.cancel()
        if self._base.source is not None:
            with suppress(Exception):
                await self._base.source.aclose()

    def typing(self) -> None:
        """Something is being typed: what is asked now may be half of a name."""
        self._quiet_at = asyncio.get_running_loop().time() + QUIET

    def want(self, who: str, questions: frozenset[Question]) -> None:
        """Say what `who` asks now, in place of what it asked before."""
        self._wanted[who] = questions
        if not questions <= self._departed:
            self._wake()

    def again(self, who: str) -> None:
        """Ask again what `who` asks, where the answer has become old."""
        self._departed -= self._wanted.get(who, frozenset()) - self._flights.keys()
        self._wake()

    def drop(self, who: str) -> None:
        """`who` asks nothing any more."""
        self._wanted.pop(who, None)

    async def settle(
        self, feature: Callable[[FactsView], T], patience: float, kinds: frozenset[QuestionKind] = _EVERY_KIND
    ) -> T:
        """The result of a feature once what it asks is known, or after `patience` seconds from what is known then.

        Only questions of these `kinds` are asked for its sake.
        """
        clock = asyncio.get_running_loop().time
        deadline = clock() + patience
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ready.wait(), patience)
        for _ in range(_ROUNDS):
            asked = {q for q in self.run(feature)[1] if q.kind in kinds}
            await self._load(self._base, asked - self._loaded)
            self._depart(self._base, asked - self._departed)
            flights = {self._flights[q] for q in asked if q in self._flights}
            if not flights or clock() >= deadline:
                break
            _, late = await asyncio.wait(flights, timeout=deadline - clock())
            if late:
                # A part of the answer may be there: the newest tags of a list that takes long.
                await self._load(self._base, asked)
        return self.run(feature)[0]

    # The worker: the store first; then, when typing has paused, registries.

    def _wake(self) -> None:
        if self._base.source is not None and (self._worker is None or self._worker.done()):
            self._worker = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        while True:
            base = self._base
            asked = set[Question]().union(*self._wanted.values())
            if asked - self._loaded:
                await self._load(base, asked - self._loaded)
                continue
            if not asked - self._departed:
                return
            pause = self._quiet_at - asyncio.get_running_loop().time()
            if pause > 0:
                # What nobody asks any more by then, such as a half-typed name, is not fetched.
                await asyncio.sleep(pause)
                continue
            self._depart(base, asked - self._departed)

    async def _load(self, base: _Base, questions: set[Question]) -> None:
        if questions and base is self._base:
            self._loaded |= questions
            await base.memory.load(questions)
            await self._tell(base, base.engine.reread(questions))

    def _depart(self, base: _Base, questions: set[Question]) -> None:
        """Ask for these questions, those of each repository on their own, so that a slow one delays no other."""
        if base.source is None:
            return
        self._departed |= questions
        if not base.asks:
            return
        by_repository: dict[str, list[Question]] = {}
        for question in questions:
            by_repository.setdefault(question.name, []).append(question)
        for batch in by_repository.values():
            flight = asyncio.get_running_loop().create_task(self._fly(base, batch))
            self._flights.update(dict.fromkeys(batch, flight))
            flight.add_done_callback(self._landed)
        self._listener.busy(len(set(self._flights.values())))

    async def _fly(self, base: _Base, questions: list[Question]) -> None:
        await self._tell(base, await base.engine.fetch(questions, max_age=base.max_age))

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flights = {q: f for q, f in self._flights.items() if f is not flight}
        self._listener.busy(len(set(self._flights.values())))
        if not flight.cancelled() and (error := flight.exception()) is not None:
            self._listener.failed(error)

    async def _tell(self, base: _Base, changed: set[Question]) -> None:
        if changed and base is self._base:
            work = self._listener.prepare(changed)
            await asyncio.to_thread(work, FactsView(dict(base.memory.answers), final=False))
            self._listener.changed(changed)
