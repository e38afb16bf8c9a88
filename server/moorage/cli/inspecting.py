"""What can be found out about one image, put together from facts and from what is attached to it."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from moorage.data.lifecycle import Lifecycles
from moorage.errors import UndecidedError
from moorage.facts import AnyAnswer, Attachment, Attachments, Config, Known, Manifest, PlatformManifest, Question
from moorage.findings.life import distribution_of, life_of
from moorage.reference import Reference
from moorage.registry.documents import BadDocument
from moorage.registry.exchange import MANIFEST_LIMIT, Ask, Reply
from moorage.registry.statements import Provenance, SbomSummary, read_provenance, summarise
from moorage.store.source import Source

if TYPE_CHECKING:
    from moorage.registry.client import Client

T = TypeVar("T")

_OCI = "org.opencontainers.image."
_SBOM_LIMIT = 64 << 20
_LEGACY = {"url": "url", "version": "version", "revision": "vcs-ref", "source": "vcs-url", "title": "name"}


class Cost(NamedTuple):
    """One request: method, what was asked for, the status, and how many bytes came."""

    method: str
    url: str
    status: int
    size: int


class Identity(NamedTuple):
    """An image. Texts of the image are its own words, untrusted; what is attached was found, not verified."""

    reference: Reference
    digest: str
    media_type: str
    platforms: tuple[PlatformManifest, ...]
    platform: str
    size: int
    created: int | None
    words: Mapping[str, str]
    base: tuple[tuple[str, str], ...]
    attachments: Attachments
    complete: bool
    sbom: SbomSummary | None
    provenance: Provenance | None
    life: tuple[str, ...]
    notes: tuple[str, ...]


class Inspector:
    """Finds out about images through a source of facts; `costs` holds every request that this took."""

    def __init__(self, source: Source, lives: Lifecycles, today: date, max_age: int) -> None:
        self._source = source
        self._lives = lives
        self._today = today
        self._max_age = max_age
        self.costs: list[Cost] = []

    async def inspect(self, reference: Reference, platform: str) -> Identity:
        """Everything about an image; raises `UndecidedError` where its manifest cannot be had."""
        asking = not self._source.offline
        client = await self._source.client() if asking else None
        if client is not None:
            client.session.transport.on_reply = self._count
        digest = reference.digest or await self._known(reference, "digest", reference.tag or "latest", str)
        notes: list[str] = []
        # Referrers first: a registry is then asked for the manifest once, as it comes along.
        attached = await self._ask(reference, "referrers", digest)
        if not isinstance(attached, Known):
            notes.append(_why(attached, "what is attached is not known"))
        attachments = _value(attached, Attachments) or Attachments()
        manifest = await self._known(reference, "manifest", digest, Manifest)
        chosen = _chosen(manifest, platform)
        single = manifest if chosen is None else await self._known(reference, "manifest", chosen.digest, Manifest)
        config = _value(await self._ask(reference, "config", single.config), Config) if single.config else None
        labels = dict(config.labels) if config is not None else {}
        annotations = {**dict(single.annotations), **dict(manifest.annotations)}
        sbom = provenance = None
        if client is not None:
            sbom = await self._sbom(client, reference, attachments, notes)
            provenance = await self._provenance(client, reference, attachments, notes)
        return Identity(
            reference,
            digest,
            manifest.media_type,
            manifest.platforms,
            config.platform if config is not None else (chosen.platform if chosen is not None else ""),
            single.layers_size,
            config.created if config is not None else None,
            _words(annotations, labels),
            tuple(_lineage(provenance, annotations, labels)),
            attachments,
            isinstance(attached, Known) and attached.complete,
            sbom,
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

    async def _known(self, reference: Reference, kind: str, key: str, type_: type[T]) -> T:
        answer = await self._ask(reference, kind, key)
        value = _value(answer, type_)
        if value is None:
            raise UndecidedError(f"{reference.familiar}: " + _why(answer, f"its {kind} is not known"))
        return value

    async def _sbom(
        self, client: "Client", reference: Reference, attachments: Attachments, notes: list[str]
    ) -> SbomSummary | None:
        for entry in _of_kind(attachments, "sbom"):
            body = await client.blob(reference.registry, reference.repository, entry.payload, _SBOM_LIMIT)
            try:
                if isinstance(body, bytes):
                    return summarise(body)
                notes.append(_why(body, ""))
            except BadDocument as error:
                notes.append(f"the SBOM {entry.payload} {error}")
        return None

    async def _provenance(
        self, client: "Client", reference: Reference, attachments: Attachments, notes: list[str]
    ) -> Provenance | None:
        for entry in _of_kind(attachments, "provenance"):
            body = await client.blob(reference.registry, reference.repository, entry.payload, MANIFEST_LIMIT)
            try:
                if isinstance(body, bytes):
                    return read_provenance(body)
                notes.append(_why(body, ""))
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


def _of_kind(attachments: Attachments, kind: str) -> list[Attachment]:
    return [entry for entry in attachments.entries if entry.kind == kind and entry.payload]


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
