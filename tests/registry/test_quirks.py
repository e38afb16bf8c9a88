"""What single registries do their own way."""

import asyncio
import json
import stat

import pytest

from moorage.embedded.http import Response
from moorage.facts import Known, Question
from moorage.registry.endpoints.hub import Newest, newest_url, read_newest
from moorage.registry.endpoints.quirks import quirk_of
from moorage.registry.failures import Busy, NoAnswer
from moorage.registry.http.addresses import Place
from moorage.registry.http.exchange import Reply
from moorage.registry.http.gates import Urgency
from moorage.settings import Settings
from moorage.store.source import Source
from moorage.store.sqlite import Store
from registry.net import JSON

ADDRESS, HUB = "93.184.216.34", "93.184.216.35"
DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    "registry, page",
    [("ghcr.io", 1000), ("quay.io", 100), ("eu.gcr.io", 10_000), ("europe-docker.pkg.dev", 10_000)],
)
def test_how_much_is_asked_for_at_once(registry, page):
    assert quirk_of(registry).page == page


def test_docker_hubs_newest_tags():
    entry = {"name": "3.14", "tag_last_pushed": "2026-01-02T03:04:05.678901Z", "last_updated": None, "digest": DIGEST}
    body = {
        "results": [
            entry,
            {"name": "bad tag"},
            7,
            {"name": "3.13", "last_updated": "2025-01-01T00:00:00Z"},
            {"name": "x"},
        ]
    }
    found = read_newest(json.dumps(body).encode())
    assert found.tags == ("3.14", "3.13", "x")
    assert found.dates == {"3.14": 1767323045, "3.13": 1735689600}
    assert found.digests == {"3.14": DIGEST}
    assert read_newest(b"<html>").tags == ()
    assert str(newest_url("hub.docker.com", "library/python")) == (
        "https://hub.docker.com/v2/namespaces/library/repositories/python/tags?page_size=100&ordering=last_updated"
    )


@pytest.fixture
def hub(net):
    """Docker Hub: a long list without times, and the API that has them."""
    net.name("registry-1.docker.io", ADDRESS)
    net.name("hub.docker.com", HUB)
    net.registry = net.serve(ADDRESS, lambda _: Response(200, (JSON,), json.dumps({"tags": net.tags}).encode()))
    newest = {"results": [{"name": "newest", "last_updated": "2026-01-01T00:00:00Z", "digest": DIGEST}]}
    net.api = net.serve(HUB, lambda _: Response(200, (JSON,), json.dumps(newest).encode()))
    return net


async def test_a_long_list_on_docker_hub_comes_with_its_newest(hub):
    hub.tags = [f"t{n}" for n in range(1000)]
    client = hub.client()
    outcome = await client.tags("docker.io", "a/b")
    assert isinstance(outcome.answer, Known)
    assert "newest" in outcome.answer.value
    assert outcome.answer.value.dates == {"newest": 1767225600}
    assert outcome.more[Question("digest", "docker.io", "a/b", "newest")].value == DIGEST
    assert len(hub.api.requests) == 1
    assert "authorization" not in hub.api.requests[0].headers
    await client.aclose()


LONG = [f"t{n}" for n in range(1000)]


class Clock:
    """A clock that is set by hand."""

    now = 1000.0

    def __call__(self):
        return self.now


class Api:
    """Docker Hub's own API, answering as `answer` says: a response, a failure, or None for a queue without end."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = 0
        self.clock = Clock()
        self.newest = Newest(self._exchange, self.clock, patience=0.02)

    async def ask(self):
        async with asyncio.timeout(30):
            return (await self.newest.of("hub.docker.com", "a/b", Urgency(True))).tags

    async def _exchange(self, ask):
        self.asked += 1
        if self.answer is None:
            await asyncio.Event().wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        headers = {name.lower(): (value,) for name, value in self.answer.headers}
        return Reply(self.answer.status, headers, self.answer.body, ask.url, Place.PUBLIC)


NEWEST = Response(200, (JSON,), b'{"results": [{"name": "newest"}]}')
BROKEN = [
    NoAnswer("hub.docker.com could not be reached in time"),
    Busy("hub.docker.com asks to be left alone", 0),
    Response(503),
    Response(403, (("Content-Type", "text/html"),), b"<html>blocked"),
    Response(200, (("Content-Type", "text/html"),), b"<html>blocked"),
]


@pytest.mark.parametrize("fault", BROKEN)
async def test_docker_hubs_own_api_is_left_alone_after_it_failed_longer_each_time(fault):
    api = Api(fault)
    for rest in (60, 120, 240, 480, 960, 1920, 3600, 3600):
        asked = api.asked
        assert await asyncio.gather(*(api.ask() for _ in range(5))) == [()] * 5
        assert asked < api.asked
        asked = api.asked
        api.clock.now += rest - 1
        assert (await api.ask(), api.asked) == ((), asked)
        api.clock.now += 1
    api.answer = NEWEST
    assert await api.ask() == ("newest",)
    api.answer = fault
    await api.ask()
    api.clock.now += 60
    api.answer = NEWEST
    assert await api.ask() == ("newest",)


@pytest.mark.parametrize("answer", [Response(404, (JSON,), b'{"message": "object not found"}'), None])
async def test_what_docker_hubs_own_api_does_not_know_or_nobody_had_time_to_ask_is_no_fault_of_it(answer):
    api = Api(answer)
    assert await api.ask() == ()
    api.answer = NEWEST
    assert await api.ask() == ("newest",)


async def _no_sleep(_):
    pass


async def test_docker_hubs_own_api_has_three_seconds_for_an_answer():
    asked = []

    async def exchange(ask):
        asked.append(ask)
        raise NoAnswer("no")

    await Newest(exchange).of("hub.docker.com", "a/b", Urgency(True))
    assert [ask.seconds for ask in asked] == [3]


async def test_where_docker_hubs_own_api_cannot_be_reached_the_list_serves(hub):
    hub.tags = LONG
    hub.name("hub.docker.com", "93.184.216.36")
    client = hub.client()
    client.session.transport.sleep = _no_sleep
    for repository in ("a/b", "a/c"):
        answer = (await client.tags("docker.io", repository)).answer
        assert answer.value.tags == tuple(LONG)
    await client.aclose()
    assert hub.connected.count(("93.184.216.36", 443)) <= 3


async def test_the_newest_of_a_long_list_are_told_before_the_rest_is_read(hub):
    hub.tags = [f"t{n}" for n in range(1000)]
    client, parts = hub.client(), []

    def take(part):
        parts.append((part.value.tags, part.complete, len(hub.registry.requests)))

    await client.ask(Question("tags", "docker.io", "a/b"), Urgency(True), None, take)
    await client.aclose()
    assert parts == [(("newest",), False, 1)]


@pytest.mark.parametrize("ends_well", [True, False])
async def test_the_newest_tags_serve_until_the_whole_list_is_there_and_no_longer(hub, tmp_path, ends_well):
    """Nor is a list continued from them that broke off: they are its end, not its beginning."""
    hub.tags = [f"t{n}" for n in range(1000)]
    question = Question("tags", "docker.io", "a/b")
    store, _ = Store.open(tmp_path / "facts.sqlite")
    source = Source(Settings(), store, env={}, wiring=hub.wiring())
    seen = []

    def page(request):
        if "last=" not in request.target:
            return Response(200, (JSON,), json.dumps({"tags": hub.tags}).encode())
        seen.append(source.snapshot([question])[question].value.tags)
        return Response(200, (JSON,), b'{"tags": ["t1000"]}') if ends_well else Response(418)

    hub.serve(ADDRESS, page)
    await source.fetch([question], max_age=60)
    answer = source.snapshot([question])[question]
    await source.aclose()
    store.close()
    assert seen == [("newest",)]
    assert answer.complete is ends_well
    assert set(answer.value.tags) == {"newest", *hub.tags, *(["t1000"] if ends_well else [])}


async def test_googles_map_gives_digests_and_times_in_one_request(net):
    net.name("gcr.io", ADDRESS)
    about = {DIGEST: {"tag": ["1", "1.0"], "timeUploadedMs": "1700000000123"}}
    answer = Response(200, (JSON,), json.dumps({"tags": ["1", "1.0"], "manifest": about}).encode())
    server = net.serve(ADDRESS, lambda _: answer)
    client = net.client()
    outcome = await client.tags("gcr.io", "a/b")
    await client.aclose()
    assert outcome.answer.value.dates == {"1": 1700000000, "1.0": 1700000000}
    assert {q.key: said.value for q, said in outcome.more.items()} == {"1": DIGEST, "1.0": DIGEST}
    assert [request.target for request in server.requests] == ["/v2/a/b/tags/list?n=10000"]


async def test_a_short_one_costs_one_request(hub):
    hub.tags = ["1", "2"]
    client = hub.client()
    assert (await client.tags("docker.io", "a/b")).answer.value.tags == ("1", "2")
    assert (len(hub.registry.requests), len(hub.api.requests)) == (1, 0)
    await client.aclose()


async def test_a_helper_whose_token_has_run_out_is_asked_once_more(net, tmp_path):
    host = "1.dkr.ecr.eu-west-1.amazonaws.com"
    net.name(host, ADDRESS)
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credHelpers": {host: "counting"}}))
    helper = tmp_path / "docker-credential-counting"
    helper.write_text(
        "#!/bin/sh\nread server\n"
        f'echo x >> {tmp_path}/calls\nprintf \'{{"Username":"AWS","Secret":"s%s"}}\' $(wc -l < {tmp_path}/calls)\n'
    )
    helper.chmod(helper.stat().st_mode | stat.S_IXUSR)

    def answer(request):
        sent = request.headers.get("authorization")
        if sent is None:
            return Response(401, (("WWW-Authenticate", 'Basic realm="x"'),))
        fresh = sent.endswith("QVdTOnMy")  # AWS:s2
        return (
            Response(200, (JSON,), b'{"tags": ["1"]}')
            if fresh
            else Response(403, (), b"Your Authorization Token has expired")
        )

    net.serve(ADDRESS, answer)
    client = net.client(env={"HOME": str(tmp_path), "PATH": f"{tmp_path}:/usr/bin:/bin"})
    found = (await client.tags(host, "a/b")).answer
    await client.aclose()
    assert isinstance(found, Known), found
    assert (tmp_path / "calls").read_text() == "x\nx\n"
