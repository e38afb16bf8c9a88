"""Telling a registry that something refers to a digest: by its own API, or in the list under the tag in its place.

The list is read, added to and written. Two writers at once would lose one's entry: a registry that compares what was
read (`If-Match`) refuses the second. Where it may not compare, the list is read back, and where it is known not to,
once more when others have had the time to write over it. That is distribution, and what is built upon it; it names an
ETag, but that of a manifest is its digest there, which is no sign that writes are compared.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol, cast

from moorage.registry.content.descriptors import read_artifact, read_index
from moorage.registry.content.documents import (
    OCI_INDEX,
    BadDocument,
    digest_of,
    json_object,
    list_of,
    mapping_of,
    text_of,
    texts,
)
from moorage.registry.content.referrers import MISSING, NO_API, Declined, fallback_tag
from moorage.registry.failures import Refused
from moorage.registry.http.exchange import MANIFEST_LIMIT, Reply
from moorage.registry.http.urls import Url
from moorage.registry.moving.verbs import Document, compose, is_page

_WRITES = 4
_TAKEN = (200, 201, 202)

Headers = tuple[tuple[str, str], ...]


class Board(Protocol):
    """One repository, to be read and written. `has_referrers` says whether it has the API, None while not known."""

    has_referrers: bool | None

    def url(self, rest: str) -> Url:
        """The URL of something in it."""
        ...

    async def get(self, url: Url) -> Reply:
        """Read a document, whatever its status."""
        ...

    async def put(self, url: Url, manifest: Document, headers: Headers = ()) -> Reply:
        """Write a manifest, whatever comes of it."""
        ...

    async def has_manifest(self, digest: str) -> bool:
        """Whether a manifest is there."""
        ...

    async def pause(self) -> None:
        """Wait as long as somebody else may need between reading and writing."""
        ...

    def refusal(self, reply: Reply, what: str) -> Refused:
        """What an answer that says no means."""
        ...


class _List(NamedTuple):
    """The list under the tag as it was read, whole. `looks` says how often to look whether what is written stays."""

    content: Mapping[str, object]
    condition: Headers
    looks: int

    @property
    def entries(self) -> list[object]:
        return list_of(self.content.get("manifests"))


async def announce(board: Board, manifest: Document, subject: str, processed: bool) -> None:
    """See to it that `manifest`, which was just written, is listed as referring to `subject`.

    `processed` says that the registry says that it has done so; it is asked whether it can, once, as some say so
    without having the API (ECR, sigstore-js#1183). Raises `RegistryFailure` where the list cannot be written.
    """
    if processed and board.has_referrers:
        return
    if board.has_referrers is not False and await _listed_by_api(board, manifest.digest, subject, processed):
        return
    url = board.url(f"manifests/{fallback_tag(subject)}")
    entry = entry_of(manifest)
    found = await _read(board, url, subject)
    for _ in range(_WRITES):
        if manifest.digest in _digests(found.entries):
            return
        reply = await _write(board, url, found, entry)
        if reply.status == 400 and b"MANIFEST_BLOB_UNKNOWN" in reply.body:
            # Somebody deleted a manifest and left its entry: no list with it is taken any more.
            kept = [e for e in found.entries if await board.has_manifest(text_of(mapping_of(e).get("digest")))]
            reply = await _write(board, url, found._replace(content={**found.content, "manifests": kept}), entry)
        if reply.status == 412:
            found = await _read(board, url, subject)
            continue
        if reply.status not in _TAKEN or is_page(reply):
            raise board.refusal(reply, f"list {manifest.digest} as referring to {subject}")
        lost = await _lost(board, url, subject, manifest.digest, found.looks)
        if lost is None:
            return
        found = lost
    raise Refused(f"the list of what refers to {subject} is written by somebody else all the time")


def entry_of(manifest: Document) -> dict[str, object]:
    """How a list of referrers describes a manifest."""
    content = json_object(manifest.body)
    own_type = text_of(content.get("artifactType")) or text_of(mapping_of(content.get("config")).get("mediaType"))
    entry: dict[str, object] = {
        "mediaType": manifest.media_type,
        "digest": manifest.digest,
        "size": len(manifest.body),
    }
    if own_type:
        entry["artifactType"] = own_type
    annotations = dict(texts(content.get("annotations")))
    return {**entry, "annotations": annotations} if annotations else entry


def subject_of(manifest: Document) -> str:
    """The digest that a manifest refers to, empty where it refers to none; raises `Refused`."""
    try:
        return read_artifact(manifest.body, manifest.digest).subject
    except BadDocument as error:
        raise Refused(f"the manifest {manifest.digest} {error}") from None


async def _listed_by_api(board: Board, digest: str, subject: str, processed: bool) -> bool:
    reply = await board.get(board.url(f"referrers/{subject}"))
    if reply.status == 200 and reply.media_type == OCI_INDEX:
        board.has_referrers = True
        # Something in between may have taken away the header that says it.
        return processed or bool(reply.header("link")) or digest in _digests(_content(reply).get("manifests"))
    if reply.status == 200 or reply.status in NO_API:
        board.has_referrers = False
    elif reply.status != 403:
        raise Declined(reply)
    return False


async def _lost(board: Board, url: Url, subject: str, digest: str, looks: int) -> _List | None:
    """The list that somebody has written over the one with `digest`; None where it stays."""
    for look in range(looks):
        if look:
            await board.pause()
        found = await _read(board, url, subject)
        if digest not in _digests(found.entries):
            return found
    return None


async def _read(board: Board, url: Url, subject: str) -> _List:
    reply = await board.get(url)
    empty: dict[str, object] = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}
    # What distribution, and all that is built upon it, says of itself: it takes any write.
    careless = reply.header("docker-distribution-api-version") is not None
    if reply.status in MISSING:
        return _List(empty, (("if-none-match", "*"),), 2 if careless else 0)
    if reply.status != 200:
        raise Declined(reply)
    if digest_of(reply.body, subject.partition(":")[0]) == subject:
        # Some registries answer this tag with the image itself.
        return _List(empty, (), 2)
    if reply.media_type != OCI_INDEX:
        raise Refused(f"the tag {fallback_tag(subject)} is no list of referrers: nothing is written over it")
    etag = reply.header("etag") or ""
    strong = etag.startswith('"')
    compared = strong and etag.strip('"') != digest_of(reply.body)
    return _List(_content(reply), (("if-match", etag),) if strong else (), 0 if compared else 2 if careless else 1)


def _content(reply: Reply) -> Mapping[str, object]:
    try:
        read_index(reply.body, reply.media_type)
        return json_object(reply.body)
    except BadDocument as error:
        raise Refused(f"the list of referrers from {reply.url.authority} {error}") from None


async def _write(board: Board, url: Url, found: _List, entry: Mapping[str, object]) -> Reply:
    merged = compose(OCI_INDEX, {**found.content, "mediaType": OCI_INDEX, "manifests": [*found.entries, entry]})
    if len(merged.body) > MANIFEST_LIMIT:
        raise Refused(f"the list of referrers at {url.authority} would be larger than {MANIFEST_LIMIT >> 20} MiB")
    return await board.put(url, merged, found.condition)


def _digests(entries: object) -> set[str]:
    return {text_of(cast(object, mapping_of(entry).get("digest"))) for entry in list_of(entries)}
