"""What is attached to images is read once, and known without a network from then on."""

import hashlib
import random

import pytest

from moorage.embedded.images import ImageSpec, artifact, build, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import UNKNOWN, Absent
from moorage.settings import MirrorSettings, Settings
from moorage.store.blobs import keep_blob, kept_blob
from moorage.store.source import Source
from moorage.store.sqlite import Store
from moorage.store.upkeep import prune


def digest_of(body):
    return "sha256:" + hashlib.sha256(body).hexdigest()


@pytest.fixture
def database(tmp_path):
    store, _ = Store.open(tmp_path / "facts.sqlite")
    yield store.database
    store.close()


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 1_000_000])
def test_what_is_kept_comes_back(database, body):
    keep_blob(database, digest_of(body), body, 5)
    assert kept_blob(database, digest_of(body)) == body


def test_nothing_is_larger_than_asked_for(database):
    body = b"x" * 1000
    keep_blob(database, digest_of(body), body, 5)
    assert kept_blob(database, digest_of(body), 999) is None
    assert kept_blob(database, digest_of(body), 1000) == body


def test_what_cannot_be_packed_small_is_not_kept(database):
    body = random.Random(1).randbytes(9 << 20)
    keep_blob(database, digest_of(body), body, 5)
    assert kept_blob(database, digest_of(body)) is None


@pytest.mark.parametrize("body", [b"another", b"x" * 5])
def test_what_has_another_digest_is_not_believed(database, body):
    keep_blob(database, digest_of(b"right"), body, 5)
    assert kept_blob(database, digest_of(b"right")) is None


def test_what_is_no_blob_is_not_unpacked(database):
    digest = digest_of(b"right")
    database.execute("INSERT INTO blobs (digest, seen_at, body) VALUES (?, 5, ?)", (digest, b"no zlib"))
    assert kept_blob(database, digest) is None
    assert kept_blob(database, "sha256:../../x") is None


def test_old_ones_go(database):
    keep_blob(database, digest_of(b"old"), b"old", 5)
    keep_blob(database, digest_of(b"new"), b"new", 50)
    assert prune(database, 10, None).blobs == 1
    assert kept_blob(database, digest_of(b"old")) is None
    assert kept_blob(database, digest_of(b"new")) == b"new"


async def test_a_blob_is_asked_for_once(tmp_path):
    image = build(ImageSpec("app"))
    payload = document("application/spdx+json", b"{}")
    with EmbeddedRegistry({"app": {"1.0": image}}) as registry:
        registry.contents.repository("app").add(artifact("application/spdx+json", payload, image.root, {}))
        settings = Settings(mirrors={"docker.io": MirrorSettings(registry.url, resolve=True)}, cache_dir=tmp_path)
        store, _ = Store.open(settings.store_path)
        source = Source(settings, store, offline=True)
        digest = payload.digest
        assert await source.blob("docker.io", "app", digest, 1000) is UNKNOWN
        source.offline = False
        body = await source.blob("docker.io", "app", digest, 1000)
        assert digest_of(body) == digest
        assert isinstance(await source.blob("docker.io", "app", digest_of(b"none"), 1000), Absent)
        source.offline = True
        assert await source.blob("docker.io", "app", digest, 1000) == body
        assert registry.count("GET", digest) == 1
        await source.aclose()
        store.close()
