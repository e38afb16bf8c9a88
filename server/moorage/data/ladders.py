"""Distributions in the order of their releases, long-term-support lines, and development series.

Facts, each with where it is said and the day on which that was read, or of which it is where the source has one;
docs/data.md tells how. A rung without a date is announced, not released.
"""

from typing import NamedTuple


class Rung(NamedTuple):
    """One release of a distribution: its number, its codename where tags use it, the day it came out (ISO)."""

    number: str
    name: str
    released: str | None


class Ladder(NamedTuple):
    """The releases of one distribution, oldest first, and the words that stand before a number of it in a tag.

    `image` is the official image of the distribution itself, whose tags are these numbers. `early` says that tags are
    there before the release is out, and `lts_only` that its LTS releases alone are rungs to go up to.
    """

    id: str
    title: str
    words: tuple[str, ...]
    rungs: tuple[Rung, ...]
    source: str
    read_on: str
    image: str = ""
    early: bool = False
    lts_only: bool = False


def _rungs(table: str) -> tuple[Rung, ...]:
    rows = (line.split() for line in table.strip().splitlines())
    return tuple(Rung(number, "" if name == "-" else name, None if day == "-" else day) for number, name, day in rows)


LADDERS: tuple[Ladder, ...] = (
    Ladder(
        "debian",
        "Debian",
        ("debian",),
        _rungs("""
            4   etch      2007-04-08
            5   lenny     2009-02-14
            6   squeeze   2011-02-06
            7   wheezy    2013-05-04
            8   jessie    2015-04-25
            9   stretch   2017-06-17
            10  buster    2019-07-06
            11  bullseye  2021-08-14
            12  bookworm  2023-06-10
            13  trixie    2025-08-09
            14  forky     -
            15  duke      -
        """),
        "https://endoflife.date/debian, https://ostechnix.com/debian-15-codename-is-duke/",
        "2026-08-22",
        image="debian",
        early=True,
    ),
    Ladder(
        "ubuntu",
        "Ubuntu",
        ("ubuntu",),
        _rungs("""
            10.04  lucid     2010-04-29
            10.10  maverick  2010-10-10
            11.04  natty     2011-04-28
            11.10  oneiric   2011-10-13
            12.04  precise   2012-04-26
            12.10  quantal   2012-10-18
            13.04  raring    2013-04-25
            13.10  saucy     2013-10-17
            14.04  trusty    2014-04-17
            14.10  utopic    2014-10-23
            15.04  vivid     2015-04-23
            15.10  wily      2015-10-22
            16.04  xenial    2016-04-21
            16.10  yakkety   2016-10-13
            17.04  zesty     2017-04-13
            17.10  artful    2017-10-19
            18.04  bionic    2018-04-26
            18.10  cosmic    2018-10-18
            19.04  disco     2019-04-18
            19.10  eoan      2019-10-17
            20.04  focal     2020-04-23
            20.10  groovy    2020-10-22
            21.04  hirsute   2021-04-22
            21.10  impish    2021-10-14
            22.04  jammy     2022-04-21
            22.10  kinetic   2022-10-20
            23.04  lunar     2023-04-20
            23.10  mantic    2023-10-12
            24.04  noble     2024-04-25
            24.10  oracular  2024-10-10
            25.04  plucky    2025-04-17
            25.10  questing  2025-10-09
            26.04  resolute  2026-04-23
            26.10  stonking  -
        """),
        "https://endoflife.date/ubuntu, https://github.com/ubuntu/ubuntu-release-notes/pull/163",
        "2026-08-22",
        image="ubuntu",
        early=True,
        lts_only=True,
    ),
    Ladder(
        "alpine",
        "Alpine",
        ("alpine",),
        _rungs("""
            3.0   -  2014-06-04
            3.1   -  2014-12-10
            3.2   -  2015-05-26
            3.3   -  2015-12-19
            3.4   -  2016-05-31
            3.5   -  2016-12-22
            3.6   -  2017-05-24
            3.7   -  2017-11-30
            3.8   -  2018-06-26
            3.9   -  2019-01-29
            3.10  -  2019-06-19
            3.11  -  2019-12-19
            3.12  -  2020-05-29
            3.13  -  2021-01-14
            3.14  -  2021-06-15
            3.15  -  2021-11-24
            3.16  -  2022-05-23
            3.17  -  2022-11-22
            3.18  -  2023-05-09
            3.19  -  2023-12-07
            3.20  -  2024-05-22
            3.21  -  2024-12-05
            3.22  -  2025-05-30
            3.23  -  2025-12-04
            3.24  -  2026-06-09
        """),
        "https://endoflife.date/alpine-linux",
        "2026-08-22",
        image="alpine",
    ),
    Ladder(
        "fedora",
        "Fedora",
        ("fedora",),
        _rungs("""
            20  -  2013-12-17
            21  -  2014-12-09
            22  -  2015-05-26
            23  -  2015-11-03
            24  -  2016-06-21
            25  -  2016-11-22
            26  -  2017-07-11
            27  -  2017-11-14
            28  -  2018-05-01
            29  -  2018-10-30
            30  -  2019-04-30
            31  -  2019-10-29
            32  -  2020-04-28
            33  -  2020-10-27
            34  -  2021-04-27
            35  -  2021-11-02
            36  -  2022-05-10
            37  -  2022-11-15
            38  -  2023-04-18
            39  -  2023-11-07
            40  -  2024-04-23
            41  -  2024-10-29
            42  -  2025-04-15
            43  -  2025-10-28
            44  -  2026-04-28
        """),
        "https://endoflife.date/fedora",
        "2026-08-22",
        image="fedora",
        early=True,
    ),
    Ladder(
        "ubi",
        "UBI",
        ("ubi",),
        _rungs("""
            7   -  2019-08-06
            8   -  2019-05-07
            9   -  2022-05-18
            10  -  2025-05-20
        """),
        "https://endoflife.date/rhel",
        "2026-11-24",
    ),
    Ladder(
        "oracle-linux",
        "Oracle Linux",
        ("oraclelinux", "ol"),
        _rungs("""
            6   -  2011-02-12
            7   -  2014-07-23
            8   -  2019-07-19
            9   -  2022-07-06
            10  -  2025-06-26
        """),
        "https://endoflife.date/oracle-linux",
        "2026-08-22",
        image="oraclelinux",
    ),
    Ladder(
        "amazon-linux",
        "Amazon Linux",
        ("al", "amazonlinux", "amzn"),
        _rungs("""
            1     -  2017-04-07
            2     -  2018-06-26
            2023  -  2023-03-15
        """),
        "https://endoflife.date/amazon-linux, https://github.com/amazonlinux/amazon-linux-2022",
        "2026-11-24",
        image="amazonlinux",
    ),
    Ladder(
        "windows",
        "Windows Server",
        ("ltsc",),
        _rungs("""
            2016  -  2016-10-15
            2019  -  2018-11-13
            2022  -  2021-08-18
            2025  -  2024-11-01
        """),
        "https://endoflife.date/windows-server",
        "2026-11-24",
    ),
)


class LongTerm(NamedTuple):
    """Which lines of these images are supported for long. A line is the first `numbers` numbers of a release.

    `lines` lists them; where it is empty, the even first numbers from `even_from` on are meant, and all from `all_from`
    on where that is not 0 (or, with two numbers, the April releases of even years).
    """

    images: tuple[str, ...]
    numbers: int
    lines: tuple[int, ...]
    even_from: int
    source: str
    read_on: str
    all_from: int = 0


LONG_TERM: tuple[LongTerm, ...] = (
    # A line of Node becomes LTS half a year after its first release; those that will count from their first day.
    LongTerm(("node",), 1, (), 4, "https://github.com/nodejs/Release/issues/1113", "2026-11-24", all_from=27),
    LongTerm(
        (
            "openjdk", "eclipse-temurin", "java", "adoptopenjdk", "amazoncorretto", "ibm-semeru-runtimes",
            "sapmachine", "ibmjava", "azul-zulu",
        ),
        1,
        (8, 11, 17, 21, 25),
        0,
        "https://endoflife.date/eclipse-temurin, https://endoflife.date/amazon-corretto",
        "2026-08-22",
    ),
    LongTerm(("ubuntu",), 2, (), 6, "https://endoflife.date/ubuntu", "2026-08-22"),
)  # fmt: skip


class Development(NamedTuple):
    """Images whose odd second numbers are development series, up to the first number `until` (inclusive)."""

    images: tuple[str, ...]
    until: int
    source: str
    read_on: str


DEVELOPMENT: tuple[Development, ...] = (
    Development(("node",), 0, "https://nodesource.com/blog/nodejs-is-semver", "2026-11-24"),
    Development(("perl",), 5, "https://endoflife.date/perl", "2026-11-24"),
    Development(("swipl",), 99, "https://www.swi-prolog.org/versions.txt", "2026-11-24"),
    Development(("mongo",), 4, "https://www.mongodb.com/docs/v4.4/reference/versioning", "2026-11-24"),
)


class StableChannel(NamedTuple):
    """Images whose channel `stable` is not their newest release but the newest of an even second number."""

    images: tuple[str, ...]
    source: str
    read_on: str


EVEN_IS_STABLE = StableChannel(
    ("nginx", "nginx-unprivileged"),
    "https://docs.nginx.com/nginx/admin-guide/installing-nginx/installing-nginx-open-source",
    "2026-11-24",
)
