"""Every fault of a registry met by what is pushed: it arrives all the same, or one sentence says why it does not."""

import hashlib
from typing import NamedTuple

import pytest

from moorage.embedded.auth import Basic, Bearer, Guard
from moorage.embedded.http import Response
from moorage.embedded.images import ImageSpec, artifact, build, document
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.failures import RegistryFailure
from moorage.registry.moving import uploads
from moorage.registry.moving.blobs import of_bytes
from moorage.registry.moving.uploads import Sizes
from moorage.registry.moving.verbs import Document
from moorage.settings import Settings
from registry.remotes import described, opened
from support import faults
from support.faults import TOO_MANY, instead, redirected, status, wants
from support.secrets import PASSWORD, USER, basic, leak

HOST, REPOSITORY = "registry.example.com", "team/app"
FOREIGN = "other.example.net"
ADDRESS, OTHER, PRIVATE = "93.184.216.34", "93.184.216.35", "10.1.2.3"
IMAGE = build(ImageSpec("app", single=True))
SBOM = artifact("application/spdx+json", document("application/spdx+json", b"{}"), IMAGE.root, {})
DATA = bytes(range(256)) * 40
DIGEST = "sha256:" + hashlib.sha256(DATA).hexdigest()
BLOB, CHUNKS = of_bytes(DATA, DIGEST), Sizes(0, 3000)


class Step(NamedTuple):
    """A request among those of a push: how that is called, and which method and part of the target the request has."""

    call: object
    method: str
    part: str = "/blobs/uploads/"
    sizes: Sizes = Sizes()


STEPS = {
    "begin": Step(lambda to: to.put_blob(BLOB), "POST"),
    "whole": Step(lambda to: to.put_blob(BLOB), "PUT"),
    "chunk": Step(lambda to: to.put_blob(BLOB), "PATCH", sizes=CHUNKS),
    "end": Step(lambda to: to.put_blob(BLOB), "PUT", sizes=CHUNKS),
    "manifest": Step(lambda to: to.put_manifest(Document(*IMAGE.root), "1.0"), "PUT", "/manifests/1.0"),
    "referrer": Step(lambda to: to.put_manifest(Document(*SBOM.root)), "GET", "/referrers/"),
}  # fmt: skip
BLOBS = ("begin", "whole", "chunk", "end")
WRITES = (*BLOBS, "manifest")
ALL = (*WRITES, "referrer")
MORE = ("begin", "chunk")
"""The steps whose answers say where an upload goes on."""
SECOND = (2,)
LOST = "could not be brought over in 3 attempts: at last "


def upload_at(url):
    """The upload goes on there."""
    return instead(headers=[("Location", url)])


# Which fault, met by which of the requests that fit (none: by all), at which steps; what is said, None where it is
# pushed all the same.
FAULTS = [
    ("silent", faults.silent, (), ("begin", "end", "manifest", "referrer"), "did not answer within 0.3 s"),
    ("silent", faults.silent, (), ("whole",), "did not answer within 0.3 s"),
    ("silent", faults.silent, SECOND, ("chunk",), None),
    ("cut before", faults.cut_before, (), ("begin", "end", "manifest", "referrer"), "broke the connection off"),
    ("cut before", faults.cut_before, SECOND, ("chunk",), None),
    ("cut before, once", faults.cut_before, (1,), ("whole",), None),
    ("no HTTP", faults.no_http, (), ("begin", "whole", "end", "manifest"), "broke the connection off"),
    ("flood", faults.flood, (), WRITES, "answered with more than 64 KiB"),
    ("gzip bomb", faults.gzip_bomb, (), ALL, "in the encoding 'gzip', which was not asked for"),
    ("login page", faults.login_page(), (), WRITES, "(status 200): it may be no registry, or a login page"),
    *((f"status {n}", status(n), SECOND, ("chunk",), None) for n in (408, 416, 500, 502, 503, 504)),
    *((f"status {n}, once", status(n), (1,), ("whole",), None) for n in (404, 408, 413, 416, 500, 502, 503, 504)),
    *((f"status {n}", status(n), (), ("begin", "end", "manifest"), f"(status {n}, UNKNOWN): something is wrong there")
      for n in (500, 502, 503, 504)),
    ("status 500", status(500), (), ("referrer",), "answered status 500 when asked for a list of referrers of"),
    ("status 404", status(404), (), ("begin", "manifest"), "(status 404, UNKNOWN): it may have to be created there"),
    ("status 404", status(404), (), ("whole", "chunk", "end"), f"{LOST}{HOST} answered status 404"),
    ("status 404", status(404), SECOND, ("chunk",), None),
    ("status 413", status(413), (), WRITES, "(status 413, UNKNOWN): that is larger than it, or a proxy before it,"),
    ("status 400", status(400), (), WRITES, "(status 400, UNKNOWN)"),
    ("status 401", status(401), (), WRITES, "(status 401, UNKNOWN): that needs a login which may push to it"),
    ("status 401", status(401), SECOND, ("chunk",), "(status 401, UNKNOWN): that needs a login which may push to it"),
    ("status 401", status(401), (), ("referrer",), "needs a login (status 401)"),
    ("status 403", status(403), (), WRITES, "(status 403, UNKNOWN): that needs a login which may push to it"),
    *((f"429 {name}", status(429, time), (), ALL, "asks to be left alone until") for name, time in TOO_MANY.items()),
    ("429 without a time", status(429), SECOND, ("chunk",), "asks to be left alone until"),
    ("nothing of where", instead(without=["Location"]), (), ("begin",), "does not say where an upload goes on"),
    ("nothing of where", instead(without=["Location"]), (), ("whole", "chunk", "end", "manifest"), None),
    ("endless Location", upload_at("/" + "x" * 20_000), (), MORE, "sends an upload to what cannot be asked: too long"),
    ("Location at metadata", upload_at("https://169.254.169.254/"), (), MORE, "169.254.169.254 is never asked"),
    ("Location at a private address", upload_at(f"https://{PRIVATE}/"), (), MORE, "a private address"),
    ("Location at a private name", upload_at("https://inside.example.com/"), (), MORE, "out of bounds"),
    ("Location at this machine", upload_at("https://localhost/"), (), MORE, "more private than itself"),
    ("Location at http", upload_at(f"http://{HOST}/"), (), MORE, "sends an upload from https to http"),
    ("Location at a file", upload_at("file:///etc/passwd"), (), MORE, "sends an upload to what cannot be asked"),
    ("Location of no upload", upload_at("/v2/team/app/blobs/uploads/0"), (), ("begin",), f"{LOST}{HOST} answered"),
    ("Range back, once", instead(headers=[("Range", "0-99")]), SECOND, ("chunk",), None),
    ("Range back", instead(headers=[("Range", "0-99")]), (), ("chunk",), f"{LOST}{HOST} said that it had 100 bytes"),
    ("Range ahead", instead(headers=[("Range", "0-99999999")]), (), ("chunk",), f"{LOST}{HOST} said that it had 1000"),
    ("Range that is none", instead(headers=[("Range", "bytes 7")]), (), ("chunk",), None),
    ("another digest", instead(headers=[("Docker-Content-Digest", "sha256:" + "0" * 64)]), (),
     ("whole", "end", "manifest"), f"as sha256:{'0' * 64}"),
    ("redirect", redirected(f"https://{FOREIGN}/"), (), WRITES, "(status 307): it leads elsewhere, and nothing is"),
    ("redirect to itself", faults.redirected_in_a_circle, (), WRITES, "(status 307): it leads elsewhere"),
    ("realm at metadata", wants('Bearer realm="http://169.254.169.254/token"'), (), ALL, "a token server that is not"),
]  # fmt: skip
CASES = [
    pytest.param(fault, numbers, STEPS[step], words, id=f"{name}, {step}")
    for name, fault, numbers, steps, words in FAULTS
    for step in steps
]


@pytest.fixture
async def faulty(net, certificates, monkeypatch):
    """A registry with faults on command and without the referrers API, behind a public name; nobody has patience."""
    monkeypatch.setattr(uploads, "seconds_for", lambda size: None)
    async with faults.FaultyRegistry({REPOSITORY: {"0": IMAGE}}, tls=certificates[1], referrers=False) as registry:
        net.name(HOST, ADDRESS)
        net.name("inside.example.com", PRIVATE)
        net.lead(ADDRESS, registry.port)
        yield registry


def impatient(client):
    """The client, which waits for nothing."""

    async def sleep(seconds):
        pass

    client.session.transport.sleep = sleep
    return client


async def pushed(client, step):
    """Push; returns what was said where that failed: one line, not too long, that names registry and repository."""
    try:
        await step.call(opened(client, HOST, REPOSITORY, step.sizes))
    except RegistryFailure as failure:
        said = str(failure)
        assert said.isprintable()
        assert len(said) < 500
        assert HOST in said
        assert REPOSITORY in said or "left alone" in said
        return said
    finally:
        await client.aclose()
    return None


@pytest.mark.parametrize("fault, numbers, step, words", CASES)
async def test_it_arrives_or_one_sentence_says_why_not(net, faulty, fault, numbers, step, words):
    client = impatient(net.client())
    client.session.transport.deadline = 0.3 if fault is faults.silent else 30
    faulty.play(fault, step.part, step.method, numbers)
    said = await pushed(client, step)
    there = faulty.truthful.contents.repository(REPOSITORY)
    if words is None:
        assert said is None
        assert "/blobs/" not in step.part or there.blobs[DIGEST].body == DATA
    else:
        assert words in (said or "it was pushed")
    assert faulty.faults
    assert len(faulty.requests) <= 25
    assert {address for address, _ in net.connected} == {ADDRESS}


@pytest.mark.parametrize("fault", [faults.login_page(), faults.another_digest, status(500), status(404), status(401)])
async def test_what_is_there_is_not_believed_of_any_answer(net, faulty, fault):
    """A page that says 200 to everything, or something else below the name: then it is not there, and is pushed."""
    client = impatient(net.client())
    target = opened(client, HOST, REPOSITORY)
    layer = IMAGE.blobs[-1]
    assert await target.has_manifest(IMAGE.root.digest)
    assert await target.has_blob(described(layer.digest, len(layer.body)))
    faulty.play(instead(headers=[("Docker-Content-Digest", DIGEST)]) if fault is faults.another_digest else fault)
    assert not await target.has_manifest(IMAGE.root.digest)
    assert not await target.has_blob(described(layer.digest, len(layer.body)))
    faulty.play(None)
    assert not await target.has_blob(described(layer.digest, len(layer.body) + 1))
    await client.aclose()


@pytest.fixture
def home(tmp_path):
    """The environment of a user with a credential for the registry and for the host it will be sent to."""
    (tmp_path / ".docker").mkdir()
    auths = ", ".join(f'"{host}": {{"auth": "{basic()}"}}' for host in (HOST, FOREIGN))
    (tmp_path / ".docker/config.json").write_text(f'{{"auths": {{{auths}}}}}')
    return {"HOME": str(tmp_path)}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize(
    "fault, leads",
    [
        (upload_at(f"https://{FOREIGN}/u"), True),
        (redirected(f"https://{FOREIGN}/x"), False),
        (wants(f'Bearer realm="https://{FOREIGN}/token",service="s"'), False),
    ],
    ids=["Location", "redirect", "realm"],
)
async def test_another_host_is_told_no_credential_and_gets_only_the_blob_of_an_upload_that_leads_there(
    net, faulty, home, fault, leads, step
):
    net.name(FOREIGN, OTHER)
    foreign = net.serve(OTHER, lambda _: Response(401, (("WWW-Authenticate", f'Basic realm="{HOST}"'),)))
    faulty.truthful.guard = Guard(Basic(USER, PASSWORD))
    client = impatient(net.client(env=home))
    assert await opened(client, HOST, REPOSITORY).has_manifest(IMAGE.root.digest)
    faulty.play(fault, step.part, step.method)
    await pushed(client, step)
    assert any("authorization" in request.headers for request in faulty.requests)
    assert not any(leak(f"{request.headers} {request.target}") for request in foreign.requests)
    assert not any("authorization" in request.headers for request in foreign.requests)
    sent = {request.method for request in foreign.requests if request.body}
    wanted = {STEPS["begin"]: {"PUT"}, STEPS["chunk"]: {"PATCH"}} if leads else {}
    assert sent == wanted.get(step, set())


@pytest.mark.parametrize("step", [STEPS[step] for step in WRITES], ids=WRITES)
async def test_a_token_that_runs_out_in_the_middle_is_asked_for_anew(tmp_path, step):
    async with faults.FaultyRegistry({REPOSITORY: {"0": IMAGE}}, auth=Bearer(USER, PASSWORD)) as registry:
        realm = registry.truthful.guard.realm = f"http://{registry.host}/token"
        scope = f"repository:{REPOSITORY}:pull,push"
        (tmp_path / ".docker").mkdir()
        (tmp_path / ".docker/config.json").write_text(f'{{"auths": {{"{registry.host}": {{"auth": "{basic()}"}}}}}}')
        client = build_client(Settings(), {}, Credentials({"HOME": str(tmp_path)}))
        target = opened(client, registry.host, REPOSITORY, step.sizes)
        await target.put_manifest(Document(*IMAGE.root), "0")
        registry.play(
            wants(f'Bearer realm="{realm}",service="embedded",scope="{scope}",error="invalid_token"'),
            step.part, step.method, (1,),
        )  # fmt: skip
        tokens = len(registry.truthful.token_log)
        await step.call(target)
        await client.aclose()
        assert registry.faults == 1
        assert len(registry.truthful.token_log) == tokens + 1
        there = registry.truthful.contents.repository(REPOSITORY)
        assert step is STEPS["manifest"] or there.blobs[DIGEST].body == DATA
