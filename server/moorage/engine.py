"""Ask, show, fetch, ask again: what the editor and CI share. Only their patience differs.

A feature is a pure function of a facts view. The engine runs it with what is known; what it asked for and is missing or
old is fetched; then it runs again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeVar

from moorage.facts import UNKNOWN, Absent, AnyAnswer, FactsView, Known, Question, Unknown, Unreachable

T = TypeVar("T")

_ROUNDS = 5
"""How often a feature may find a new question in the answer to its last one: tags, digest, index, configuration."""


class Source(Protocol):
    """Where answers come from: the store first, registries behind (`moorage.store.source.Source`)."""

    def snapshot(self, questions: Iterable[Question]) -> Mapping[Question, AnyAnswer]:
        """What is known of `questions` without asking anybody."""
        ...

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Ask for what is unknown or older than `max_age` seconds; gives the questions whose answer changed."""
        ...


class Engine:
    """Runs features over one source of facts. `answers` is what it has seen, kept for as long as it lives."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._answers: dict[Question, AnyAnswer] = {}

    @property
    def asked(self) -> frozenset[Question]:
        """Every question that features have asked so far."""
        return frozenset(self._answers)

    def run(self, feature: Callable[[FactsView], T], *, final: bool = False) -> tuple[T, frozenset[Question]]:
        """The result of `feature` from what is known now, and every question that it asked.

        Never waits for a network. `final` tells the feature that nobody will fetch what is missing.
        """
        while True:
            view = FactsView(self._answers, final=final)
            result = feature(view)
            if not self._load(view.asked):
                return result, frozenset(view.asked)

    async def settle(
        self, feature: Callable[[FactsView], T], *, max_age: int, tried: set[Question]
    ) -> tuple[T, frozenset[Question]]:
        """The result of `feature` once all that it asks has been answered, or could not be.

        Facts older than `max_age` seconds are asked for again (-1: all of them), but no question that is in `tried`;
        those that were fetched are added to it.
        """
        for _ in range(_ROUNDS):
            _, asked = self.run(feature)
            fresh = asked - tried
            if not fresh:
                break
            tried |= fresh
            await self.fetch(fresh, max_age=max_age)
        return self.run(feature, final=True)

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Have `questions` answered; gives those whose answer is another than before."""
        asked = list(questions)
        await self._source.fetch(asked, max_age=max_age, urgent=urgent)
        return self.reread(asked)

    def reread(self, questions: Iterable[Question]) -> set[Question]:
        """Take over what the source knows by now of `questions`; gives those whose answer is another than before."""
        changed: set[Question] = set()
        for question, answer in self._source.snapshot(questions).items():
            if not _same(self._answers.get(question, UNKNOWN), answer):
                changed.add(question)
            self._answers[question] = answer
        return changed

    def _load(self, asked: Iterable[Question]) -> bool:
        """Read from the store what was asked and is not in memory; whether any of it is known."""
        missing = [q for q in asked if q not in self._answers]
        if not missing:
            return False
        found = self._source.snapshot(missing)
        for question in missing:
            self._answers[question] = found.get(question, UNKNOWN)
        return any(not isinstance(self._answers[q], Unknown) for q in missing)


def _same(old: AnyAnswer, new: AnyAnswer) -> bool:
    """Whether two answers say the same, whenever they were given."""
    match old, new:
        case (Known(a), Known(b)):
            return old.complete == new.complete and (a is b or a == b)
        case (Absent(a), Absent(b)) | (Unreachable(a), Unreachable(b)):
            return a == b
        case _:
            return type(old) is type(new)
