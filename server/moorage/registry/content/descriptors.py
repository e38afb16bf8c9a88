"""Entries of indexes, and manifests of artifacts with their layers and subject."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from moorage.reference import is_digest
from moorage.registry.content.documents import (
    OCI_INDEX,
    BadDocument,
    json_object,
    list_of,
    mapping_of,
    platform_text,
    size_of,
    text_of,
    texts,
    verify,
)

MAX_ENTRIES = 1000


class Descriptor(NamedTuple):
    """What points to a document: its digest, and what is said about it."""

    digest: str
    media_type: str
    size: int
    artifact_type: str
    annotations: Mapping[str, str]
    platform: str


class Entries(NamedTuple):
    """The entries of an index; `dropped` says how many cannot be used, `beyond` how many of these are too many."""

    descriptors: tuple[Descriptor, ...]
    dropped: int
    beyond: int = 0


class Artifact(NamedTuple):
    """A manifest as something attached: what it is, to which digest it belongs (empty: to none), and its layers."""

    digest: str
    artifact_type: str
    subject: str
    layers: tuple[Descriptor, ...]
    annotations: Mapping[str, str]


def read_index(body: bytes, content_type: str = OCI_INDEX) -> Entries:
    """The entries of an index, each digest once; raises `BadDocument` for another document.

    An empty `content_type` leaves the document's own word for it.
    """
    content = json_object(body)
    said = text_of(content.get("mediaType"))
    if said and content_type and said != content_type:
        raise BadDocument("says that it is another kind of document than its content type says")
    if "layers" in content or "config" in content:
        raise BadDocument("is both an index and a manifest")
    return descriptors_of(list_of(content.get("manifests")))


def read_artifact(body: bytes, digest: str) -> Artifact:
    """The manifest with this digest, checked against it; raises `BadDocument`."""
    verify(body, digest)
    content = json_object(body)
    config = mapping_of(content.get("config"))
    return Artifact(
        digest,
        text_of(content.get("artifactType")) or text_of(config.get("mediaType")),
        text_of(mapping_of(content.get("subject")).get("digest")),
        descriptors_of(list_of(content.get("layers"))).descriptors,
        dict(texts(content.get("annotations"))),
    )


def blobs_of(body: bytes) -> Entries:
    """The configuration and the layers of a manifest; raises `BadDocument`."""
    content = json_object(body)
    config = [content["config"]] if "config" in content else []
    return descriptors_of([*config, *list_of(content.get("layers"))])


def descriptors_of(entries: Sequence[object]) -> Entries:
    """Descriptors, each digest once, from the first thousand entries of a list in a document."""
    found: dict[str, Descriptor] = {}
    dropped = 0
    for entry in entries[:MAX_ENTRIES]:
        fields = mapping_of(entry)
        digest = text_of(fields.get("digest"))
        if not is_digest(digest):
            dropped += 1
            continue
        descriptor = Descriptor(
            digest,
            text_of(fields.get("mediaType")),
            size_of(fields),
            text_of(fields.get("artifactType")),
            dict(texts(fields.get("annotations"))),
            platform_text(mapping_of(fields.get("platform"))),
        )
        found.setdefault(digest, descriptor)
    beyond = max(0, len(entries) - MAX_ENTRIES)
    return Entries(tuple(found.values()), dropped + beyond, beyond)
