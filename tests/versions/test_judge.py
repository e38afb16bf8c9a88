"""Which tags are offered, in which order, and why others are not."""

from datetime import date

import pytest

from moorage.versions import TagTable, judge, offers, parse_range

PYTHON = [
    "3.10.9-slim", "3.10.10-slim", "3.11.0-slim", "3.11.9-slim", "3.12.3-slim", "3.12.4-slim", "3.12.10-slim",
    "3.13.0-slim", "3.13.1-slim", "3.14.0rc1-slim", "3.14.0rc2-slim", "3.12.10-alpine", "3.12-slim", "3.13-slim",
    "3-slim", "slim", "latest", "4.0.0-slim", "v5.0.0-slim",
]  # fmt: skip
NODE = ["16.1.0", "16.20.2", "17.9.1", "18.20.8", "19.9.0", "20.19.0", "21.7.3"]


def offered(current, tags, **terms):
    """The offers as `step: tag` lines."""
    if isinstance(terms.get("range"), str):
        terms["range"] = parse_range(terms["range"])
    return [f"{o.step}: {o.tag}" for o in judge(current, TagTable(tags, terms.pop("dates", None)), **terms).offers]


def dropped(current, tags, **terms):
    """What was dropped: tag to reason."""
    if isinstance(terms.get("range"), str):
        terms["range"] = parse_range(terms["range"])
    return dict(judge(current, TagTable(tags, terms.pop("dates", None)), **terms).dropped)


@pytest.mark.parametrize(
    ("current", "expected"),
    [
        ("3.12.3-slim", ["minor: 3.13.1-slim", "patch: 3.12.10-slim", "major: 4.0.0-slim"]),
        (
            "3.10.9-slim",
            ["minor: 3.13.1-slim", "patch: 3.10.10-slim", "major: 4.0.0-slim", "next: 3.11.9-slim"],
        ),
        ("3.12-slim", ["minor: 3.13-slim"]),
        ("3-slim", []),
        ("4.0.0-slim", []),
        # A prerelease may go on to the next of its release, and to the release.
        ("3.14.0rc1-slim", ["patch: 3.14.0rc2-slim", "major: 4.0.0-slim"]),
        ("3.12.10-alpine", []),
        # A tag that is not in the list is judged like any other.
        ("3.12.99-slim", ["minor: 3.13.1-slim", "major: 4.0.0-slim"]),
        ("latest", []),
        ("slim", []),
        ("nonsense", []),
    ],
)
def test_offers_of_a_version(current, expected):
    assert offered(current, PYTHON) == expected


def test_reasons():
    reasons = [o.reason for o in judge("3.10.9-slim", TagTable(PYTHON)).offers]
    assert reasons == ["newest 3.x", "newest patch of 3.10", "newest release", "newest of the next line, 3.11"]
    assert dropped("3.12.4-slim", PYTHON) == {"3.14.0rc2-slim": "a prerelease", "3.14.0rc1-slim": "a prerelease"}


def test_reasons_name_the_release_and_nothing_of_the_variant():
    (offer,) = (o for o in judge("7-jdk17", TagTable(["7-jdk17", "8-jdk17", "9-jdk17"])).offers if o.step == "next")
    assert offer.reason == "newest of the next line, 8"


def test_offers_is_judge_for_a_list_asked_once():
    assert offers("3.12-slim", PYTHON) == list(judge("3.12-slim", TagTable(PYTHON)).offers)


def test_prereleases_on_request():
    assert offered("3.12.4-slim", PYTHON, prerelease=True)[0] == "minor: 3.14.0rc2-slim"


@pytest.mark.parametrize(
    ("current", "range", "expected"),
    [
        ("3.10.9-slim", "^3.10", ["minor: 3.13.1-slim", "next: 3.11.9-slim", "patch: 3.10.10-slim"]),
        ("3.10.9-slim", "~3.10.9", ["patch: 3.10.10-slim"]),
        ("3.10.9-slim", "3.12.x", ["minor: 3.12.10-slim"]),
        ("3.12.4-slim", "<3.12", []),
        ("3.12.4-slim", ">=3.14.0-rc.1", ["major: 4.0.0-slim", "minor: 3.14.0rc2-slim"]),
        ("3.12.4-slim", "3", ["minor: 3.13.1-slim", "patch: 3.12.10-slim"]),
        # A missing number counts as 0.
        ("3.12-slim", "<=3.13.0", ["minor: 3.13-slim"]),
        ("3.12-slim", ">3.13.0", []),
        # The current prerelease's own release is open to its later prereleases.
        ("3.14.0rc1-slim", ">=3.14.0", ["major: 4.0.0-slim"]),
    ],
)
def test_with_a_range_the_newest_allowed_comes_first(current, range, expected):
    assert offered(current, PYTHON, range=range) == expected


def test_range_reasons():
    found = judge("3.10.9-slim", TagTable(PYTHON), range=parse_range("^3.10"))
    assert [o.reason for o in found.offers] == [
        "newest that ^3.10 allows",
        "newest of the next line, 3.11 within ^3.10",
        "newest patch of 3.10 within ^3.10",
    ]
    assert dict(found.dropped)["4.0.0-slim"] == "^3.10 does not allow it"


@pytest.mark.parametrize(
    ("current", "tags", "expected"),
    [
        # Tags with a build are one precision, whatever their length.
        (
            "17.0.9_9-jdk",
            ["17.0.10_7-jdk", "17.0.9.1_1-jdk", "21_35-jdk", "17.0.11-jdk"],
            ["patch: 17.0.10_7-jdk", "major: 21_35-jdk"],
        ),
        ("8u121-jre", ["8u242-jre", "8u131-jre", "11.0-jre"], ["minor: 8u242-jre", "next: 8u131-jre"]),
        ("5.2.3-ls341", ["5.2.3-ls342", "5.2.4-ls343", "20.04.1"], ["patch: 5.2.4-ls343"]),
        # Codenames go up the ladder; Ubuntu to long-term releases only.
        (
            "bullseye-slim",
            ["bookworm-slim", "trixie-slim", "forky-slim", "trixie"],
            ["next: bookworm-slim", "distribution: trixie-slim"],
        ),
        ("jammy-20240111", ["jammy-20240212", "noble-20240212", "oracular-20241101"],
         ["patch: jammy-20240212", "distribution: noble-20240212"]),
        ("zesty", ["artful", "bionic", "cosmic"], ["distribution: bionic"]),
        # Dates.
        ("20240115", ["20240201", "20250101", "3"], ["major: 20250101", "next: 20240201"]),
        ("RELEASE.2024-01-13T07-53-03Z", ["RELEASE.2024-02-01T00-00-00Z", "RELEASE.2025-01-01T00-00-00Z"],
         ["minor: RELEASE.2024-02-01T00-00-00Z", "major: RELEASE.2025-01-01T00-00-00Z"]),
        ("server-0.4.2", ["server-0.4.3", "agent-0.9.0"], ["patch: server-0.4.3"]),
        ("ltsc2019", ["ltsc2022", "ltsc2025", "20H2"], ["major: ltsc2025", "next: ltsc2022"]),
        ("sha-1a2b3c4", ["sha-2b3c4d5"], []),
    ],
)  # fmt: skip
def test_offers_of_other_kinds(current, tags, expected):
    assert offered(current, [current, *tags]) == expected


@pytest.mark.parametrize(
    ("current", "tags", "at", "expected"),
    [
        ("3.12-slim-bookworm", ["3.12-slim-trixie", "3.12-trixie"], None, ["distribution: 3.12-slim-trixie"]),
        ("3.12-slim-bookworm", ["3.12-slim-trixie"], date(2025, 8, 1), []),
        ("3.12-bookworm", ["3.12-forky", "3.12-trixie"], None, ["distribution: 3.12-trixie"]),
        ("20-alpine3.9", ["20-alpine3.19", "20-alpine3.10", "20-alpine3", "22-alpine3.20"], None,
         ["distribution: 20-alpine3.19"]),
        ("20-alpine3.24", ["20-alpine3.25"], None, ["distribution: 20-alpine3.25"]),
        ("1-alpine-3.17", ["1-alpine-3.18", "1-alpine3.19"], None, ["distribution: 1-alpine-3.18"]),
        ("17-jdk-focal", ["17-jdk-jammy", "17-jdk-noble", "17-jdk-oracular"], None, ["distribution: 17-jdk-noble"]),
        ("8.0-oraclelinux8", ["8.0-oraclelinux9", "8.0-debian"], None, ["distribution: 8.0-oraclelinux9"]),
        ("8-ubi8-minimal", ["8-ubi9-minimal", "8-ubi9"], None, ["distribution: 8-ubi9-minimal"]),
        ("1-windowsservercore-ltsc2019", ["1-windowsservercore-ltsc2022"], None,
         ["distribution: 1-windowsservercore-ltsc2022"]),
        ("3.12-bookworm", ["3.13-bookworm", "3.13-trixie", "3.12-bullseye"], None, ["minor: 3.13-bookworm"]),
    ],
)  # fmt: skip
def test_distribution_step_keeps_version_and_flavour(current, tags, at, expected):
    assert offered(current, [current, *tags], at=at) == expected


def test_what_a_distribution_step_passes_over():
    assert dropped("17-focal", ["17-jammy", "17-oracular", "17-stonking"]) == {
        "17-stonking": "Ubuntu 26.10 (stonking) is not released yet",
        "17-oracular": "Ubuntu 24.10 (oracular) is no LTS release",
    }


def test_at_most_four_offers_and_the_distribution_last():
    tags = ["1.1.2-bookworm", "1.2.0-bookworm", "1.9.0-bookworm", "2.0.0-bookworm", "1.1.1-trixie"]
    assert offered("1.1.1-bookworm", tags) == [
        "minor: 1.9.0-bookworm",
        "patch: 1.1.2-bookworm",
        "major: 2.0.0-bookworm",
        "distribution: 1.1.1-trixie",
    ]


class TestOfficialImages:
    """What is known of official images, wherever they are pulled through."""

    @pytest.mark.parametrize(
        ("registry", "repository"),
        [("docker.io", "library/node"), ("mirror.example", "library/node"), ("cache.example", "hub/library/node")],
    )
    def test_from_a_long_term_line_only_to_long_term_lines(self, registry, repository):
        found = offered("16.1.0", NODE, registry=registry, repository=repository)
        assert found == ["minor: 16.20.2", "major: 20.19.0", "next: 18.20.8"]

    @pytest.mark.parametrize(
        ("registry", "repository"),
        [
            ("docker.io", "acme/node"),
            ("docker.io", "acme/library/node"),
            ("ghcr.io", "node"),
            ("ghcr.io", "my-library/node"),
        ],
    )
    def test_others_have_none(self, registry, repository):
        found = offered("16.1.0", NODE, registry=registry, repository=repository)
        assert found == ["minor: 16.20.2", "major: 21.7.3"]

    def test_from_another_line_to_the_newest_long_term_one(self):
        assert offered("17.9.1", NODE, repository="library/node") == ["major: 20.19.0", "next: 18.20.8"]
        assert offered("21.0.0", NODE, repository="library/node") == ["minor: 21.7.3"]

    def test_a_range_overrides(self):
        assert offered("16.1.0", NODE, repository="library/node", range=">=16")[0] == "major: 21.7.3"

    def test_why(self):
        assert dropped("18.20.8", NODE, repository="library/node") == {
            "21.7.3": "not a long-term line, as the current one is",
            "19.9.0": "not a long-term line, as the current one is",
        }

    def test_ubuntu_by_number_and_by_name(self):
        assert offered("20.04", ["22.04", "22.10", "24.04", "24.10"], repository="library/ubuntu") == [
            "major: 24.04",
            "next: 22.04",
        ]

    @pytest.mark.parametrize(
        ("image", "current", "tags", "at", "expected"),
        [
            # Tags of these are there before the release is out.
            ("fedora", "42", ["43", "44", "45"], date(2026, 3, 1), ["major: 43"]),
            ("fedora", "42", ["43", "44", "45"], date(2026, 5, 1), ["major: 44", "next: 43"]),
            ("fedora", "43", ["44", "999"], None, ["major: 44"]),
            ("ubuntu", "22.04", ["24.04", "26.04"], date(2026, 1, 10), ["major: 24.04"]),
            ("debian", "12", ["13", "14"], None, ["major: 13"]),
            # A number newer than what is known is out where tags do not come early.
            ("alpine", "3.20", ["3.21", "3.99"], None, ["minor: 3.99", "next: 3.21"]),
            # Amazon Linux 2022 was a preview, and 2018.03 came before 2.
            ("amazonlinux", "2", ["2022", "2023"], None, ["major: 2023"]),
            ("amazonlinux", "2.0.20220101.0", ["2.0.20230101.0", "2018.03.0.20190826", "2022.0.20220202.0"], None,
             ["patch: 2.0.20230101.0"]),
            ("amazonlinux", "2017.09", ["2018.03"], None, ["major: 2018.03"]),
        ],
    )  # fmt: skip
    def test_a_distribution_goes_up_to_what_is_out(self, image, current, tags, at, expected):
        assert offered(current, [current, *tags], repository=f"library/{image}", at=at) == expected

    def test_why_a_distribution_is_not_offered(self):
        assert dropped("2", ["2022", "2023"], repository="library/amazonlinux") == {
            "2022": "Amazon Linux 2022 is no release of its own"
        }
        at = date(2026, 1, 10)
        why = "Ubuntu 26.04 (resolute) is not released yet"
        assert dropped("24.04", ["26.04"], repository="library/ubuntu", at=at) == {"26.04": why}
        assert offered("24.04", ["26.04"], repository="acme/ubuntu", at=at) == ["major: 26.04"]

    def test_java(self):
        tags = ["8-jdk", "11-jdk", "12-jdk", "17-jdk", "20-jdk"]
        assert offered("11-jdk", tags, repository="library/eclipse-temurin") == ["major: 17-jdk"]

    def test_development_series(self):
        tags = ["5.36.1", "5.37.2", "5.38.0", "5.39.1"]
        assert offered("5.36.0", tags, repository="library/perl") == ["minor: 5.38.0", "patch: 5.36.1"]
        assert dropped("5.36.0", tags, repository="library/perl")["5.39.1"] == "a development series"
        assert offered("5.37.1", tags, repository="library/perl")[0] == "minor: 5.39.1"


class TestDates:
    """Higher numbers that are really old, and tags that are too young."""

    DAY = 86400
    NOW = 1_750_000_000

    def test_a_higher_number_that_was_left_behind(self):
        dates = {"5.2.3": self.NOW, "5.2.4": self.NOW - 10 * self.DAY, "20.04.1": self.NOW - 900 * self.DAY}
        assert offered("5.2.3", list(dates), dates=dates) == ["patch: 5.2.4"]
        assert dropped("5.2.3", list(dates), dates=dates) == {
            "20.04.1": "its last build is over 180 days older than the current tag's"
        }

    def test_unless_a_range_asks_for_it(self):
        dates = {"5.2.3": self.NOW, "20.04.1": self.NOW - 900 * self.DAY}
        assert offered("5.2.3", list(dates), dates=dates, range=">5") == ["major: 20.04.1"]

    def test_an_unknown_age_holds_nothing_back(self):
        assert offered("5.2.3", ["20.04.1"], dates={"5.2.3": self.NOW}) == ["major: 20.04.1"]
        assert offered("5.2.3", ["20.04.1"], dates={"20.04.1": 0}) == ["major: 20.04.1"]

    def test_minimum_age(self):
        dates = {"1.0.1": self.NOW - 30 * self.DAY, "1.0.2": self.NOW - 2 * self.DAY}
        at = date.fromtimestamp(self.NOW)
        assert offered("1.0.0", list(dates), dates=dates, at=at, min_age_days=7) == ["patch: 1.0.1"]
        assert dropped("1.0.0", list(dates), dates=dates, at=at, min_age_days=7) == {"1.0.2": "younger than 7 days"}


def test_a_tag_that_lacks_a_platform():
    lacks = frozenset({"1.2.0"})
    assert offered("1.0.0", ["1.1.0", "1.2.0"], lacks_platform=lacks) == ["minor: 1.1.0"]
    assert dropped("1.0.0", ["1.1.0", "1.2.0"], lacks_platform=lacks) == {
        "1.2.0": "lacks a platform that the current tag has"
    }


def test_a_judgement_is_made_once():
    table = TagTable(PYTHON)
    assert judge("3.12.4-slim", table) is judge("3.12.4-slim", table)
    assert judge("3.12.4-slim", table) is not judge("3.12.4-slim", table, prerelease=True)
    assert judge("3.12.4-slim", table) == judge("3.12.4-slim", TagTable(PYTHON))
