"""What is known of questions, in memory and in the store, and under whose name it is kept there."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from moorage.facts import Absent, AnyAnswer, Known, Question, TagListing, Unreachable
from moorage.registry.access.credentials import Credentials
from moorage.registry.endpoints.mirrors import Endpoints
from moorage.registry.failures import Refused
from moorage.settings import Settings
from moorage.store.keys import BY_DIGEST
from moorage.store.sqlite import Store

_ABSENT_AGE = 600
_REFUSED_AGE = 60
_FAILURE_AGE = 60
_RESUME_AGE = 60
_IDENTITY_AGE = 5.0


class Knowledge:
    """Answers of registries, as one process knows them. It asks nobody.

    `env` is the user's environment, `workspace` the folders from which no program is run.
    """

    def __init__(
        self, settings: Settings, store: Store, *, env: Mapping[str, str] = os.environ, workspace: Sequence[Path] = ()
    ) -> None:
        self.settings = settings
        self.store = store
        self.env = env
        self.credentials = Credentials(env, workspace)
        self.endpoints = Endpoints(settings, env)
        self._memory: dict[Question, AnyAnswer] = {}
        self._identities: dict[tuple[str, str], tuple[float, str]] = {}
        self.troubles: dict[str, Unreachable] = {}
        """The registries that could not be asked lately, and why, also where an older answer serves."""

    def snapshot(self, questions: Iterable[Question]) -> dict[Question, AnyAnswer]:
        """What is known of `questions`, without waiting for anybody; what is not known is left out."""
        asked = list(questions)
        missing = [question for question in asked if question not in self._memory]
        if missing:
            self._memory.update(self.store.get(missing, self.identity))
        return {question: self._memory[question] for question in asked if question in self._memory}

    def forget(self, questions: Iterable[Question]) -> None:
        """Drop what memory holds of `questions`, so that the store is read again."""
        for question in questions:
            self._memory.pop(question, None)

    def remember(self, question: Question, answer: AnyAnswer) -> bool:
        """Take an answer into memory; whether it is another than before. A failure never replaces knowledge."""
        before = self._memory.get(question)
        if isinstance(answer, Unreachable) and isinstance(before, Known | Absent):
            return False
        if isinstance(answer, Known) and isinstance(before, Known) and _same_list(before.value, answer.value):
            # What was worked out from the list is kept with it.
            answer = answer._replace(value=before.value)
        self._memory[question] = answer
        return before is None or _said(before) != _said(answer)

    def identity(self, question: Question) -> str:
        """The name of the credential that a question is asked with, as far as it is known without running a helper."""
        key = (question.registry, question.repository)
        kept = self._identities.get(key)
        now = time.monotonic()
        if kept is not None and kept[0] > now:
            return kept[1]
        text, certain = self._expected_identity(question)
        name = self.store.identity(text) if certain else self.store.known_identity(text)
        self._identities[key] = (now + _IDENTITY_AGE, name)
        return name

    async def learn_identity(self, question: Question) -> None:
        """Run the helpers that a question's credential comes from, if any do, and keep who they say we are."""
        expected, certain = self._expected_identity(question)
        if certain:
            return
        places = self._credential_places(question)
        found = [(await self.credentials.find(*place)).credential for place in places]
        name = self.store.identity(self._with_realms(question, (credential.identity for credential in found)))
        self._identities[question.registry, question.repository] = (time.monotonic() + _IDENTITY_AGE, name)
        if self.store.known_identity(expected) != name:
            self.store.remember_identity(expected, name)

    def stale(self, questions: Iterable[Question], max_age: int) -> list[Question]:
        """Those of `questions` whose answer is missing or older than `max_age` seconds."""
        now = int(time.time())
        stale = [q for q in dict.fromkeys(questions) if not _fresh(q, self._memory.get(q), max_age, now)]
        if stale:
            # Another process may have asked meanwhile.
            for question, answer in self.store.get(stale, self.identity).items():
                if not _unkept(self._memory.get(question)) or _fresh(question, answer, max_age, now):
                    self._memory[question] = answer
            stale = [q for q in stale if not _fresh(q, self._memory.get(q), max_age, now)]
        return stale

    def _expected_identity(self, question: Question) -> tuple[str, bool]:
        expected = [self.credentials.expected_identity(*place) for place in self._credential_places(question)]
        return self._with_realms(question, (text for text, _ in expected)), all(certain for _, certain in expected)

    def _with_realms(self, question: Question, identities: Iterable[str]) -> str:
        """Who asks: the credentials, and the token servers that they may go to, for without them nobody is known."""
        said = [identity for identity in identities if identity]
        return "\n\n".join((*said, *self.settings.realms.get(question.registry, ()))) if said else ""

    def _credential_places(self, question: Question) -> list[tuple[str, str]]:
        """The hosts that may answer a question, and the name that its repository has there."""
        try:
            endpoints = self.endpoints.of(question.registry, question.repository, "resolve")
        except Refused:
            return []
        return [(endpoint.credential_host, endpoint.path(question.repository)) for endpoint in endpoints]


def _fresh(question: Question, answer: AnyAnswer | None, max_age: int, now: int) -> bool:
    match answer:
        case Known():
            if question.kind in BY_DIGEST:
                return True
            limit = max_age if answer.complete else min(max_age, _RESUME_AGE)
            return now - answer.seen_at <= limit
        case Absent():
            # Whoever logs in wants to see that at once.
            passing = answer.private or answer.passing
            return now - answer.seen_at <= min(max_age, _REFUSED_AGE if passing else _ABSENT_AGE)
        case Unreachable():
            return now < (answer.retry_at or answer.since + _FAILURE_AGE)
        case _:
            return False


def _unkept(answer: AnyAnswer | None) -> bool:
    """Whether an answer is in memory only, and newer than what the store has."""
    return isinstance(answer, Unreachable) or (isinstance(answer, Absent) and answer.passing)


def _same_list(before: object, after: object) -> bool:
    return (
        isinstance(before, TagListing)
        and isinstance(after, TagListing)
        and before.tags == after.tags
        and dict(before.dates) == dict(after.dates)
    )


def _said(answer: AnyAnswer) -> object:
    """What an answer says, whenever and wherever it was given."""
    match answer:
        case Known():
            return answer.value, answer.complete
        case Absent():
            return answer.message
        case Unreachable():
            return answer.reason
        case _:
            return None
