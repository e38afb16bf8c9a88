"""What is asked of registries, in the words of questions and answers.

Every verb returns an answer: what a registry said, that something is not there, or why it could not be asked. None of
them raises for what a registry or the network does.
"""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from moorage.facts import Absent, AnyAnswer, Known, Manifest, Question, TagListing, Unreachable
from moorage.reference import is_digest
from moorage.registry import unexpected
from moorage.registry.access.session import Session
from moorage.registry.content.attachments import find_attachments
from moorage.registry.content.documents import (
    INDEXES,
    BadDocument,
    digest_of,
    read_config,
    read_manifest,
    verify,
)
from moorage.registry.content.referrers import Declined
from moorage.registry.endpoints.hub import Newest, NewestTags
from moorage.registry.endpoints.mirrors import Endpoint, Endpoints, Need
from moorage.registry.endpoints.quirks import quirk_of
from moorage.registry.failures import Busy, NoAnswer, Refused, RegistryFailure
from moorage.registry.http.exchange import MANIFEST_LIMIT, Ask, Reply
from moorage.registry.http.gates import Urgency
from moorage.registry.http.urls import Url
from moorage.registry.moving.reader import ACCEPTING, RepositoryReader
from moorage.registry.refusals import damaged, nonsense, refusal
from moorage.registry.tags import NoList, read_tags


class Outcome(NamedTuple):
    """The answer to a question, and answers to others that came along at no cost."""

    answer: AnyAnswer
    more: Mapping[Question, AnyAnswer] = {}


def _nobody(_part: Known[TagListing]) -> None:
    """Nobody wants a part of the answer."""


class Client:
    """Asks registries. Costs: per repository one token, one list of tags in pages, one HEAD per tag."""

    def __init__(self, session: Session, endpoints: Endpoints) -> None:
        self.session = session
        self._endpoints = endpoints
        self._newest = Newest(session.transport.exchange)

    async def ask(
        self,
        question: Question,
        urgency: Urgency,
        so_far: TagListing | None = None,
        on_part: Callable[[Known[TagListing]], object] = _nobody,
    ) -> Outcome:
        """The answer to any question.

        `so_far` is an incomplete list of tags that is to be continued; `on_part` is told of the newest tags of a long
        list before the rest of it is read, where the registry knows them.
        """
        registry, repository, key = question.registry, question.repository, question.key
        match question.kind:
            case "tags":
                return await self.tags(registry, repository, urgency, so_far, on_part)
            case "digest":
                return await self.head(registry, repository, key, urgency)
            case "manifest":
                return Outcome(await self.manifest(registry, repository, key, urgency))
            case "config":
                return Outcome(await self.config(registry, repository, key, urgency))
            case "referrers":
                return await self.referrers(registry, repository, key, urgency)

    async def tags(
        self,
        registry: str,
        repository: str,
        urgency: Urgency | None = None,
        so_far: TagListing | None = None,
        on_part: Callable[[Known[TagListing]], object] = _nobody,
    ) -> Outcome:
        """The tags of a repository: `Known[TagListing]`, with digests where the registry tells them along."""

        async def from_endpoint(endpoint: Endpoint) -> Outcome:
            first, quirk = endpoint.url(repository, "tags/list"), quirk_of(registry)
            name, asked, newest = endpoint.root.authority, 0, NewestTags()

            async def get(url: Url, limit: int) -> Reply:
                nonlocal asked, newest
                asked += 1
                if asked == 2 and endpoint.own and quirk.newest is not None:
                    newest = await self._newest.of(quirk.newest, repository, wanted)
                    if newest.tags:
                        on_part(Known(TagListing(newest.tags, newest.dates), _now(), complete=False, endpoint=name))
                return await self.send(endpoint, repository, Ask("GET", url, limit, urgency=wanted))

            try:
                pages = await read_tags(get, first, quirk.page, so_far.tags if so_far is not None else ())
            except NoList:
                return Outcome(nonsense(endpoint, repository, "a list of tags"))
            if pages.refusal is not None:
                return Outcome(self._refusal(endpoint, pages.refusal, repository, f"the repository {repository}"))
            tags, dates, digests = pages.tags, pages.dates, pages.digests
            # In front: a list that is continued goes on after its last tag.
            tags = tuple(dict.fromkeys((*newest.tags, *tags)))
            dates, digests = {**dates, **newest.dates}, {**digests, **newest.digests}
            if so_far is not None:
                dates = {**so_far.dates, **dates}
            now = _now()
            more: dict[Question, AnyAnswer] = {
                Question("digest", registry, repository, tag): Known(digest, now, endpoint=name)
                for tag, digest in digests.items()
            }
            return Outcome(Known(TagListing(tags, dates), now, pages.complete, name), more)

        wanted = urgency or Urgency(True)
        return await self._first_answer(registry, repository, "resolve", from_endpoint)

    async def head(self, registry: str, repository: str, tag: str, urgency: Urgency | None = None) -> Outcome:
        """The digest that a tag means now: `Known[str]`. Where HEAD does not tell, the manifest comes along."""

        async def from_endpoint(endpoint: Endpoint) -> Outcome:
            url = endpoint.url(repository, f"manifests/{tag}")
            ask = Ask("HEAD", url, headers=ACCEPTING, urgency=urgency or Urgency(True))
            reply = await self.send(endpoint, repository, ask)
            told = set(reply.lines("docker-content-digest"))
            digest = told.pop() if len(told) == 1 else ""
            if reply.status == 200 and is_digest(digest):
                return Outcome(Known(digest, _now(), endpoint=endpoint.root.authority))
            # A port for TLS that is asked by http says so, in an answer with a body only.
            unsaid = reply.status == 400 and reply.url.scheme == "http"
            if reply.status not in (200, 405, 501) and not unsaid:
                return Outcome(self._refusal(endpoint, reply, repository, f"the tag {tag} in {repository}"))
            reply = await self.send(endpoint, repository, ask._replace(method="GET", limit=MANIFEST_LIMIT))
            if reply.status != 200:
                return Outcome(self._refusal(endpoint, reply, repository, f"the tag {tag} in {repository}"))
            digest = digest_of(reply.body)
            manifest = _manifest(endpoint, repository, reply, digest)
            if not isinstance(manifest, Known):
                return Outcome(nonsense(endpoint, repository, f"a manifest for the tag {tag}"))
            more = {Question("manifest", registry, repository, digest): manifest}
            return Outcome(Known(digest, _now(), endpoint=endpoint.root.authority), more)

        return await self._first_answer(registry, repository, "resolve", from_endpoint)

    async def manifest(self, registry: str, repository: str, digest: str, urgency: Urgency | None = None) -> AnyAnswer:
        """The manifest or index with this digest, checked against it: `Known[Manifest]`."""

        async def from_endpoint(endpoint: Endpoint) -> Outcome:
            url = endpoint.url(repository, f"manifests/{digest}")
            ask = Ask("GET", url, MANIFEST_LIMIT, ACCEPTING, urgency=urgency or Urgency(True))
            reply = await self.send(endpoint, repository, ask)
            if reply.status != 200:
                return Outcome(self._refusal(endpoint, reply, repository, f"a manifest {digest} in {repository}"))
            return Outcome(_manifest(endpoint, repository, reply, digest))

        if not is_digest(digest):
            return _no_digest(digest)
        return (await self._first_answer(registry, repository, "content", from_endpoint)).answer

    async def config(self, registry: str, repository: str, digest: str, urgency: Urgency | None = None) -> AnyAnswer:
        """The configuration with this digest, checked against it: `Known[Config]`."""

        async def from_endpoint(endpoint: Endpoint) -> Outcome:
            url = endpoint.url(repository, f"blobs/{digest}")
            reply = await self.send(
                endpoint, repository, Ask("GET", url, MANIFEST_LIMIT, urgency=urgency or Urgency(True))
            )
            if reply.status != 200:
                return Outcome(self._refusal(endpoint, reply, repository, f"a configuration {digest} in {repository}"))
            try:
                verify(reply.body, digest)
                config = read_config(reply.body, digest)
            except BadDocument as error:
                return Outcome(damaged(endpoint, reply, repository, f"configuration {digest}", error))
            return Outcome(Known(config, _now(), endpoint=endpoint.root.authority))

        if not is_digest(digest):
            return _no_digest(digest)
        return (await self._first_answer(registry, repository, "content", from_endpoint)).answer

    async def referrers(
        self,
        registry: str,
        repository: str,
        digest: str,
        urgency: Urgency | None = None,
        platform: str = "linux/amd64",
    ) -> Outcome:
        """What is attached to an image: `Known[Attachments]`. Its manifest comes along."""

        async def from_endpoint(endpoint: Endpoint) -> Outcome:
            reader = RepositoryReader(self.send, endpoint, repository, urgency or Urgency(True))
            reply = await reader.get(reader.url(f"manifests/{digest}"))
            if reply.status != 200:
                return Outcome(self._refusal(endpoint, reply, repository, f"a manifest {digest} in {repository}"))
            manifest = _manifest(endpoint, repository, reply, digest)
            if not isinstance(manifest, Known) or not isinstance(manifest.value, Manifest):
                return Outcome(manifest)
            index = reply.body if manifest.value.media_type in INDEXES else None
            try:
                found = await find_attachments(reader, digest, index, platform)
            except Declined as declined:
                return Outcome(
                    self._refusal(
                        endpoint, declined.reply, repository, f"a list of referrers of {digest} in {repository}"
                    )
                )
            more: dict[Question, AnyAnswer] = {Question("manifest", registry, repository, digest): manifest}
            return Outcome(Known(found.attachments, _now(), found.complete, endpoint.root.authority), more)

        if not is_digest(digest):
            return Outcome(_no_digest(digest))
        return await self._first_answer(registry, repository, "resolve", from_endpoint)

    async def blob(self, registry: str, repository: str, digest: str, limit: int) -> bytes | Absent | Unreachable:
        """The blob with this digest, checked against it, up to `limit` bytes; or why it cannot be had."""
        found: list[bytes] = []

        async def from_endpoint(endpoint: Endpoint) -> Outcome:
            ask = Ask("GET", endpoint.url(repository, f"blobs/{digest}"), limit)
            reply = await self.send(endpoint, repository, ask)
            if reply.status != 200:
                return Outcome(self._refusal(endpoint, reply, repository, f"a blob {digest} in {repository}"))
            try:
                verify(reply.body, digest)
            except BadDocument as error:
                return Outcome(damaged(endpoint, reply, repository, f"blob {digest}", error))
            found.append(reply.body)
            return Outcome(Known(digest, _now(), endpoint=endpoint.root.authority))

        if not is_digest(digest):
            return _no_digest(digest)
        answer = (await self._first_answer(registry, repository, "content", from_endpoint)).answer
        if isinstance(answer, Absent | Unreachable):
            return answer
        return found[-1]

    def endpoint(self, registry: str, repository: str, *, push: bool = False) -> Endpoint:
        """The one endpoint that speaks for a repository, or takes what is pushed to it; raises `Refused`."""
        if push:
            return self._endpoints.pushed_to(registry, repository)
        return self._endpoints.of(registry, repository, "resolve")[-1]

    async def aclose(self) -> None:
        """Close every connection."""
        await self.session.transport.aclose()

    async def send(self, endpoint: Endpoint, repository: str, ask: Ask) -> Reply:
        """Send a request about a repository to one endpoint; raises `RegistryFailure` where there is no answer."""
        stamped = ask._replace(url=endpoint.stamped(ask.url), replaceable=endpoint.replaceable)
        return await self.session.send(endpoint, repository, stamped)

    def _refusal(self, endpoint: Endpoint, reply: Reply, repository: str, what: str) -> Absent | Unreachable:
        """What an answer without the thing asked for means, and what the user could do about a credential."""
        advice = self.session.authenticator.advice(endpoint, reply)
        answer = refusal(endpoint, reply, repository, what, advice)
        return answer._replace(passing=True) if advice and isinstance(answer, Absent) else answer

    async def _first_answer(self, registry: str, repository: str, need: Need, ask: "_AskEndpoint") -> Outcome:
        """Ask the endpoints of a repository one after the other until one knows."""
        outcome = Outcome(Unreachable(f"{registry} has no endpoint", _now()))
        missed = ""
        try:
            endpoints = self._endpoints.of(registry, repository, need)
        except Refused as error:
            return Outcome(Unreachable(str(error), _now()))
        except Exception as error:
            return Outcome(_unexpected(error, registry, repository))
        held: list[Endpoint] = []
        for endpoint in endpoints:
            hurried = endpoint._replace(replaceable=endpoint is not endpoints[-1])
            outcome, left_alone = await _answer_of(hurried, repository, ask)
            if left_alone:
                held.append(endpoint)
            match outcome.answer:
                case Known():
                    break
                case Absent():
                    missed = missed or f"; {endpoint.root.authority} was asked too, and does not have it"
                case Unreachable(reason) if missed:
                    outcome = Outcome(outcome.answer._replace(reason=reason + missed))
                case _:
                    pass
        for endpoint in held if isinstance(outcome.answer, Unreachable) else ():
            # A mirror that is left alone for long may be back, and be all that can be reached from where we are now.
            again, _ = await _answer_of(endpoint, repository, ask)
            if isinstance(again.answer, Known):
                return again
        return outcome


_AskEndpoint = Callable[[Endpoint], Awaitable[Outcome]]


async def _answer_of(endpoint: Endpoint, repository: str, ask: _AskEndpoint) -> tuple[Outcome, bool]:
    """What an endpoint answers, or why there is no answer; and whether it was not asked, as it is left alone."""
    try:
        return await ask(endpoint), False
    except Busy as error:
        return Outcome(Unreachable(str(error), _now(), int(error.until))), False
    except RegistryFailure as error:
        return Outcome(Unreachable(_told(error, endpoint, repository), _now())), error.held
    except Exception as error:  # Whatever went wrong, whoever asked has an answer.
        return Outcome(_unexpected(error, endpoint.registry, repository)), False


def _manifest(endpoint: Endpoint, repository: str, reply: Reply, digest: str) -> AnyAnswer:
    try:
        verify(reply.body, digest)
        manifest = read_manifest(reply.body, digest, reply.media_type)
    except BadDocument as error:
        return damaged(endpoint, reply, repository, f"manifest {digest}", error)
    return Known(manifest, _now(), endpoint=endpoint.root.authority)


def _told(failure: RegistryFailure, endpoint: Endpoint, repository: str) -> str:
    """The sentence of a failure; one that does not hold for the whole host says what was asked, and where to look."""
    if failure.whole_host and failure.host in ("", endpoint.root.authority):
        return str(failure)
    advice = f": `moorage doctor {endpoint.registry}` looks closer" if isinstance(failure, NoAnswer) else ""
    return f"{failure} (asked for {endpoint.registry}/{repository}){advice}"


def _unexpected(error: Exception, registry: str, repository: str) -> Unreachable:
    return Unreachable(unexpected.sentence(error, f"{registry} was asked about {repository}"), _now())


def _no_digest(text: str) -> Absent:
    return Absent(f"{text[:100]!r} is no digest", _now())


def _now() -> int:
    return int(time.time())
