"""One list of what is attached to an image, whichever of five ways it was attached.

The referrers API and the tag in its place, cosign's tags, and BuildKit's attestations inside the index (each in its own
`vnd.docker.reference.*` annotations). Everything here was found, nothing is verified.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from moorage.facts import Attachment, AttachmentKind, Attachments
from moorage.registry.content.descriptors import Artifact, Descriptor, read_artifact, read_index
from moorage.registry.content.documents import BadDocument, digest_of
from moorage.registry.content.referrers import Declined, Repository, cosign_tag, list_referrers
from moorage.registry.failures import RegistryFailure
from moorage.registry.http.exchange import Reply
from moorage.registry.http.urls import Url

_MAX_READ = 32
_REFERENCE_TYPE = "vnd.docker.reference.type"
_REFERENCE_DIGEST = "vnd.docker.reference.digest"
_PREDICATES = ("in-toto.io/predicate-type", "predicateType", "dev.sigstore.bundle.predicateType")
_BY_PREDICATE: tuple[tuple[str, AttachmentKind], ...] = (
    ("https://spdx.dev/", "sbom"),
    ("https://cyclonedx.org/bom", "sbom"),
    ("https://slsa.dev/provenance", "provenance"),
    ("https://openvex.dev/", "vex"),
    ("https://cyclonedx.org/vex", "vex"),
    ("https://sigstore.dev/cosign/sign", "signature"),
)
_BY_TYPE: tuple[tuple[str, AttachmentKind], ...] = (
    ("application/vnd.openvex", "vex"),
    ("application/spdx", "sbom"),
    ("text/spdx", "sbom"),
    ("application/vnd.cyclonedx", "sbom"),
    ("application/vnd.syft", "sbom"),
    ("application/vnd.dev.cosign.artifact.sbom", "sbom"),
    ("application/vnd.dev.cosign.artifact.sig", "signature"),
    ("application/vnd.dev.cosign.simplesigning", "signature"),
    ("application/vnd.cncf.notary.signature", "signature"),
    ("application/vnd.dev.sigstore.bundle", "signature"),
)


class Searched(Repository, Protocol):
    """A repository that can be asked for what is there without reading it."""

    async def head(self, url: Url) -> Reply:
        """Ask whether a document is there; raises `RegistryFailure` where there is no answer."""
        ...


class Attested(NamedTuple):
    """What an index says of itself: its platforms, and by manifest the attestations that BuildKit put beside it.

    `dangling` says that there is an attestation for a manifest that the index does not have.
    """

    platforms: Mapping[str, str]
    attestations: Mapping[str, tuple[str, ...]]
    dangling: bool = False


class Found(NamedTuple):
    """What is attached, and whether everywhere could be looked."""

    attachments: Attachments
    complete: bool


def kind_of(media_type: str, annotations: Mapping[str, str]) -> tuple[AttachmentKind, str]:
    """What something attached is, and the type that says so: its predicate where it has one, else its media type."""
    predicate = next((annotations[name] for name in _PREDICATES if annotations.get(name)), "")
    said, table = (predicate, _BY_PREDICATE) if predicate else (media_type, _BY_TYPE)
    for start, kind in table:
        if said.startswith(start):
            return kind, said
    return "other", said


def read_attested(descriptors: tuple[Descriptor, ...]) -> Attested:
    """The platforms and attestations of an index, from its entries."""
    platforms = {d.digest: d.platform for d in descriptors if d.platform != "unknown/unknown"}
    attestations: dict[str, tuple[str, ...]] = {}
    dangling = False
    for descriptor in descriptors:
        if descriptor.annotations.get(_REFERENCE_TYPE) != "attestation-manifest":
            continue
        about = descriptor.annotations.get(_REFERENCE_DIGEST, "")
        if about in platforms:
            attestations[about] = (*attestations.get(about, ()), descriptor.digest)
        else:
            dangling = True
    return Attested(platforms, attestations, dangling)


async def find_attachments(repository: Searched, subject: str, index: bytes | None, platform: str) -> Found:
    """Everything attached to `subject`. `index` is its body where it is an index.

    BuildKit's attestations are read for every platform, those for `platform` first; where there are too many, the rest
    is only listed.
    Raises `RegistryFailure` where the registry cannot be asked at all.
    """
    search = _Search(repository, subject)
    if index is not None:
        await search.inside(index, platform)
    await search.referrers()
    await search.cosign()
    return search.found()


class _Search:
    """Collects attachments; whatever holds the same content is kept once, as it was found first."""

    def __init__(self, repository: Searched, subject: str) -> None:
        self._repository = repository
        self._subject = subject
        self._entries: dict[tuple[str, str], Attachment] = {}
        self._notes: list[str] = []
        self._complete = True
        self._left = _MAX_READ

    def found(self) -> Found:
        return Found(Attachments(tuple(self._entries.values()), tuple(self._notes)), self._complete)

    async def inside(self, index: bytes, platform: str) -> None:
        try:
            entries = read_index(index, "")
        except BadDocument as error:
            self._notes.append(f"the index {error}")
            return
        if entries.beyond:
            self._cut(f"the index has {entries.beyond} more entries than are looked at")
        attested = read_attested(entries.descriptors)
        if attested.dangling:
            self._notes.append("the index has an attestation for a manifest that it does not have")
        nearest = sorted(attested.attestations.items(), key=lambda entry: attested.platforms[entry[0]] != platform)
        for about, digests in nearest:
            for digest in digests:
                artifact = await self._read(digest)
                if artifact is None:
                    self._add(Attachment("other", "attestation-manifest", digest, "index", about))
                else:
                    self._add_layers(artifact, "index", about)

    async def referrers(self) -> None:
        listed = await list_referrers(self._repository, self._subject, reads=self._left)
        self._complete = self._complete and listed.complete
        self._notes += listed.notes
        found = "referrers" if listed.via == "api" else "referrers tag"
        unread = 0
        for descriptor in sorted(listed.descriptors, key=_less_telling):
            if not self._left:
                unread += 1
                kind, type_ = kind_of(descriptor.artifact_type, descriptor.annotations)
                self._add(Attachment(kind, type_, descriptor.digest, found, self._subject))
                continue
            artifact = await self._read(descriptor.digest)
            if artifact is None:
                continue
            if artifact.subject != self._subject:
                self._notes.append(f"{descriptor.digest} is listed, and belongs to another image")
                continue
            about = {**artifact.annotations, **descriptor.annotations}
            kind, type_ = kind_of(artifact.artifact_type, about)
            layer = artifact.layers[0] if artifact.layers else None
            if kind == "other" and layer is not None:
                kind, type_ = kind_of(layer.media_type, layer.annotations)
                type_ = type_ if kind != "other" else artifact.artifact_type
            payload, size = (layer.digest, layer.size) if layer is not None else ("", 0)
            self._add(Attachment(kind, type_, artifact.digest, found, self._subject, payload, size))
        if unread:
            self._cut(f"{unread} more are listed whose manifests were not read: they are told as the list tells them")

    async def cosign(self) -> None:
        for suffix in ("sig", "att", "sbom"):
            tag = cosign_tag(self._subject, suffix)
            url = self._repository.url(f"manifests/{tag}")
            # Most images have none of them, and HEAD is no pull.
            reply = await self._repository.head(url)
            if reply.status in (200, 405, 501):
                reply = await self._repository.get(url)
            if reply.status in (401, 403) or reply.status >= 500:
                self._complete = False
            if reply.status != 200:
                continue
            digest = digest_of(reply.body)
            if digest == self._subject:
                continue
            try:
                self._add_layers(read_artifact(reply.body, digest), "cosign tag", self._subject)
            except BadDocument as error:
                self._notes.append(f"the tag {tag} cannot be used: it {error}")

    async def _read(self, digest: str) -> Artifact | None:
        """The manifest of something attached; None where it cannot be had, which is then noted."""
        if not self._left:
            self._complete = False
            return None
        self._left -= 1
        try:
            reply = await self._repository.get(self._repository.url(f"manifests/{digest}"))
            if reply.status != 200:
                raise Declined(reply)
            return read_artifact(reply.body, digest)
        except BadDocument as error:
            self._notes.append(f"{digest} {error}")
        except RegistryFailure as error:
            self._complete = False
            self._notes.append(f"{digest} could not be read: {error}")
        return None

    def _cut(self, note: str) -> None:
        self._complete = False
        self._notes.append(note)

    def _add_layers(self, artifact: Artifact, found: str, subject: str) -> None:
        for layer in artifact.layers:
            kind, type_ = kind_of(layer.media_type, layer.annotations)
            self._add(Attachment(kind, type_, artifact.digest, found, subject, layer.digest, layer.size))

    def _add(self, attachment: Attachment) -> None:
        # The same payload may be attached in more than one way, and one payload to more than one subject.
        self._entries.setdefault((attachment.payload or attachment.digest, attachment.subject), attachment)


def _less_telling(descriptor: Descriptor) -> bool:
    """What holds something to look into is read before the rest, of which there may be a signature for every day."""
    return kind_of(descriptor.artifact_type, descriptor.annotations)[0] not in ("sbom", "provenance")
