"""What can be found out about one image, put together from facts and from what is attached to it."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, TypeVar

from moorage.data.lifecycle import Lifecycles
from moorage.errors import UndecidedError
from moorage.facts import (
    UNKNOWN,
    Absent,
    AnyAnswer,
    Attachment,
    Attachments,
    Config,
    Known,
    Manifest,
    PlatformManifest,
    Question,
)
from moorage.findings.life import distribution_of, life_of
from moorage.findings.missing import why_missing
from moorage.reference import Reference
from moorage.registry.content.documents import BadDocument
from moorage.registry.content.statements import (
    UNREAD_SBOMS,
    Provenance,
    SbomSummary,
    package_versions,
    read_provenance,
    summarise,
)
from moorage.registry.http.exchange import MANIFEST_LIMIT, Ask, Reply
from moorage.registry.moving.layoutanswers import LayoutAnswers
from moorage.store.blobs import MAX_BLOB
from moorage.store.source import Source

T = TypeVar("T")

_OCI = "org.opencontainers.image."
_LEGACY = {"url": "url", "version": "version", "revision": "vcs-ref", "source": "vcs-url", "title": "name"}


class Cost(NamedTuple):
    """One request: method, what was asked for, the status, and how many bytes came."""

    method: str
    url: str
    status: int
    size: int

    @property
    def pull(self) -> bool:
        """Whether Docker Hub would count it against its limit of pulls."""
        return self.method == "GET" and self.status == 200 and "/manifests/" in self.url


class Identity(NamedTuple):
    """An image. Texts of the image are its own words, untrusted; what is attached was found, not verified.

    `platform` and what follows it are about one platform; `sizes` holds the size of the layers of each platform where
    that is known, `runtime` how a container is run, `packages` the versions of each package by its SBOM.
    """

    reference: Reference
    digest: str
    media_type: str
    platforms: tuple[PlatformManifest, ...]
    platform: str
    size: int
    sizes: Mapping[str, int]
    created: int | None
    runtime: Mapping[str, str]
    words: Mapping[str, str]
    base: tuple[tuple[str, str], ...]
    attachments: Attachments
    complete: bool
    sbom: SbomSummary | None
    packages: Mapping[str, tuple[str, ...]]
    provenance: Provenance | None
    life: tuple[str, ...]
    notes: tuple[str, ...]


class Inspector:
    """Finds out about images through a source of facts, or in a layout; `costs` holds every request that this took."""

    def __init__(self, source: Source | LayoutAnswers, lives: Lifecycles, today: date, max_age: int) -> None:
        self._source = source
        self._lives = lives
        self._today = today
        self._max_age = max_age
        self.costs: list[Cost] = []

    async def inspect(self, reference: Reference, platform: str, *, all_sizes: bool = False) -> Identity:
        """Everything about an image; raises `UndecidedError` where its manifest cannot be had.

        With `all_sizes` the manifest of every platform is asked for, else only what is known is told of the others.
        """
        if isinstance(self._source, Source) and not self._source.offline:
            (await self._source.client()).session.transport.on_reply = self._count
        digest = reference.digest or await self._digest(reference)
        notes: list[str] = []
        # Referrers first: a registry is then asked for the manifest once, as it comes along.
        attached = await self._ask(reference, "referrers", digest)
        if not isinstance(attached, Known):
            notes.append(_why(attached, "what is attached is not known"))
        attachments = _value(attached, Attachments) or Attachments()
        manifest = await self._known(reference, "manifest", digest, Manifest)
        chosen = _chosen(manifest, platform)
        single = manifest if chosen is None else await self._known(reference, "manifest", chosen.digest, Manifest)
        said = await self._ask(reference, "config", single.config) if single.config else None
        config = _value(said, Config)
        if single.config and config is None:
            notes.append(_why(said, "the image's configuration is not known"))
        labels = dict(config.labels) if config is not None else {}
        annotations = {**dict(single.annotations), **dict(manifest.annotations)}
        subject = digest if chosen is None else chosen.digest
        sbom, packages = await self._sbom(reference, _of_kind(attachments, "sbom", subject), notes)
        provenance = await self._provenance(reference, _of_kind(attachments, "provenance", subject), notes)
        return Identity(
            reference,
            digest,
            manifest.media_type,
            manifest.platforms,
            config.platform if config is not None else (chosen.platform if chosen is not None else ""),
            single.layers_size,
            await self._sizes(reference, manifest, asking=all_sizes),
            config.created if config is not None else None,
            dict(config.runtime) if config is not None else {},
            _words(annotations, labels),
            tuple(_lineage(provenance, annotations, labels)),
            attachments,
            isinstance(attached, Known) and attached.complete,
            sbom,
            packages,
            provenance,
            self._life(reference),
            (*notes, *attachments.notes),
        )

    def _count(self, ask: Ask, reply: Reply) -> None:
        self.costs.append(Cost(ask.method, ask.url.public_text, reply.status, len(reply.body)))

    async def _ask(self, reference: Reference, kind: str, key: str) -> AnyAnswer | None:
        question = Question(kind, reference.registry, reference.repository, key)  # type: ignore[arg-type]
        await self._source.fetch([question], max_age=self._max_age)
        return self._source.snapshot([question]).get(question)

    async def _digest(self, reference: Reference) -> str:
        """The digest of the tag; where it cannot be had, the list of tags may tell why."""
        answer = await self._ask(reference, "digest", reference.tag or "latest")
        if isinstance(answer, Absent):
            tags = await self._ask(reference, "tags", "")
            raise UndecidedError(why_missing(reference, answer, tags or UNKNOWN))
        return await self._known(reference, "digest", reference.tag or "latest", str)

    async def _sizes(self, reference: Reference, manifest: Manifest, *, asking: bool) -> dict[str, int]:
        """By platform, the size of its layers: all of them, or of those whose manifests are known already."""
        questions = [
            Question("manifest", reference.registry, reference.repository, entry.digest) for entry in manifest.platforms
        ]
        if asking:
            await self._source.fetch(questions, max_age=self._max_age)
        answers = self._source.snapshot(questions)
        found: dict[str, int] = {}
        for entry, question in zip(manifest.platforms, questions, strict=True):
            known = _value(answers.get(question), Manifest)
            if known is not None:
                found[entry.platform] = known.layers_size
        return found

    async def _known(self, reference: Reference, kind: str, key: str, type_: type[T]) -> T:
        answer = await self._ask(reference, kind, key)
        value = _value(answer, type_)
        if value is None:
            raise UndecidedError(f"{reference.familiar}: " + _why(answer, f"its {kind} is not known"))
        return value

    async def _sbom(
        self, reference: Reference, entries: list[Attachment], notes: list[str]
    ) -> tuple[SbomSummary | None, Mapping[str, tuple[str, ...]]]:
        for entry in entries:
            if entry.type.startswith(UNREAD_SBOMS):
                notes.append(f"the SBOM {entry.payload} is of the type {entry.type}, which is not summarised")
                continue
            body = await self._source.blob(reference.registry, reference.repository, entry.payload, MAX_BLOB)
            try:
                if isinstance(body, bytes):
                    return summarise(body), package_versions(body)
                notes.append(_why(body, f"the SBOM {entry.payload} is not known"))
            except BadDocument as error:
                notes.append(f"the SBOM {entry.payload} {error}")
        return None, {}

    async def _provenance(self, reference: Reference, entries: list[Attachment], notes: list[str]) -> Provenance | None:
        for entry in entries:
            body = await self._source.blob(reference.registry, reference.repository, entry.payload, MANIFEST_LIMIT)
            try:
                if isinstance(body, bytes):
                    return read_provenance(body)
                notes.append(_why(body, f"the provenance {entry.payload} is not known"))
            except BadDocument as error:
                notes.append(f"the provenance {entry.payload} {error}")
        return None

    def _life(self, reference: Reference) -> tuple[str, ...]:
        found = (life_of(reference, self._lives), distribution_of(reference, self._lives))
        sentences: list[str] = []
        for life in (life for life in found if life is not None):
            ends = life.cycle.ends
            if life.ended(self._today):
                sentences.append(f"{life.what} has ended" + (f" on {ends}" if ends else ""))
            else:
                sentences.append(f"{life.what} is supported" + (f" until {ends}" if ends else ""))
        return tuple(sentences)


def _value(answer: AnyAnswer | None, type_: type[T]) -> T | None:
    value: object = answer.value if isinstance(answer, Known) else None
    return value if isinstance(value, type_) else None


def _why(answer: object, otherwise: str) -> str:
    """The sentence of an answer that is none."""
    said = getattr(answer, "message", None) or getattr(answer, "reason", None)
    return said or f"{otherwise}, and nobody was asked"


def _chosen(manifest: Manifest, platform: str) -> PlatformManifest | None:
    """The entry of an index for a platform, else its first; None for a single manifest."""
    exact = (entry for entry in manifest.platforms if entry.platform == platform)
    return next(exact, next(iter(manifest.platforms), None))


def _of_kind(attachments: Attachments, kind: str, subject: str) -> list[Attachment]:
    """What is attached of one kind: what is about the chosen platform's manifest first, then about the whole image.

    What is about another platform tells nothing of this one.
    """
    others = {entry.subject for entry in attachments.entries if entry.found == "index"} - {subject}
    found = [e for e in attachments.entries if e.kind == kind and e.payload and e.subject not in others]
    return sorted(found, key=lambda entry: entry.subject != subject)


def _words(annotations: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    """What the image says of itself: annotations, then labels, then the labels of before they had a standard."""
    names = ("title", "description", "version", "revision", "licenses", "authors", "vendor", "source", "url")
    found: dict[str, str] = {}
    for name in names:
        text = annotations.get(_OCI + name) or labels.get(_OCI + name)
        text = text or labels.get(f"org.label-schema.{_LEGACY.get(name, name)}")
        if text:
            found[name] = text
    return found


def _lineage(
    provenance: Provenance | None, annotations: Mapping[str, str], labels: Mapping[str, str]
) -> list[tuple[str, str]]:
    """The images below, and who says so: provenance before annotations before labels."""
    if provenance is not None and provenance.images:
        return [(_pinned(image.name, image.digest), "provenance") for image in provenance.images]
    for words, source in ((annotations, "annotations"), (labels, "labels")):
        name = words.get(_OCI + "base.name")
        if name:
            return [(_pinned(name, words.get(_OCI + "base.digest", "")), source)]
    return []


def _pinned(name: str, digest: str) -> str:
    return f"{name}@{digest}" if digest and "@" not in name else name
