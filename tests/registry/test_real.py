"""Against a registry that others wrote: distribution 2.8, as Debian packages it."""

import ssl
import time

import pytest

from moorage.embedded.images import ImageSpec, build
from moorage.facts import Absent, Known
from moorage.registry.build import build_client
from moorage.registry.credentials import Credentials
from moorage.settings import RegistrySettings, Settings
from registry.real import BASIC, RealRegistry, TokenServer, credentials
from support.secrets import USER

IMAGE = build(ImageSpec("demo", created=1700000000, labels=(("maintainer", "we"),)))


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
            bearer = {"Authorization": f"Bearer {tokens.sign(claims)}"}
            running.push("demo/app", ["1.0", "1.1"], IMAGE, bearer, trusting)
            hosts = {
                running.host: RegistrySettings(http=False, ca=authority),
                tokens.server.host: RegistrySettings(ca=authority),
            }
            client = build_client(Settings(registries=hosts), {}, credentials(tmp_path, running.host))
            await walk(client, running.host)
            assert len(tokens.requests) == 1
