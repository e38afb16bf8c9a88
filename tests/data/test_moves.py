"""Moved repositories: what is found for a name, and that every entry can be relied on."""

import re

import pytest

from moorage.data.moves import MOVES, address_of, move_of, new_names
from moorage.reference import parse


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("k8s.gcr.io/pause", ["registry.k8s.io/pause"]),
        ("k8s.gcr.io/ingress-nginx/controller", ["registry.k8s.io/ingress-nginx/controller"]),
        ("docker.io/bitnami/redis", ["docker.io/bitnamilegacy/redis"]),
        ("quay.io/coreos/etcd", ["registry.k8s.io/etcd", "gcr.io/etcd-development/etcd"]),
        ("docker.io/library/jenkins", ["docker.io/jenkins/jenkins"]),
        ("mcr.microsoft.com/dotnet/core/sdk", ["mcr.microsoft.com/dotnet/sdk"]),
        ("docker.io/bitnami/minideb", None),
        ("docker.io/jenkins/jenkins", None),
        ("quay.io/coreos/etcd/more", None),
        ("ghcr.io/bitnami/redis", None),
        ("gcr.io/kubebuilder/thirdparty-linux", None),
    ],
)
def test_where_a_repository_is_now(name, places):
    move = move_of(name)
    assert (None if move is None else list(new_names(move, name))) == places


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
def test_every_entry_can_be_relied_on(move):
    assert parse(move.name.replace("*", "x")).text
    assert re.fullmatch(r"20\d\d(-\d\d(-\d\d)?)?", move.since)
    assert all(source.startswith("https://") for source in move.source.split(", "))
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", move.read_on)
    assert not move.why.endswith(".")
    assert not (move.both and move.gone)
    for name in new_names(move, move.name.replace("*", "x")):
        assert parse(name).name == name


def test_no_entry_stands_twice():
    names = [move.name for move in MOVES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("etcd-io/etcd#8937", "https://github.com/etcd-io/etcd/issues/8937"),
        ("https://example.com/page#part", "https://example.com/page#part"),
    ],
)
def test_where_a_source_is(source, address):
    assert address_of(source) == address
