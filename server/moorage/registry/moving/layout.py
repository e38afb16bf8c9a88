"""Images in a folder, as the OCI image layout lays them out, with the verbs of a repository of a registry.

The layout is that of the image specification 1.1, `image-layout.md`. Tags are the annotation
`org.opencontainers.image.ref.name` of entries in `index.json`. What refers to something is an entry without a tag, or
stands in the list that other tools keep under the tag in its place. One process writes at a time.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from moorage.reference import is_digest, is_tag
from moorage.registry.content.descriptors import MAX_ENTRIES, Descriptor, Entries, descriptors_of, read_artifact
from moorage.registry.content.documents import (
    INDEXES,
    OCI_INDEX,
    BadDocument,
    json_object,
    list_of,
    mapping_of,
    text_of,
    verify,
)
from moorage.registry.content.referrers import Listed, fallback_tag
from moorage.registry.failures import NotThere, Refused
from moorage.registry.http.exchange import MANIFEST_LIMIT
from moorage.registry.moving.announce import entry_of
from moorage.registry.moving.blobs import MAX_BLOB, Content, checked, of_file
from moorage.registry.moving.folder import Folder
from moorage.registry.moving.verbs import Document, Remote, sound

_REF_NAME = "org.opencontainers.image.ref.name"
_VERSION = "1.0.0"
_MARK = "oci-layout"
_INDEX = "index.json"
_SMALL = 4 << 10


class Layout:
    """A folder with the verbs of `Remote`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._folder = Folder(folder)
        self._writing = asyncio.Lock()
        self.name = f"oci:{folder}"

    def create(self) -> None:
        """Make it an empty layout where it is none yet; raises `Refused` where that cannot be."""
        try:
            self.check()
        except NotThere:
            if self._folder.filled():
                raise Refused(f"{self.name} is no image layout, and not empty") from None
            with self._folder.writing(_MARK) as file:
                file.write(json.dumps({"imageLayoutVersion": _VERSION}).encode())
            self._write_entries({}, [])

    def check(self) -> None:
        """Raise `NotThere` where the folder is no layout, and `Refused` for one of another version."""
        try:
            said = json_object(self._folder.read(_SMALL, _MARK))
        except NotThere:
            raise NotThere(f"{self.name} is no image layout: it has no file {_MARK}") from None
        except BadDocument as error:
            raise Refused(f"the file {_MARK} of {self.name} {error}") from None
        version = text_of(said.get("imageLayoutVersion"))
        if version != _VERSION:
            raise Refused(f"{self.name} is an image layout of version {version[:20]!r}, and only {_VERSION} is known")

    def roots(self) -> tuple[str, ...]:
        """The digests that `index.json` lists, each once, without what refers to another."""
        found = (text_of(entry.get("digest")) for entry in self._entries())
        return tuple(digest for digest in dict.fromkeys(found) if is_digest(digest) and not self._subject(digest))

    async def tags(self) -> tuple[str, ...]:
        """Its tags."""
        names = (_name(entry) for entry in self._entries())
        return tuple(sorted({name for name in names if is_tag(name)}))

    async def has_manifest(self, digest: str) -> bool:
        """Whether a manifest is there."""
        return is_digest(digest) and self._folder.size(*_path(digest)) is not None

    async def manifest(self, reference: str) -> Document:
        """The manifest of a tag or digest, checked against it; raises `NotThere`."""
        digest = reference if is_digest(reference) else self._tagged(reference)
        known = (text_of(entry.get("mediaType")) for entry in self._entries() if entry.get("digest") == digest)
        body = self._folder.read(MANIFEST_LIMIT, *_path(digest))
        return sound(Document(digest, next(known, ""), body), f"from {self.name}")

    async def put_manifest(self, manifest: Document, tag: str = "") -> None:
        """Keep a manifest, byte for byte; it is listed unless an index that holds it comes later."""
        manifest = sound(manifest, f"for {self.name}")
        if tag and not is_tag(tag):
            raise Refused(f"{tag[:100]!r} is no tag")
        async with self._writing:
            with self._folder.writing(*_path(manifest.digest)) as file:
                file.write(manifest.body)
            index = self._index()
            self._write_entries(index, self._with(manifest, tag, _listed(index, self.name)))

    async def referrers(self, digest: str) -> Listed:
        """What refers to a digest: of what is listed, all that says so itself."""
        found: dict[str, Descriptor] = {}
        dropped = 0
        candidates = self._candidates(digest)
        for candidate in candidates.descriptors:
            try:
                artifact = read_artifact(self._folder.read(MANIFEST_LIMIT, *_path(candidate.digest)), candidate.digest)
            except (BadDocument, NotThere):
                dropped += 1
                continue
            if artifact.subject == digest:
                annotations = artifact.annotations
                found[candidate.digest] = candidate._replace(
                    artifact_type=artifact.artifact_type, annotations=annotations
                )
        return Listed("api", tuple(found.values()), not candidates.beyond, dropped)

    async def has_blob(self, blob: Descriptor) -> bool:
        """Whether a blob is there, in its whole length."""
        return is_digest(blob.digest) and self._folder.size(*_path(blob.digest)) == blob.size

    @asynccontextmanager
    async def blob(self, blob: Descriptor) -> AsyncGenerator[Content]:
        """A blob, checked as it is read, while the context lasts; raises `NotThere`."""
        if blob.size > MAX_BLOB:
            raise Refused(f"the blob {blob.digest} has more than {MAX_BLOB >> 30} GiB")
        with self._folder.open(*_path(blob.digest)) as file:
            raw = of_file(file, blob.digest, blob.size)
            yield raw._replace(open=lambda: checked(raw))

    def read(self, digest: str, limit: int) -> bytes:
        """A small blob at once, checked; raises `NotThere`, and `Refused` for more than `limit` bytes."""
        data = self._folder.read(limit, *_path(digest))
        try:
            verify(data, digest)
        except BadDocument as error:
            raise Refused(f"the blob {digest} from {self.name} {error}") from None
        return data

    async def mount(self, blob: Descriptor, source: Remote) -> bool:
        """Never possible: a layout has its own copy of everything."""
        return False

    async def put_blob(self, content: Content) -> None:
        """Keep a blob. What is not what its digest stands for is never kept."""
        with self._folder.writing(*_path(content.digest)) as file:
            async for part in checked(content):
                await asyncio.to_thread(file.write, part)

    def _index(self) -> Mapping[str, object]:
        self.check()
        try:
            return json_object(self._folder.read(MANIFEST_LIMIT, _INDEX))
        except BadDocument as error:
            raise Refused(f"the file {_INDEX} of {self.name} {error}") from None

    def _entries(self) -> list[Mapping[str, object]]:
        return _listed(self._index(), self.name)

    def _tagged(self, tag: str) -> str:
        digests = {text_of(entry.get("digest")) for entry in self._entries() if _name(entry) == tag}
        if not digests:
            raise NotThere(f"{self.name} does not have the tag {tag[:128]}")
        if len(digests) > 1:
            raise Refused(f"{self.name} has the tag {tag[:128]} for {len(digests)} different images")
        return digests.pop()

    def _candidates(self, digest: str) -> Entries:
        """What may refer to a digest: whatever is listed, and what is in the list under the tag in its place."""
        entries = self._entries()
        lists = [text_of(entry.get("digest")) for entry in entries if _name(entry) == fallback_tag(digest)]
        for listed in lists:
            try:
                entries += _listed(json_object(self._folder.read(MANIFEST_LIMIT, *_path(listed))), self.name)
            except (BadDocument, NotThere):
                continue
        found = descriptors_of(entries)
        return found._replace(descriptors=tuple(d for d in found.descriptors if d.digest not in lists))

    def _subject(self, digest: str) -> str:
        try:
            return read_artifact(self._folder.read(MANIFEST_LIMIT, *_path(digest)), digest).subject
        except (BadDocument, NotThere):
            return ""

    def _with(self, manifest: Document, tag: str, entries: list[Mapping[str, object]]) -> list[Mapping[str, object]]:
        """The entries of `index.json` once `manifest` is there.

        Without a tag stands only what nothing else leads to, and what refers to another image.
        """
        inside = set[str]()
        if manifest.media_type in INDEXES:
            children = list_of(json_object(manifest.body).get("manifests"))
            inside = {text_of(mapping_of(child).get("digest")) for child in children}
        kept = [_untagged(e) if tag and _name(e) == tag and e.get("digest") != manifest.digest else e for e in entries]
        named = {text_of(e.get("digest")) for e in kept if _name(e)} | ({manifest.digest} if tag else set[str]())

        def needed(entry: Mapping[str, object]) -> bool:
            digest = text_of(entry.get("digest"))
            return bool(_name(entry)) or (digest not in named and (digest not in inside or bool(self._subject(digest))))

        kept = [entry for entry in kept if needed(entry)]
        if any(e.get("digest") == manifest.digest and (not tag or _name(e) == tag) for e in kept):
            return kept
        entry = {name: value for name, value in entry_of(manifest).items() if name != "annotations"}
        return [*kept, {**entry, "annotations": {_REF_NAME: tag}} if tag else entry]

    def _write_entries(self, index: Mapping[str, object], entries: list[Mapping[str, object]]) -> None:
        content = {"schemaVersion": 2, "mediaType": OCI_INDEX, **index, "manifests": entries}
        data = json.dumps(content, separators=(",", ":")).encode("ascii")
        if len(data) > MANIFEST_LIMIT:
            raise Refused(f"the file {_INDEX} of {self.name} would be larger than {MANIFEST_LIMIT >> 20} MiB")
        with self._folder.writing(_INDEX) as file:
            file.write(data)


def _path(digest: str) -> tuple[str, str, str]:
    if not is_digest(digest):
        raise Refused(f"{digest[:100]!r} is no digest")
    algorithm, _, encoded = digest.partition(":")
    return "blobs", algorithm, encoded


def _listed(index: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    entries = list_of(index.get("manifests"))
    if len(entries) > MAX_ENTRIES:
        raise Refused(f"{name} lists more than {MAX_ENTRIES} images")
    return [mapping_of(entry) for entry in entries]


def _name(entry: Mapping[str, object]) -> str:
    return text_of(mapping_of(entry.get("annotations")).get(_REF_NAME))


def _untagged(entry: Mapping[str, object]) -> Mapping[str, object]:
    annotations = {name: value for name, value in mapping_of(entry.get("annotations")).items() if name != _REF_NAME}
    rest = {name: value for name, value in entry.items() if name != "annotations"}
    return {**rest, "annotations": annotations} if annotations else rest


def parse_place(text: str) -> tuple[Path, str]:
    """The folder and the tag or digest (empty where there is none) of `PATH`, `PATH:TAG` or `PATH@DIGEST`."""
    path, at, digest = text.rpartition("@")
    if at and is_digest(digest):
        return Path(path), digest
    path, colon, tag = text.rpartition(":")
    return (Path(path), tag) if colon and path and is_tag(tag) else (Path(text), "")
