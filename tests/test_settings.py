"""The user's settings: what they may hold, and how a mistake in them is told."""

from pathlib import Path

import pytest

from moorage.errors import UsageError
from moorage.settings import FactsSettings, MirrorSettings, RegistrySettings, from_text, load, with_section

FULL = """\
registries:
  Registry.corp:5000: {http: true, max-concurrent: 2}
  ghcr.io: {ca: certs/ca.crt}
mirrors:
  docker.io: {url: "http://127.0.0.1:5000", resolve: true}
  quay.io: https://mirror.corp/quay
realms:
  registry.corp:5000: sso.corp
  ghcr.io: [a.example, b.example:8443]
proxy: http://proxy.corp:3128
network: named
facts: {max-age: 2h, path: facts.json, keep: 90d, max-size: 50MiB}
policy:
  update: minor
  images: {"ghcr.io/acme/*": {update: major}}
"""


def test_every_key():
    found = from_text(FULL, Path("/home/me/moorage/config.yaml"))
    assert found.registries == {
        "registry.corp:5000": RegistrySettings(http=True, max_concurrent=2),
        "ghcr.io": RegistrySettings(ca=Path("/home/me/moorage/certs/ca.crt")),
    }
    assert found.mirrors == {
        "docker.io": MirrorSettings("http://127.0.0.1:5000", resolve=True),
        "quay.io": MirrorSettings("https://mirror.corp/quay"),
    }
    assert found.realms == {"registry.corp:5000": ("sso.corp",), "ghcr.io": ("a.example", "b.example:8443")}
    assert (found.proxy, found.network) == ("http://proxy.corp:3128", "named")
    assert found.facts == FactsSettings(7200, Path("/home/me/moorage/facts.json"), 90 * 86400, 50 << 20)
    assert found.policy == {"update": "minor", "images": {"ghcr.io/acme/*": {"update": "major"}}}
    assert found.policy_line == 13


@pytest.mark.parametrize(
    "text, message",
    [
        ("registries: {ghcr.io: {https: true}}", "f.yaml:1: registries.ghcr.io.https: there is no such key"),
        ("registries:\n  ghcr.io:\n    http: 1\n", "f.yaml:3: registries.ghcr.io.http: must be true or false"),
        ("registries: {ghcr.io: {max-concurrent: 99}}", "must be a number from 1 to 16"),
        ("registries: {'a b': {}}", "'a b' is no registry host"),
        ("registries: []", "f.yaml:1: registries: must be a mapping"),
        ("mirrors: {docker.io: {resolve: true}}", "mirrors.docker.io: needs a url"),
        ("mirrors: {docker.io: ftp://x}", "must be a URL that begins with http:// or https://"),
        ("mirrors: {docker.io: 'http://[x'}", "must be a URL"),
        ("realms: {ghcr.io: [7]}", "must be the host of a token server"),
        ("network: sometimes", "f.yaml:1: network: must be one of names, named, never"),
        ("facts: {max-age: soon}", "must be a time such as"),
        ("facts: {max-size: -1}", "must be a size such as"),
        ("facts: {max-size: [1]}", "must be a size such as"),
        ("colour: blue", "f.yaml:1: colour: there is no such key"),
        ("- a\n- b\n", "f.yaml: the settings must be a mapping"),
        ("a: [", "f.yaml:1: this is no YAML"),
        ("a: 1\na: 2\n", "this is no YAML"),
        ("a: \x07", "this is no YAML"),
        ("[" * 200, "this is no YAML"),
    ],
)
def test_mistakes_are_told_in_one_sentence(text, message):
    with pytest.raises(UsageError) as caught:
        from_text(text, Path("f.yaml"))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "# nothing\n", "registries:\nmirrors: {}\n"])
def test_empty_files_are_defaults(text):
    found = from_text(text, Path("f.yaml"))
    assert (found.registries, found.mirrors, found.network) == ({}, {}, "names")


def test_the_environment_says_where(tmp_path):
    file = tmp_path / "config.yaml"
    env = {"MOORAGE_CONFIG": str(file), "MOORAGE_CACHE_DIR": str(tmp_path / "cache")}
    with pytest.raises(UsageError, match=r"config.yaml: there is no such file, and \$MOORAGE_CONFIG names it"):
        load(env)
    file.write_text("network: never\n")
    found = load({**env, "MOORAGE_OFFLINE": "1"})
    assert (found.network, found.offline, found.path) == ("never", True, file)
    assert found.store_path == tmp_path / "cache" / "facts.sqlite"
    assert not load({**env, "MOORAGE_OFFLINE": "0"}).offline


@pytest.mark.parametrize(
    "content, message",
    [
        (b"\xff\xfe", "the settings are not UTF-8"),
        (b"# " + b"x" * (1 << 20), "the settings are larger than 1 MiB"),
        (None, "the settings cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path, content, message):
    file = tmp_path / "config.yaml"
    if content is None:
        file.mkdir()
    else:
        file.write_bytes(content)
    with pytest.raises(UsageError, match=message):
        load({"MOORAGE_CONFIG": str(file)})


def test_an_editor_section_goes_over_the_file():
    base = from_text("network: never\nproxy: http://p:1\nfacts: {path: f, keep: 90d}\n", Path("f.yaml"))
    found = with_section(base, {"network": "named", "facts": {"max-age": "2h"}}, "moorage")
    assert (found.network, found.proxy) == ("named", "http://p:1")
    assert found.facts == FactsSettings(7200, Path("f"), 90 * 86400)
    with pytest.raises(UsageError, match="moorage: network: must be one of"):
        with_section(base, {"network": 5}, "moorage")
