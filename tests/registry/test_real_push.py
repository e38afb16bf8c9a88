"""Pushing to a registry that others wrote, in three set-ups, and what another client, skopeo, makes of the result."""

import asyncio
import contextlib
import hashlib
import json
import subprocess

import pytest

from moorage.embedded.images import ImageSpec, artifact, build, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.content.referrers import fallback_tag
from moorage.registry.failures import Refused
from moorage.registry.http.exchange import Ask
from moorage.registry.moving.blobs import of_bytes
from moorage.registry.moving.copying import copy
from moorage.registry.moving.layout import Layout
from moorage.registry.moving.uploads import Sizes
from moorage.registry.moving.verbs import Document
from moorage.settings import Settings
from registry.real import RealRegistry, credentials, needed, with_tokens
from registry.remotes import described, new_layout, opened

IMAGE = build(ImageSpec("demo", created=1700000000))
SBOM = artifact("application/spdx+json", document("application/spdx+json", b"{}"), IMAGE.root, {"title": "größer"})
SIGNATURE = artifact("application/vnd.cncf.notary.signature", document("application/jose+json", b"[]"), SBOM.root, {})


async def filled(tmp_path):
    """A layout with the image, its SBOM and the signature of that."""
    layout = new_layout(tmp_path / "filled")
    for image in (IMAGE, SBOM, SIGNATURE):
        for blob in image.blobs:
            await layout.put_blob(of_bytes(blob.body, blob.digest))
        for manifest in (*image.manifests, image.root):
            await layout.put_manifest(Document(*manifest), "1" if manifest is IMAGE.root else "")
    return layout


@pytest.fixture(params=["plain", "htpasswd", "token"])
async def real(request, tmp_path):
    """The host of a running registry, and a client of somebody who may push to it.

    It is reached by plain http, with a password, or by TLS with a token server on another port.
    """
    folder = tmp_path / "registry"
    folder.mkdir()
    settings = Settings()
    with contextlib.ExitStack() as running:
        if request.param == "token":
            certificates = request.getfixturevalue("certificates")
            registry, _, settings = running.enter_context(with_tokens(folder, certificates))
        else:
            registry = running.enter_context(RealRegistry(folder, basic=request.param == "htpasswd"))
        known = Credentials({}) if request.param == "plain" else credentials(tmp_path, registry.host)
        client = build_client(settings, {}, known)
        yield registry.host, client
        await client.aclose()


async def test_an_image_with_all_that_is_attached_goes_out_and_comes_back(real, tmp_path):
    host, client = real
    layout = await filled(tmp_path)
    target, other = opened(client, host, "demo/app"), opened(client, host, "demo/other")
    done = await copy(layout, "1", target, "1.0", attached=True)
    assert (done.manifests, done.mounted) == (5, 0)
    assert (await target.manifest("1.0")).body == IMAGE.root.body
    # Distribution has no API for it: the lists stand under tags.
    for subject, referrer in ((IMAGE, SBOM), (SBOM, SIGNATURE)):
        found = await target.referrers(subject.root.digest)
        assert ([d.digest for d in found.descriptors], found.via) == ([referrer.root.digest], "tag")
    again = await copy(target, "1.0", other, "1.0", attached=True)
    assert (again.manifests, again.blobs) == (5, 0)
    assert again.mounted == done.blobs
    back = new_layout(tmp_path / "back")
    await copy(other, "1.0", back, "1", attached=True)
    assert blobs(tmp_path / "back") == blobs(tmp_path / "filled")


def blobs(folder):
    """The names of the blobs in a layout; each is the digest of what it holds."""
    paths = list((folder / "blobs" / "sha256").iterdir())
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in paths)
    return {path.name for path in paths}


async def test_blobs_in_pieces(real):
    host, client = real
    data = bytes(range(256)) * 4000
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    blob = described(digest, len(data))
    target = opened(client, host, "demo/app", Sizes(0, 100_000))
    assert not await target.has_blob(blob)
    with pytest.raises(Refused, match="is not what its digest stands for"):
        await target.put_blob(of_bytes(data[:-1] + b"!", digest))
    assert not await target.has_blob(blob)
    await target.put_blob(of_bytes(data, digest))
    async with target.blob(blob) as content:
        assert b"".join([part async for part in content.open()]) == data


async def test_an_upload_that_was_broken_off_goes_on(real):
    """The registry has more of the upload than was answered: it refuses the next chunk, and says how far it is."""
    host, client = real
    data = bytes(range(256)) * 40
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    target = opened(client, host, "demo/app", Sizes(0, 4000))
    send, refused = target.send, []

    async def send_and_forget(ask, more=()):
        reply = await send(ask, more)
        if ask.method == "PATCH" and reply.status == 202 and not refused:
            refused.append(reply)
            return reply._replace(status=500, headers={})
        return reply

    target.send = send_and_forget
    await target.put_blob(of_bytes(data, digest))
    assert refused
    assert await target.has_blob(described(digest, len(data)))


async def test_two_who_attach_something_at_the_same_time(real, tmp_path):
    host, client = real
    layout = await filled(tmp_path)
    await copy(layout, "1", opened(client, host, "demo/app"), "1")
    attached = [
        artifact("application/x", document("application/x", b"%d" % number), IMAGE.root, {}) for number in range(4)
    ]

    async def attach(image):
        target = opened(client, host, "demo/app")
        for blob in image.blobs:
            await target.put_blob(of_bytes(blob.body, blob.digest))
        await target.put_manifest(Document(*image.root))

    await attach(attached[0])
    await asyncio.gather(attach(attached[1]), attach(attached[2]))
    await attach(attached[3])
    found = await opened(client, host, "demo/app").referrers(IMAGE.root.digest)
    assert {d.digest for d in found.descriptors} == {image.root.digest for image in attached}


async def test_a_list_with_an_entry_that_was_deleted_is_mended(real, tmp_path):
    """Distribution refuses an index whose manifests it does not have: the entry of what is gone is left out."""
    host, client = real
    layout = await filled(tmp_path)
    target = opened(client, host, "demo/app")
    await copy(layout, "1", target, "1", attached=True)
    gone = Ask("DELETE", target.url(f"manifests/{SBOM.root.digest}"))
    reply = await client.session.send(target.endpoint, "demo/app", gone, ("repository:demo/app:delete",))
    assert reply.status == 202
    newer = artifact("application/x", document("application/x", b"{}"), IMAGE.root, {})
    await target.put_manifest(Document(*newer.root))
    listed = json.loads((await target.manifest(fallback_tag(IMAGE.root.digest))).body)["manifests"]
    assert [entry["digest"] for entry in listed] == [newer.root.digest]


async def test_without_a_login_nothing_is_taken(anybody, tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    with RealRegistry(folder, basic=True) as running:
        target = opened(anybody, running.host, "demo/app")
        with pytest.raises(Refused) as refused:
            await target.put_blob(of_bytes(b"x", "sha256:" + "0" * 64))
    said = "does not take a blob (status 401, UNAUTHORIZED): that needs a login which may push to it"
    assert str(refused.value) == f"{running.host}/demo/app {said}"


# Another client.


def skopeo(*args):
    """Run skopeo without any of the user's settings, and give what it prints."""
    ran = subprocess.run([needed("skopeo"), "--insecure-policy", *map(str, args)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def skopeo_copy(source, target):
    skopeo("copy", "--all", "--preserve-digests", "--src-tls-verify=false", "--dest-tls-verify=false", source, target)


@pytest.fixture
def plain(tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    with RealRegistry(folder) as running:
        running.push("demo/app", ["1"], IMAGE)
        yield running


async def test_what_skopeo_lays_out_is_read(plain, anybody, tmp_path):
    skopeo_copy(f"docker://{plain.host}/demo/app:1", f"oci:{tmp_path / 'out'}:1")
    layout = Layout(tmp_path / "out")
    assert (await layout.tags(), layout.roots()) == (("1",), (IMAGE.root.digest,))
    assert (await layout.manifest("1")).body == IMAGE.root.body
    with EmbeddedRegistry() as registry:
        await copy(layout, "1", opened(anybody, registry.host, "app"), "1")
        assert digest_at(f"docker://{registry.host}/app:1") == IMAGE.root.digest


async def test_what_we_lay_out_is_read_by_skopeo(plain, anybody, tmp_path):
    layout = new_layout(tmp_path / "out")
    await copy(opened(anybody, plain.host, "demo/app"), "1", layout, "1")
    skopeo_copy(f"oci:{tmp_path / 'out'}:1", f"docker://{plain.host}/demo/back:1")
    assert (await opened(anybody, plain.host, "demo/back").manifest("1")).digest == IMAGE.root.digest
    skopeo_copy(f"oci:{tmp_path / 'out'}:1", f"oci:{tmp_path / 'again'}:1")
    assert blobs(tmp_path / "again") == blobs(tmp_path / "out")


async def test_the_embedded_registry_gives_and_takes_as_others_do(plain, tmp_path):
    with EmbeddedRegistry() as registry:
        skopeo_copy(f"docker://{plain.host}/demo/app:1", f"docker://{registry.host}/app:1")
        assert registry.contents.repository("app").manifest("1").body == IMAGE.root.body
        assert digest_at(f"docker://{registry.host}/app:1") == IMAGE.root.digest
        assert json.loads(skopeo("list-tags", "--tls-verify=false", f"docker://{registry.host}/app"))["Tags"] == ["1"]
        skopeo_copy(f"docker://{registry.host}/app:1", f"dir:{tmp_path / 'dir'}")
        assert (tmp_path / "dir" / "manifest.json").read_bytes() == IMAGE.root.body
        skopeo_copy(f"docker://{registry.host}/app:1", f"docker://{plain.host}/demo/back:1")
        assert digest_at(f"docker://{plain.host}/demo/back:1") == IMAGE.root.digest
        skopeo("delete", "--tls-verify=false", f"docker://{registry.host}/app:1")
        assert registry.contents.repository("app").tags() == ()


async def test_what_we_push_is_pulled_by_skopeo(real, tmp_path):
    host, client = real
    layout = await filled(tmp_path)
    await copy(layout, "1", opened(client, host, "demo/app"), "1")
    login = tmp_path / ".docker" / "config.json"
    known = ["--authfile", login] if login.exists() else []
    skopeo("copy", "--all", "--src-tls-verify=false", *known, f"docker://{host}/demo/app:1", f"dir:{tmp_path / 'dir'}")
    assert (tmp_path / "dir" / "manifest.json").read_bytes() == IMAGE.root.body


def digest_at(place):
    """The digest that skopeo finds there."""
    raw = skopeo("inspect", "--raw", "--tls-verify=false", place)
    return "sha256:" + hashlib.sha256(raw.encode()).hexdigest()
