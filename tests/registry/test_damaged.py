"""Whatever a registry or a file says, readers answer in their own words or say that they cannot read it."""

import contextlib
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.reference import is_digest, is_tag
from moorage.registry import tags
from moorage.registry.access import challenges, dockerconfig, realms
from moorage.registry.content import documents
from moorage.registry.endpoints import hub
from moorage.registry.http import limits, links, urls

REGISTRY = urls.parse("https://registry.example.com/v2/")

header = st.text(st.characters(codec="latin-1"), max_size=80) | st.text(
    '<>;,="\\ \tBearerlBasicnext/?:@[]', max_size=60
)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def mapping(*names):
    """JSON objects with some of these keys, and anything below them."""
    return st.dictionaries(st.sampled_from(names), json_value, max_size=len(names))


@given(st.lists(header, max_size=3))
def test_challenges(lines):
    for challenge in challenges.parse(lines):
        assert challenge.scheme == challenge.scheme.lower()


@given(st.lists(header, max_size=3))
def test_links(lines):
    try:
        found = links.next_page(lines, REGISTRY)
    except links.BadLink:
        return
    assert found is None or found.origin == REGISTRY.origin


@given(header)
def test_realms(text):
    found = realms.judge(text, REGISTRY)
    assert found.url is None or found.url.scheme == "https"
    assert not found.send_credentials or (found.url and found.url.host.endswith("example.com"))


@given(st.text(max_size=60))
def test_urls(text):
    try:
        url = urls.parse(text)
    except urls.BadUrl:
        return
    assert urls.parse(str(url)) == url


@given(st.integers(100, 599), st.dictionaries(st.sampled_from(["retry-after", "ratelimit-limit", "ratelimit-remaining",
       "x-ratelimit-reset"]), header | st.integers().map(str), max_size=4))  # fmt: skip
def test_limits(status, headers):
    found = limits.read(status, headers, 1_700_000_000)
    assert found.wait is None or 0 < found.wait <= 86_400


@given(mapping("manifests", "layers", "config", "mediaType", "annotations", "artifactType", "schemaVersion"))
def test_manifests(content):
    body = json.dumps(content).encode()
    with contextlib.suppress(documents.BadDocument):
        found = documents.read_manifest(body, documents.digest_of(body))
        assert (found.digest, found.size) == (documents.digest_of(body), len(body))
        assert found.media_type in documents.ACCEPT


@given(mapping("config", "created", "os", "architecture", "variant") | st.binary(max_size=40))
def test_configurations(content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    with contextlib.suppress(documents.BadDocument):
        found = documents.read_config(body, documents.digest_of(body))
        assert found.created is None or found.created > 0
        assert found.platform == "" or found.platform.count("/") in (1, 2)


@given(mapping("results", "next") | st.just({"results": [{"name": 1}, {"name": "a", "digest": []}]}))
def test_newest_tags(content):
    found = hub.read_newest(json.dumps(content).encode())
    assert all(is_tag(tag) for tag in found.tags)
    assert {*found.dates, *found.digests} <= {*found.tags}
    assert all(is_digest(digest) for digest in found.digests.values())


@given(mapping("tags", "manifest", "name") | json_value)
def test_pages_of_tags(content):
    with contextlib.suppress(tags.NoList):
        found = tags._page(json.dumps(content).encode())
        assert len(found.names) <= found.size
        assert all(is_tag(tag) and is_digest(digest) for tag, digest in found.digests.items())
        assert all(at > 0 for at in found.dates.values())


@settings(max_examples=200)
@given(mapping("auths", "credHelpers", "credsStore") | st.fixed_dictionaries({"auths": st.dictionaries(
    st.sampled_from(["ghcr.io", "ghcr.io/a", "https://ghcr.io/v1/", "docker.io", ":", "/"]),
    mapping("auth", "username", "password", "identitytoken", "registrytoken") | json_value, max_size=4)}))  # fmt: skip
def test_docker_configurations(content):
    place = dockerconfig.ConfigPlace("variable", "variable", None, json.dumps(content))
    file = dockerconfig.read_config(place)
    found = dockerconfig.match_auths(file, "ghcr.io", "a/b")
    assert found.key == "" or found.key in file.auths
    assert all(host == host.lower() for host in dockerconfig.hosts_named(file))
