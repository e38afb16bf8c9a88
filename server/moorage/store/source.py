"""Where answers come from: memory, then the store, and registries behind them."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moorage.facts import Absent, AnyAnswer, Known, Question, TagListing, Unreachable
from moorage.registry.credentials import Credentials
from moorage.registry.failures import Refused
from moorage.registry.mirrors import Endpoints
from moorage.settings import Settings
from moorage.store.sqlite import Store

if TYPE_CHECKING:
    # The registry client, HTTP and the event loop are loaded when something is first fetched.
    from moorage.registry.client import Client
    from moorage.registry.wire import Wiring
    from moorage.store.fetching import Fetcher

_ABSENT_AGE = 600
_REFUSED_AGE = 60
_FAILURE_AGE = 60
_RESUME_AGE = 60
_IDENTITY_AGE = 5.0
_BY_DIGEST = ("manifest", "config")


class Source:
    """Answers questions from what is known, and has the rest fetched.

    `offline` keeps it from asking anybody, and so does `trusted=False` (a workspace that the user does not trust);
    both may be changed later. `env` is the user's environment, `workspace` the folders from which no program is run.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        offline: bool = False,
        trusted: bool = True,
        env: Mapping[str, str] = os.environ,
        workspace: Sequence[Path] = (),
        wiring: "Wiring | None" = None,
    ) -> None:
        self.settings = settings
        self.store = store
        self.offline = offline or settings.offline
        self.trusted = trusted
        self.env = env
        self.credentials = Credentials(env, workspace)
        self.endpoints = Endpoints(settings, env)
        self._wiring = wiring
        self._memory: dict[Question, AnyAnswer] = {}
        self._identities: dict[tuple[str, str], tuple[float, str]] = {}
        self._fetcher: Fetcher | None = None
        self.troubles: dict[str, Unreachable] = {}
        """The registries that could not be asked lately, and why, also where an older answer serves."""

    @property
    def fetcher(self) -> "Fetcher | None":
        """What asks registries, once something was fetched: quotas, token servers to approve."""
        return self._fetcher

    async def client(self) -> "Client":
        """What asks registries, for what is not kept as a fact. Not for those that are offline or not trusted."""
        return (await self._running_fetcher()).client

    @property
    def under_way(self) -> int:
        """How many questions are being asked."""
        return 0 if self._fetcher is None else self._fetcher.under_way

    @property
    def unapproved(self) -> Mapping[str, str]:
        """By registry, the token server that a credential was not sent to because the user has not approved it."""
        return self._fetcher.client.session.authenticator.unapproved if self._fetcher is not None else {}

    @property
    def withheld(self) -> Mapping[str, str]:
        """Those of `unapproved` without which a registry has refused something."""
        return self._fetcher.client.session.authenticator.withheld if self._fetcher is not None else {}

    @property
    def warnings(self) -> Mapping[str, tuple[str, ...]]:
        """What registries want their users to know, by host."""
        return self._fetcher.client.session.transport.warnings if self._fetcher is not None else {}

    def snapshot(self, questions: Iterable[Question]) -> dict[Question, AnyAnswer]:
        """What is known of `questions`, without waiting for anybody; what is not known is left out."""
        asked = list(questions)
        missing = [question for question in asked if question not in self._memory]
        if missing:
            self._memory.update(self.store.get(missing, self.identity))
        return {question: self._memory[question] for question in asked if question in self._memory}

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Have `questions` answered where the answer is missing or older than `max_age` seconds.

        Returns the questions whose answer is another than before. What is known by digest is never asked again. For
        `urgent` questions somebody waits: they go first. Never raises for what registries or the network do.
        """
        if self.offline or not self.trusted:
            return set()
        stale = self._stale(questions, max_age)
        if not stale:
            return set()
        return await (await self._running_fetcher()).fetch(stale, max_age=max_age, urgent=urgent)

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

    async def aclose(self) -> None:
        """Stop asking, and close every connection. The source may be used again afterwards."""
        fetcher, self._fetcher = self._fetcher, None
        if fetcher is not None:
            await fetcher.aclose()

    def _stale(self, questions: Iterable[Question], max_age: int) -> list[Question]:
        now = int(time.time())
        stale = [q for q in dict.fromkeys(questions) if not _fresh(q, self._memory.get(q), max_age, now)]
        if stale:
            # Another process may have asked meanwhile.
            for question, answer in self.store.get(stale, self.identity).items():
                if not isinstance(self._memory.get(question), Unreachable) or _fresh(question, answer, max_age, now):
                    self._memory[question] = answer
            stale = [q for q in stale if not _fresh(q, self._memory.get(q), max_age, now)]
        return stale

    async def _running_fetcher(self) -> "Fetcher":
        import asyncio

        loop = asyncio.get_running_loop()
        if self._fetcher is None or self._fetcher.loop is not loop:
            # Loading HTTP takes a tenth of a second: not on the loop, where an editor's keys are waiting.
            await asyncio.to_thread(__import__, "moorage.store.fetching")
            from moorage.store.fetching import Fetcher

            if self._fetcher is None or self._fetcher.loop is not loop:
                self._fetcher = Fetcher(self, loop, self._wiring)
        return self._fetcher

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
            if question.kind in _BY_DIGEST:
                return True
            limit = max_age if answer.complete else min(max_age, _RESUME_AGE)
            return now - answer.seen_at <= limit
        case Absent():
            # Whoever logs in wants to see that at once.
            return now - answer.seen_at <= min(max_age, _REFUSED_AGE if answer.private else _ABSENT_AGE)
        case Unreachable():
            return now < (answer.retry_at or answer.since + _FAILURE_AGE)
        case _:
            return False


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
