"""A source of facts that asks nobody: what is recorded, as it is known last or was known at a time."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from moorage.facts import AnyAnswer, Question
from moorage.store.keys import BY_DIGEST
from moorage.store.past import Record, as_of
from moorage.store.unbundle import read_facts


class Recorded:
    """Answers from records; `find` gives that of a question. `end`: only what was known before this time counts."""

    def __init__(self, find: Callable[[Question], Record | None], end: int | None = None) -> None:
        self._find = find
        self._end = end

    def snapshot(self, questions: Iterable[Question]) -> Mapping[Question, AnyAnswer]:
        """What is known of `questions`; what is not is left out."""
        found: dict[Question, AnyAnswer] = {}
        for question in questions:
            record = self._find(question)
            if record is not None:
                answer = record.answer if self._end is None else as_of(record, self._end)
                if answer is not None:
                    found[question] = answer
        return found

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Nothing: nobody is asked."""
        return set()

    async def aclose(self) -> None:
        """There is nothing to let go of."""


def from_file(path: Path, end: int | None = None) -> Recorded:
    """The facts of a file; raises `FactsFileError`."""
    records = read_facts(path)
    return Recorded(lambda question: records.get(_anywhere(question)), end)


def _anywhere(question: Question) -> Question:
    """The question as records hold it: content is the same in every repository."""
    return question._replace(registry="", repository="") if question.kind in BY_DIGEST else question
