"""What is left of Docker Hub's quota: asked for at no cost, and never in the way of the rest of a checkup."""

import json

import pytest

from moorage.embedded.quota import Quota
from moorage.registry.access.credentials import Credentials
from moorage.registry.checkup import Examiner
from moorage.registry.http.limits import Limits
from moorage.settings import MirrorSettings, Settings
from support import faults
from support.secrets import USER, basic

ADDRESS = "93.184.216.34"
PROBE = "ratelimitpreview/test"


@pytest.fixture
async def hub(net, certificates):
    """Docker Hub, which lets a hundred manifests be read."""
    async with faults.FaultyRegistry({PROBE: ["latest"]}, tls=certificates[1], quota=Quota(100)) as registry:
        for name in ("registry-1.docker.io", "registry.example.com"):
            net.name(name, ADDRESS)
        net.lead(ADDRESS, registry.port)
        yield registry


async def examine(net, registry="docker.io", settings=None, offline=False, env=None):
    """A checkup of a registry, with a client that does not wait between attempts."""
    settings, env = settings or Settings(), env or {}
    client = net.client(settings, env)

    async def no_sleep(_):
        pass

    client.session.transport.sleep = no_sleep
    found = await Examiner(settings, env, Credentials(env), None if offline else client).examine(registry)
    await client.aclose()
    return found


def said(*headers, status=None):
    """The registry's answer with these headers about quotas and no others."""
    return faults.instead(headers=headers, status=status, without=("ratelimit-limit", "ratelimit-remaining"))


def asked(hub):
    return [(request.method, request.target) for request in hub.requests]


async def test_the_quota_is_asked_for_by_head(net, hub):
    found = await examine(net)
    assert found.quota == Limits(limit=100, remaining=100, window=21600)
    assert (found.answer, found.problems) == ("it answers", ())
    assert asked(hub) == [("GET", "/v2/"), ("HEAD", f"/v2/{PROBE}/manifests/latest")]


@pytest.mark.parametrize(
    "headers, quota",
    [
        ([("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "76;w=21600")], (100, 76, 21600)),
        ([("RateLimit-Limit", "200"), ("RateLimit-Remaining", "0")], (200, 0, None)),
        ([("X-RateLimit-Limit", "180"), ("X-RateLimit-Remaining", "179")], (180, 179, None)),
        ([("ratelimit-limit", "lots"), ("ratelimit-remaining", "-1")], (None, None, None)),
        ([("ratelimit-limit", "9" * 5000)], (999999999999, None, None)),
        ([], (None, None, None)),
    ],
)
async def test_what_the_headers_say(net, hub, headers, quota):
    hub.play(said(*headers), "/manifests/")
    found = await examine(net)
    assert (found.quota.limit, found.quota.remaining, found.quota.window) == quota
    assert found.problems == ()


async def test_a_quota_that_is_used_up_is_shown_and_is_a_problem(net, hub):
    gone = (("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "0;w=21600"), ("Retry-After", "3600"))
    hub.play(said(*gone, status=429), "/manifests/")
    found = await examine(net)
    assert found.quota.remaining == 0
    (problem,) = found.problems
    assert problem.startswith("registry-1.docker.io asks to be left alone until ")
    assert hub.faults == 1


@pytest.mark.parametrize(
    "fault, problem, remaining",
    [
        (faults.cut_in_head, "registry-1.docker.io broke the connection off", None),
        (faults.header_bomb, "registry-1.docker.io broke the connection off", None),
        (faults.redirected_in_a_circle, "registry-1.docker.io redirects more than 5 times", 100),
    ],
)
async def test_a_probe_that_fails_is_a_sentence(net, hub, fault, problem, remaining):
    hub.play(fault, "/manifests/")
    found = await examine(net)
    assert (found.answer, found.problems, found.quota.remaining) == ("it answers", (problem,), remaining)


@pytest.mark.parametrize("status", [401, 404, 500])
async def test_a_probe_that_is_refused_says_nothing_of_a_quota(net, hub, status):
    hub.play(said(status=status), "/manifests/")
    found = await examine(net)
    assert (found.answer, found.quota.remaining) == ("it answers", None)


async def test_no_other_registry_is_probed(net, hub):
    assert (await examine(net, "registry.example.com")).answer == "it answers"
    assert asked(hub) == [("GET", "/v2/")]


async def test_a_mirror_is_not_probed(net, hub):
    mirrors = {"docker.io": MirrorSettings("https://registry.example.com", resolve=True)}
    found = await examine(net, settings=Settings(mirrors=mirrors))
    assert found.answer == "it answers"
    assert asked(hub) == [("GET", "/v2/")]


async def test_offline_nobody_is_asked(net, hub):
    found = await examine(net, offline=True)
    assert (found.answer, found.quota.remaining, asked(hub)) == ("nobody was asked", None, [])


async def test_mirrors_have_answers_and_users_of_their_own(net, hub, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"auths": {"https://index.docker.io/v1/": {"auth": basic()}}}))
    env = {"DOCKER_CONFIG": str(tmp_path)}
    mirrors = {"docker.io": MirrorSettings("https://registry.example.com")}
    found = await examine(net, settings=Settings(mirrors=mirrors), env=env)
    assert (found.who.kind, found.who.username, found.answer) == ("basic", USER, "it answers")
    assert [(r.url, r.who and r.who.kind, r.answer) for r in found.routes] == [
        ("https://registry-1.docker.io/v2/", None, None),
        ("https://registry.example.com/v2/", "anonymous", "it answers"),
    ]
    assert found.quota.remaining is not None
