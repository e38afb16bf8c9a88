"""`moorage inspect` as a process, against the embedded registry."""

import json
import sqlite3

import pytest

from moorage.embedded.images import CONFIG, MANIFEST, Image, ImageSpec, artifact, build, descriptor, document
from moorage.embedded.server import EmbeddedRegistry
from support.command import moorage

ANNOTATIONS = (
    ("org.opencontainers.image.licenses", "Apache-2.0"),
    ("org.opencontainers.image.version", "1.0\x1b]0;pwn\x07"),
    ("org.opencontainers.image.base.name", "docker.io/library/debian:12"),
)
LABELS = (("org.label-schema.vendor", "Acme"),)
URL = {
    "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:deb/debian/bash@5.2?distro=debian-12"}],
}
SPDX = {
    "spdxVersion": "SPDX-2.3",
    "packages": [
        {
            "name": "bash",
            "licenseDeclared": "GPL-3.0-or-later",
            **URL,
        },
        {"name": "app", "licenseDeclared": "NOASSERTION"},
    ],
}
PROVENANCE = {
    "_type": "https://in-toto.io/Statement/v1",
    "predicateType": "https://slsa.dev/provenance/v1",
    "predicate": {
        "buildDefinition": {
            "resolvedDependencies": [
                {"uri": "pkg:docker/python@3.12-slim?platform=linux%2Famd64", "digest": {"sha256": "a" * 64}}
            ]
        },
        "runDetails": {"builder": {"id": "https://ci.example/1"}},
    },
}


@pytest.fixture
def registry():
    image = build(ImageSpec("app 1", annotations=ANNOTATIONS, labels=LABELS))
    with EmbeddedRegistry({"app": {"1.0": image, "1.1": ImageSpec("app 1.1", created=1_750_000_000)}}) as registry:
        registry.image = image
        yield registry


def attach(registry, media_type, content, annotations=None):
    payload = document(media_type, content)
    registry.contents.repository("app").add(artifact(media_type, payload, registry.image.root, annotations or {}))


def test_an_image_in_its_own_words(registry):
    ran = moorage("inspect", f"{registry.host}/app:1.0")
    assert ran.code == 0
    assert f"digest        {registry.image.root.digest}" in ran.out
    assert "platforms     linux/amd64 (" in ran.out
    assert "created       2025-01-01 00:00 UTC" in ran.out
    assert "licenses      Apache-2.0" in ran.out
    assert "vendor        Acme" in ran.out
    assert "base          docker.io/library/debian:12 (says its annotations)" in ran.out
    assert "attached      nothing was found" in ran.out
    assert "\x1b" not in ran.out


def test_what_is_attached_is_summarised_and_never_called_verified(registry):
    attach(registry, "application/spdx+json", json.dumps(SPDX).encode())
    attach(
        registry,
        "application/vnd.in-toto+json",
        json.dumps(PROVENANCE).encode(),
        {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v1"},
    )
    ran = moorage("inspect", f"{registry.host}/app:1.0")
    assert "SBOM          SPDX 2.3, 2 packages, debian 12" in ran.out
    assert "GPL-3.0-or-later (1)" in ran.out
    assert f"base          python:3.12-slim@sha256:{'a' * 64} (says its provenance)" in ran.out
    assert "built by      https://ci.example/1" in ran.out
    assert "sbom          application/spdx+json, found by referrers, not verified" in ran.out
    found = moorage("inspect", "--format", "json", f"{registry.host}/app:1.0").json["images"][0]
    assert {entry["verified"] for entry in found["attachments"]} == {False}
    assert found["sbom"]["packages"] == 2


def test_two_images_side_by_side(registry):
    ran = moorage("inspect", f"{registry.host}/app:1.0", f"{registry.host}/app:1.1")
    assert ran.code == 0
    created = next(line for line in ran.out.splitlines() if "created" in line)
    assert created.startswith("! created")
    assert "2025-01-01" in created
    assert "2025-06-15" in created
    assert "\n  attached " in ran.out


def test_what_a_step_changes_is_told_package_by_package(registry):
    newer = {**SPDX, "packages": [{"name": "bash", "versionInfo": "5.3", **URL}, {"name": "extra"}]}
    attach(registry, "application/spdx+json", json.dumps(SPDX).encode())
    names = [f"{registry.host}/app:{tag}" for tag in ("1.0", "1.1")]
    assert f"no SBOM was read for {names[1]}" in moorage("inspect", *names).out
    there = registry.contents.repository("app").manifest("1.1")
    payload = document("application/spdx+json", json.dumps(newer).encode())
    registry.contents.repository("app").add(artifact("application/spdx+json", payload, there, {}))
    ran = moorage("inspect", "--refresh", "--format", "json", *names)
    assert ran.json["changes"][1:] == [
        "1 package added:",
        "  extra",
        "1 package removed:",
        "  app",
        "1 package changed:",
        "  deb/debian/bash 5.2 → 5.3",
    ]
    assert ran.json["images"][0]["packages"] == {"app": [""], "deb/debian/bash": ["5.2"]}


def test_the_size_of_every_platform_is_asked_for_on_request(registry):
    name = f"{registry.host}/app:1.0"
    assert list(moorage("inspect", "--format", "json", name).json["images"][0]["sizes"]) == ["linux/amd64"]
    ran = moorage("inspect", "--sizes", "--format", "json", name)
    assert list(ran.json["images"][0]["sizes"]) == ["linux/amd64", "linux/arm64"]
    assert len(ran.json["requests"]) == 1


def test_each_request_is_told_and_what_is_known_costs_nothing(registry):
    name = f"{registry.host}/app:1.0"
    ran = moorage("inspect", "--format", "json", name)
    assert len(ran.json["requests"]) == len(registry.log)
    paths = [(seen.method, seen.target) for seen in registry.log]
    assert len(set(paths)) == len(paths)
    again = moorage("inspect", "--format", "json", name)
    assert again.json["requests"] == []
    assert again.json["images"] == ran.json["images"]
    assert moorage("inspect", "--offline", name).code == 0


def test_what_is_attached_is_read_once_and_known_offline(registry):
    attach(registry, "application/spdx+json", SPDX)
    attach(
        registry, "application/vnd.in-toto+json", PROVENANCE, {"in-toto.io/predicate-type": PROVENANCE["predicateType"]}
    )
    name = f"{registry.host}/app:1.0"
    ran = moorage("inspect", "--format", "json", name)
    assert ran.json["images"][0]["sbom"]["packages"] == 2
    asked = len(registry.log)
    for again in (moorage("inspect", "--format", "json", *options, name) for options in ([], ["--offline"])):
        assert again.json["requests"] == []
        assert again.json["images"] == ran.json["images"]
    assert len(registry.log) == asked


def test_what_was_never_read_is_a_note_offline(registry, private_settings):
    attach(registry, "application/spdx+json", SPDX)
    name = f"{registry.host}/app:1.0"
    moorage("inspect", name)
    with sqlite3.connect(private_settings / "cache" / "facts.sqlite") as store:
        store.execute("DELETE FROM blobs")
    store.close()
    ran = moorage("inspect", "--offline", name)
    assert "is not known, and nobody was asked" in ran.out


def test_an_sbom_that_is_none_is_a_note(registry):
    attach(registry, "application/spdx+json", b"[]")
    ran = moorage("inspect", f"{registry.host}/app:1.0")
    assert ran.code == 0
    assert "is no JSON object" in ran.out


def test_an_sbom_of_a_form_that_is_not_summarised_is_a_note(registry):
    attach(registry, "text/spdx", b"SPDXVersion: SPDX-2.3\n")
    ran = moorage("inspect", f"{registry.host}/app:1.0")
    assert ran.code == 0
    assert "is of the type text/spdx, which is not summarised" in ran.out


def with_configuration(body):
    """An image whose configuration is these bytes."""
    config = document(CONFIG, body)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(config), "layers": []}
    return Image(document(MANIFEST, manifest), (), (config,))


@pytest.mark.parametrize("config", [b"[1,2]", b"[" * 100_000, b'{"created": NaN, "n": ' + b"9" * 5000 + b"}"])
def test_a_configuration_that_cannot_be_read_is_a_note(registry, config):
    registry.contents.repository("odd").tag("1", with_configuration(config))
    ran = moorage("inspect", f"{registry.host}/odd:1")
    assert ran.code == 0
    assert "note          the configuration sha256:" in ran.out


def test_the_end_of_a_line(registry):
    registry.contents.repository("library/python").tag("3.8.1-slim-buster", ImageSpec("python"))
    ran = moorage("inspect", f"{registry.host}/library/python:3.8.1-slim-buster")
    assert "python 3.8 has ended on 2024-10-" in ran.out
    assert "Debian 10" in ran.out


@pytest.mark.parametrize(
    "args, code, says",
    [(["FOO"], 2, "FOO"), (["a", "b", "c"], 2, "one image, or two"), (["localhost:9/x:1"], 3, "localhost:9")],
)
def test_what_cannot_be_inspected(args, code, says):
    ran = moorage("inspect", *args)
    assert ran.code == code
    assert says in ran.err


def test_a_tag_that_is_not_there(registry):
    ran = moorage("inspect", f"{registry.host}/app:9")
    assert ran.code == 3
    assert ran.err == f"moorage: {registry.host}/app has no tag 9\n"
    assert "has no tag 1.2; the nearest is 1.1" in moorage("inspect", f"{registry.host}/app:1.2").err
    missing = moorage("inspect", f"{registry.host}/ap:1.0").err
    assert missing == f"moorage: {registry.host} does not have the repository ap (status 404)\n"


@pytest.fixture
def layout(tmp_path):
    """A folder with an image and its SBOM in an image layout."""
    image = build(ImageSpec("app 1", annotations=ANNOTATIONS, labels=LABELS))
    sbom = artifact("application/spdx+json", document("application/spdx+json", SPDX), image.root, {})
    folder = tmp_path / "out"
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for entry in (*image.blobs, *image.manifests, image.root, *sbom.blobs, sbom.root):
        (blobs / entry.digest[7:]).write_bytes(entry.body)
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    tagged = descriptor(image.root, annotations={"org.opencontainers.image.ref.name": "1.0"})
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [tagged, descriptor(sbom.root)]}))
    return folder


@pytest.mark.parametrize("tag", ["", ":1.0"])
def test_an_image_in_a_folder(layout, tag):
    ran = moorage("inspect", f"oci:{layout}{tag}", "--format", "json")
    said = json.loads(ran.out)
    (image,) = said["images"]
    assert image["reference"].startswith(f"oci:{layout}")
    assert [p["platform"] for p in image["platforms"]] == ["linux/amd64", "linux/arm64"]
    assert image["says"]["licenses"] == "Apache-2.0"
    assert [(a["kind"], a["found"]) for a in image["attachments"]] == [("sbom", "referrers")]
    assert image["sbom"]["packages"] == 2
    assert said["requests"] == []


def test_an_image_in_a_folder_beside_one_in_a_registry(layout, registry):
    ran = moorage("inspect", f"oci:{layout}:1.0", f"{registry.host}/app:1.0")
    assert ran.code == 0
    assert f"! name          oci:{layout}"[:60] in ran.out
    # The same image, wherever it lies.
    assert "\n  digest" in ran.out


@pytest.mark.parametrize(
    "place, said",
    [
        ("oci:{}:2.0", "out has no tag 2.0"),
        ("oci:{}/blobs", "is no image layout: it has no file oci-layout"),
        ("oci:{}@sha256:" + "0" * 64, "there is no "),
    ],
)
def test_what_is_not_in_a_folder(layout, place, said):
    ran = moorage("inspect", place.format(layout))
    assert (ran.code, ran.out) == (3, "")
    assert said in ran.err
    assert "Traceback" not in ran.err
