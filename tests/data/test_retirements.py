"""Retired images: what is found for a name, and that every entry can be relied on."""

import re

import pytest

from moorage.data.moves import move_of
from moorage.data.retirements import RETIREMENTS, retirement_of
from moorage.reference import parse


@pytest.mark.parametrize(
    ("name", "retired"),
    [
        ("docker.io/library/centos", True),
        ("docker.io/library/openjdk", True),
        ("docker.io/circleci/node", True),
        ("gcr.io/kaniko-project/executor", True),
        ("docker.io/library/eclipse-temurin", False),
        ("ghcr.io/me/centos", False),
        ("docker.io/circle/ci", False),
    ],
)
def test_what_gets_no_updates(name, retired):
    assert (retirement_of(name) is not None) == retired


@pytest.mark.parametrize("entry", RETIREMENTS, ids=lambda entry: entry.name)
def test_every_entry_can_be_relied_on(entry):
    assert parse(entry.name.replace("*", "x")).text
    assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", entry.since)
    assert all(source.startswith("https://") for source in entry.source.split(", "))
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", entry.read_on)
    assert not entry.why.endswith(".")


@pytest.mark.parametrize("entry", [e for e in RETIREMENTS if e.instead], ids=lambda entry: entry.name)
def test_successors_are_canonical_names_that_live_on(entry):
    for name in entry.instead:
        assert parse(name).name == name
        assert retirement_of(name) is None
        assert move_of(name) is None


def test_no_entry_stands_twice():
    names = [entry.name for entry in RETIREMENTS]
    assert len(names) == len(set(names))
