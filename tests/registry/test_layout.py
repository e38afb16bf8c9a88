"""Images in a folder: what is written is read again, and what somebody else wrote is not trusted."""

import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.embedded.images import ImageSpec, artifact, build, descriptor, document
from moorage.registry.content.referrers import fallback_tag
from moorage.registry.failures import NotThere, Refused, RegistryFailure
from moorage.registry.moving.blobs import of_bytes
from moorage.registry.moving.layout import Layout, parse_place
from moorage.registry.moving.verbs import Document
from registry.remotes import described, new_layout

INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = build(ImageSpec("app"))
OTHER = build(ImageSpec("other"))
SBOM = artifact("application/spdx+json", document("application/spdx+json", b"{}"), IMAGE.root, {"a": "b"})
DATA = b"some bytes"
DIGEST = "sha256:" + hashlib.sha256(DATA).hexdigest()
BLOB = described(DIGEST, len(DATA))


@pytest.fixture
def layout(tmp_path):
    """An empty layout."""
    return new_layout(tmp_path / "layout")


@pytest.fixture
def folder(layout, tmp_path):
    return tmp_path / "layout"


def entries(folder):
    return json.loads((folder / "index.json").read_text())["manifests"]


def place(folder, body, **entry):
    """Put a manifest into a layout by hand, listed with `entry`."""
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    path = folder / "blobs" / "sha256" / digest[7:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    index = json.loads((folder / "index.json").read_text())
    index["manifests"].append({"mediaType": INDEX, "digest": digest, "size": len(body), **entry})
    (folder / "index.json").write_text(json.dumps(index))
    return digest


def tagged(tag):
    return {"annotations": {"org.opencontainers.image.ref.name": tag}}


async def fill(layout, image, tag=""):
    for manifest in (*image.manifests, image.root):
        await layout.put_manifest(Document(*manifest), tag if manifest is image.root else "")


async def test_what_is_written_is_read_again(layout, folder):
    await fill(layout, IMAGE, "1.0")
    assert await layout.manifest("1.0") == Document(*IMAGE.root)
    assert await layout.manifest(IMAGE.manifests[1].digest) == Document(*IMAGE.manifests[1])
    assert await layout.tags() == ("1.0",)
    assert json.loads((folder / "oci-layout").read_text()) == {"imageLayoutVersion": "1.0.0"}
    assert entries(folder) == [descriptor(IMAGE.root, **tagged("1.0"))]
    assert layout.roots() == (IMAGE.root.digest,)
    assert sorted(p.name for p in folder.iterdir()) == ["blobs", "index.json", "oci-layout"]


async def test_a_tag_moves_and_what_it_meant_stays(layout, folder):
    for image, tag in ((IMAGE, "1"), (IMAGE, "latest"), (OTHER, "latest"), (OTHER, "1"), (OTHER, "1")):
        await fill(layout, image, tag)
    assert entries(folder) == [
        descriptor(IMAGE.root),
        descriptor(OTHER.root, **tagged("latest")),
        descriptor(OTHER.root, **tagged("1")),
    ]
    assert (await layout.manifest("latest")).digest == OTHER.root.digest
    assert layout.roots() == (IMAGE.root.digest, OTHER.root.digest)


async def test_blobs(layout, folder):
    assert not await layout.has_blob(BLOB)
    await layout.put_blob(of_bytes(DATA, DIGEST))
    assert await layout.has_blob(BLOB)
    assert not await layout.has_blob(BLOB._replace(size=3))
    async with layout.blob(BLOB) as content:
        assert b"".join([part async for part in content.open()]) == DATA
    with pytest.raises(Refused, match="is not what its digest stands for"):
        await layout.put_blob(of_bytes(b"other bytes"[:10], "sha256:" + "0" * 64))
    assert os.listdir(folder / "blobs" / "sha256") == [DIGEST[7:]]


async def test_referrers_by_their_subject(layout):
    await fill(layout, IMAGE, "1")
    await fill(layout, SBOM)
    (found,) = (await layout.referrers(IMAGE.root.digest)).descriptors
    assert (found.digest, found.artifact_type, found.annotations) == (
        SBOM.root.digest, "application/spdx+json", {"a": "b"},
    )  # fmt: skip
    assert (await layout.referrers(SBOM.root.digest)).descriptors == ()
    assert layout.roots() == (IMAGE.root.digest,)


async def test_referrers_in_the_list_that_other_tools_keep(layout, folder):
    """The list may name what refers to something else, or is not there: only the manifest itself says."""
    await fill(layout, IMAGE, "1")
    foreign = artifact("application/x", document("application/x", b"{}"), OTHER.root, {})
    for image in (SBOM, foreign):
        path = folder / "blobs" / "sha256" / image.root.digest[7:]
        path.write_bytes(image.root.body)
    listed = [descriptor(SBOM.root), descriptor(foreign.root), descriptor(OTHER.root)]
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}).encode()
    place(folder, body, **tagged(fallback_tag(IMAGE.root.digest)))
    found = await layout.referrers(IMAGE.root.digest)
    assert [d.digest for d in found.descriptors] == [SBOM.root.digest]
    assert found.dropped == 1


def test_nothing_is_made_a_layout_that_holds_something_else(tmp_path):
    (tmp_path / "work").write_text("mine")
    with pytest.raises(Refused, match="is no image layout, and not empty"):
        Layout(tmp_path).create()
    assert os.listdir(tmp_path) == ["work"]


# What others wrote.


@pytest.mark.parametrize(
    "file, text, why",
    [
        ("oci-layout", '{"imageLayoutVersion": "2.0.0"}', r"of version '2\.0\.0', and only 1\.0\.0 is known"),
        ("oci-layout", "[]", "the file oci-layout of oci:.* is no JSON object"),
        ("oci-layout", None, "is no image layout: it has no file oci-layout"),
        ("oci-layout", " " * 5000, "has more than 4 KiB"),
        ("index.json", "{", r"the file index\.json of oci:.* is no JSON"),
        ("index.json", "[" * 100_000, r"the file index\.json of oci:.* is no JSON"),
        ("index.json", '{"a": ' * 90 + "1" + "}" * 90, "is nested too deep"),
        ("index.json", None, r"there is no .*index\.json"),
        ("index.json", '{"manifests": [' + ",".join(["{}"] * 1001) + "]}", "lists more than 1000 images"),
        ("index.json", '{"manifests": "x"}', "does not have the tag 1"),
        ("index.json", '{"manifests": [{"digest": "sha256:../../x", "annotations": null}, 7]}', "not have the tag 1"),
    ],
)
async def test_a_damaged_layout_is_told(layout, folder, file, text, why):
    await fill(layout, IMAGE, "1")
    (folder / file).unlink()
    if text is not None:
        (folder / file).write_text(text)
    with pytest.raises(RegistryFailure, match=why):
        await layout.manifest("1")


async def test_a_tag_that_is_a_path_leads_nowhere(layout, folder, tmp_path):
    (tmp_path / "secret").write_text("mine")
    index = {"manifests": [{"digest": "sha256:../../../secret", "mediaType": INDEX, **tagged("1")}]}
    (folder / "index.json").write_text(json.dumps(index))
    with pytest.raises(Refused, match=r"'sha256:../../../secret' is no digest"):
        await layout.manifest("1")
    assert layout.roots() == ()


async def test_bytes_that_are_not_what_their_name_says(layout, folder):
    await fill(layout, IMAGE, "1")
    path = folder / "blobs" / "sha256" / IMAGE.root.digest[7:]
    path.write_bytes(path.read_bytes().replace(b"amd64", b"amd46"))
    with pytest.raises(Refused, match=r"from oci:.* is not what its digest stands for"):
        await layout.manifest("1")
    await layout.put_blob(of_bytes(DATA, DIGEST))
    (folder / "blobs" / "sha256" / DIGEST[7:]).write_bytes(DATA[::-1])
    async with layout.blob(BLOB) as content:
        with pytest.raises(Refused, match="is not what its digest stands for"):
            _ = [part async for part in content.open()]


@pytest.mark.parametrize("linked", ["oci-layout", "index.json", "blobs", "blobs/sha256", "blobs/sha256/" + DIGEST[7:]])
async def test_no_link_is_followed(layout, folder, tmp_path, linked):
    await layout.put_blob(of_bytes(DATA, DIGEST))
    (folder / linked).rename(tmp_path / "elsewhere")
    (folder / linked).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Refused, match="is not read: a link leads elsewhere"):
        async with layout.blob(BLOB):
            await layout.manifest("1")
    with pytest.raises(Refused, match="is not read: a link leads elsewhere"):
        await layout.put_manifest(Document(*OTHER.root), "1")
        await layout.put_blob(of_bytes(DATA, DIGEST))


async def test_a_pipe_does_not_keep_us_waiting(layout, folder):
    (folder / "index.json").unlink()
    os.mkfifo(folder / "index.json")
    with pytest.raises(Refused, match="is no file"):
        await layout.manifest("1")


async def test_one_tag_for_two_images_is_no_answer(layout, folder):
    await fill(layout, IMAGE, "1")
    place(folder, OTHER.root.body, **tagged("1"))
    with pytest.raises(Refused, match="has the tag 1 for 2 different images"):
        await layout.manifest("1")


async def test_what_is_not_there(layout, tmp_path):
    with pytest.raises(NotThere, match="does not have the tag 2"):
        await layout.manifest("2")
    with pytest.raises(NotThere):
        await layout.manifest("sha256:" + "0" * 64)
    with pytest.raises(NotThere, match="is no image layout"):
        await Layout(tmp_path / "nowhere").tags()
    with pytest.raises(NotThere):
        async with layout.blob(BLOB):
            pass


json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([IMAGE.root.digest, INDEX]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["manifests", "digest", "mediaType", "annotations", "size", "a"]), inner)
    ),
    max_leaves=12,
)


@given(index=json_value)
async def test_any_index_gives_an_answer_or_one_sentence(index, tmp_path_factory):
    folder = tmp_path_factory.mktemp("layout")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    (folder / "index.json").write_text(json.dumps(index))
    layout = Layout(folder)
    for question in (layout.tags, lambda: layout.referrers(IMAGE.root.digest), lambda: layout.manifest("1")):
        try:
            assert await question() is not None
        except RegistryFailure as failure:
            assert "\n" not in str(failure)


@pytest.mark.parametrize(
    "text, folder, reference",
    [
        ("out", "out", ""),
        ("out:1.0", "out", "1.0"),
        ("./a:b/c", "./a:b/c", ""),
        (f"out@{DIGEST}", "out", DIGEST),
        ("out@home:2", "out@home", "2"),
        (r"C:\out", r"C:\out", ""),
    ],
)
def test_places(text, folder, reference):
    assert parse_place(text) == (Path(folder), reference)
