"""Tags for people: the order of a completion list, the newest version, the nearest to a slip."""

from datetime import date

import pytest

from moorage.versions import TagTable, nearest, newest_first, newest_version, parse_range
from moorage.versions.objections import unwanted

TAGS = [
    "latest", "slim", "3", "3.9", "3.12", "3.13", "3.9.1", "3.12.4", "3.12.10", "3.13.0", "3.14.0rc1", "3.12.10-slim",
    "3.13.0-slim", "3.13-slim", "3.13.0-slim-bookworm", "20240115", "bookworm", "sha256-" + "0a" * 32, "weird",
]  # fmt: skip


def test_completion_order():
    assert newest_first(TagTable(TAGS)) == (
        "3.13.0", "3.13.0-slim", "3.13.0-slim-bookworm", "3.13", "3.13-slim", "3.12.10", "3.12.10-slim", "3.12.4",
        "3.12", "3.9.1", "3.9", "3", "3.14.0rc1", "20240115", "bookworm", "latest", "slim", "weird",
    )  # fmt: skip


def test_the_line_being_edited_comes_first():
    order = newest_first(TagTable(TAGS), "3.12.10-slim")
    assert order[:3] == ["3.13.0-slim", "3.12.10-slim", "3.13-slim"]
    assert sorted(order) == sorted(newest_first(TagTable(TAGS)))
    assert newest_first(TagTable(TAGS), "3.12")[:4] == ["3.13", "3.12", "3.9", "3.13.0"]
    assert newest_first(TagTable(TAGS), "3.1")[:3] == ["3.13", "3.12", "3.9"]
    assert newest_first(TagTable(TAGS), "weird")[0] == "3.13.0"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (None, "3.13.0"),
        ("", "3.13.0"),
        ("latest", "3.13.0"),
        ("slim", "3.13.0-slim"),
        ("latest-slim", "3.13.0-slim"),
        ("slim-bookworm", "3.13.0-slim-bookworm"),
        ("alpine", None),
        ("edge", None),
        ("lts", None),
        ("nightly-slim", None),
    ],
)
def test_newest_version_keeps_the_variant(tag, expected):
    assert newest_version(TagTable(TAGS), tag) == expected


def test_newest_version_that_somebody_wants():
    table = TagTable(TAGS)
    assert newest_version(table, unwanted=unwanted("latest", table, range=parse_range("<3.13"))) == "3.12.10"
    assert newest_version(table, unwanted=unwanted("latest", table, range=parse_range("^4"))) is None
    node = TagTable(["22.0.0", "23.1.0", "24.1.0"])
    odd = unwanted("latest", node, range=parse_range("^23"))
    assert newest_version(node, repository="library/node", unwanted=odd) == "23.1.0"


def test_newest_version_is_out():
    fedora = TagTable(["43", "44", "45", "rawhide"])
    assert newest_version(fedora, repository="library/fedora") == "44"
    assert newest_version(fedora, repository="library/fedora", at=date(2026, 4, 1)) == "43"
    assert newest_version(fedora, repository="acme/fedora") == "45"


def test_newest_version_of_official_images():
    node = TagTable(["24.1.0", "25.0.0", "22.0.0", "24.1.0-slim"])
    assert newest_version(node, repository="library/node") == "24.1.0"
    assert newest_version(node, "lts", repository="library/node") == "24.1.0"
    assert newest_version(node, "lts-slim", repository="library/node") == "24.1.0-slim"
    assert newest_version(node, repository="acme/node") == "25.0.0"
    assert newest_version(TagTable(["5.38.0", "5.39.1"]), repository="library/perl") == "5.38.0"
    nginx = TagTable(["1.28.1-alpine", "1.29.3-alpine"])
    assert newest_version(nginx, "stable-alpine", repository="library/nginx") == "1.28.1-alpine"
    assert newest_version(nginx, "mainline-alpine", repository="library/nginx") == "1.29.3-alpine"
    ubuntu = TagTable(["14.04.5", "24.04", "24.10"])
    assert newest_version(ubuntu, repository="library/ubuntu") == "24.04"


def test_newest_version_passes_over_strays():
    day, now = 86400, 1_750_000_000
    dates = {"5.2.3": now, "20.04.1": now - 900 * day}
    assert newest_version(TagTable(list(dates), dates)) == "5.2.3"
    assert newest_version(TagTable(["v1.0.0", "v1.1.0", "v1.2.0", "2.0.0"])) == "v1.2.0"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3.12.99", ("3.12.10", "3.12.4", "3.12")),
        ("3.12.99-slim", ("3.12.10-slim", "3.13.0-slim", "3.13-slim")),
        ("3.13.0-slmi", ("3.13.0-slim", "3.13.0", "3.13-slim")),
        ("3.13.0-slim-bokworm", ("3.13.0-slim-bookworm", "3.13.0-slim", "3.13.0")),
        ("3.13.0-nanoserver", ("3.13.0", "3.13", "3.12.10")),
        ("latst", ("latest",)),
        ("bookwrm", ("bookworm",)),
        ("qqqqqq", ()),
    ],
)
def test_nearest(written, expected):
    assert nearest(written, TagTable(TAGS)) == expected


def test_nearest_respects_its_limit():
    assert len(nearest("3.12.99", TagTable(TAGS), limit=1)) == 1


def test_of_one_channel_or_version_the_plain_tag_is_first_and_then_the_higher_distribution():
    for head in ("lts", "20"):
        tags = [f"{head}{tail}" for tail in ("-slim", "-alpine3.9", "-alpine3.21", "", "-alpine3.22", "-alpine")]
        wanted = ["", "-alpine", "-alpine3.22", "-alpine3.21", "-alpine3.9", "-slim"]
        assert list(newest_first(TagTable(tags), head)) == [head + tail for tail in wanted]
