"""`moorage doctor` as a process: who we are for a registry, and why it cannot be reached."""

import json
import sqlite3
from urllib.parse import quote

import pytest

from moorage.embedded.auth import Basic, Bearer
from moorage.embedded.server import EmbeddedRegistry
from support.command import mirrored, moorage
from support.secrets import PASSWORD, PROXY_PASSWORD, basic, leak


def log_in(home, host, secret=PASSWORD):
    """Write Docker's file with a credential for `host`."""
    folder = home / ".docker"
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"auths": {host: {"auth": basic(password=secret)}}}))
    return folder / "config.json"


@pytest.fixture
def registry():
    with EmbeddedRegistry({"team/app": ["1.0"]}) as registry:
        yield registry


def test_a_public_registry(registry):
    ran = moorage("doctor", registry.host)
    assert ran.code == 0
    assert f"asked at    http://{registry.host}/v2/" in ran.out
    assert "TLS         none: it is asked by plain http" in ran.out
    assert "credential  none is used" in ran.out
    assert "answer      it answers\n" in ran.out


@pytest.mark.parametrize("auth", [Basic("alice", PASSWORD), Bearer("alice", PASSWORD)])
def test_the_file_that_gave_the_credential_is_named_and_the_secret_never(private_settings, auth):
    with EmbeddedRegistry({"team/app": ["1.0"]}, auth=auth) as registry:
        file = log_in(private_settings, registry.host)
        ran = moorage("doctor", registry.host)
        assert ran.code == 0
        assert "credential  basic of alice" in ran.out
        assert f"{file}: has a credential under {registry.host}" in ran.out
        assert PASSWORD not in ran.out + ran.err


def test_a_credential_that_is_refused_is_a_problem(private_settings):
    with EmbeddedRegistry({"team/app": ["1.0"]}, auth=Bearer("alice", "another")) as registry:
        log_in(private_settings, registry.host)
        ran = moorage("doctor", registry.host)
    assert ran.code == 1
    assert "was not accepted" in ran.out


def test_a_helper_that_is_missing_is_named(private_settings, registry):
    folder = private_settings / ".docker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"credHelpers": {registry.host: "nowhere"}}))
    ran = moorage("doctor", "--format", "json", registry.host)
    assert ran.code == 1
    found = ran.json["registries"][0]
    assert found["answer"] == "it answers"
    assert any("docker-credential-nowhere" in step for step in found["credential"]["steps"])
    assert "nowhere" in found["problems"][0]


def test_nobody_listens():
    ran = moorage("doctor", "127.0.0.1:9")
    assert ran.code == 1
    assert "answer      none" in ran.out
    assert "problem     127.0.0.1:9" in ran.out


def test_offline_asks_nobody(registry):
    ran = moorage("doctor", "--offline", registry.host)
    assert (ran.code, registry.log) == (0, [])
    assert "nobody was asked" in ran.out


def test_mirrors_and_the_store(private_settings, tmp_path):
    with EmbeddedRegistry({"library/python": ["3.12.4"]}) as registry:
        mirrored(private_settings, registry)
        (tmp_path / "Dockerfile").write_text("FROM python:3.12.3\n")
        assert "not there yet" in moorage("doctor").out
        moorage("check", tmp_path)
        ran = moorage("doctor")
    assert ran.code == 0
    assert f"mirror      {registry.url}/v2/" in ran.out
    assert "facts.sqlite" in ran.out
    assert "1 tags" in ran.out


def test_a_store_of_a_newer_program_is_said(private_settings, registry):
    (private_settings / "cache").mkdir()
    with sqlite3.connect(private_settings / "cache" / "facts.sqlite") as store:
        store.execute("PRAGMA user_version = 99")
    store.close()
    ran = moorage("doctor", registry.host)
    assert ran.code == 1
    assert "is from a newer version of moorage" in ran.out


def test_a_proxy_is_shown_without_its_password():
    proxy = f"http://bob:{quote(PROXY_PASSWORD, safe='')}@proxy.corp:3128"
    ran = moorage("doctor", "--offline", "ghcr.io", env={"HTTPS_PROXY": proxy})
    assert "proxy       http://proxy.corp:3128, from the environment" in ran.out
    assert leak(ran.out) is None


def test_broken_files_of_other_tools_are_named(private_settings, registry):
    folder = private_settings / ".docker"
    folder.mkdir()
    (folder / "daemon.json").write_text("{")
    ran = moorage("doctor", registry.host)
    assert ran.code == 1
    assert f"problem     {folder}/daemon.json is no JSON" in ran.out


def test_what_is_no_registry():
    ran = moorage("doctor", "https://ghcr.io/x")
    assert ran.code == 2
    assert "is no registry host" in ran.err
