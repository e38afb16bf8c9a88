"""What the conformance suite of the OCI distribution specification asks of registries, asked by the client.

Its four categories, as far as the client has a verb for them: in the last one somebody else deletes, and the client
sees what is gone. Uploads in every way, mounts, and two writers at once: `test_push.py`.
"""

import pytest

from moorage.embedded.images import ImageSpec, artifact, build, descriptor, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import Absent, Known
from moorage.registry.content.referrers import confirm, list_referrers
from moorage.registry.failures import NotThere
from moorage.registry.moving.blobs import of_bytes
from moorage.registry.moving.verbs import Document, compose
from registry.remotes import described, opened

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE, OTHER = build(ImageSpec("one")), build(ImageSpec("other", single=True))
ROOT, SINGLE = Document(*IMAGE.root), Document(*OTHER.root)
CONFIG, LAYER = IMAGE.blobs[0], IMAGE.blobs[-1]
NONE = "sha256:" + "0" * 64
DATA = document("application/octet-stream", b"some bytes")


def about(media_type, subject=IMAGE.root):
    """A manifest of this type that refers to another."""
    return Document(*artifact(media_type, document(media_type, b"{}"), subject, {}).root)


def index(*manifests, **more):
    """An index of these manifests."""
    entries = [descriptor(manifest) for manifest in manifests]
    return compose(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries, **more})


SBOM, SIGNATURE = about("application/spdx+json"), about("application/jose+json")
WITHOUT_LAYERS = compose(
    MANIFEST, {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(CONFIG), "layers": []}
)
INDEX_ABOUT = index(artifactType="application/x", subject=descriptor(IMAGE.root))
ABOUT_NOTHING = index(artifactType="application/x", subject={"mediaType": MANIFEST, "digest": NONE, "size": 2})


class Side:
    """The client, and a registry whose repository `a/b` holds an image as `1`, `app` seven tags, `empty` nothing."""

    def __init__(self, client, registry):
        self.client, self.host = client, registry.host
        self.there = registry.contents.repository("a/b")
        self.target = opened(client, registry.host, "a/b")

    async def read(self, reference):
        return (await self.target.manifest(reference)).body

    async def blob(self, digest, size):
        async with self.target.blob(described(digest, size)) as content:
            return b"".join([part async for part in content.open()])

    async def has(self, *documents):
        target = self.target
        return [await target.has_manifest(d.digest) or await target.has_blob(described(d.digest, len(d.body)))
                for d in documents]  # fmt: skip

    async def answer(self, verb, *arguments, repository="a/b"):
        found = await getattr(self.client, verb)(self.host, repository, *arguments)
        return getattr(found, "answer", found)

    async def tags(self, repository="a/b"):
        return await opened(self.client, self.host, repository).tags()

    async def push(self, *manifests, tag=""):
        for manifest in manifests:
            await self.target.put_manifest(manifest, tag)

    async def push_blob(self):
        await self.target.put_blob(of_bytes(DATA.body, DATA.digest))

    async def listed(self, digest=ROOT.digest, artifact_type=""):
        found = await list_referrers(self.target, digest, artifact_type)
        assert found.complete
        # The list under the tag keeps what is gone: nothing is made of an entry before its manifest was read.
        read = [await confirm(self.target, entry, digest) for entry in found.descriptors]
        return sorted(entry.artifact_type for entry in read if entry is not None)

    async def gone(self, name):
        """Somebody else deletes a tag, a manifest or a blob."""
        if self.there.has_tag(name):
            self.there.untag(name)
        elif not self.there.delete_manifest(name):
            del self.there.blobs[name]


# What is done, one after the other; what the last of it gives: a value, or the words of what is not there.
PULL = [
    ("a manifest by its tag", lambda s: [s.read("1")], ROOT.body),
    ("a manifest by its digest", lambda s: [s.read(ROOT.digest)], ROOT.body),
    ("no manifest of a tag", lambda s: [s.read("2")], "does not have a manifest 2 in a/b (status 404)"),
    ("no manifest of a digest", lambda s: [s.read(NONE)], f"does not have a manifest {NONE} in a/b (status 404)"),
    ("what a tag means", lambda s: [s.answer("head", "1")], ROOT.digest),
    ("a tag that is not there", lambda s: [s.answer("head", "2")], "does not have the tag 2 in a/b (status 404)"),
    ("no repository", lambda s: [s.answer("tags", repository="no/where")], "does not have the repository no/where"),
    ("whether something is there", lambda s: [s.has(IMAGE.root, LAYER, SINGLE, DATA)], [True, True, False, False]),
    ("a blob", lambda s: [s.blob(LAYER.digest, len(LAYER.body))], LAYER.body),
    ("a blob at once", lambda s: [s.answer("blob", LAYER.digest, 1 << 20)], LAYER.body),
    ("no blob", lambda s: [s.blob(NONE, 2)], f"does not have a blob {NONE} in a/b (status 404)"),
]
PUSH = [
    ("a blob twice", lambda s: [s.push_blob(), s.push_blob(), s.has(DATA)], [True]),
    ("a manifest without a tag", lambda s: [s.push(SINGLE), s.tags()], ("1",)),
    (
        "a manifest with two tags",
        lambda s: [s.push(SINGLE, tag="2"), s.push(SINGLE, tag="3"), s.tags()],
        ("1", "2", "3"),
    ),
    ("another under the same tag", lambda s: [s.push(SINGLE, tag="1"), s.read("1")], SINGLE.body),
    ("and the one before", lambda s: [s.push(SINGLE, tag="1"), s.read(ROOT.digest)], ROOT.body),
    (
        "a manifest without layers",
        lambda s: [s.push(WITHOUT_LAYERS), s.read(WITHOUT_LAYERS.digest)],
        WITHOUT_LAYERS.body,
    ),
    ("an index of nothing", lambda s: [s.push(index(), tag="2"), s.read("2")], index().body),
    ("an index of an index", lambda s: [s.push(index(ROOT), tag="2"), s.read("2")], index(ROOT).body),
]
DISCOVERY = [
    ("no tags", lambda s: [s.tags("empty")], ()),
    ("tags in pages", lambda s: [s.tags("app")], tuple(f"1.{n}" for n in range(7))),
    ("no referrers", lambda s: [s.listed()], []),
    ("referrers of what is not there", lambda s: [s.listed(NONE)], []),
    ("referrers", lambda s: [s.push(SBOM, SIGNATURE), s.listed()], ["application/jose+json", "application/spdx+json"]),
    (
        "one kind of referrers",
        lambda s: [s.push(SBOM, SIGNATURE), s.listed(artifact_type="application/spdx+json")],
        ["application/spdx+json"],
    ),
    ("no such kind", lambda s: [s.push(SBOM), s.listed(artifact_type="application/none")], []),
    (
        "referrers in pages",
        lambda s: [s.push(*(about(f"application/{n}") for n in range(7))), s.listed()],
        [f"application/{n}" for n in range(7)],
    ),
    ("the same referrer twice", lambda s: [s.push(SBOM, SBOM), s.listed()], ["application/spdx+json"]),
    ("an index that refers", lambda s: [s.push(INDEX_ABOUT), s.listed()], ["application/x"]),
    ("a referrer whose subject is not there", lambda s: [s.push(ABOUT_NOTHING), s.listed(NONE)], ["application/x"]),
    (
        "what refers to a referrer",
        lambda s: [s.push(SBOM, about("application/y", SBOM)), s.listed(SBOM.digest)],
        ["application/y"],
    ),
]
MANAGEMENT = [
    ("a tag", lambda s: [s.gone("1"), s.answer("head", "1")], "does not have the tag 1 in a/b (status 404)"),
    ("its list", lambda s: [s.push(SINGLE, tag="2"), s.gone("1"), s.tags()], ("2",)),
    ("what it meant stays", lambda s: [s.gone("1"), s.read(ROOT.digest)], ROOT.body),
    ("a manifest", lambda s: [s.gone(ROOT.digest), s.read(ROOT.digest)], "does not have a manifest"),
    ("and its tag", lambda s: [s.gone(ROOT.digest), s.tags()], ()),
    ("a blob", lambda s: [s.gone(LAYER.digest), s.has(LAYER)], [False]),
    ("a blob that comes again", lambda s: [s.push_blob(), s.gone(DATA.digest), s.push_blob(), s.has(DATA)], [True]),
    ("a referrer", lambda s: [s.push(SBOM, SIGNATURE), s.gone(SBOM.digest), s.listed()], ["application/jose+json"]),
]  # fmt: skip
CASES = [
    pytest.param(steps, expected, id=f"{category}, {what}")
    for category, rows in (("pull", PULL), ("push", PUSH), ("discovery", DISCOVERY), ("management", MANAGEMENT))
    for what, steps, expected in rows
]


@pytest.mark.parametrize("api", [True, False], ids=["API", "tag"])
@pytest.mark.parametrize("steps, expected", CASES)
async def test_what_the_suite_asks(anybody, steps, expected, api):
    """With the referrers API, and with the tag in its place."""
    contents = {"a/b": {"1": IMAGE}, "app": [f"1.{n}" for n in range(7)], "empty": {}}
    with EmbeddedRegistry(contents, page_size=3, referrers=api) as registry:
        found = None
        try:
            for step in steps(Side(anybody, registry)):
                found = await step
        except NotThere as failure:
            found = str(failure)
        match found:
            case Known(value):
                found = value
            case Absent(message):
                found = message
            case _:
                pass
    if isinstance(expected, str):
        assert expected in (found or "nothing")
    else:
        assert found == expected
