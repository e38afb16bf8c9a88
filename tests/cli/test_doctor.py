"""`moorage doctor` as a process: who we are for a registry, and why it cannot be reached."""

import json
import os
import re
import shutil
import sqlite3
from urllib.parse import quote

import pytest

from moorage.embedded.auth import Basic, Bearer
from moorage.embedded.http import Response, Server
from moorage.embedded.server import EmbeddedRegistry
from registry.net import make_certificates
from shared import missing
from support.command import mirrored, moorage
from support.secrets import PASSWORD, PROXY_PASSWORD, basic, leak

CERTS = "~/.config/containers/certs.d/"


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


@pytest.mark.parametrize("auth", [Basic("alice", "another"), Bearer("alice", "another")])
def test_a_wrong_password_is_said_with_the_file_it_is_from(private_settings, auth):
    with EmbeddedRegistry({"team/app": ["1.0"]}, auth=auth) as registry:
        file = log_in(private_settings, registry.host)
        ran = moorage("doctor", registry.host)
        (private_settings / "Dockerfile").write_text(f"FROM {registry.host}/team/app:1.0\n")
        check = moorage("check", private_settings / "Dockerfile")
    assert ran.code == 1
    said = f"the credential from {file} was not accepted: it is wrong, or has run out"
    assert f"does not know you; {said}" in ran.out
    assert PASSWORD not in ran.out + ran.err + check.out + check.err
    if isinstance(auth, Basic):  # The other one gives everybody a token.
        assert said in check.out


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


HELPER = {
    "sleep 60": "did not answer within 10 s: run it by hand, it may wait for a keyring",
    "exit 3": "ended with code 3: run it by hand with `get` to see why",
    "echo hello": "did not answer in JSON: it may be another program of that name",
}


@pytest.mark.parametrize("script", HELPER)
def test_a_helper_that_does_not_help(private_settings, registry, script):
    folder = private_settings / ".docker"
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"credsStore": "odd"}))
    helper = private_settings / "bin" / "docker-credential-odd"
    helper.parent.mkdir()
    helper.write_text(f"#!/bin/sh\n{script}\n")
    helper.chmod(0o755)
    ran = moorage("doctor", registry.host, env={"PATH": f"{helper.parent}:{os.environ['PATH']}"})
    assert ran.code == 1
    assert f"problem     the credential helper docker-credential-odd {HELPER[script]}" in ran.out
    assert "answer      it answers\n" in ran.out


def test_a_broken_file_of_credentials_is_named_with_its_line_and_not_shown(private_settings, registry):
    folder = private_settings / ".docker"
    folder.mkdir()
    (folder / "config.json").write_text('{"auths":\n {"x": {"auth": ' + PASSWORD + "}}}")
    ran = moorage("doctor", registry.host)
    assert f"{folder}/config.json is not a configuration that can be read: Expecting value at line 2" in ran.out
    assert PASSWORD not in ran.out + ran.err


def test_a_certificate_that_nobody_vouches_for_is_said_with_the_file_that_mends_it(private_settings, tmp_path):
    if shutil.which("openssl") is None:
        missing("openssl is not installed")
    authority, context = make_certificates(tmp_path, ["localhost"])
    with EmbeddedRegistry({"team/app": ["1.0"]}, tls=context) as registry:
        host = registry.host.replace("127.0.0.1", "localhost")
        settings = f"registries:\n  '{host}': {{http: false}}\n"
        (private_settings / "moorage.yaml").write_text(settings)
        ran = moorage("doctor", host)
        assert ran.code == 1
        assert (
            f"is not trusted (unable to get local issuer certificate): put its authority into {CERTS}{host}" in ran.out
        )
        folder = private_settings / ".config/containers/certs.d" / host
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(authority.read_bytes())
        ran = moorage("doctor", host)
        assert ran.code == 0
        assert f" and {folder}/ca.crt\n" in ran.out


def test_a_file_of_certificates_that_is_not_there(private_settings):
    ran = moorage("doctor", "--offline", "ghcr.io", env={"SSL_CERT_FILE": "/nowhere.pem"})
    assert ran.code == 1
    assert "problem     $SSL_CERT_FILE names /nowhere.pem, which is not there" in ran.out


@pytest.mark.parametrize(
    "env, says",
    [
        ({"HTTPS_PROXY": "http://127.0.0.1:9"}, "(through the proxy http://127.0.0.1:9, from $HTTPS_PROXY)"),
        ({"all_proxy": "socks5://127.0.0.1:9"}, "the proxy for ghcr.io, from $all_proxy, is neither http nor https"),
        ({"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "ghcr.io"}, "proxy       none: $NO_PROXY excepts it"),
    ],
)
def test_who_named_the_proxy(env, says):
    ran = moorage("doctor", *(["--offline"] if "NO_PROXY" in env else []), "ghcr.io", env=env)
    assert says in ran.out


def test_where_podman_would_look_for_short_names_is_a_note(private_settings, registry):
    file = private_settings / ".config/containers/registries.conf"
    file.parent.mkdir(parents=True)
    file.write_text('unqualified-search-registries = ["quay.io", "docker.io"]\nshort-name-mode = "enforcing"\n')
    ran = moorage("doctor", registry.host)
    assert ran.code == 0
    assert "note        a name without a registry is one of Docker Hub's here" in ran.out
    assert "Podman would look in quay.io (" in ran.out


def test_what_podman_has_aliases_for_is_a_note_where_docker_reads_it_otherwise(private_settings):
    file = private_settings / ".config/containers/registries.conf.d/000-shortnames.conf"
    file.parent.mkdir(parents=True)
    # First of all by name, as the machine may have aliases of its own.
    names = [f"a/{number}" for number in range(6)]
    there = [f'"{name}" = "registry.example/{name}"' for name in names]
    file.write_text("\n".join(["[aliases]", '"alpine" = "docker.io/library/alpine"', '"not a name" = "x"', *there]))
    ran = moorage("doctor", "--offline")
    assert ran.code == 0
    assert "note        for Podman a/0 is registry.example/a/0, a/1 is registry.example/a/1, " in ran.out
    assert re.search(r"a/4 is registry.example/a/4 and \d+ more \(aliases\)", ran.out)
    assert "alpine" not in ran.out


def test_a_broken_file_of_aliases_is_a_problem(private_settings):
    file = private_settings / ".cache/containers/short-name-aliases.conf"
    file.parent.mkdir(parents=True)
    file.write_text("[aliases")
    assert f"problem     {file} is no TOML" in moorage("doctor", "--offline").out


def test_nobody_listens():
    ran = moorage("doctor", "127.0.0.1:9")
    assert ran.code == 1
    assert "answer      none" in ran.out
    assert "problem     127.0.0.1:9" in ran.out


def test_https_on_loopback_that_is_asked_by_http_is_said_with_what_mends_it(tmp_path):
    asked = []

    async def answer(request):
        asked.append((request.method, request.path))
        return Response(400, (), b"Client sent an HTTP request to an HTTPS server.\n")

    server = Server(answer).start()
    try:
        doctor = moorage("doctor", server.host)
        assert asked == [("GET", "/v2/")]
        inspect = moorage("inspect", f"{server.host}/a/b:1")
        assert asked[1:] == [("HEAD", "/v2/a/b/manifests/1"), ("GET", "/v2/a/b/manifests/1")]
    finally:
        server.stop()
    says = f"{server.host} speaks https, not http: write `http: false` for {server.host} under `registries:`"
    assert f"problem     {says}" in doctor.out
    assert says in inspect.out + inspect.err


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
    assert "proxy       http://proxy.corp:3128, from $HTTPS_PROXY" in ran.out
    assert leak(ran.out) is None


def test_broken_files_of_other_tools_are_named(private_settings, registry):
    folder = private_settings / ".docker"
    folder.mkdir()
    (folder / "daemon.json").write_text("{")
    ran = moorage("doctor", registry.host)
    assert ran.code == 1
    assert f"problem     {folder}/daemon.json is no JSON" in ran.out


def test_docker_hub_has_one_answer_under_its_old_name_too(private_settings):
    ran = moorage("doctor", "--offline", "--format", "json", "index.docker.io", "docker.io")
    (found,) = ran.json["registries"]
    assert (found["registry"], found["endpoints"][0]["url"]) == ("docker.io", "https://registry-1.docker.io/v2/")


PARTS = """
[[registry]]
prefix = "docker.io/acme"
location = "docker.io/acme-new"

[[registry]]
prefix = "docker.io/forbidden"
blocked = true

[[registry]]
prefix = "docker.io/busy/team"
location = "docker.io/busy/team"
[[registry.mirror]]
location = "m.corp/hub"

[[registry]]
prefix = "docker.io/same"
location = "docker.io/same"

[[registry]]
prefix = "old.corp"
location = "quay.io/corp"
"""


def test_rules_for_parts_of_a_registry_are_told_and_a_location_is_no_mirror(private_settings):
    file = private_settings / ".config/containers/registries.conf"
    file.parent.mkdir(parents=True)
    file.write_text(PARTS)
    ran = moorage("doctor", "--offline", "docker.io", "old.corp")
    assert ran.code == 0
    hub, moved = ran.out.split("old.corp\n")
    lines = [" ".join(line.split()) for line in hub.splitlines()]
    rows = lines[lines.index("asked at https://registry-1.docker.io/v2/") + 3 :]
    assert rows[:7] == [
        f"part docker.io/acme, by {file}:",
        "asked at https://registry-1.docker.io/v2/acme-new/ (in the registry's place)",
        f"part docker.io/forbidden, by {file}: blocked",
        f"part docker.io/busy/team, by {file}:",
        "mirror https://m.corp/v2/hub/",
        "asked at https://registry-1.docker.io/v2/",
        "credential none is used",
    ]
    assert "asked at    https://quay.io/v2/corp/ (in the registry's place)" in moved
    assert "mirror" not in moved
    found = moorage("doctor", "--offline", "--format", "json", "docker.io").json["registries"][0]["parts"]
    told = [(part["name"], part["blocked"], [(at["own"], at["mirror"]) for at in part["endpoints"]]) for part in found]
    assert told == [
        ("docker.io/acme", False, [(False, False)]),
        ("docker.io/forbidden", True, []),
        ("docker.io/busy/team", False, [(False, True), (True, False)]),
    ]


def test_what_is_no_registry():
    ran = moorage("doctor", "https://ghcr.io/x")
    assert ran.code == 2
    assert "is no registry host" in ran.err
