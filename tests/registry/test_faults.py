"""Every fault of a registry, or of the network before it, met by every verb: one clear answer at a bounded price."""

import json
from typing import NamedTuple

import pytest

from moorage.embedded.http import Response
from moorage.embedded.images import ImageSpec, artifact, build, document
from moorage.facts import Absent, Known, Unreachable
from moorage.registry.http.outages import Outages
from support import faults
from support.faults import TOO_MANY, instead, redirected, status, wants
from support.secrets import basic

HOST, REPOSITORY = "registry.example.com", "team/app"
ADDRESS, OTHER, PRIVATE = "93.184.216.34", "93.184.216.35", "10.1.2.3"
IMAGE = build(ImageSpec("app"))
ROOT = IMAGE.root.digest
CONFIG, LAYER = IMAGE.blobs[0], IMAGE.blobs[1]
SBOM = artifact("application/spdx+json", document("application/spdx+json", b"{}"), IMAGE.root, {})
MIB = 1 << 20


class Verb(NamedTuple):
    """A verb of the client: how it is called, the part of the target that its own request has, its cap in bytes."""

    call: object
    part: str
    limit: int


VERBS = {
    "tags": Verb(lambda c: c.tags(HOST, REPOSITORY), "/tags/list", 32 * MIB),
    "head": Verb(lambda c: c.head(HOST, REPOSITORY, "1.0"), "/manifests/1.0", 4 * MIB),
    "manifest": Verb(lambda c: c.manifest(HOST, REPOSITORY, ROOT), f"/manifests/{ROOT}", 4 * MIB),
    "config": Verb(lambda c: c.config(HOST, REPOSITORY, CONFIG.digest), f"/blobs/{CONFIG.digest}", 4 * MIB),
    "referrers": Verb(lambda c: c.referrers(HOST, REPOSITORY, ROOT), "/referrers/", 4 * MIB),
    "blob": Verb(lambda c: c.blob(HOST, REPOSITORY, LAYER.digest, MIB), f"/blobs/{LAYER.digest}", MIB),
}  # fmt: skip
ALL = tuple(VERBS)
BODY = tuple(verb for verb in VERBS if verb != "head")
BY_DIGEST = ("manifest", "config", "blob")

# Which fault, met by which verbs; what is said; how many requests it costs, second attempts included.
FAULTS = [
    ("silent", faults.silent, ALL, "did not answer within 0.2 s", 1),
    ("drip", faults.drip, BODY, "did not answer within 0.2 s", 1),
    ("drip of headers", faults.drip_of_headers, ALL, "did not answer within 0.2 s", 1),
    ("cut before", faults.cut_before, ALL, "broke the connection off", 3),
    ("cut in the head", faults.cut_in_head, ALL, "broke the connection off", 3),
    ("cut in the body", faults.cut_in_body, BODY, "broke the connection off", 3),
    ("cut in a chunk", faults.cut_in_chunk, BODY, "broke the connection off", 3),
    ("no HTTP", faults.no_http, ALL, "broke the connection off", 3),
    ("two lengths", faults.two_lengths, ALL, "broke the connection off", 3),
    ("no length", faults.no_length, ALL, "broke the connection off", 3),
    ("header bomb", faults.header_bomb, ALL, "broke the connection off", 3),
    ("short length", faults.too_short_a_length, ("tags", "referrers"), "list of", 1),
    ("short length", faults.too_short_a_length, BY_DIGEST, "is not what its digest stands for", 1),
    ("gzip bomb", faults.gzip_bomb, BODY, "answered in the encoding 'gzip', which was not asked for", 1),
    ("flood", faults.flood, BODY, "answered with more than", 1),
    ("announced flood", faults.announced_flood, BODY, "answered with more than", 1),
    ("deep JSON", instead(faults.DEEP), ("tags", "referrers"), "list of", 1),
    ("an error with 200", instead(b'{"error": "log in"}'), ("tags",), "list of", 1),
    ("deep JSON", instead(faults.DEEP), BY_DIGEST, "is not what its digest stands for", 1),
    ("one bit flipped", faults.flipped, BY_DIGEST, "is not what its digest stands for", 1),
    ("login page", faults.login_page(), ("tags", *BY_DIGEST), "a login page stands in between", 1),
    ("login page", faults.login_page(), ("head",), "a login page stands in between", 2),
    ("another type", instead(headers=[("Content-Type", "application/vnd.docker.distribution.manifest.v2+json")]),
     ("manifest",), "is another kind of document", 1),
    ("headers twice", faults.said_twice, ("manifest",), None, 1),
    ("headers twice", faults.said_twice, ("head",), None, 2),
    ("two digests", faults.another_digest, ("head",), None, 2),
    *((f"status {n}", status(n), ALL, f"answered status {n} when asked for", 3) for n in (500, 502, 503, 504)),
    ("status 418", status(418), ALL, "answered status 418 when asked for", 1),
    ("redirect to nowhere", status(307), ALL, "it leads elsewhere without saying where", 1),
    ("status 204", instead(b"", 204), ALL, "answered status 204 when asked for", 1),
    *((f"429 {name}", status(429, header), ALL, "asks to be left alone until", 1) for name, header in TOO_MANY.items()),
    ("429 without a time", status(429), ALL, "asks to be left alone until", 3),
    ("503 with a time", status(503, TOO_MANY["seconds"]), ALL, "asks to be left alone until", 1),
    ("redirects without end", faults.redirected_without_end, ALL, "redirects more than 5 times", 6),
    ("redirects in a circle", faults.redirected_in_a_circle, ALL, "redirects more than 5 times", 6),
    ("redirect to metadata", redirected("http://169.254.169.254/"), ALL, "redirects from https to http", 1),
    ("redirect to link-local", redirected("https://169.254.169.254/"), ALL, "169.254.169.254 is never asked", 1),
    ("redirect to a private address", redirected(f"https://{PRIVATE}/"), ALL, "a private address", 1),
    ("redirect to a private name", redirected("https://inside.example.com/"), ALL, "out of bounds", 1),
    ("redirect to this machine", redirected("https://localhost/"), ALL, "more private than itself", 1),
    ("redirect to http", redirected(f"http://{HOST}/"), ALL, "redirects from https to http", 1),
    ("redirect to a file", redirected("file:///etc/passwd"), ALL, "redirects to what cannot be asked", 1),
    ("redirect to a long way", redirected("/v2/" + "x" * (16 << 10)), ALL, "redirects to what cannot be asked", 1),
    ("redirect to no name", redirected("https://xn--a.example/"), ALL, "xn--a.example is not asked: it is no name", 1),
    ("realm at no name", wants('Bearer realm="https://xn--a.example/token"'), ALL, "it is no name of a host", 1),
    ("realm at metadata", wants('Bearer realm="http://169.254.169.254/token"'), ALL, "a token server that is not", 1),
    ("realm inside", wants(f'Bearer realm="https://{PRIVATE}/token"'), ALL, "a token server that is not", 1),
]  # fmt: skip
CASES = [
    pytest.param(fault, VERBS[verb], words, asked, id=f"{name}, {verb}")
    for name, fault, verbs, words, asked in FAULTS
    for verb in verbs
]  # fmt: skip


@pytest.fixture
async def faulty(net, certificates):
    """A registry with faults on command, behind a public name."""
    async with faults.FaultyRegistry({REPOSITORY: {"1.0": IMAGE}}, tls=certificates[1]) as registry:
        registry.truthful.contents.repository(REPOSITORY).add(SBOM)
        net.name(HOST, ADDRESS)
        net.name("inside.example.com", PRIVATE)
        net.lead(ADDRESS, registry.port)
        yield registry


@pytest.fixture
async def client(net, faulty):
    """A client without patience; `slept` is how long it would have waited between attempts."""
    found = net.client()
    found.slept = []

    async def sleep(seconds):
        found.slept.append(seconds)

    found.session.transport.sleep = sleep
    yield found
    await found.aclose()


async def ask(client, verb):
    """The answer of a verb, whichever shape it has."""
    found = await verb.call(client)
    return getattr(found, "answer", found)


def sentence(answer):
    """The sentence of an answer that is none: one line, not too long, and it names the registry and the repository.

    What is wrong with the whole host is said in the same words for all its repositories.
    """
    assert isinstance(answer, Unreachable | Absent), answer
    said = answer.reason if isinstance(answer, Unreachable) else answer.message
    assert said.isprintable()
    assert len(said) < 500
    assert HOST in said
    assert REPOSITORY in said or "left alone" in said or "did not answer within" in said
    return said


@pytest.mark.parametrize("fault, verb, words, asked", CASES)
async def test_one_sentence_at_a_bounded_price(net, faulty, client, fault, verb, words, asked):
    timed = words is not None and "within 0.2 s" in words
    client.session.transport.deadline = 0.2 if timed else 30
    faulty.play(fault, verb.part)
    answer = await ask(client, verb)
    if words is None:
        assert isinstance(answer, Known)
    else:
        assert words in sentence(answer)
    # On a busy machine the time may be over before a connection stands.
    assert faulty.faults <= asked if timed else faulty.faults == asked
    # What is in the buffers of the sockets when we hang up has been sent too.
    assert faulty.sent < verb.limit + 16 * MIB
    assert sum(client.slept) < 2
    assert {address for address, _ in net.connected} == {ADDRESS}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
async def test_without_a_fault_every_verb_has_its_answer(faulty, client, verb):
    assert isinstance(await ask(client, verb), Known | bytes)
    assert len(faulty.requests) <= 6


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize("fault", [faults.too_short_a_length, faults.cut_in_body, faults.drip, faults.flood])
async def test_what_is_left_of_a_bad_answer_is_not_taken_for_the_next(faulty, client, fault, verb):
    client.session.transport.deadline = 0.2
    faulty.play(fault, verb.part)
    await ask(client, verb)
    client.session.transport.deadline = 30
    client.session.transport.outages = Outages()
    faulty.play(None)
    assert isinstance(await ask(client, verb), Known | bytes)


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
async def test_a_host_that_wants_to_be_left_alone_is_asked_nothing_more_by_any_verb(faulty, client, verb):
    faulty.play(status(429, TOO_MANY["seconds"]))
    await ask(client, verb)
    for other in VERBS.values():
        answer = await ask(client, other)
        assert 100 < answer.retry_at - answer.since <= 121
    assert len(faulty.requests) == 1


@pytest.mark.parametrize("verb", ["tags", "referrers"])
@pytest.mark.parametrize(
    "fault, asked",
    [
        (faults.pages_without_end, 51),
        (faults.page_after_itself, 1),
        (faults.next_page_at("https://evil.example/v2/"), 1),
        (faults.next_page_at("http://169.254.169.254/"), 1),
        (faults.next_page_at("//inside.example.com/"), 1),
    ],
)
async def test_pages_that_lead_nowhere_leave_a_list_that_is_not_complete(net, faulty, client, verb, fault, asked):
    faulty.play(fault, VERBS[verb].part)
    answer = await ask(client, VERBS[verb])
    assert isinstance(answer, Known)
    assert not answer.complete
    assert faulty.faults <= asked
    assert {address for address, _ in net.connected} == {ADDRESS}


@pytest.fixture
def logged_in(net, faulty, tmp_path):
    """A client of a user with a credential for the registry and for the host it will be sent to."""
    auth = basic()
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(
        json.dumps({"auths": {HOST: {"auth": auth}, "evil.example": {"auth": auth}}})
    )
    return net.client(env={"HOME": str(tmp_path)})


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
@pytest.mark.parametrize(
    "fault", [wants('Bearer realm="https://evil.example/token",service="s"'), redirected("https://evil.example/x")]
)
async def test_another_host_is_told_no_credential(net, faulty, logged_in, fault, verb):
    net.name("evil.example", OTHER)
    evil = net.serve(OTHER, lambda _: Response(401, (("WWW-Authenticate", 'Basic realm="x"'),)))
    faulty.play(fault, verb.part)
    assert "needs a login" in sentence(await ask(logged_in, verb))
    await logged_in.aclose()
    assert evil.requests
    assert not any("authorization" in request.headers for request in evil.requests)
