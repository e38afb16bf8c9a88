"""The data of distributions agrees with itself and with endoflife.date."""

import json

import pytest

from moorage.data.ladders import LADDERS, LONG_TERM
from moorage.versions.ladders import is_long_term, long_term_rule, official_name, place
from shared import shared


@pytest.mark.parametrize("ladder", LADDERS, ids=lambda ladder: ladder.id)
def test_rungs_go_up(ladder):
    numbers = [tuple(map(int, rung.number.split("."))) for rung in ladder.rungs]
    assert numbers == sorted(numbers)
    assert len({rung.name for rung in ladder.rungs if rung.name}) in (0, len(ladder.rungs))
    released = [rung.released for rung in ladder.rungs]
    assert None not in released[: len(released) - released[::-1].count(None)]
    assert ladder.source.startswith("https://")
    assert ladder.read_on


@pytest.mark.parametrize(
    ("ladder", "product"),
    [
        ("debian", "debian"),
        ("ubuntu", "ubuntu"),
        ("alpine", "alpine-linux"),
        ("oracle-linux", "oracle-linux"),
        ("fedora", "fedora"),
    ],
)
def test_dates_agree_with_endoflife_date(ladder, product):
    cycles = json.loads(shared("vectors/lifecycle.json").read_text())[product]["cycles"]
    theirs = {c["releaseCycle"]: (c.get("codename", "").split(" ")[0].lower(), c["releaseDate"]) for c in cycles}
    for rung in next(found for found in LADDERS if found.id == ladder).rungs:
        if rung.released:
            name, released = theirs[rung.number]
            assert rung.released == released
            assert rung.name in ("", name)


@pytest.mark.parametrize(
    ("text", "ladder", "number", "flavour"),
    [
        ("slim-bookworm", "debian", "12", ("slim-", "debian", "")),
        ("bookworm-slim", "debian", "12", ("", "debian", "-slim")),
        ("jdk-jammy", "ubuntu", "22.04", ("jdk-", "ubuntu", "")),
        ("alpine3.19", "alpine", "3.19", ("", "alpine1", "")),
        ("alpine-3.19", "alpine", "3.19", ("", "alpine-1", "")),
        ("fpm-alpine3", "alpine", "3", ("fpm-", "alpine0", "")),
        ("jdk17-corretto-al2023", "amazon-linux", "2023", ("jdk17-corretto-", "al0", "")),
        ("windowsservercore-ltsc2022", "windows", "2022", ("windowsservercore-", "ltsc0", "")),
    ],
)
def test_places(text, ladder, number, flavour):
    found = place(text)
    assert found is not None
    assert (found.ladder.id, found.number, found.flavour) == (ladder, number, flavour)


@pytest.mark.parametrize("text", ["slim", "alpine", "xbookworm", "bookwormx", "jdk17", "debian", "ubi-minimal", ""])
def test_no_places(text):
    assert place(text) is None


@pytest.mark.parametrize(
    ("registry", "repository", "name"),
    [
        ("docker.io", "library/python", "python"),
        ("docker.io", "acme/python", ""),
        ("docker.io", "acme/library/python", ""),
        ("ghcr.io", "library/python", "python"),
        ("cache.example:5000", "docker-hub/library/python", "python"),
        ("ghcr.io", "python", ""),
        ("ghcr.io", "mylibrary/python", ""),
    ],
)
def test_official_names(registry, repository, name):
    assert official_name(registry, repository) == name


def test_long_term_lines():
    node, java, ubuntu = (long_term_rule(name) for name in ("node", "eclipse-temurin", "ubuntu"))
    assert [n for n in range(30) if is_long_term(node, (n,))] == [
        4,
        6,
        8,
        10,
        12,
        14,
        16,
        18,
        20,
        22,
        24,
        26,
        27,
        28,
        29,
    ]
    assert [n for n in range(27) if is_long_term(java, (n, 0, 1))] == [8, 11, 17, 21, 25]
    assert is_long_term(ubuntu, (24, 4))
    assert not is_long_term(ubuntu, (24, 10))
    assert not is_long_term(ubuntu, (23, 4))
    assert long_term_rule("python") is None
    assert all(rule.source.startswith("https://") and rule.read_on for rule in LONG_TERM)
