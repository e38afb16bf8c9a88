"""What is pushed, to the embedded registry and to scripted ones: blobs in every way, manifests, who is told of them."""

import hashlib
import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.embedded.auth import Bearer
from moorage.embedded.http import Response
from moorage.embedded.images import ImageSpec, artifact, build, descriptor, document
from moorage.embedded.server import EmbeddedRegistry
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.content.referrers import fallback_tag
from moorage.registry.failures import NoAnswer, NotThere, Refused, RegistryFailure
from moorage.registry.http import urls
from moorage.registry.http.addresses import Place
from moorage.registry.http.exchange import Reply, Stream
from moorage.registry.moving.blobs import Content, of_bytes
from moorage.registry.moving.uploads import Sizes, upload
from moorage.registry.moving.verbs import Document, compose
from moorage.settings import MirrorSettings, Settings
from registry.remotes import described, opened
from registry_cases import cases, report
from support.secrets import PASSWORD, USER

HOST, ADDRESS = "registry.example.com", "93.184.216.34"
OTHER, OTHER_ADDRESS = "other.example.net", "93.184.216.35"
INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
IMAGE = build(ImageSpec("app", single=True))
SUBJECT = IMAGE.root
SBOM = artifact("application/spdx+json", document("application/spdx+json", b"{}"), SUBJECT, {"a": "ä"})
DATA = bytes(range(256)) * 40
CHUNKS = Sizes(0, 3000)
DIGEST = "sha256:" + hashlib.sha256(DATA).hexdigest()


def blob_of(data):
    """A blob that comes in pieces of a thousand bytes, and how it is described."""

    async def pieces():
        for at in range(0, len(data), 1000):
            yield data[at : at + 1000]

    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    return Content(digest, len(data), pieces), described(digest, len(data))


# The gathered exchanges.


class Script:
    """Answers with the exchanges of a case, in their order; any other request is on record as wrong."""

    def __init__(self, exchanges):
        self.left = list(exchanges)
        self.wrong = []
        self.lists = []

    def __call__(self, request):
        wanted = self.left[0]["request"] if self.left else {}
        if (request.method, request.target) != (wanted.get("method"), wanted.get("path")):
            self.wrong.append(f"{request.method} {request.target}")
            return Response(418)
        if request.method == "PUT" and re.search("/manifests/sha256-", request.target):
            entries = [entry["digest"] for entry in json.loads(request.body)["manifests"]]
            self.lists.append((entries, request.headers.get("if-match")))
        answer = self.left.pop(0)["response"]
        data = b"" if answer["body"] is None else json.dumps(answer["body"]).encode()
        return Response(answer["status"], tuple(answer["headers"].items()), data)


async def test_the_gathered_pushes(net):
    """What a case pushes it does not show: here it is an SBOM, whose digest is put in the place of the case's own."""
    net.name(HOST, ADDRESS)
    figures = []
    for case in (c for c in cases("referrers_cases") if c["kind"] == "push"):
        sbom = document(MANIFEST, {**json.loads(SBOM.root.body), "subject": {"digest": case["subject"]}})
        pushed = case["exchanges"][0]["request"]["path"].rpartition("/")[2]
        case = json.loads(json.dumps(case).replace(pushed, sbom.digest))
        script, wanted = Script(case["exchanges"]), case["expect"]
        net.serve(ADDRESS, script)
        client = net.client()
        target = opened(client, HOST, "demo/app")
        target.has_referrers = (
            None if "probe" in case or "OCI-Subject" not in script.left[0]["response"]["headers"] else True
        )
        said = ""
        try:
            await target.put_manifest(Document(*sbom))
        except RegistryFailure as failure:
            said = "referrers-tag-occupied" if "is no list of referrers" in str(failure) else str(failure)
        await client.aclose()
        written, condition = script.lists[-1] if script.lists else (None, None)
        right = (
            not script.wrong
            and not script.left
            and said == wanted.get("error", "")
            and (written is not None) == wanted["tag_update"]
            and written == wanted.get("tag_digests")
            and wanted.get("if_match", condition) == condition
        )
        figures.append(((case["id"], said, script.wrong, script.lists), right))
    report("referrers: pushes", figures)


# Blobs.


@pytest.mark.parametrize("size", [0, 1, 1000, 10_240])
@pytest.mark.parametrize("sizes", [Sizes(), Sizes(0, 3000), Sizes(0, 1), Sizes(0, 10_240)], ids=str)
async def test_a_blob_arrives_as_it_is(anybody, size, sizes):
    if sizes.chunk == 1 and size > 1000:
        sizes = Sizes(0, 7)
    content, blob = blob_of(DATA[:size])
    with EmbeddedRegistry() as registry:
        target = opened(anybody, registry.host, "a/b", sizes=sizes)
        assert not await target.has_blob(blob)
        await target.put_blob(content)
        assert await target.has_blob(blob)
        assert registry.contents.repository("a/b").blobs[blob.digest].body == DATA[:size]
        chunks = -(-size // sizes.chunk) if size > sizes.whole else 0
        assert registry.count("PATCH") == chunks
        async with target.blob(blob) as found:
            assert b"".join([part async for part in found.open()]) == DATA[:size]
            assert b"".join([part async for part in found.open()]) == DATA[:size]


@pytest.mark.parametrize("sizes", [Sizes(), Sizes(0, 3000)], ids=str)
@pytest.mark.parametrize(
    "wrong, why",
    [
        (DATA[:-1] + b"!", "is not what its digest stands for"),
        (DATA[:-1], "has another size"),
        (DATA + b"!", "has another size"),
    ],
)
async def test_a_wrong_blob_never_arrives(anybody, sizes, wrong, why):
    content = blob_of(wrong)[0]._replace(digest=DIGEST, size=len(DATA))
    with EmbeddedRegistry() as registry:
        target = opened(anybody, registry.host, "a/b", sizes=sizes)
        with pytest.raises(Refused, match=why):
            await target.put_blob(content)
        assert registry.contents.repository("a/b").blobs == {}
        assert registry.count("PUT") == 0
        assert registry.count("DELETE", "/blobs/uploads/") == 1


async def test_a_digest_that_is_none_is_refused(anybody):
    with EmbeddedRegistry() as registry:
        with pytest.raises(Refused, match="is no digest"):
            await opened(anybody, registry.host, "a/b").put_blob(of_bytes(b"x", "sha256:../../x"))
        assert registry.count("PUT") == 0


async def test_a_mount_moves_nothing_and_otherwise_the_upload_goes_on(anybody):
    content, blob = blob_of(DATA)
    absent, absent_blob = blob_of(b"nowhere")
    with EmbeddedRegistry({"from/here": {}}) as registry:
        source = opened(anybody, registry.host, "from/here")
        target = opened(anybody, registry.host, "a/b")
        await source.put_blob(content)
        assert await target.mount(blob, source)
        assert await target.has_blob(blob)
        assert not await target.mount(absent_blob, source)
        begun = registry.count("POST")
        await target.put_blob(absent)
        assert await target.has_blob(absent_blob)
        assert registry.count("POST") == begun
        assert not await target.mount(blob, target)


async def test_tokens_are_asked_for_what_is_done(tmp_path):
    with EmbeddedRegistry({"from/here": {}}, auth=Bearer(USER, PASSWORD, elsewhere=True)) as registry:
        config = tmp_path / ".docker" / "config.json"
        config.parent.mkdir()
        config.write_text(json.dumps({"auths": {registry.host: {"username": USER, "password": PASSWORD}}}))
        client = build_client(Settings(), {}, Credentials({"HOME": str(tmp_path)}))
        content, blob = blob_of(DATA)
        source, target = (opened(client, registry.host, name) for name in ("from/here", "a/b"))
        await source.put_blob(content)
        assert await target.mount(blob, source)
        assert await target.has_blob(blob)
        await client.aclose()
        asked = [re.findall("scope=([^&]*)", seen.target) for seen in registry.token_log]
    assert [[scope.replace("%3A", ":").replace("%2C", ",").replace("%2F", "/") for scope in one] for one in asked] == [
        ["repository:from/here:pull,push"],
        ["repository:a/b:pull,push", "repository:from/here:pull"],
        ["repository:a/b:pull"],
    ]


class Uploads:
    """A registry of one upload at a time, whose faults a test chooses: `faults` maps the number of a PATCH to one."""

    def __init__(self, *, faults=None, headers=(), location="/v2/a/b/blobs/uploads/u?_state=x%2Fy%3D"):
        self.faults = faults or {}
        self.headers = headers
        self.location = location
        self.data = b""
        self.patches = 0
        self.stored = {}
        self.begun = 0

    def __call__(self, request):
        if request.method == "POST":
            self.data, self.begun = b"", self.begun + 1
            return self.answer(202, *self.headers)
        if request.method == "GET":
            return self.answer(204)
        if request.method == "PUT":
            self.data += request.body
            self.stored[request.first("digest")] = self.data
            return Response(201)
        if request.method == "DELETE":
            return Response(204)
        assert request.target == self.location
        self.patches += 1
        match self.faults.get(self.patches):
            case "cut":
                self.data += request.body[:100]
                return Response(500)
            case "forgotten":
                self.data = b""
                return Response(416)
            case "gone":
                return Response(404)
            case "half":
                self.data += request.body[:100]
                return self.answer(202)
            case "denied":
                return Response(403, (), b'{"errors":[{"code":"DENIED","message":"\x1b[1mno"}]}')
        start, end = map(int, request.headers["content-range"].split("-"))
        assert end - start + 1 == len(request.body)
        if start != len(self.data):
            return self.answer(416)
        self.data += request.body
        return self.answer(202)

    def answer(self, status, *more):
        return Response(status, (("Location", self.location), ("Range", f"0-{max(len(self.data) - 1, 0)}"), *more))


@pytest.mark.parametrize(
    "faults, begun",
    [
        ({}, 1),
        ({2: "cut"}, 1),
        ({1: "cut", 2: "cut", 3: "cut"}, 1),
        ({2: "half"}, 1),
        ({3: "forgotten"}, 2),
        ({3: "gone"}, 2),
    ],
    ids=str,
)
async def test_what_was_broken_off_goes_on(net, faults, begun):
    registry = Uploads(faults=faults)
    assert await pushed(net, registry) == ""
    assert registry.stored == {DIGEST: DATA}
    assert registry.begun == begun


async def test_the_least_chunk_that_a_registry_takes(net):
    registry = Uploads(headers=(("OCI-Chunk-Min-Length", "6000"),))
    assert await pushed(net, registry) == ""
    assert (registry.stored, registry.patches) == ({DIGEST: DATA}, 2)


@pytest.mark.parametrize(
    "registry, said",
    [
        (Uploads(faults={1: "denied"}), "does not take the blob sha256:.* (status 403, DENIED): that needs a login"),
        (Uploads(faults=dict.fromkeys(range(1, 99), "gone")), "could not be brought over in 3 attempts"),
        (Uploads(headers=(("OCI-Chunk-Min-Length", "99999999999"),)), "wants chunks of 95367 MiB"),
        (Uploads(location="http://registry.example.com/u"), "from https to http"),
        (Uploads(location="https://10.1.2.3/u"), "a private address"),
        (Uploads(location="https://user:word@registry.example.com/u"), "what cannot be asked: userinfo"),
    ],
)
async def test_a_push_that_fails_says_why(net, registry, said):
    message = await pushed(net, registry)
    assert re.search(said.replace("(", r"\(").replace(")", r"\)"), message), message
    assert HOST in message or "sha256:" in message
    assert "\x1b" not in message
    assert registry.stored == {}


async def pushed(net, registry, sizes=CHUNKS):
    """Push a blob in chunks; returns what was said where that failed."""
    net.name(HOST, ADDRESS)
    net.serve(ADDRESS, registry)
    client = net.client()
    client.session.transport.sleep = no_sleep
    try:
        await opened(client, HOST, "a/b", sizes=sizes).put_blob(blob_of(DATA)[0])
    except RegistryFailure as failure:
        return str(failure)
    finally:
        await client.aclose()
    return ""


async def no_sleep(_):
    pass


class Whatever:
    """Begins uploads, and answers each request with the next of `answers`, in a circle."""

    def __init__(self, answers):
        self.answers = itertools.cycle(answers)
        self.taken = []

    async def begin(self):
        return self.reply(202, "0-0", "/u")

    async def send(self, ask):
        if isinstance(ask.body, Stream):
            assert sum([len(part) async for part in ask.body.open()]) == ask.body.size
        status, how_far, location = next(self.answers)
        if status == 0:
            raise NoAnswer("nobody answered")
        self.taken.append((ask.method, status))
        return self.reply(status, how_far, location)

    def reply(self, status, how_far, location):
        headers = {"range": how_far, "location": location}
        found = {name: (value,) for name, value in headers.items() if value is not None}
        return Reply(status, found, b"", urls.parse(f"https://{HOST}/u"), Place.PUBLIC)

    def refusal(self, reply, what):
        return Refused(f"{HOST} does not {what}")


answer = st.tuples(
    st.sampled_from([0, 200, 201, 202, 202, 202, 204, 307, 400, 401, 404, 413, 416, 500]),
    st.none() | st.integers(0, 12_000).map("0-{}".format) | st.text(max_size=8),
    st.none() | st.sampled_from(["/u", "?_state=2", "https://other.example.net/u"]) | st.text(max_size=8),
)


@given(st.lists(answer, min_size=1, max_size=8), st.sampled_from([Sizes(), Sizes(0, 3000)]))
async def test_whatever_a_registry_answers_an_upload_ends(answers, sizes):
    desk = Whatever(answers)
    try:
        await upload(desk, blob_of(DATA)[0], sizes=sizes)
    except RegistryFailure as failure:
        assert "\n" not in str(failure)
    else:
        method, status = desk.taken[-1]
        assert method == "PUT"
        assert status in (200, 201, 204)
    assert len(desk.taken) < 200


@pytest.mark.parametrize("sizes", [Sizes(), Sizes(0, 3000)], ids=str)
@pytest.mark.parametrize("at", [HOST, OTHER])
async def test_a_credential_does_not_go_where_an_upload_leads(net, tmp_path, at, sizes):
    """T4: an upload goes on where the registry says, with our credential on its own host only."""
    config = tmp_path / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {HOST: {"username": USER, "password": PASSWORD}}}))
    uploads = Uploads(location=f"https://{at}/elsewhere?_state=1" if at == OTHER else "/elsewhere?_state=1")
    seen = []

    def answer(request):
        seen.append((request.method, "authorization" in request.headers))
        if "authorization" not in request.headers and request.headers["host"] == HOST:
            return Response(401, (("WWW-Authenticate", 'Basic realm="here"'),))
        if request.method != "POST":
            request = request._replace(target=uploads.location)
        return uploads(request)

    net.name(HOST, ADDRESS)
    net.name(OTHER, OTHER_ADDRESS)
    net.serve(ADDRESS, answer)
    net.serve(OTHER_ADDRESS, answer)
    client = net.client(env={"HOME": str(tmp_path)})
    await opened(client, HOST, "a/b", sizes=sizes).put_blob(blob_of(DATA)[0])
    await client.aclose()
    assert uploads.stored == {DIGEST: DATA}
    assert {told for method, told in seen if method in ("PATCH", "PUT")} == {at == HOST}


# Manifests.


async def test_a_manifest_arrives_byte_for_byte(anybody):
    body = b'{\n "schemaVersion": 2,\n "mediaType": "' + MANIFEST.encode() + b'", "layers": [],  "config": {}}\n'
    spaced = Document("sha256:" + hashlib.sha256(body).hexdigest(), MANIFEST, body)
    with EmbeddedRegistry() as registry:
        target = opened(anybody, registry.host, "a/b")
        await target.put_manifest(spaced, "1")
        assert await target.manifest("1") == spaced
        assert await target.manifest(spaced.digest) == spaced
        assert await target.has_manifest(spaced.digest)
        assert await target.tags() == ("1",)
        with pytest.raises(NotThere, match=r"does not have a manifest 2 in a/b \(status 404\)"):
            await target.manifest("2")


def test_our_own_manifests_are_ascii():
    manifest = compose(INDEX, {"annotations": {"title": "größer 😀"}})
    assert manifest.body == b'{"annotations":{"title":"gr\\u00f6\\u00dfer \\ud83d\\ude00"}}'
    assert manifest.digest == "sha256:" + hashlib.sha256(manifest.body).hexdigest()


@pytest.mark.parametrize(
    "manifest, why",
    [
        (Document(DIGEST, MANIFEST, b"{}"), "is not what its digest stands for"),
        (Document(*document(INDEX, {"mediaType": MANIFEST})), "another kind of document"),
        (Document(*document(INDEX, {"manifests": [], "layers": []})), "is both an index and a manifest"),
    ],
)
async def test_a_wrong_manifest_is_not_sent(anybody, manifest, why):
    with EmbeddedRegistry() as registry:
        with pytest.raises(Refused, match=why):
            await opened(anybody, registry.host, "a/b").put_manifest(manifest)
        assert registry.log == []


async def test_a_registry_that_keeps_something_else_is_found_out(net):
    net.name(HOST, ADDRESS)
    net.serve(ADDRESS, lambda request: Response(201, (("Docker-Content-Digest", DIGEST),)))
    client = net.client()
    with pytest.raises(Refused, match=f"keeps the manifest {SUBJECT.digest} as {DIGEST}"):
        await opened(client, HOST, "a/b").put_manifest(Document(*SUBJECT))
    await client.aclose()


def listed(registry):
    """The digests in the list under the tag of the subject."""
    found = registry.contents.repository("a/b").manifest(fallback_tag(SUBJECT.digest))
    return [entry["digest"] for entry in json.loads(found.body)["manifests"]] if found else None


@pytest.mark.parametrize("api", [True, False])
async def test_a_referrer_is_listed_by_the_api_or_under_the_tag(anybody, api):
    with EmbeddedRegistry({"a/b": {"1": IMAGE}}, referrers=api) as registry:
        target = opened(anybody, registry.host, "a/b")
        await target.put_manifest(Document(*SBOM.root))
        found = await target.referrers(SUBJECT.digest)
        (entry,) = found.descriptors
        assert (entry.digest, entry.artifact_type) == (SBOM.root.digest, "application/spdx+json")
        assert (entry.annotations, found.via) == ({"a": "ä"}, "api" if api else "tag")
        assert listed(registry) == (None if api else [SBOM.root.digest])


async def test_two_writers_at_once_lose_nothing(anybody):
    """Somebody else writes the list between our reading and our writing, and then over what we wrote."""
    other = artifact("application/x", document("application/x", b"{}"), SUBJECT, {})
    with EmbeddedRegistry({"a/b": {"1": IMAGE}}, referrers=False) as registry:
        repository = registry.contents.repository("a/b")
        repository.add(other)
        theirs = document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(other.root)]})
        repository.put_manifest(theirs)
        target = opened(anybody, registry.host, "a/b")
        written, put = [], target.put

        async def put_and_overwrite(url, manifest, headers=()):
            reply = await put(url, manifest, headers)
            if "sha256-" in url.target and not written:
                written.append(url)
                repository.tag(fallback_tag(SUBJECT.digest), theirs.digest)
            return reply

        target.put = put_and_overwrite
        await target.put_manifest(Document(*SBOM.root))
        assert listed(registry) == [other.root.digest, SBOM.root.digest]
        await target.put_manifest(Document(*SBOM.root))
        assert listed(registry) == [other.root.digest, SBOM.root.digest]


async def test_somebody_who_writes_all_the_time_is_named(anybody):
    with EmbeddedRegistry({"a/b": {"1": IMAGE}}, referrers=False) as registry:
        repository = registry.contents.repository("a/b")
        target = opened(anybody, registry.host, "a/b")
        put = target.put

        async def put_and_remove(url, manifest, headers=()):
            reply = await put(url, manifest, headers)
            repository.untag(fallback_tag(SUBJECT.digest))
            return reply

        target.put = put_and_remove
        with pytest.raises(Refused, match="is written by somebody else all the time"):
            await target.put_manifest(Document(*SBOM.root))


# Where nothing is pushed.


def test_nothing_is_pushed_through_a_mirror():
    settings = Settings(mirrors={"docker.io": MirrorSettings("https://mirror.example.com", resolve=True)})
    client = build_client(settings, {}, Credentials({}))
    with pytest.raises(
        Refused, match=r"nothing is pushed to docker\.io: https://mirror\.example\.com stands in for it"
    ):
        client.endpoint("docker.io", "library/python", push=True)
    assert client.endpoint("docker.io", "library/python").root.authority == "mirror.example.com"
