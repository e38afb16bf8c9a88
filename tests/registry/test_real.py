"""Against a registry that others wrote: distribution 2.8, as Debian packages it."""

import ssl

import pytest

from moorage.embedded.images import ImageSpec, build
from moorage.facts import Absent, Known
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.settings import RegistrySettings, Settings
from registry.real import BASIC, RealRegistry, credentials, with_tokens

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
    folder = tmp_path / "registry"
    folder.mkdir()
    with with_tokens(folder, certificates) as (running, tokens, settings):
        trusting = ssl.create_default_context(cafile=certificates[0])
        access = [{"type": "repository", "name": "demo/app", "actions": ["pull", "push"]}]
        bearer = {"Authorization": f"Bearer {tokens.token(access)}"}
        running.push("demo/app", ["1.0", "1.1"], IMAGE, bearer, trusting)
        client = build_client(settings, {}, credentials(tmp_path, running.host))
        await walk(client, running.host)
        assert len(tokens.requests) == 1
