"""What an answer means that does not hold what was asked for."""

import base64
import json
from unittest.mock import ANY

import pytest

from moorage.embedded.http import Response
from moorage.facts import Absent, Unreachable
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.addresses import Place
from moorage.registry.http.exchange import Reply
from moorage.registry.http.urls import parse
from moorage.registry.refusals import refusal
from moorage.settings import MirrorSettings, Settings
from support.secrets import PASSWORD

OWN = Endpoint(parse("https://registry.example/v2/"), "registry.example")
MIRROR = Endpoint(parse("https://m.corp/v2/"), "docker.io", own=False)
HUB, ADDRESS = "93.184.216.34", "93.184.216.35"


def errors(code, message=""):
    return json.dumps({"errors": [{"code": code, "message": message}]}).encode()


@pytest.mark.parametrize(
    "status, body, expected",
    [
        (404, b"", Absent("registry.example does not have the tag 1 in a/b (status 404)", 0)),
        (404, errors("MANIFEST_UNKNOWN"), Absent("registry.example does not have the tag 1 in a/b (status 404)", 0)),
        (404, errors("NAME_UNKNOWN"), Absent("registry.example does not have the repository a/b (status 404)", 0)),
        (
            404,
            errors("MANIFEST_UNKNOWN", "OCI index found, but accept header does not support OCI indexes"),
            Unreachable(
                "registry.example does not give the tag 1 in a/b (status 404): it, or something in between, does not"
                " take the Accept header that names every form",
                0,
            ),
        ),
        (
            401,
            b"",
            Absent(
                "registry.example does not show the tag 1 in a/b: it does not exist, or needs a login (status 401)",
                0,
                private=True,
            ),
        ),
        (
            503,
            b"<html>",
            Unreachable(
                "registry.example answered status 503 when asked for the tag 1 in a/b: something is wrong there, or at"
                " a proxy before it; try again later; `moorage doctor registry.example` looks closer",
                0,
            ),
        ),
    ],
)
def test_one_sentence_each(status, body, expected):
    reply = Reply(status, {}, body, OWN.root, Place.PUBLIC)
    found = refusal(OWN, reply, "a/b", "the tag 1 in a/b")
    assert type(found) is type(expected)
    assert found[0] == expected[0]
    assert getattr(found, "private", False) == getattr(expected, "private", False)


@pytest.mark.parametrize(
    "status, why, closer",
    [
        (400, "it takes that for a malformed request; it may not allow such a name", True),
        (405, "it does not offer that; it may be no registry, or something in between forbids it", True),
        (
            407,
            "the proxy wants a login; write user and password into its URL, in `proxy:` of your settings"
            " or $HTTPS_PROXY",
            False,
        ),
        (408, "something is wrong there, or at a proxy before it; try again later", True),
        (418, "it, or a filter before it, turns programs like this one away; whoever runs it can let them in", False),
        (451, "it is withheld for legal reasons, perhaps only where you are", False),
        (500, "something is wrong there, or at a proxy before it; try again later", True),
        (511, "the network wants a login first; open any page in a browser", False),
        (302, "it leads elsewhere without saying where; it, or a proxy before it, is set up wrongly", True),
        (204, "registries do not answer so; something else may stand in its place", True),
        (304, "registries do not answer so; something else may stand in its place", True),
    ],
)
def test_odd_statuses_are_told_with_what_they_mean_and_what_to_do(status, why, closer):
    found = refusal(OWN, Reply(status, {}, b"", OWN.root, Place.PUBLIC), "a/b", "the tag 1 in a/b")
    looks = "; `moorage doctor registry.example` looks closer" if closer else ""
    assert found.reason == f"registry.example answered status {status} when asked for the tag 1 in a/b: {why}{looks}"


@pytest.mark.parametrize(
    "body",
    [
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"<center>The plain HTTP request was sent to HTTPS port</center>",
        b"Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
    ],
)
@pytest.mark.parametrize(
    "asked, says",
    [
        ("http://r.corp/v2/", "r.corp speaks https, not http: do this"),
        ("http://s.corp/x", "s.corp, where r.corp leads, speaks https, not http: r.corp leads to the wrong scheme"),
    ],
)
def test_a_port_for_tls_that_is_asked_by_http(body, asked, says):
    endpoint = Endpoint(parse("http://r.corp/v2/"), "r.corp", to_https="do this")
    reply = Reply(400, {}, body, parse(asked), Place.PUBLIC)
    assert refusal(endpoint, reply, "a/b", "the tag 1 in a/b") == Unreachable(says, ANY)


def test_a_mirror_that_misses_something_says_nothing_of_the_registry():
    found = refusal(MIRROR, Reply(404, {}, b"", MIRROR.root, Place.PUBLIC), "a/b", "the tag 1 in a/b")
    assert found[0] == (
        "docker.io (through m.corp) does not have the tag 1 in a/b (status 404); the registry itself was not asked"
    )


BASIC = Response(401, (("WWW-Authenticate", 'Basic realm="x"'),))


@pytest.mark.parametrize(
    "answer, says",
    [
        (BASIC, "(status 401); the credential from {} was not accepted: it is wrong, or has run out"),
        (
            Response(403, (), b"Your Authorization Token has expired"),
            "(status 403); the credential from {} has run out: log in again",
        ),
        (Response(403), "(status 403); the credential from {} was used"),
        (Response(404), "(status 404)"),
    ],
)
async def test_a_refusal_names_where_the_credential_is_from_and_never_the_secret(net, tmp_path, answer, says):
    file = tmp_path / ".docker" / "config.json"
    file.parent.mkdir()
    entry = {"auth": base64.b64encode(f"alice:{PASSWORD}".encode()).decode()}
    file.write_text(json.dumps({"auths": {"registry.example.com": entry}}))
    net.name("registry.example.com", ADDRESS)
    net.serve(ADDRESS, lambda request: answer if "authorization" in request.headers else BASIC)
    client = net.client(env={"HOME": str(tmp_path)})
    found = (await client.tags("registry.example.com", "a/b")).answer
    await client.aclose()
    assert found.message.endswith(says.format(file))
    assert PASSWORD not in str(found)


async def test_a_mirror_that_misses_it_and_a_registry_that_cannot_be_asked_are_both_named(net):
    net.name("registry.example.com", ADDRESS)
    net.name("registry-1.docker.io", HUB)
    net.serve(ADDRESS, lambda _: Response(404))
    net.serve(HUB, lambda _: Response(418))
    settings = Settings(mirrors={"docker.io": MirrorSettings("https://registry.example.com")})
    client = net.client(settings)
    found = await client.manifest("docker.io", "library/x", "sha256:" + "a" * 64)
    await client.aclose()
    assert found.reason.startswith("docker.io answered status 418")
    assert found.reason.endswith("; registry.example.com was asked too, and does not have it")
