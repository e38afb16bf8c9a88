"""One repository of a registry: everything that is read from it and written to it when images are moved."""

import random
import re
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager

from moorage.facts import Absent, Unreachable
from moorage.reference import is_digest
from moorage.registry.access.session import Session
from moorage.registry.access.tokens import Scopes
from moorage.registry.content.descriptors import Descriptor
from moorage.registry.content.documents import ACCEPT, INDEXES, MANIFESTS, digest_of
from moorage.registry.content.referrers import Declined, Listed, list_referrers
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.endpoints.quirks import quirk_of
from moorage.registry.failures import Busy, NoAnswer, NotThere, Refused, RegistryFailure
from moorage.registry.http.exchange import MANIFEST_LIMIT, SMALL_LIMIT, Ask, Reply
from moorage.registry.http.urls import Url, escape
from moorage.registry.moving import uploads
from moorage.registry.moving.announce import Headers, announce, subject_of
from moorage.registry.moving.blobs import MAX_BLOB, Content, FileSink, of_file, seconds_for
from moorage.registry.moving.folder import reason
from moorage.registry.moving.uploads import Sizes
from moorage.registry.moving.verbs import Document, Remote, is_page, sound
from moorage.registry.refusals import meaning, refusal
from moorage.registry.tags import NoList, read_tags

_ACCEPT = (("accept", ACCEPT),)
_TAKEN = (200, 201, 202)
_PAUSE = 0.25
_MEANINGS = {
    404: "it may have to be created there first",
    413: "that is larger than it, or a proxy before it, takes",
}
_code = re.compile(rb'"code"\s*:\s*"([A-Z_]{1,40})"').search


class RegistryRepository:
    """A repository at one endpoint, with the verbs of `Remote`.

    `has_referrers` says whether the registry has the referrers API, None while it was not asked. `sizes` says which
    blobs go in one piece.
    """

    def __init__(self, session: Session, endpoint: Endpoint, repository: str, sizes: Sizes | None = None) -> None:
        self._session = session
        self._repository = repository
        self._begun: dict[str, Reply] = {}
        self.endpoint = endpoint
        self.path = endpoint.path(repository)
        self.sizes = sizes
        self.has_referrers: bool | None = None

    @property
    def name(self) -> str:
        """How it is called in messages."""
        return f"{self.endpoint.name}/{self._repository}"

    def url(self, rest: str) -> Url:
        """The URL of something in it: `manifests/latest`."""
        return self.endpoint.url(self._repository, rest)

    async def get(self, url: Url) -> Reply:
        """Read a document, whatever its status."""
        return await self._ask(Ask("GET", url, MANIFEST_LIMIT, _ACCEPT))

    async def put(self, url: Url, manifest: Document, headers: Headers = ()) -> Reply:
        """Write a manifest, whatever comes of it."""
        typed = (("content-type", manifest.media_type), *headers)
        return await self.send(Ask("PUT", url, SMALL_LIMIT, typed, body=manifest.body))

    async def pause(self) -> None:
        """Wait as long as somebody else may need between reading and writing."""
        await self._session.transport.sleep(_PAUSE * (1 + random.random()))  # noqa: S311

    async def tags(self) -> tuple[str, ...]:
        """Its tags; raises `Refused` where the list could not be read to its end."""

        async def get(url: Url, limit: int) -> Reply:
            return await self._ask(Ask("GET", url, limit))

        try:
            pages = await read_tags(get, self.url("tags/list"), quirk_of(self.endpoint.registry).page)
        except NoList:
            raise Refused(f"{self.name} did not answer with a list of tags") from None
        if pages.refusal is not None:
            raise self._unread(pages.refusal, "a list of tags")
        if not pages.complete:
            raise Refused(f"{self.name} has more tags than could be listed")
        return pages.tags

    async def has_manifest(self, digest: str) -> bool:
        """Whether a manifest is there."""
        reply = await self._head("manifests", digest)
        return reply is not None and reply.media_type in (*INDEXES, *MANIFESTS)

    async def manifest(self, reference: str) -> Document:
        """The manifest of a tag or digest, checked against it; raises `NotThere`."""
        reply = await self.get(self.url(f"manifests/{reference}"))
        if reply.status != 200:
            raise self._unread(reply, f"a manifest {reference}")
        digest = reference if is_digest(reference) else reply.header("docker-content-digest") or ""
        if not is_digest(digest):
            digest = digest_of(reply.body)
        return sound(Document(digest, reply.media_type, reply.body), f"from {self.name}")

    async def put_manifest(self, manifest: Document, tag: str = "") -> None:
        """Keep a manifest, byte for byte, under its digest or a tag; what it refers to then lists it as a referrer."""
        sound(manifest, f"for {self.name}")
        reply = await self.put(self.url(f"manifests/{tag or manifest.digest}"), manifest)
        if reply.status not in _TAKEN or is_page(reply):
            raise self.refusal(reply, f"take the manifest {manifest.digest}")
        kept = reply.header("docker-content-digest") or ""
        if is_digest(kept) and kept != digest_of(manifest.body, kept.partition(":")[0]):
            raise Refused(f"{self.name} keeps the manifest {manifest.digest} as {kept}")
        subject = subject_of(manifest)
        if is_digest(subject):
            try:
                await announce(self, manifest, subject, reply.header("oci-subject") == subject)
            except Declined as declined:
                raise self._unlisted(declined, subject) from None

    async def referrers(self, digest: str) -> Listed:
        """What refers to a digest."""
        try:
            return await list_referrers(self, digest)
        except Declined as declined:
            raise self._unlisted(declined, digest) from None

    async def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is there, in its whole length where that is told."""
        reply = await self._head("blobs", blob.digest)
        return reply is not None and reply.header("content-length") in (None, str(blob.size))

    @asynccontextmanager
    async def blob(self, blob: Descriptor) -> AsyncGenerator[Content]:
        """A blob, checked, to be read while the context lasts; raises `NotThere`. It lies in a temporary file."""
        if blob.size > MAX_BLOB:
            raise Refused(f"the blob {blob.digest} has more than {MAX_BLOB >> 30} GiB")
        url, limit = self.url(f"blobs/{blob.digest}"), max(blob.size, SMALL_LIMIT)
        try:
            with tempfile.TemporaryFile() as file:
                sink = FileSink(file, blob.digest)
                reply = await self._ask(Ask("GET", url, limit, sink=sink, seconds=seconds_for(blob.size)))
                if reply.status != 200:
                    raise self._unread(reply, f"a blob {blob.digest}")
                sink.measure.check(blob.size)
                yield of_file(file, blob.digest, blob.size)
        except OSError as error:
            raise Refused(f"the blob {blob.digest} cannot be kept while it is moved: {reason(error)}") from None

    async def mount(self, blob: Descriptor, source: Remote) -> bool:
        """Take a blob over from another repository of the same registry; whether that was possible.

        Where the registry begins an upload instead, `put_blob` goes on with that.
        """
        if not isinstance(source, RegistryRepository) or source.endpoint.root != self.endpoint.root:
            return False
        if source.path == self.path:
            return False
        url = self._uploads(f"?mount={escape(blob.digest)}&from={escape(source.path)}")
        reply = await self.send(Ask("POST", url), (f"repository:{source.path}:pull",))
        if reply.status == 202:
            self._begun[blob.digest] = reply
        return reply.status == 201 and not _differs(reply, blob.digest)

    async def put_blob(self, content: Content) -> None:
        """Keep a blob. What is not what its digest stands for is never kept."""
        with self._named("while pushing to"):
            await uploads.upload(self, content, self._begun.pop(content.digest, None), self.sizes)

    async def begin(self) -> Reply:
        """Begin an upload; the answer says where it goes on."""
        reply = await self.send(Ask("POST", self._uploads()))
        if reply.status != 202:
            raise self.refusal(reply, "take a blob")
        return reply

    async def send(self, ask: Ask, more: Scopes = ()) -> Reply:
        """Send a request that writes. `more` are scopes beside that of pushing here.

        Another host gets no proof of who we are.
        """
        with self._named("while pushing to"):
            if ask.url.origin != self.endpoint.root.origin:
                return await self._session.transport.exchange(ask)
            scopes = (f"repository:{self.path}:pull,push", *more)
            return await self._session.send(self.endpoint, self._repository, ask._replace(origin=None), scopes)

    def refusal(self, reply: Reply, what: str) -> Refused:
        """What an answer that says no means: one sentence. `what` says what it was asked to do."""
        found = _code(reply.body)
        said = f"status {reply.status}" + (f", {found[1].decode('ascii')}" if found is not None else "")
        host = "" if reply.url.origin == self.endpoint.root.origin else f" ({reply.url.authority} says so)"
        return Refused(f"{self.name} does not {what}{host} ({said}){self._why(reply)}")

    def _why(self, reply: Reply) -> str:
        """What the status of an answer that says no means: the end of its sentence."""
        if reply.status in (401, 403):
            advice = self._session.authenticator.advice(self.endpoint, reply)
            return advice or ": that needs a login which may push to it"
        if reply.status < 300:
            return ": it may be no registry, or a login page stands in between"
        if reply.status < 400:
            return ": it leads elsewhere, and nothing is written where a redirect leads"
        return f": {_MEANINGS.get(reply.status) or meaning(reply.status)}"

    def _unlisted(self, declined: Declined, digest: str) -> RegistryFailure:
        return self._unread(declined.reply, f"a list of referrers of {digest}")

    @contextmanager
    def _named(self, when: str) -> Generator[None]:
        """Whatever fails says about which repository it was. A host that wants to be left alone is no matter of one."""
        try:
            yield
        except Busy:
            raise
        except (NoAnswer, Refused) as failure:
            if self.name in str(failure):
                raise
            kind = NoAnswer if isinstance(failure, NoAnswer) else Refused
            raise kind(f"{failure} ({when} {self.name})", whole_host=failure.whole_host) from None

    def _unread(self, reply: Reply, what: str) -> RegistryFailure:
        """What an answer without the thing asked for means. `what` begins with an article."""
        advice = self._session.authenticator.advice(self.endpoint, reply)
        match refusal(self.endpoint, reply, self._repository, f"{what} in {self._repository}", advice):
            case Absent(message, private=private):
                return Refused(message) if private else NotThere(message)
            case Unreachable(reason):
                return Refused(reason)

    def _uploads(self, query: str = "") -> Url:
        return self.url(f"blobs/uploads/{query}")

    async def _ask(self, ask: Ask) -> Reply:
        with self._named("asked for"):
            return await self._session.send(
                self.endpoint, self._repository, ask._replace(url=self.endpoint.stamped(ask.url))
            )

    async def _head(self, kind: str, digest: str) -> Reply | None:
        """What is said of something that is there; None where it is not, or something else is."""
        if not is_digest(digest):
            return None
        reply = await self._ask(
            Ask("HEAD", self.url(f"{kind}/{digest}"), headers=_ACCEPT if kind == "manifests" else ())
        )
        return None if reply.status != 200 or is_page(reply) or _differs(reply, digest) else reply


def _differs(reply: Reply, digest: str) -> bool:
    """Whether an answer says that it is about something else than `digest`."""
    told = reply.header("docker-content-digest") or ""
    return is_digest(told) and told.partition(":")[0] == digest.partition(":")[0] and told != digest
