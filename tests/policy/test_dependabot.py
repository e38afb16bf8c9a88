"""Dependabot's settings read as policy."""

from datetime import date

import pytest

from moorage.documents.manifest import read_section
from moorage.documents.usage import Usage
from moorage.policy import resolve
from moorage.policy.dependabot import read
from moorage.policy.describe import settings_of
from moorage.reference import parse
from moorage.text import Span
from moorage.versions import TagTable, judge


def layer(entry, ecosystem="docker", where='directory: "/"'):
    text = f"version: 2\nupdates:\n  - package-ecosystem: {ecosystem}\n    {where}\n{entry}"
    section = read_section(text, "updates")
    assert section.problem is None
    return read(section.value, ".github/dependabot.yml", "/repo")


def policy(layer, image="python:3.12", file="Dockerfile", format="dockerfile"):
    usage = Usage("base", Span(0, 1), image, image, parse(image), format=format)
    return resolve(usage, [layer.for_file(file)], (), date(2026, 11, 24))


IGNORE = "    ignore:\n      - dependency-name: {name}\n{more}"
MAJOR = "        update-types: [version-update:semver-major]\n"


@pytest.mark.parametrize(
    ("more", "reach"),
    [
        (MAJOR, "up to minor"),
        ("        update-types: ['version-update:semver-major', 'version-update:semver-minor']\n", "up to patch"),
        ("        update-types: [version-update:semver-minor]\n", "digest, patch, major"),
        ("", "none"),
    ],
)
def test_what_is_ignored(more, reach):
    found = policy(layer(IGNORE.format(name="python", more=more)))
    assert (found.reach, found.sources["update"]) == (reach, ".github/dependabot.yml")


@pytest.mark.parametrize(
    ("versions", "ignored", "kept"),
    [
        ("['>= 3.13']", ["3.13.0", "3.14.1", "4.0.0", "3.14.0rc1"], ["3.12.9"]),
        ("['> 3.13']", ["3.13.1", "3.14.0"], ["3.13.0", "3.12.9"]),
        ("['>= 3.13, < 3.14']", ["3.13.0", "3.13.9"], ["3.14.0", "3.12.9"]),
        ("['3.13.x']", ["3.13.0", "3.13.9"], ["3.14.0"]),
        ("'3.*'", ["3.13.0", "3.14.0"], ["4.0.0"]),
        ("['~> 3.13.2']", ["3.13.2", "3.13.9"], ["3.13.1", "3.14.0"]),
        ("['~> 3.13']", ["3.13.0", "3.14.0"], ["4.0.0"]),
        ("['~> 3']", ["3.13.0"], ["4.0.0"]),
        ("['3.13.1', '= 3.13.3']", ["3.13.1", "3.13.3"], ["3.13.2"]),
        ("['< 3.13']", ["3.12.11"], ["3.13.0"]),
    ],
)
def test_ignored_versions_are_not_offered_and_no_others_asked_for(versions, ignored, kept):
    found = policy(layer(IGNORE.format(name="python", more=f"        versions: {versions}\n")))
    assert (found.range, found.sources["excluded"]) == (None, ".github/dependabot.yml")
    table = TagTable(["3.12.4", *ignored, *kept])
    offered = {o.tag for o in judge("3.12.4", table, admissions=found.admissions, prerelease=True).offers}
    dropped = {d.tag for d in judge("3.12.4", table, admissions=found.admissions, prerelease=True).dropped}
    assert dropped == set(ignored)
    assert offered <= set(kept)
    assert bool(offered) is bool(kept)


def test_entries_add_up():
    found = policy(
        layer(
            "    ignore:\n"
            "      - {dependency-name: python, versions: ['3.13.x']}\n"
            "      - {dependency-name: '*', versions: ['>= 4']}\n"
        )
    )
    tags = ["3.12.4", "3.13.1", "3.14.0", "4.0.0"]
    assert [o.tag for o in judge("3.12.4", TagTable(tags), admissions=found.admissions).offers] == ["3.14.0"]
    assert [s.words for s in settings_of(found)] == ["3.13.x, >=4.0.0"]


def test_a_long_term_line_stays_one():
    found = policy(layer(IGNORE.format(name="node", more="        versions: ['>= 25']\n")), "node:20.1.0")
    table = TagTable(["22.1.0", "23.1.0", "25.1.0", "26.1.0"])
    judged = judge("20.1.0", table, repository="library/node", admissions=found.admissions)
    assert [o.tag for o in judged.offers] == ["22.1.0"]


@pytest.mark.parametrize(
    ("allow", "image", "held_back"),
    [
        ("[{dependency-name: python}, {dependency-name: 'acme/*'}]", "python:3", False),
        ("[{dependency-name: python}, {dependency-name: 'acme/*'}]", "ghcr.io/acme/api:1", False),
        ("[{dependency-name: python}]", "node:22", True),
        ("[{dependency-type: all}]", "node:22", False),
        ("[{dependency-name: python, update-types: [x]}]", "node:22", False),
    ],
)
def test_only_what_is_allowed_is_updated(allow, image, held_back):
    assert (policy(layer(f"    allow: {allow}\n"), image).reach == "none") is held_back


@pytest.mark.parametrize(
    ("name", "image", "fits"),
    [
        ("python", "python:3", True),
        ("python", "node:3", False),
        ('"*"', "ghcr.io/acme/api:1", True),
        ("acme/api", "ghcr.io/acme/api:1", True),
        ('"acme/*"', "ghcr.io/acme/team/api:1", True),
        ("api", "ghcr.io/acme/api:1", False),
    ],
)
def test_names(name, image, fits):
    assert (policy(layer(IGNORE.format(name=name, more="")), image).reach == "none") is fits


@pytest.mark.parametrize(
    ("where", "file", "fits"),
    [
        ('directory: "/"', "Dockerfile", True),
        ('directory: "/"', "svc/Dockerfile", False),
        ('directory: "/svc"', "svc/Dockerfile", True),
        ('directories: ["/a", "/services/*"]', "services/api/Dockerfile", True),
        ('directories: ["**/*"]', "a/b/c/Dockerfile", True),
    ],
)
def test_folders(where, file, fits):
    assert (policy(layer(IGNORE.format(name="'*'", more=""), where=where), file=file).reach == "none") is fits


@pytest.mark.parametrize(
    ("ecosystem", "format", "fits"),
    [
        ("docker", "dockerfile", True),
        ("docker", "compose", False),
        ("docker-compose", "compose", True),
        ("npm", "dockerfile", False),
    ],
)
def test_ecosystems(ecosystem, format, fits):
    found = policy(layer(IGNORE.format(name="'*'", more=""), ecosystem), format=format)
    assert (found.reach == "none") is fits


def test_cooldown():
    found = layer("    cooldown:\n      default-days: 5\n      semver-major-days: 30\n      exclude: [node]\n")
    assert policy(found).min_age_days == 5
    assert policy(found, "node:22").min_age_days == 0
    assert found.notes == ("updates[0].cooldown.semver-major-days is not understood",)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (IGNORE.format(name="x", more="        update-types: [everything]\n"), "the update type 'everything'"),
        (IGNORE.format(name="x", more="        versions: ['!= 3']\n"), "the versions '!= 3', which are not understood"),
        (IGNORE.format(name="x", more="        versions: ['1.2.3.4']\n"), "the versions '1.2.3.4'"),
        ("    cooldown: {default-days: soon}\n", "updates[0].cooldown is no age"),
        ("    allow: [{update-types: [x]}]\n", "updates[0].allow is understood for names only"),
    ],
)
def test_what_is_not_understood_is_said(entry, says):
    assert any(says in note for note in layer(entry).notes)


@pytest.mark.parametrize(
    "value", [None, "text", (), ("a", None), ({"package-ecosystem": "docker", "directories": {}},)]
)
def test_anything_can_be_read(value):
    assert read(value, "x", "/repo").source == "x"
