"""What can be done with images wherever they are kept: in a repository of a registry, or in a folder on disk."""

import json
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from moorage.registry.content.descriptors import Descriptor
from moorage.registry.content.documents import BadDocument, digest_of, read_manifest, verify
from moorage.registry.content.referrers import Listed
from moorage.registry.failures import Refused
from moorage.registry.http.exchange import Reply
from moorage.registry.moving.blobs import Content


class Document(NamedTuple):
    """A manifest or an index: the very bytes, and what they are called."""

    digest: str
    media_type: str
    body: bytes


class Remote(Protocol):
    """One repository. Every verb raises `RegistryFailure` with a sentence where it cannot be done."""

    @property
    def name(self) -> str:
        """How it is called in messages."""
        ...

    async def tags(self) -> tuple[str, ...]:
        """Its tags; raises `Refused` where the list could not be read to its end."""
        ...

    async def has_manifest(self, digest: str) -> bool:
        """Whether a manifest is there."""
        ...

    async def manifest(self, reference: str) -> Document:
        """The manifest of a tag or digest, checked against it; raises `NotThere`."""
        ...

    async def put_manifest(self, manifest: Document, tag: str = "") -> None:
        """Keep a manifest, byte for byte, under its digest or a tag; what it refers to then lists it as a referrer."""
        ...

    async def referrers(self, digest: str) -> Listed:
        """What refers to a digest."""
        ...

    async def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is there."""
        ...

    def blob(self, blob: Descriptor) -> AbstractAsyncContextManager[Content]:
        """A blob, checked, to be read while the context lasts; raises `NotThere`."""
        ...

    async def mount(self, blob: Descriptor, source: "Remote") -> bool:
        """Take a blob over from `source` without moving it; whether that was possible."""
        ...

    async def put_blob(self, content: Content) -> None:
        """Keep a blob. What is not what its digest stands for is never kept."""
        ...


def is_page(reply: Reply) -> bool:
    """Whether an answer is a page for people: whatever its status says, no registry has given it."""
    return reply.media_type in ("text/html", "application/xhtml+xml")


def compose(media_type: str, content: Mapping[str, object]) -> Document:
    """A manifest of our own.

    Its bytes are ASCII, everything else escaped: some registries spoil other characters, and with them the digest
    (OCIR, helm#31507).
    """
    body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode("ascii")
    return Document(digest_of(body), media_type, body)


def sound(manifest: Document, place: str) -> Document:
    """`manifest` where it is what its digest and media type say; raises `Refused`."""
    try:
        verify(manifest.body, manifest.digest)
        media_type = read_manifest(manifest.body, manifest.digest, manifest.media_type).media_type
    except BadDocument as error:
        raise Refused(f"the manifest {manifest.digest} {place} {error}") from None
    return manifest._replace(media_type=media_type)
