"""Credential helpers as commands run them: never a program of the repository that is looked at."""

import json
import os

import pytest

from moorage.embedded.auth import Basic
from moorage.embedded.server import EmbeddedRegistry
from support.command import moorage
from support.secrets import PASSWORD, USER


@pytest.fixture
def registry():
    with EmbeddedRegistry({"team/app": ["1.0.0"]}, auth=Basic(USER, PASSWORD)) as running:
        yield running


@pytest.fixture
def repository(tmp_path, private_settings, registry):
    """A repository with a helper of its own, which says in `ran` that it was run, and an image that would need one."""
    (private_settings / ".docker").mkdir()
    (private_settings / ".docker/config.json").write_text(json.dumps({"credHelpers": {registry.host: "own"}}))
    folder = tmp_path / "repository"
    for name in (".git", "bin", "part"):
        (folder / name).mkdir(parents=True)
    helper = folder / "bin/docker-credential-own"
    helper.write_text(f"#!/bin/sh\ntouch {folder}/ran\n")
    helper.chmod(0o755)
    (folder / "part/Dockerfile").write_text(f"FROM {registry.host}/team/app:1.0.0\n")
    return folder


@pytest.mark.parametrize(
    "current, call, runs",
    [
        ("/", ["check", "repository/part"], False),
        ("/", ["check", "repository/part/Dockerfile"], False),
        ("repository/part", ["check"], False),
        ("repository/part", ["inspect", "IMAGE"], False),
        ("repository/part", ["explain", "IMAGE"], False),
        ("repository/part", ["doctor", "HOST"], False),
        ("/", ["inspect", "IMAGE"], True),
    ],
)
def test_no_program_of_a_repository_is_run(tmp_path, repository, registry, current, call, runs):
    places = {"IMAGE": f"{registry.host}/team/app:1.0.0", "HOST": registry.host}
    words = [str(tmp_path / word) if word.startswith("repository") else places.get(word, word) for word in call]
    path = f"{repository}/bin:{os.environ['PATH']}"
    ran = moorage(*words, cwd=tmp_path / current, env={"PATH": path})
    assert (repository / "ran").exists() is runs
    said = f"docker-credential-own is not run from {repository}/bin, a folder that is worked on"
    assert (said in ran.out + ran.err) is not runs
