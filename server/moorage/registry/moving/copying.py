"""Moving images from one place to another: all that belongs to them, in an order that every registry takes."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from moorage.registry import unexpected
from moorage.registry.content.descriptors import Descriptor, blobs_of, read_index
from moorage.registry.content.documents import INDEXES, MANIFESTS, BadDocument
from moorage.registry.content.referrers import cosign_tag
from moorage.registry.failures import NotThere, Refused, RegistryFailure
from moorage.registry.moving.verbs import Document, Remote

_AT_ONCE = 4
_MOST = 2000
_DEEPEST = 8
_COSIGN = ("sig", "att", "sbom")
# Layers that nobody but their maker may pass on: registries take manifests that name them without having them.
_FOREIGN = ("nondistributable", ".foreign.")


class Copied(NamedTuple):
    """What a copy took: how many manifests and blobs were brought, mounted, and there before; bytes of blobs sent."""

    manifests: int = 0
    blobs: int = 0
    mounted: int = 0
    present: int = 0
    sent: int = 0

    def plus(self, more: "Copied") -> "Copied":
        """Both together."""
        return Copied(*(a + b for a, b in zip(self, more, strict=True)))


class _Task(NamedTuple):
    """A manifest that is still to be copied, and the tag that it gets."""

    reference: str
    tag: str = ""


async def copy(source: Remote, reference: str, target: Remote, tag: str = "", *, attached: bool = False) -> Copied:
    """Copy what a tag or digest means, whole, and give it a tag there if one is named.

    An index is copied with everything in it. With `attached`, so is what refers to any of it, and to that, and what
    cosign keeps under tags. What is there already is not moved. Raises `RegistryFailure` with a sentence; what was
    copied until then stays.
    """
    try:
        return await _Copy(source, target).run(reference, tag, attached)
    except RegistryFailure:
        raise
    except Exception as error:  # A failure like others, for whoever wanted the copy.
        when = f"{reference} of {source.name} was copied to {target.name}"
        raise Refused(unexpected.sentence(error, when)) from None


class _Copy:
    """One copy; each digest is visited once."""

    def __init__(self, source: Remote, target: Remote) -> None:
        self._source = source
        self._target = target
        self._seen: set[str] = set()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._done = Copied()

    async def run(self, reference: str, tag: str, attached: bool) -> Copied:
        """Copy, one manifest with what is in it after the other, until nothing more is attached to any of them."""
        tasks = [_Task(reference, tag)]
        while tasks:
            task = tasks.pop()
            if task.reference in self._seen:
                continue
            manifest = await self._source.manifest(task.reference)
            for digest in await self._manifest(manifest, task.tag, await self._target.has_manifest(manifest.digest)):
                tasks += await self._attached(digest) if attached else ()
        return self._done

    async def _manifest(self, manifest: Document, tag: str, present: bool, depth: int = 0) -> list[str]:
        """Copy a manifest and all below it; returns the digests of the manifests that were not visited before.

        `present` says that it is at the target, and then its blobs are. Children go first: registries refuse an index
        whose manifests they do not have.
        """
        self._visit(manifest.digest)
        digests = [manifest.digest]
        parts = _read(manifest)
        if manifest.media_type in INDEXES:
            if depth == _DEEPEST:
                raise Refused(f"{self._source.name} has an index inside an index more than {_DEEPEST} times")
            # What builds keep for later are layers in an index.
            blobs = [part for part in parts if part.media_type not in (*INDEXES, *MANIFESTS)]
            for child in parts:
                if child in blobs or child.digest in self._seen:
                    continue
                there = await self._target.has_manifest(child.digest)
                if there and child.media_type in MANIFESTS:
                    self._visit(child.digest)
                    digests.append(child.digest)
                else:
                    digests += await self._manifest(await self._source.manifest(child.digest), "", there, depth + 1)
        else:
            blobs = parts
        if not present:
            await self._blobs(blobs)
        if not present or tag:
            await self._target.put_manifest(manifest, tag)
            self._done = self._done.plus(Copied(manifests=1))
        return digests

    def _visit(self, digest: str) -> None:
        self._seen.add(digest)
        if len(self._seen) > _MOST:
            raise Refused(f"{self._source.name} names more than {_MOST} manifests for one image")

    async def _blobs(self, blobs: Sequence[Descriptor]) -> None:
        wanted = [blob for blob in blobs if not any(word in blob.media_type for word in _FOREIGN)]
        try:
            async with asyncio.TaskGroup() as group:
                done = [group.create_task(self._blob(blob)) for blob in wanted]
        except ExceptionGroup as failures:
            raise unexpected.first(failures) from None
        for task in done:
            self._done = self._done.plus(task.result())

    async def _blob(self, blob: Descriptor) -> Copied:
        async with self._slots:
            if await self._target.has_blob(blob):
                return Copied(present=1)
            if await self._target.mount(blob, self._source):
                return Copied(mounted=1)
            async with self._source.blob(blob) as content:
                await self._target.put_blob(content)
            return Copied(blobs=1, sent=blob.size)

    async def _attached(self, digest: str) -> list[_Task]:
        """What is attached to a manifest at the source."""
        listed = await self._source.referrers(digest)
        if not listed.complete:
            raise Refused(f"{self._source.name} does not tell all that refers to {digest}")
        tasks = [_Task(descriptor.digest) for descriptor in listed.descriptors]
        for tag in (cosign_tag(digest, suffix) for suffix in _COSIGN):
            try:
                await self._source.manifest(tag)
            except NotThere:
                continue
            tasks.append(_Task(tag, tag))
        return tasks


def _read(manifest: Document) -> Sequence[Descriptor]:
    try:
        index = manifest.media_type in INDEXES
        found = read_index(manifest.body, manifest.media_type) if index else blobs_of(manifest.body)
    except BadDocument as error:
        raise Refused(f"the manifest {manifest.digest} {error}") from None
    if found.dropped:
        raise Refused(f"the manifest {manifest.digest} names {found.dropped} parts that cannot be copied")
    return found.descriptors
