"""Credentials and tokens that are refused: how often they are sent, what is looked up without them, what is said.

An account is locked after a few failures, whatever asks for it: two hundred questions at once must not be two hundred.
"""

import asyncio
import json
import os
import re
import time

import pytest

from moorage.embedded.auth import Basic, Bearer
from moorage.embedded.http import Response
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import Absent, Known, Question
from moorage.registry.access.auth import Authenticator
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.checkup import Examiner
from moorage.registry.http.gates import Urgency
from moorage.settings import Settings
from registry.net import JSON
from support.command import moorage
from support.secrets import PASSWORD, TOKEN, USER, basic

HOST, ADDRESS = "registry.example.com", "93.184.216.34"
REALM = f"https://{HOST}/token"
NAMES = [f"team/image{n}" for n in range(50)]
SAID = "was not accepted: it is wrong, or has run out"


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def log_in(folder, auths):
    """The environment of a user with these entries."""
    file = folder / ".docker" / "config.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps({"auths": auths}))
    # Written twice within the grain of a file system's clock, it would seem to be the same.
    os.utime(file, ns=(time.time_ns(), time.time_ns() + len(str(auths)) * 1_000_000_000))
    return {"HOME": str(folder)}


def client_of(env, net=None):
    """A client, and the clock that its credentials and tokens go by."""
    client = net.client(env=env) if net is not None else build_client(Settings(), env, Credentials(env))
    clock = Clock()
    client.session.authenticator = Authenticator(client.session.transport, Credentials(env), {}, clock=clock)
    return client, clock


async def ask(client, host, names, kind="tags"):
    """The answers about all these repositories, asked for at once."""
    questions = [Question(kind, host, name, "" if kind == "tags" else "1.0") for name in names]
    return [outcome.answer for outcome in await asyncio.gather(*(client.ask(q, Urgency(True)) for q in questions))]


def unauthorized(header):
    return Response(401, (("WWW-Authenticate", header),))


class TokenServer:
    """A registry with a token server of its own, whose rules a test may change.

    `logins` holds what each request for a token with a credential was about; `anonymous` counts the others.
    """

    def __init__(self, net):
        self.accepts = lambda sent, scope: True
        self.public = True
        self.opens = lambda token: True
        self.challenge = f'Bearer realm="{REALM}",service="s"'
        self.logins, self.anonymous, self.given = [], 0, 0
        self.leads_to, self.lifetime = "", 3600
        net.name(HOST, ADDRESS)
        self.server = net.serve(ADDRESS, self.answer)

    def answer(self, request):
        sent = request.headers.get("authorization", "")
        if request.path == "/token" and self.leads_to:
            return Response(307, (("Location", self.leads_to),))
        if request.path == "/token":
            return self.token(request, sent)
        if sent.startswith("Bearer ") and self.opens(sent[7:]):
            return Response(200, (JSON, ("Docker-Content-Digest", "sha256:" + "a" * 64)), b'{"tags": ["1"]}')
        return unauthorized(self.challenge)

    def token(self, request, sent):
        scope = request.first("scope") or re.sub("(?s).*&scope=([^&]*).*", r"\1", request.body.decode())
        with_credential = bool(sent) or request.method == "POST"
        if with_credential:
            self.logins.append(scope)
            if not self.accepts(sent, scope):
                return Response(401)
        else:
            self.anonymous += 1
            if not self.public:
                return Response(401)
        self.given += 1
        body = {"token": f"{TOKEN}-{'of' if with_credential else 'anybody'}-{self.given}", "expires_in": self.lifetime}
        return Response(200, (JSON,), json.dumps(body).encode())


@pytest.fixture
def server(net):
    return TokenServer(net)


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_a_wrong_password_fails_twice_at_a_token_server_and_public_images_are_seen(tmp_path, elsewhere):
    contents = {name: ["1.0"] for name in NAMES}
    with EmbeddedRegistry(contents, auth=Bearer(USER, "another", elsewhere=elsewhere)) as registry:
        client, _ = client_of(log_in(tmp_path, {registry.host: {"auth": basic()}}))
        answers = await asyncio.gather(*(ask(client, registry.host, NAMES, kind) for kind in ("tags", "digest") * 2))
        await client.aclose()
        assert all(isinstance(answer, Known) for some in answers for answer in some)
        statuses = [seen.status for seen in registry.token_log if seen.authorization.startswith("Basic")]
        # One about a repository, one about the credential alone.
        assert statuses == [401, 401]
        assert len(registry.token_log) == 2 + len(NAMES)


async def test_a_wrong_password_fails_twice_at_a_registry(tmp_path):
    with EmbeddedRegistry({name: ["1.0"] for name in NAMES}, auth=Basic(USER, "another")) as registry:
        client, _ = client_of(log_in(tmp_path, {registry.host: {"auth": basic()}}))
        answers = await asyncio.gather(*(ask(client, registry.host, NAMES, kind) for kind in ("tags", "digest") * 2))
        await client.aclose()
        assert all(isinstance(answer, Absent) and SAID in answer.message for some in answers for answer in some)
        assert [seen.target for seen in registry.log if seen.authorization][1:] == ["/v2/"]


@pytest.mark.parametrize("auth", [Basic(USER, PASSWORD), Bearer(USER, PASSWORD, anonymous=False)])
async def test_the_right_password_costs_nothing_more_and_nobody_waits_in_line(tmp_path, auth):
    with EmbeddedRegistry({name: ["1.0"] for name in NAMES}, auth=auth) as registry:
        client, _ = client_of(log_in(tmp_path, {registry.host: {"auth": basic()}}))
        exchange, under_way, most = client.session.transport.exchange, set(), 0

        async def counted(ask):
            nonlocal most
            if ask.authorization is not None and ask.authorization.startswith("Basic"):
                under_way.add(ask)
                most = max(most, len(under_way))
            try:
                return await exchange(ask)
            finally:
                under_way.discard(ask)

        client.session.transport.exchange = counted
        answers = await asyncio.gather(*(ask(client, registry.host, NAMES, kind) for kind in ("tags", "digest") * 2))
        await client.aclose()
        assert all(isinstance(answer, Known) for some in answers for answer in some)
        assert most > len(NAMES) / 2
        assert len(registry.token_log) == (0 if isinstance(auth, Basic) else len(NAMES))
        assert len([seen for seen in registry.log if "/token" not in seen.target]) == 1 + 4 * len(NAMES)


async def test_a_good_credential_without_rights_to_most_repositories_opens_its_own(server, net, tmp_path):
    """As a CI job's token for one project: the token server refuses it for every other."""
    server.accepts = lambda _, scope: not scope or "/mine:" in scope
    client, clock = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    theirs = NAMES[:20]
    assert all(isinstance(answer, Known) for answer in await ask(client, HOST, theirs))
    (mine,) = await ask(client, HOST, ["team/mine"])
    assert isinstance(mine, Known)
    assert server.logins[-1] == "repository:team/mine:pull"
    # Now and then it is asked about alone, and no repository twice within the life of its token.
    assert len(server.logins) <= 1 + len(theirs) + len(theirs) // 3 + 1
    asked = len(server.logins)
    clock.now += 60
    await ask(client, HOST, theirs)
    assert len(server.logins) == asked
    await client.aclose()


async def test_what_it_has_no_right_to_is_told_from_what_is_wrong(server, net, tmp_path):
    server.accepts = lambda _, scope: "/mine:" in scope
    server.public = False
    client, _ = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    await ask(client, HOST, ["team/mine"])
    (theirs,) = await ask(client, HOST, ["team/theirs"])
    await client.aclose()
    file = tmp_path / ".docker" / "config.json"
    assert theirs.message.endswith(f"; the credential from {file} was not accepted for it")


async def test_a_password_that_is_changed_meanwhile_is_found_out(server, net, tmp_path):
    client, _ = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    await ask(client, HOST, NAMES[:1])
    server.accepts = lambda sent, scope: False
    for name in NAMES[1:]:
        await ask(client, HOST, [name])
    # Three in a row, then the credential alone.
    assert len(server.logins) == 1 + 3 + 1
    await client.aclose()


async def test_it_is_tried_again_later_and_seldom(server, net, tmp_path):
    server.accepts = lambda sent, scope: False
    client, clock = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    counts = []
    for minutes in (0, 9, 2, 10, 10, 60, 60):
        clock.now += 60 * minutes
        await ask(client, HOST, [f"{name}-{clock.now:.0f}" for name in NAMES[:5]])
        counts.append(len(server.logins))
    assert counts == [2, 2, 3, 3, 4, 5, 6]
    server.accepts = lambda sent, scope: True
    clock.now += 3600
    await ask(client, HOST, ["team/later"])
    assert server.logins[6:] == ["", "repository:team/later:pull"]
    await client.aclose()


async def test_another_password_is_tried_at_once(server, net, tmp_path):
    server.accepts = lambda sent, scope: sent == f"Basic {basic()}"
    client, _ = client_of(log_in(tmp_path, {HOST: {"auth": basic(password="old")}}), net)
    await ask(client, HOST, NAMES[:5])
    assert len(server.logins) == 2
    log_in(tmp_path, {HOST: {"auth": basic()}})
    await ask(client, HOST, NAMES[:5])
    assert len(server.logins) == 2 + 5
    await client.aclose()


async def test_entries_for_parts_of_a_host_stand_for_themselves(server, net, tmp_path):
    good = f"Basic {basic()}"
    server.accepts = lambda sent, scope: sent == good
    server.public = False
    entries = {f"{HOST}/bad": {"auth": basic(password="old")}, f"{HOST}/good": {"auth": basic()}}
    client, _ = client_of(log_in(tmp_path, entries), net)
    names = [f"{part}/image{n}" for n in range(25) for part in ("bad", "good", "none")]
    answers = dict(zip(names, await ask(client, HOST, names), strict=True))
    await client.aclose()
    assert all(isinstance(answer, Known) for name, answer in answers.items() if name.startswith("good/"))
    assert all(SAID in answer.message for name, answer in answers.items() if name.startswith("bad/"))
    assert not any("credential" in answer.message for name, answer in answers.items() if name.startswith("none/"))
    assert len(server.logins) == 2 + 25


@pytest.mark.parametrize(
    "answer, requests",
    [
        (Response(400, (JSON,), b'{"error": "invalid_grant"}'), ["POST", "POST"]),
        # The password's way is tried too: not every token server knows the other.
        (Response(401), ["POST", "GET", "POST", "GET"]),
    ],
)
async def test_a_refresh_token_that_has_run_out(net, tmp_path, answer, requests):
    seen = []

    def handler(request):
        if request.path != "/token":
            given = request.headers.get("authorization") == f"Bearer {TOKEN}"
            return Response(200, (JSON,), b'{"tags": []}') if given else unauthorized(f'Bearer realm="{REALM}"')
        if request.method == "POST" or "authorization" in request.headers:
            seen.append(request.method)
            return answer
        return Response(200, (JSON,), json.dumps({"token": TOKEN}).encode())

    net.name(HOST, ADDRESS)
    net.serve(ADDRESS, handler)
    client, _ = client_of(log_in(tmp_path, {HOST: {"auth": basic(), "identitytoken": PASSWORD}}), net)
    assert all(isinstance(answer, Known) for answer in await ask(client, HOST, NAMES))
    await client.aclose()
    assert seen == requests


async def test_where_only_a_wrong_credential_is_turned_away_the_rest_goes_on_without(net, tmp_path):
    """As a registry behind Basic whose public part is open to those who send nothing."""

    def handler(request):
        if "authorization" in request.headers or "/private/" in request.path:
            return unauthorized('Basic realm="x"')
        return Response(200, (JSON,), b'{"tags": []}')

    net.name(HOST, ADDRESS)
    server = net.serve(ADDRESS, handler)
    client, _ = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    await ask(client, HOST, ["private/a"])
    assert all(isinstance(answer, Known) for answer in await ask(client, HOST, NAMES))
    await client.aclose()
    assert len([request for request in server.requests if "authorization" in request.headers]) == 2


async def test_what_a_good_credential_does_not_open_may_be_open_to_those_who_send_nothing(net, tmp_path):
    def handler(request):
        if ("authorization" in request.headers) is not ("/private/" in request.path or request.path == "/v2/"):
            return unauthorized('Basic realm="x"')
        return Response(200, (JSON,), b'{"tags": []}')

    net.name(HOST, ADDRESS)
    net.serve(ADDRESS, handler)
    client, _ = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    answers = [await ask(client, HOST, names) for names in (["private/a"], NAMES, ["private/b"])]
    await client.aclose()
    assert all(isinstance(answer, Known) for some in answers for answer in some)


HELPER = """#!/bin/sh
read server
echo x >> {calls}
printf '{{"Username": "alice", "Secret": "s%s"}}' $(wc -l < {calls})
"""


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
async def test_a_helper_is_asked_again_when_what_it_gave_has_run_out(server, net, tmp_path, scheme):
    calls, helper = tmp_path / "calls", tmp_path / "docker-credential-counting"
    helper.write_text(HELPER.format(calls=calls))
    helper.chmod(0o755)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credHelpers": {HOST: "counting"}}))
    good = [f"Basic {basic(password='s1')}"]
    server.accepts = lambda sent, scope: sent in good
    server.public = False
    if scheme == "Basic":
        tags = Response(200, (JSON,), b'{"tags": ["1"]}')
        basic_only = unauthorized('Basic realm="x"')
        server.server = net.serve(ADDRESS, lambda r: tags if r.headers.get("authorization") in good else basic_only)
    env = {"HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    client, _ = client_of(env, net)
    assert isinstance((await ask(client, HOST, ["team/one"]))[0], Known)
    good[0] = f"Basic {basic(password='s2')}"
    answers = await ask(client, HOST, NAMES)
    # Whoever was refused with the old one at that moment goes on with the new one too.
    assert all(isinstance(answer, Known) for answer in answers)
    assert calls.read_text() == "x\nx\n"
    await client.aclose()


async def test_doctor_sends_a_wrong_password_once_and_says_so(net, server, tmp_path):
    server.accepts = lambda sent, scope: False
    env = log_in(tmp_path, {HOST: {"auth": basic()}})
    client = net.client(env=env)
    found = await Examiner(Settings(), env, Credentials(env), client).examine(HOST)
    again = await Examiner(Settings(), env, Credentials(env), client).examine(HOST)
    await client.aclose()
    file = tmp_path / ".docker" / "config.json"
    said = (f"{HOST} does not know you; the credential from {file} {SAID}",)
    assert (found.problems, again.problems) == (said, said)
    assert server.logins == [""]


def test_inspect_sends_a_wrong_password_twice(private_settings):
    images = {"team/one": ["1.0"], "team/two": ["1.0"]}
    with EmbeddedRegistry(images, auth=Bearer(USER, "another")) as registry:
        log_in(private_settings, {registry.host: {"auth": basic()}})
        ran = moorage("inspect", *(f"{registry.host}/{name}:1.0" for name in images))
        assert ran.code == 0
        assert [seen.status for seen in registry.token_log if seen.authorization] == [401, 401]


@pytest.mark.parametrize("error", ["", ',error="invalid_token"'])
async def test_a_token_that_is_revoked_is_replaced_once_for_all_who_hold_it(server, net, tmp_path, error):
    client, _ = client_of({"HOME": str(tmp_path)}, net)
    (before,) = await ask(client, HOST, ["team/app"])
    assert isinstance(before, Known)
    revoked = {f"{TOKEN}-anybody-1"}
    server.opens = lambda token: token not in revoked
    server.challenge += error
    assert all(isinstance(answer, Known) for answer in await ask(client, HOST, ["team/app"] * 200, "digest"))
    assert server.anonymous == 2
    await client.aclose()


@pytest.mark.parametrize("error", ["", ',error="invalid_token"', ',error="insufficient_scope"'])
async def test_a_private_repository_costs_one_token_a_minute(server, net, tmp_path, error):
    server.opens = lambda token: False
    server.challenge += error
    client, clock = client_of({"HOME": str(tmp_path)}, net)
    counts = []
    for seconds in (0, 0, 59, 1, 1):
        clock.now += seconds
        await ask(client, HOST, ["team/app"] * 20, "digest")
        counts.append(server.anonymous)
    assert counts == ([1] * 5 if "scope" in error else [1, 1, 1, 2, 2])
    await client.aclose()


async def test_a_token_server_that_gives_none_is_not_asked_for_every_question(server, net, tmp_path):
    server.public = False
    client, clock = client_of({"HOME": str(tmp_path)}, net)
    assert all(answer.private for answer in await ask(client, HOST, ["team/app"] * 20, "digest"))
    assert server.anonymous == 1
    server.public = True
    clock.now += 60
    assert isinstance((await ask(client, HOST, ["team/app"]))[0], Known)
    await client.aclose()


@pytest.mark.parametrize(
    "script, trouble",
    [
        ("exit 3", "the credential helper docker-credential-odd ended with code 3"),
        (None, "the credential helper docker-credential-odd is not on PATH"),
        ("echo credentials not found in native keychain; exit 1", ""),
    ],
)
@pytest.mark.parametrize("kind", ["tags", "digest"])
async def test_a_refusal_names_the_helper_that_gave_no_credential(net, server, tmp_path, script, trouble, kind):
    server.public = False
    env = {**log_in(tmp_path, {}), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    (tmp_path / ".docker/config.json").write_text('{"credsStore": "odd"}')
    if script is not None:
        helper = tmp_path / "bin/docker-credential-odd"
        helper.parent.mkdir()
        helper.write_text(f"#!/bin/sh\n{script}\n")
        helper.chmod(0o755)
    client, _ = client_of(env, net)
    (answer,) = await ask(client, HOST, ["team/app"], kind)
    await client.aclose()
    assert answer.private
    assert answer.message.endswith("needs a login (status 401)" + (f"; {trouble}" if trouble else ""))


async def test_a_token_server_that_leads_elsewhere_has_not_judged_the_credential(net, server, tmp_path):
    net.name("other.example.net", "93.184.216.35")
    seen = []

    def other(request):
        seen.append(request.headers.get("authorization"))
        return Response(401)

    net.serve("93.184.216.35", other)
    server.leads_to = "https://other.example.net/token"
    client, clock = client_of(log_in(tmp_path, {HOST: {"auth": basic()}}), net)
    (answer,) = await ask(client, HOST, NAMES[:1])
    assert "leads to other.example.net, which gets no credential and gives no token" in answer.reason
    assert seen == [None]
    # What was never judged goes on as soon as the token server is right again.
    server.leads_to, clock.now = "", clock.now + 60
    (answer,) = await ask(client, HOST, NAMES[1:2])
    await client.aclose()
    assert isinstance(answer, Known)
    assert server.logins


@pytest.mark.parametrize("lifetime", [10**400, 1e300, -1, True, "x", None])
async def test_a_token_is_taken_however_long_it_claims_to_be_good(net, server, tmp_path, lifetime):
    server.lifetime = lifetime
    client, _ = client_of(log_in(tmp_path, {}), net)
    (answer,) = await ask(client, HOST, NAMES[:1])
    await client.aclose()
    assert isinstance(answer, Known)
