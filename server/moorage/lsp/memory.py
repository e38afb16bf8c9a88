"""What of the store and the registries has been brought into memory, where the event loop may look."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol

from moorage.engine import Source
from moorage.facts import AnyAnswer, Question


class ClosableSource(Source, Protocol):
    """A source that holds connections."""

    async def aclose(self) -> None:
        """Let go of them."""
        ...


class Memory:
    """A source whose snapshot never waits: it holds what `load` or `fetch` brought from the source behind it.

    With none behind it, it knows nothing and asks nobody.
    """

    def __init__(self, behind: Source | None = None) -> None:
        self._behind = behind
        self.answers: dict[Question, AnyAnswer] = {}

    def snapshot(self, questions: Iterable[Question]) -> Mapping[Question, AnyAnswer]:
        """What is in memory."""
        return {q: self.answers[q] for q in questions if q in self.answers}

    async def load(self, questions: Iterable[Question]) -> None:
        """Bring in what the source behind knows, on another thread, without asking anybody."""
        if self._behind is not None:
            self.answers.update(await asyncio.to_thread(self._behind.snapshot, list(questions)))

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Have the source behind ask, and bring in what it then knows."""
        asked = list(questions)
        if self._behind is None:
            return set()
        changed = await self._behind.fetch(asked, max_age=max_age, urgent=urgent)
        await self.load(asked)
        return changed

    async def aclose(self) -> None:
        """There is nothing to let go of."""
