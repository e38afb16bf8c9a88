"""Against a registry that others wrote: distribution 2.8, as Debian packages it."""

import base64
import itertools
import json
import ssl
import subprocess
import time

import pytest

from moorage.embedded.http import Response, Server
from moorage.embedded.images import ImageSpec, build
from moorage.facts import Absent, Known
from moorage.registry.build import build_client
from moorage.registry.credentials import Credentials
from moorage.settings import RegistrySettings, Settings
from registry.real import RealRegistry, needed
from support.secrets import USER, basic

IMAGE = build(ImageSpec("demo", created=1700000000, labels=(("maintainer", "we"),)))
BASIC = f"Basic {basic()}"


async def walk(client, host):
    """From the list of tags down to a configuration, each step checked."""
    try:
        tags = (await client.tags(host, "demo/app")).answer
        assert isinstance(tags, Known), tags
        assert sorted(tags.value.tags) == ["1.0", "1.1"]
        digest = (await client.head(host, "demo/app", "1.1")).answer
        assert digest.value == IMAGE.root.digest
        index = await client.manifest(host, "demo/app", digest.value)
        assert [p.platform for p in index.value.platforms] == ["linux/amd64", "linux/arm64"]
        manifest = await client.manifest(host, "demo/app", index.value.platforms[0].digest)
        config = await client.config(host, "demo/app", manifest.value.config)
        assert (config.value.created, config.value.labels) == (1700000000, (("maintainer", "we"),))
        missing = (await client.head(host, "demo/app", "9.9")).answer
        assert missing.message == f"{host} does not have the tag 9.9 in demo/app (status 404)"
    finally:
        await client.aclose()


def credentials(folder, host):
    """Credentials of a user who has logged in to `host`."""
    config = folder / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {host: {"auth": BASIC.removeprefix("Basic ")}}}))
    return Credentials({"HOME": str(folder)})


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with RealRegistry(tmp_path_factory.mktemp("plain")) as running:
        running.push("demo/app", ["1.0", "1.1"], IMAGE)
        yield running


async def test_plain(plain):
    await walk(build_client(Settings(), {}, Credentials({})), plain.host)


async def test_an_unknown_repository(plain):
    client = build_client(Settings(), {}, Credentials({}))
    answer = (await client.tags(plain.host, "demo/none")).answer
    assert answer.message == f"{plain.host} does not have the repository demo/none (status 404)"
    await client.aclose()


async def test_https_where_there_is_only_http(plain):
    settings = Settings(registries={plain.host: RegistrySettings(http=False)})
    client = build_client(settings, {}, Credentials({}))
    answer = (await client.tags(plain.host, "demo/app")).answer
    assert "does not speak https: if that is meant, set `http: true`" in answer.reason
    await client.aclose()


async def test_htpasswd(tmp_path):
    folder = tmp_path / "registry"
    folder.mkdir()
    with RealRegistry(folder, basic=True) as running:
        running.push("demo/app", ["1.0", "1.1"], IMAGE, {"Authorization": BASIC})
        await walk(build_client(Settings(), {}, credentials(tmp_path, running.host)), running.host)
        client = build_client(Settings(), {}, Credentials({}))
        answer = (await client.tags(running.host, "demo/app")).answer
        assert isinstance(answer, Absent)
        assert "it does not exist, or needs a login (status 401)" in answer.message
        await client.aclose()


class TokenServer:
    """Signs the tokens that distribution wants, on a port of its own, for one user."""

    def __init__(self, folder, tls):
        self._folder = folder
        self.requests = []
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "token.key")
        openssl = (needed("openssl"), "req", "-x509", *key, "-out", "token.crt", "-days", "2", "-subj", "/CN=tokens")
        subprocess.run(openssl, cwd=folder, check=True, capture_output=True)
        self.server = Server(self._answer, tls=tls)
        self._ids = itertools.count()

    async def _answer(self, request):
        self.requests.append(request)
        if request.headers.get("authorization") != BASIC:
            return Response(401)
        access = []
        for scope in request.query["scope"]:
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        now = int(time.time())
        claims = {"iss": "tests", "sub": USER, "aud": "real", "exp": now + 300, "nbf": now - 5, "iat": now,
                  "jti": str(next(self._ids)), "access": access}  # fmt: skip
        body = json.dumps({"token": self._sign(claims), "expires_in": 300}).encode()
        return Response(200, (("Content-Type", "application/json"),), body)

    def _sign(self, claims):
        certificate = (self._folder / "token.crt").read_text().split("-----")[2].replace("\n", "")
        head = {"typ": "JWT", "alg": "ES256", "x5c": [certificate]}
        text = ".".join(_part(json.dumps(part).encode()) for part in (head, claims))
        der = subprocess.run(
            [needed("openssl"), "dgst", "-sha256", "-sign", str(self._folder / "token.key")],
            input=text.encode(),
            check=True,
            capture_output=True,
        ).stdout
        return f"{text}.{_part(_integers(der))}"


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _integers(der):
    """The two numbers of an ECDSA signature, side by side, from their DER form."""
    first = 4 + der[3]
    second = der[first + 2 :]
    return b"".join(n.lstrip(b"\0").rjust(32, b"\0") for n in (der[4:first], second))


async def test_tls_and_a_token_server_on_another_port(tmp_path, certificates):
    authority, context = certificates
    folder = tmp_path / "registry"
    folder.mkdir()
    tokens = TokenServer(folder, context)
    with tokens.server:
        token = {
            "realm": f"{tokens.server.url}/token",
            "service": "real",
            "issuer": "tests",
            "rootcertbundle": folder / "token.crt",
        }
        pair = (authority.parent / "server.crt", authority.parent / "server.key")
        with RealRegistry(folder, token=token, tls=pair) as running:
            trusting = ssl.create_default_context(cafile=authority)
            access = [{"type": "repository", "name": "demo/app", "actions": ["pull", "push"]}]
            now = int(time.time())
            claims = {"iss": "tests", "sub": USER, "aud": "real", "exp": now + 300, "nbf": now - 5, "iat": now,
                      "jti": "push", "access": access}  # fmt: skip
            bearer = {"Authorization": f"Bearer {tokens._sign(claims)}"}
            running.push("demo/app", ["1.0", "1.1"], IMAGE, bearer, trusting)
            hosts = {
                running.host: RegistrySettings(http=False, ca=authority),
                tokens.server.host: RegistrySettings(ca=authority),
            }
            client = build_client(Settings(registries=hosts), {}, credentials(tmp_path, running.host))
            await walk(client, running.host)
            assert len(tokens.requests) == 1
