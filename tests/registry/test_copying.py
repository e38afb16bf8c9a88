"""Copies between registries and layouts: all that belongs to an image arrives, and nothing is moved twice."""

import errno
import io
import json
import os
import tempfile

import pytest

from moorage.embedded.images import ImageSpec, artifact, build, descriptor, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.registry.content.referrers import cosign_tag
from moorage.registry.failures import NotThere, Refused
from moorage.registry.moving.blobs import of_file
from moorage.registry.moving.copying import Copied, copy
from registry.remotes import described, new_layout, opened

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = build(ImageSpec("app"))
SBOM = artifact("application/spdx+json", document("application/spdx+json", b"{}"), IMAGE.root, {})
SIGNATURE = artifact("application/vnd.cncf.notary.signature", document("application/jose+json", b"[]"), SBOM.root, {})
ON_PLATFORM = artifact("application/x", document("application/x", b"[1]"), IMAGE.manifests[0], {})
COSIGN = artifact("", document("application/vnd.dev.cosign.simplesigning.v1+json", b"{ }"), IMAGE.manifests[1], {})
ATTACHED = {image.root.digest for image in (SBOM, SIGNATURE, ON_PLATFORM)}


@pytest.fixture
def registry():
    """A registry with an image in `app` and everything that is attached to it."""
    with EmbeddedRegistry({"app": {"1": IMAGE, cosign_tag(IMAGE.root.digest, "sig"): COSIGN}}) as running:
        for image in (SBOM, SIGNATURE, ON_PLATFORM):
            running.contents.repository("app").add(image)
        yield running


async def attached_to(remote, digest):
    """The digests of what refers to a digest, and to that, and so on."""
    found = {d.digest for d in (await remote.referrers(digest)).descriptors}
    return found.union(*[await attached_to(remote, d) for d in found])


async def everything(remote, tag="1"):
    """What a place holds of the image: the bytes of its manifests, and the digests of its blobs that are there."""
    root = await remote.manifest(tag)
    manifests = [root] + [await remote.manifest(e["digest"]) for e in json.loads(root.body).get("manifests", [])]
    blobs = set()
    for manifest in manifests:
        content = json.loads(manifest.body)
        for entry in [content["config"], *content["layers"]] if "layers" in content else []:
            (blob,) = [b for b in (*IMAGE.blobs, *SBOM.blobs) if b.digest == entry["digest"]]
            async with remote.blob(described(blob.digest, len(blob.body))) as kept:
                assert b"".join([part async for part in kept.open()]) == blob.body
            blobs.add(blob.digest)
    return [m.digest for m in manifests], blobs


WHOLE = ([IMAGE.root.digest, *(m.digest for m in IMAGE.manifests)], {blob.digest for blob in IMAGE.blobs})


async def test_out_into_a_folder_and_back_with_all_that_is_attached(anybody, registry, tmp_path):
    layout = new_layout(tmp_path / "out")
    done = await copy(opened(anybody, registry.host, "app"), "1", layout, "1", attached=True)
    # One of them twice: cosign's has a tag, and refers to a manifest as well.
    assert done == Copied(manifests=8, blobs=8, present=3, sent=done.sent)
    assert await everything(layout) == WHOLE
    with EmbeddedRegistry(referrers=False) as other:
        target = opened(anybody, other.host, "else/where")
        await copy(layout, "1", target, "2", attached=True)
        assert await everything(target, "2") == WHOLE
        for place in (layout, target):
            assert await attached_to(place, IMAGE.root.digest) == {SBOM.root.digest, SIGNATURE.root.digest}
            assert await attached_to(place, IMAGE.manifests[0].digest) == {ON_PLATFORM.root.digest}
            assert (await place.manifest(cosign_tag(IMAGE.root.digest, "sig"))).digest == COSIGN.root.digest


async def test_what_is_there_is_not_moved_again(anybody, registry):
    with EmbeddedRegistry() as other:
        source, target = opened(anybody, registry.host, "app"), opened(anybody, other.host, "app")
        first = await copy(source, "1", target, "1")
        assert (first.manifests, first.blobs, first.present) == (3, 4, 0)
        asked = len(registry.log)
        again = await copy(source, "1", target, "2")
        assert again == Copied(manifests=1)
        assert len(registry.log) == asked + 1
        assert await attached_to(target, IMAGE.root.digest) == set()


async def test_one_registry_mounts(anybody, registry):
    done = await copy(opened(anybody, registry.host, "app"), "1", opened(anybody, registry.host, "other"), "1")
    assert (done.blobs, done.mounted, done.sent) == (0, 4, 0)
    assert registry.count("PUT", "/blobs/") == 0


async def test_a_digest_is_copied_without_a_tag(anybody, registry, tmp_path):
    layout = new_layout(tmp_path)
    await copy(opened(anybody, registry.host, "app"), IMAGE.root.digest, layout)
    assert (await layout.tags(), layout.roots()) == ((), (IMAGE.root.digest,))


async def test_an_index_of_layers_as_builds_keep_them_for_later(anybody, registry, tmp_path):
    layer, config = document("application/vnd.oci.image.layer.v1.tar", b"x"), document("application/x", b"{ }")
    cache = document(
        INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(layer), descriptor(config)]}
    )
    repository = registry.contents.repository("app")
    repository.blobs |= {layer.digest: layer, config.digest: config}
    repository.put_manifest(cache)
    layout = new_layout(tmp_path)
    assert await copy(opened(anybody, registry.host, "app"), cache.digest, layout) == Copied(1, 2, sent=4)


async def test_foreign_layers_stay_where_they_are(anybody, registry, tmp_path):
    foreign = document("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", b"x")
    manifest = json.loads(IMAGE.manifests[0].body)
    manifest["layers"] = [descriptor(foreign, urls=["https://example.com/layer"])]
    manifest = document(IMAGE.manifests[0].media_type, manifest)
    registry.contents.repository("app").put_manifest(manifest)
    layout = new_layout(tmp_path)
    assert (await copy(opened(anybody, registry.host, "app"), manifest.digest, layout)).blobs == 1


@pytest.mark.parametrize(
    "entries, failure, why",
    [
        ([descriptor(document(INDEX, {"manifests": []}))], NotThere, "does not have a manifest sha256:"),
        ([{"mediaType": INDEX, "digest": "sha256:../x", "size": 1}], Refused, "names 1 parts that cannot be copied"),
        ([{"mediaType": "x", "digest": "sha256:" + "0" * 64, "size": 1}], NotThere, "does not have a blob sha256:0"),
    ],
)
async def test_what_cannot_be_copied_whole_is_said_and_gets_no_tag(anybody, registry, tmp_path, entries, failure, why):
    index = document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
    registry.contents.repository("app").put_manifest(index)
    layout = new_layout(tmp_path)
    with pytest.raises(failure, match=why):
        await copy(opened(anybody, registry.host, "app"), index.digest, layout, "1")
    assert await layout.tags() == ()


async def test_a_tower_of_indexes_is_not_climbed(anybody, registry, tmp_path):
    top = IMAGE.root
    for _ in range(20):
        top = document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(top)]})
        registry.contents.repository("app").put_manifest(top)
    layout = new_layout(tmp_path)
    with pytest.raises(Refused, match="more than 8 times"):
        await copy(opened(anybody, registry.host, "app"), top.digest, layout)


async def test_a_blob_of_another_length_or_content_is_found_out(anybody, registry, tmp_path):
    blob = IMAGE.blobs[0]
    layout = new_layout(tmp_path)
    for body in (blob.body[::-1], blob.body + b"!", blob.body * 1000):
        registry.contents.repository("app").blobs[blob.digest] = blob._replace(body=body)
        with pytest.raises(Refused):
            await copy(opened(anybody, registry.host, "app"), "1", layout, "1")
    assert await layout.tags() == ()


class Disk(io.BytesIO):
    """A file on a disk without room, that has gone bad besides."""

    def write(self, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def read(self, _):
        raise OSError(errno.EIO, os.strerror(errno.EIO))


def no_folder():
    """No place for temporary files."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("file", [Disk, no_folder])
async def test_a_disk_without_room_is_told(anybody, registry, tmp_path, monkeypatch, file):
    target = new_layout(tmp_path / "out")
    monkeypatch.setattr(tempfile, "TemporaryFile", file)
    with pytest.raises(Refused, match=r"^the blob sha256:\w+ cannot be kept while it is moved: no space left"):
        await copy(opened(anybody, registry.host, "app"), "1", target, "1")


async def test_a_disk_that_cannot_be_read_is_told():
    with pytest.raises(Refused, match="cannot be read: input/output error"):
        [part async for part in of_file(Disk(), IMAGE.root.digest, 3).open()]
