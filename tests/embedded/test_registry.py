"""The registry that ships with us tells the truth: paging, content addressing, tokens, uploads, referrers."""

import hashlib
import json
import urllib.error
import urllib.request

import pytest

from moorage.embedded.auth import Basic, Bearer
from moorage.embedded.images import ImageSpec, artifact, build, document
from moorage.embedded.quota import Quota
from moorage.embedded.server import EmbeddedRegistry
from support.secrets import PASSWORD, USER, basic

INDEX = "application/vnd.oci.image.index.v1+json"


def ask(url, method="GET", headers=None, body=None):
    """Status, headers and body of an answer."""
    request = urllib.request.Request(url, method=method, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_tag_leads_to_bytes_that_its_digest_stands_for():
    with EmbeddedRegistry({"library/python": ["3.12.9-slim"]}) as registry:
        url = f"{registry.url}/v2/library/python"
        status, headers, body = ask(f"{url}/manifests/3.12.9-slim")
        digest = headers["Docker-Content-Digest"]
        assert (status, headers["Content-Type"]) == (200, INDEX)
        assert digest == "sha256:" + hashlib.sha256(body).hexdigest()
        assert ask(f"{url}/manifests/3.12.9-slim", "HEAD")[1]["Docker-Content-Digest"] == digest
        manifests = json.loads(body)["manifests"]
        assert [m["platform"] for m in manifests] == [
            {"os": "linux", "architecture": "amd64"},
            {"os": "linux", "architecture": "arm64"},
        ]
        manifest = json.loads(ask(f"{url}/manifests/{manifests[0]['digest']}")[2])
        for part in (manifest["config"], *manifest["layers"]):
            blob = ask(f"{url}/blobs/{part['digest']}")[2]
            assert (len(blob), "sha256:" + hashlib.sha256(blob).hexdigest()) == (part["size"], part["digest"])


def test_equal_specs_have_equal_digests():
    spec = ImageSpec("one", created=1700000000, labels=(("a", "b"),))
    assert build(spec) == build(spec)
    assert build(spec).root.digest != build(spec._replace(created=1700000001)).root.digest


def test_tags_come_in_pages():
    with EmbeddedRegistry({"a/b": [f"{n:02}" for n in range(7)]}, page_size=3) as registry:
        url, found = f"{registry.url}/v2/a/b/tags/list?n=50", []
        while url:
            _, headers, body = ask(url)
            found.append(json.loads(body)["tags"])
            link = headers["Link"]
            url = link and registry.url + link[1 : link.index(">")]
        assert found == [["00", "01", "02"], ["03", "04", "05"], ["06"]]


def test_a_hundred_thousand_tags_are_quick_to_hold():
    with EmbeddedRegistry({"big/one": [f"1.{n}" for n in range(100_000)]}, page_size=100_000) as registry:
        assert len(json.loads(ask(f"{registry.url}/v2/big/one/tags/list")[2])["tags"]) == 100_000
        assert not registry.contents.repositories["big/one"].manifests


@pytest.mark.parametrize(
    "path, code",
    [
        ("library/none/tags/list", "NAME_UNKNOWN"),
        ("library/python/manifests/none", "MANIFEST_UNKNOWN"),
        ("library/python/blobs/sha256:" + "0" * 64, "BLOB_UNKNOWN"),
        ("Library/python/tags/list", "NAME_INVALID"),
    ],
)
def test_what_is_not_there(path, code):
    with EmbeddedRegistry({"library/python": ["1"]}) as registry:
        status, _, body = ask(f"{registry.url}/v2/{path}")
        assert status in (400, 404)
        assert json.loads(body)["errors"][0]["code"] == code


def test_a_tag_can_be_moved_while_it_runs():
    with EmbeddedRegistry({"a/b": ["1"]}) as registry:
        url = f"{registry.url}/v2/a/b/manifests/1"
        before = ask(url, "HEAD")[1]["Docker-Content-Digest"]
        registry.contents.repository("a/b").tag("1", build(ImageSpec("another")))
        assert ask(url, "HEAD")[1]["Docker-Content-Digest"] != before
        assert ask(f"{registry.url}/v2/a/b/manifests/{before}")[0] == 200
        assert registry.count("HEAD", "/manifests/1") == 2


def test_basic():
    with EmbeddedRegistry({"a/b": ["1"]}, auth=Basic(USER, PASSWORD)) as registry:
        url = f"{registry.url}/v2/a/b/tags/list"
        status, headers, _ = ask(url)
        assert (status, headers["WWW-Authenticate"]) == (401, 'Basic realm="embedded"')
        for secret, expected in ((PASSWORD, 200), ("wrong", 401)):
            pair = basic(password=secret)
            assert ask(url, headers={"Authorization": f"Basic {pair}"})[0] == expected


@pytest.mark.parametrize("elsewhere", [False, True])
def test_bearer(elsewhere):
    with EmbeddedRegistry({"a/b": ["1"], "c/d": ["1"]}, auth=Bearer(elsewhere=elsewhere)) as registry:
        url = f"{registry.url}/v2/a/b/tags/list"
        status, headers, _ = ask(url)
        assert status == 401
        assert headers["WWW-Authenticate"] == (
            f'Bearer realm="{registry.guard.realm}",service="embedded",scope="repository:a/b:pull"'
        )
        assert registry.guard.realm.startswith(registry.url) is not elsewhere
        token = json.loads(ask(f"{registry.guard.realm}?service=embedded&scope=repository:a/b:pull")[2])["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        assert ask(url, headers=bearer)[0] == 200
        status, headers, _ = ask(f"{registry.url}/v2/c/d/tags/list", headers=bearer)
        assert (status, headers["WWW-Authenticate"].endswith('error="insufficient_scope"')) == (401, True)
        registry.guard.revoke()
        assert ask(url, headers=bearer)[1]["WWW-Authenticate"].endswith('error="invalid_token"')


def test_uploads_and_mounts():
    blob = b"some bytes"
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    with EmbeddedRegistry() as registry:
        _, headers, _ = ask(f"{registry.url}/v2/a/b/blobs/uploads/", "POST", body=b"")
        where = registry.url + headers["Location"]
        assert ask(where, "PATCH", body=blob[:4])[0] == 202
        assert ask(where, "PATCH", {"Content-Range": "0-3"}, blob[4:])[0] == 416
        assert ask(where, "PATCH", {"Content-Range": "4-9"}, blob[4:])[0] == 202
        assert ask(f"{where}&digest={digest}", "PUT", body=b"")[0] == 201
        assert ask(f"{registry.url}/v2/a/b/blobs/{digest}")[2] == blob
        mount = f"{registry.url}/v2/c/d/blobs/uploads/?mount={digest}&from=a/b"
        assert ask(mount, "POST", body=b"")[0] == 201
        assert ask(f"{registry.url}/v2/c/d/blobs/{digest}", "HEAD")[0] == 200


def test_referrers():
    with EmbeddedRegistry({"a/b": ["1"]}) as registry:
        repository = registry.contents.repository("a/b")
        subject = repository.manifest("1")
        sbom = artifact("application/spdx+json", document("application/spdx+json", b"{}"), subject, {"a": "b"})
        manifest = sbom.root
        status, headers, _ = ask(
            f"{registry.url}/v2/a/b/manifests/{manifest.digest}",
            "PUT",
            {"Content-Type": manifest.media_type},
            manifest.body,
        )
        assert (status, headers["OCI-Subject"]) == (201, subject.digest)
        url = f"{registry.url}/v2/a/b/referrers/{subject.digest}"
        found = json.loads(ask(url)[2])["manifests"]
        assert [(m["digest"], m["artifactType"]) for m in found] == [(manifest.digest, "application/spdx+json")]
        _, headers, body = ask(url + "?artifactType=application%2Fother")
        assert (headers["OCI-Filters-Applied"], json.loads(body)["manifests"]) == ("artifactType", [])
        assert ask(f"{registry.url}/v2/a/b/manifests/{manifest.digest}", "DELETE")[0] == 202
        assert json.loads(ask(url)[2])["manifests"] == []


def test_referrers_come_in_pages_each_with_the_filter():
    with EmbeddedRegistry({"a/b": ["1"]}, page_size=2) as registry:
        repository = registry.contents.repository("a/b")
        subject = repository.manifest("1")
        for number in range(6):
            kind = "application/even" if number % 2 == 0 else "application/odd"
            repository.add(artifact(kind, document(kind, b"%d" % number), subject, {}))
        url, pages = f"{registry.url}/v2/a/b/referrers/{subject.digest}?artifactType=application%2Feven", []
        while url:
            _, headers, body = ask(url)
            pages.append([entry["artifactType"] for entry in json.loads(body)["manifests"]])
            link = headers["Link"]
            url = link and registry.url + link[1 : link.index(">")]
        assert pages == [["application/even"] * 2, ["application/even"]]


def test_what_is_deleted_is_gone():
    with EmbeddedRegistry({"a/b": ["1", "2"]}) as registry:
        url = f"{registry.url}/v2/a/b"
        digest = ask(f"{url}/manifests/1", "HEAD")[1]["Docker-Content-Digest"]
        assert ask(f"{url}/manifests/2", "DELETE")[0] == 202
        assert json.loads(ask(f"{url}/tags/list")[2])["tags"] == ["1"]
        assert ask(f"{url}/manifests/{digest}", "DELETE")[0] == 202
        assert ask(f"{url}/manifests/1")[0] == 404
        blob = next(iter(registry.contents.repository("a/b").blobs))
        assert [ask(f"{url}/blobs/{blob}", method)[0] for method in ("HEAD", "DELETE", "GET", "DELETE")] == [
            200, 202, 404, 404,
        ]  # fmt: skip
        assert ask(f"{url}/blobs/{blob}", "PATCH", body=b"")[0] == 405


def test_reading_manifests_spends_the_quota():
    quota = Quota(2, retry_after="60")
    with EmbeddedRegistry({"a/b": ["1"]}, quota=quota) as registry:
        url = f"{registry.url}/v2/a/b/manifests/1"
        said = [ask(url, method) for method in ("HEAD", "GET", "GET", "HEAD", "GET")]
        assert [status for status, _, _ in said] == [200, 200, 200, 200, 429]
        assert [headers["RateLimit-Remaining"].partition(";")[0] for _, headers, _ in said] == ["2", "1", "0", "0", "0"]
        _, headers, body = said[-1]
        assert (headers["RateLimit-Limit"], headers["Retry-After"]) == ("2;w=21600", "60")
        assert json.loads(body)["errors"][0]["code"] == "TOOMANYREQUESTS"
        assert ask(f"{registry.url}/v2/a/b/tags/list")[1]["RateLimit-Limit"] is None


@pytest.mark.parametrize(
    "header, status",
    [({"If-None-Match": "*"}, 412), ({"If-Match": '"sha256:0"'}, 412), ({"If-Match": "current"}, 201), ({}, 201)],
)
def test_a_manifest_is_written_over_what_the_writer_has_read(header, status):
    with EmbeddedRegistry({"a/b": ["1"]}) as registry:
        url = f"{registry.url}/v2/a/b/manifests/1"
        etag = ask(url, "HEAD")[1]["ETag"]
        headers = {"Content-Type": INDEX, **{n: etag if v == "current" else v for n, v in header.items()}}
        assert ask(url, "PUT", headers, b'{"manifests":[]}')[0] == status


@pytest.mark.parametrize(
    "method, path, status, code",
    [
        ("PATCH", "blobs/uploads/none", 404, "BLOB_UPLOAD_UNKNOWN"),
        ("POST", "blobs/uploads/?digest=sha256:" + "0" * 64, 400, "DIGEST_INVALID"),
        ("POST", "manifests/1", 405, "UNSUPPORTED"),
        ("PUT", "manifests/sha256:" + "0" * 64, 400, "DIGEST_INVALID"),
        ("PUT", "manifests/2", 400, "MANIFEST_INVALID"),
    ],
)
def test_what_is_not_taken(method, path, status, code):
    with EmbeddedRegistry({"a/b": ["1"]}) as registry:
        found, _, body = ask(f"{registry.url}/v2/a/b/{path}", method, body=b"not JSON")
        assert (found, json.loads(body)["errors"][0]["code"]) == (status, code)
