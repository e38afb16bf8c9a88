"""What a step from one image to another changes, in sentences."""

import pytest

from moorage.cli.inspect_pairs import changes
from moorage.cli.inspecting import Identity
from moorage.cli.terminal import size_text
from moorage.facts import Attachments, PlatformManifest
from moorage.reference import parse
from moorage.registry.content.statements import SbomSummary

SBOM = SbomSummary("SPDX 2.3", 0, (), "")


def image(digest="a", *, size=100, platforms=("linux/amd64",), runtime=None, packages=None):
    return Identity(
        reference=parse(f"app:{digest}"),
        digest=digest,
        media_type="",
        platforms=tuple(PlatformManifest(p, p, 1) for p in platforms),
        platform="linux/amd64",
        size=size,
        sizes={},
        created=None,
        runtime=runtime or {},
        words={},
        base=(),
        attachments=Attachments(),
        complete=True,
        sbom=SBOM if packages is not None else None,
        packages=packages or {},
        provenance=None,
        life=(),
        notes=(),
    )


@pytest.mark.parametrize(
    "one, two, expected",
    [
        ({"digest": "a"}, {"digest": "a"}, ["both are the same image"]),
        (
            {"packages": {}, "size": 100},
            {"packages": {}, "size": 100 + (3 << 19)},
            ["1.5 MiB larger", "the same packages, by their SBOMs"],
        ),
        (
            {"packages": {}, "platforms": ("linux/amd64", "linux/arm64")},
            {"packages": {}, "platforms": ("linux/amd64", "linux/s390x")},
            ["no longer for linux/arm64", "now also for linux/s390x", "the same packages, by their SBOMs"],
        ),
        (
            {"packages": {}, "runtime": {"user": "root", "env A": "1", "port 80/tcp": ""}},
            {"packages": {}, "runtime": {"user": "app", "env B": "2", "port 8080/tcp": ""}},
            [
                "env A: gone, was 1",
                "env B: new, 2",
                "port 80/tcp: gone",
                "port 8080/tcp: new",
                "user: root → app",
                "the same packages, by their SBOMs",
            ],
        ),
        ({"packages": {}}, {}, ["which packages change is not known: no SBOM was read for app:b"]),
        (
            {"packages": {"x": ("1", "2")}},
            {"packages": {"x": ("2", "3")}},
            ["1 package changed:", "  x 1, 2 → 2, 3"],
        ),
    ],
)
def test_changes(one, two, expected):
    assert changes(image(**one), image(**{"digest": "b", **two})) == expected


def test_many_packages_are_counted():
    said = changes(image(packages={}), image("b", packages={f"p{n:02}": ("1",) for n in range(25)}))
    assert said[0] == "25 packages added:"
    assert said[-1] == "  and 5 more"
    assert len(said) == 22


@pytest.mark.parametrize("size, text", [(0, "0 bytes"), (1, "1 byte"), (1536, "1.5 KiB"), (3 << 29, "1.5 GiB")])
def test_sizes(size, text):
    assert size_text(size) == text
