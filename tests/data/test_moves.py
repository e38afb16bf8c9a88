"""Retired images and moved repositories: what is found for a name, and that every entry can be relied on."""

import re

import pytest

from moorage.data.moves import MOVES, move_of, new_names
from moorage.data.retirements import RETIREMENTS, retirement_of
from moorage.reference import parse


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("k8s.gcr.io/pause", ["registry.k8s.io/pause"]),
        ("k8s.gcr.io/ingress-nginx/controller", ["registry.k8s.io/ingress-nginx/controller"]),
        ("docker.io/bitnami/redis", ["docker.io/bitnamilegacy/redis"]),
        ("quay.io/coreos/etcd", ["registry.k8s.io/etcd", "gcr.io/etcd-development/etcd"]),
        ("docker.io/library/jenkins", ["docker.io/jenkins/jenkins"]),
        ("docker.io/bitnami/minideb", None),
        ("docker.io/jenkins/jenkins", None),
        ("quay.io/coreos/etcd/more", None),
        ("ghcr.io/bitnami/redis", None),
    ],
)
def test_where_a_repository_is_now(name, places):
    move = move_of(name)
    assert (None if move is None else list(new_names(move, name))) == places


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


@pytest.mark.parametrize("entry", [*MOVES, *RETIREMENTS], ids=lambda e: e.name)
def test_every_entry_has_a_name_a_date_and_a_source(entry):
    assert parse(entry.name.removesuffix("/*") + ("/x" if entry.name.endswith("/*") else "")).text
    assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", entry.since)
    assert entry.source.startswith("https://")
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", entry.read_on)
    assert not entry.why.endswith(".")


def test_places_and_successors_are_canonical_names():
    for move in MOVES:
        for name in new_names(move, move.name.replace("*", "x")):
            assert parse(name).name == name
    for entry in RETIREMENTS:
        for name in entry.instead:
            assert parse(name).name == name


def test_no_entry_stands_twice():
    for entries in (MOVES, RETIREMENTS):
        names = [entry.name for entry in entries]
        assert len(names) == len(set(names))
