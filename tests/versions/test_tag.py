"""How tags of real families read."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.versions import Tag, read_tag


@pytest.mark.parametrize(
    ("text", "kind", "prefix", "release", "prerelease", "build", "variant"),
    [
        ("3.12.4-slim-bookworm", "version", "", (3, 12, 4), (), (), "slim-bookworm"),
        ("20-bookworm-slim", "version", "", (20,), (), (), "bookworm-slim"),
        ("1.25-perl", "version", "", (1, 25), (), (), "perl"),
        ("22.04", "version", "", (22, 4), (), (), ""),
        ("2.541.1-lts-jdk21", "version", "", (2, 541, 1), (), (), "lts-jdk21"),
        # builds
        ("17.0.9_9-jdk-jammy", "version", "", (17, 0, 9), (), (9,), "jdk-jammy"),
        ("8u362-b09", "version", "", (8, 362), (), (9,), ""),
        ("6b32-jdk", "version", "", (6,), (), (32,), "jdk"),
        ("5.2.3-ls341", "version", "", (5, 2, 3), (), (341,), "ls"),
        ("11.3-debian-12-r8", "version", "", (11, 3), (), (8,), "debian-12-r"),
        ("8.9-1160", "version", "", (8, 9), (), (1160,), ""),
        ("16.0-20241029", "version", "", (16, 0), (), (20241029,), ""),
        ("v1.29.0-eks-1-29-5", "version", "v", (1, 29, 0), (), (1, 29, 5), "eks"),
        ("2017-CU9-ubuntu-16.04", "version", "", (2017,), (), (9,), "CU-ubuntu-16.04"),
        ("1.1.1m", "version", "", (1, 1, 1), (), (13,), ""),
        ("v1.2.3-14-gabcdef0", "version", "v", (1, 2, 3), (), (14,), "<commit>"),
        ("5.3.0-e8949511", "version", "", (5, 3, 0), (), (), "<commit>"),
        # small numbers are variants: the same software, packaged for the first time
        ("6.0.3-1", "version", "", (6, 0, 3), (), (), "1"),
        ("3.9-7.3.12-slim", "version", "", (3, 9), (), (), "7.3.12-slim"),
        # prereleases
        ("8.0.100-preview.7-alpine3.19", "version", "", (8, 0, 100), ("preview", "7"), (), "alpine3.19"),
        ("7.2-rc3-alpine", "version", "", (7, 2), ("rc", "3"), (), "alpine"),
        ("3.20-ea-27", "version", "", (3, 20), ("ea", "27"), (), ""),
        ("9.0.0.M26", "version", "", (9, 0, 0), ("m", "26"), (), ""),
        ("9.0.0.RC1-jre11", "version", "", (9, 0, 0), ("rc", "1"), (), "jre11"),
        ("3.7.0b5", "version", "", (3, 7, 0), ("b", "5"), (), ""),
        ("14beta2", "version", "", (14,), ("beta", "2"), (), ""),
        ("24.0-rc1.0", "version", "", (24, 0), ("rc", "1", "0"), (), ""),
        ("2.13.0-211.14.beta-sdk", "version", "", (2, 13, 0), ("211", "14", "beta"), (), "sdk"),
        ("11.5.1-ubi9-rc", "version", "", (11, 5, 1), ("rc",), (), "ubi9"),
        # words first
        ("amd64-3.19", "version", "amd64-", (3, 19), (), (), ""),
        ("server-0.4.2", "version", "server-", (0, 4, 2), (), (), ""),
        ("version-v2.1", "version", "version-v", (2, 1), (), (), ""),
        ("temurin-17-lein-2.9.1", "version", "temurin-", (17,), (), (), "lein-2.9.1"),
        ("php8.1-apache", "version", "php", (8, 1), (), (), "apache"),
        ("ltsc2022", "version", "ltsc", (2022,), (), (), ""),
        ("nanoserver-ltsc2022", "version", "nanoserver-ltsc", (2022,), (), (), ""),
        # dates
        ("20240115", "date", "", (20240115,), (), (), ""),
        ("2024.01.15", "date", "", (2024, 1, 15), (), (), ""),
        ("2024-01-15-slim", "date", "", (2024, 1, 15), (), (), "slim"),
        ("RELEASE.2024-01-13T07-53-03Z", "date", "RELEASE.", (2024, 1, 13, 7, 53, 3), (), (), ""),
        ("2024.1.0", "version", "", (2024, 1, 0), (), (), ""),
        # codenames
        ("bookworm-slim", "codename", "", (12,), (), (), "slim"),
        ("1.2.3-20240115T010203Z-slim", "version", "", (1, 2, 3), (), (20240115, 10203), "slim"),
        ("jammy-20240111", "codename", "", (22, 4), (), (20240111,), ""),
        # channels, commits, the rest
        ("latest-amd64", "channel", "latest", (), (), (), "amd64"),
        ("lts-hydrogen", "channel", "lts", (), (), (), "hydrogen"),
        ("slim", "channel", "slim", (), (), (), ""),
        ("sha-1a2b3c4", "commit", "", (), (), (), ""),
        ("main-5f1c2d3", "commit", "", (), (), (), ""),
        ("5c3dda6b", "commit", "", (), (), (), ""),
        ("sha256-" + "0a" * 32 + ".sig", "attachment", "", (), (), (), ""),
        ("sha256-" + "0a" * 32, "attachment", "", (), (), (), ""),
        ("1.14.x", "opaque", "", (), (), (), ""),
        ("tetedemoine", "opaque", "", (), (), (), ""),
    ],
)
def test_reads_as(text, kind, prefix, release, prerelease, build, variant):
    tag = read_tag(text)
    assert tag.text == text
    assert (tag.kind, tag.prefix, tag.release, tag.prerelease, tag.build, tag.variant) == (
        kind,
        prefix,
        release,
        prerelease,
        build,
        variant,
    )
    assert tag.precision == len(release)


@pytest.mark.parametrize(
    "line",
    [
        ["3.12.4-slim", "3.12.10-slim", "3.13.0a1-slim", "3.13.0rc1-slim", "3.13.0-slim"],
        ["9.0.0.M26", "9.0.0-RC1", "9.0.0", "9.0.1"],
        ["17.0.9_9-jdk", "17.0.9.1_1-jdk", "17.0.10_7-jdk", "21_35-jdk"],
        ["8u302-b08", "8u302-b08.1", "8u312-b07"],
        ["8u121-jre", "8u131-jre", "8u242-jre"],
        ["jammy-20240111", "jammy-20240212", "noble-20240212"],
        ["buster-slim", "bullseye-slim", "bookworm-slim", "trixie-slim"],
        ["RELEASE.2024-01-13T07-53-03Z", "RELEASE.2024-01-13T07-54-00Z", "RELEASE.2025-01-01T00-00-00Z"],
        ["2024.09.30", "2024.10.12", "2024.11.01"],
        ["5.2.3-ls341", "5.2.3-ls342", "5.2.4-ls1"],
    ],
)
def test_order_within_a_line(line):
    tags = [read_tag(text) for text in line]
    assert len({tag.line for tag in tags}) == 1
    assert all(a < b for a, b in pairwise(tags))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("3.12", "3.12.4"),
        ("3.12-slim", "3.12-alpine"),
        ("v3.12", "3.12"),
        ("8u121", "8.121"),
        ("17.0.9-jdk", "17.0.9_9-jdk"),
        ("bookworm", "jammy"),
        ("20240115", "1"),
        ("server-1.0", "agent-1.0"),
    ],
)
def test_lines_apart(one, other):
    assert read_tag(one).line != read_tag(other).line


@pytest.mark.parametrize(
    ("text", "siblings", "kind", "prerelease", "variant"),
    [
        # Tools for developers beside every release: a variant. A prerelease has no such twin at the top.
        ("1.4.2-dev", ["1.4.0", "1.4.0-dev", "1.4.1", "1.4.1-dev", "1.4.2", "1.4.2-dev"], "version", (), "dev"),
        ("1.4.2-dev", ["1.4.0", "1.4.0-dev", "1.4.1", "1.4.1-dev", "1.4.2-dev"], "version", ("dev",), ""),
        (
            "1.4.2-dev",
            ["1.4.0", "1.4.0-dev", "1.4.1", "1.4.1-dev", "1.4.2", "1.4.2-dev", "1.5-dev3"],
            "version",
            ("dev",),
            "",
        ),
        ("7.2-rc", ["7.2-rc", "7.2-rc3", "7.2"], "version", ("rc",), ""),
        ("jdk21", ["8.5-jdk21", "8.4-jdk21", "jdk21"], "channel", (), ""),
        ("jdk21", ["jdk20", "jdk21"], "version", (), ""),
        ("management", ["3.12-management", "3.12"], "channel", (), ""),
        ("management", ["3.12"], "opaque", (), ""),
        ("1234567", ["1234567", "12ab567", "abc4567", "0a1b2c3"], "commit", (), ""),
        ("1234567", ["1234567", "1234568"], "version", (), ""),
    ],
)
def test_siblings_settle(text, siblings, kind, prerelease, variant):
    tag = read_tag(text, siblings)
    assert (tag.kind, tag.prerelease, tag.variant) == (kind, prerelease, variant)


_words = st.sampled_from(
    [
        *"v_.-abmurTZ", "-", "-", "3", "12", "20240115", "rc", "beta", "ea", "slim", "alpine", "bookworm", "jammy",
        "latest", "sha256", "1a2b3c4", "eks", "ls",
    ]
)  # fmt: skip


@given(st.lists(_words, max_size=14).map("".join) | st.text(max_size=60), st.lists(st.text(max_size=8), max_size=4))
def test_any_text_reads(text, siblings):
    tag = read_tag(text)
    assert isinstance(tag, Tag)
    assert tag.text == text
    assert read_tag(text) == tag
    assert tag.precision == len(tag.release)
    read_tag(text, siblings)


@pytest.mark.parametrize("text", ["1" * 20000, "1." * 5000, "a-" * 5000, "1-" + "rc-" * 5000, "_1" * 5000])
def test_long_tags_end(text):
    assert read_tag(text).text == text
