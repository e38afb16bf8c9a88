"""Dependabot's settings read as policy."""

from datetime import date

import pytest

from moorage.documents.manifest import read_section
from moorage.documents.usage import Usage
from moorage.policy import resolve
from moorage.policy.dependabot import read
from moorage.reference import parse
from moorage.text import Span


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


@pytest.mark.parametrize(("versions", "range"), [('[">= 3.13"]', "<3.13"), ('["> 3.13"]', "<=3.13")])
def test_ignored_versions_bound_the_range(versions, range):
    assert policy(layer(IGNORE.format(name="python", more=f"        versions: {versions}\n"))).range == range


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
        (IGNORE.format(name="x", more="        versions: ['3.x']\n"), "the versions '3.x'"),
        ("    cooldown: {default-days: soon}\n", "updates[0].cooldown is no age"),
        ("    allow: [{dependency-name: x}]\n", "updates[0].allow is not understood"),
    ],
)
def test_what_is_not_understood_is_said(entry, says):
    assert any(says in note for note in layer(entry).notes)


@pytest.mark.parametrize(
    "value", [None, "text", (), ("a", None), ({"package-ecosystem": "docker", "directories": {}},)]
)
def test_anything_can_be_read(value):
    assert read(value, "x", "/repo").source == "x"
