"""The source: memory, store, registry, in this order, each asked only for what the one before does not know."""

import asyncio
import json
import os
import time

import pytest

from moorage.embedded.auth import Basic, Bearer
from moorage.embedded.images import ImageSpec, build
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import Absent, Known, Question
from moorage.settings import MirrorSettings, Settings
from moorage.store.source import Source
from moorage.store.sqlite import Store
from support.secrets import PASSWORD, USER, basic, leak

REPOSITORY = "library/python"
TAGS = Question("tags", "docker.io", REPOSITORY)
TAG = Question("digest", "docker.io", REPOSITORY, "3.12.9")
CONTENTS = {REPOSITORY: ["3.12.4", "3.12.9"]}


@pytest.fixture
def registry():
    with EmbeddedRegistry(CONTENTS) as running:
        yield running


def open_source(registry, folder, **options):
    mirrors = {"docker.io": MirrorSettings(registry.url, resolve=True)}
    settings = Settings(mirrors=mirrors, cache_dir=folder / "cache")
    store, _ = Store.open(settings.store_path)
    return Source(settings, store, **options)


async def test_an_answer_is_asked_once_and_kept(registry, tmp_path):
    source = open_source(registry, tmp_path)
    assert source.snapshot([TAGS, TAG]) == {}
    assert await source.fetch([TAGS, TAG], max_age=3600) == {TAGS, TAG}
    answers = source.snapshot([TAGS, TAG])
    assert answers[TAGS].value.tags == ("3.12.4", "3.12.9")
    assert answers[TAGS].endpoint == registry.host
    assert await source.fetch([TAGS, TAG], max_age=3600) == set()
    await source.aclose()
    later = open_source(registry, tmp_path)
    assert later.snapshot([TAG]) == {TAG: answers[TAG]}
    assert await later.fetch([TAGS, TAG], max_age=3600) == set()
    assert len(registry.log) == 2


async def test_from_tag_to_configuration(registry, tmp_path):
    source = open_source(registry, tmp_path)

    async def ask(kind, key):
        question = Question(kind, "docker.io", REPOSITORY, key)
        await source.fetch([question], max_age=60)
        return source.snapshot([question])[question].value

    index = await ask("manifest", await ask("digest", "3.12.9"))
    assert [p.platform for p in index.platforms] == ["linux/amd64", "linux/arm64"]
    manifest = await ask("manifest", index.platforms[1].digest)
    config = await ask("config", manifest.config)
    assert (config.platform, config.created) == ("linux/arm64", 1735689600)
    await source.fetch([Question("config", "docker.io", "library/other", manifest.config)], max_age=0)
    assert registry.count("GET", "/blobs/") == 1
    await source.aclose()


async def test_an_old_answer_is_asked_anew_and_a_moved_tag_noticed(registry, tmp_path):
    source = open_source(registry, tmp_path)
    await source.fetch([TAG, TAGS], max_age=3600)
    before = source.snapshot([TAG, TAGS])
    registry.contents.repository(REPOSITORY).tag("3.12.9", build(ImageSpec("rebuilt")))
    assert await source.fetch([TAG, TAGS], max_age=-1) == {TAG}
    after = source.snapshot([TAG, TAGS])
    assert after[TAG].value != before[TAG].value
    assert after[TAGS].value is before[TAGS].value
    assert [seen.digest for seen in source.store.history(TAG)] == [before[TAG].value, after[TAG].value]
    await source.aclose()


async def test_one_flight_however_many_wait(registry, tmp_path):
    registry.latency = 0.05
    source = open_source(registry, tmp_path)
    found = await asyncio.gather(*(source.fetch([TAGS], max_age=60) for _ in range(8)))
    assert found == [{TAGS}] * 8
    assert len(registry.log) == 1
    await source.aclose()


async def test_a_caller_that_gives_up_does_not_take_the_answer_from_others(registry, tmp_path):
    registry.latency = 0.1
    source = open_source(registry, tmp_path)
    first = asyncio.create_task(source.fetch([TAGS], max_age=60))
    second = asyncio.create_task(source.fetch([TAGS], max_age=60))
    await asyncio.sleep(0.05)
    first.cancel()
    assert await second == {TAGS}
    await source.aclose()


async def test_at_most_six_at_once_and_what_is_urgent_first(registry, tmp_path):
    registry.latency = 0.03
    source = open_source(registry, tmp_path)
    background = [Question("digest", "docker.io", REPOSITORY, f"b{n}") for n in range(30)]
    slow = asyncio.create_task(source.fetch(background, max_age=60, urgent=False))
    await asyncio.sleep(0.05)
    await source.fetch([TAG], max_age=60)
    assert len(registry.log) < 25
    await slow
    assert len(registry.log) == 31
    await source.aclose()


async def test_what_is_not_there(registry, tmp_path):
    source = open_source(registry, tmp_path)
    missing = Question("digest", "docker.io", REPOSITORY, "9.9")
    await source.fetch([missing], max_age=60)
    answer = source.snapshot([missing])[missing]
    assert isinstance(answer, Absent)
    expected = f"docker.io (through {registry.host}) does not have the tag 9.9 in {REPOSITORY} (status 404)"
    expected += "; the registry itself was not asked"
    assert (answer.message, answer.private) == (expected, False)
    assert await source.fetch([missing], max_age=60) == set()
    await source.aclose()


async def test_a_registry_that_is_down_is_not_asked_again_and_again(tmp_path):
    with EmbeddedRegistry() as stopped:
        pass
    source = open_source(stopped, tmp_path)
    questions = [Question("tags", "docker.io", f"a/{n}") for n in range(100)]
    await source.fetch(questions, max_age=60)
    answers = source.snapshot(questions)
    assert {a.reason for a in answers.values()} == {f"{stopped.host} could not be reached: connection refused"}
    assert source.troubles["docker.io"].reason == answers[questions[0]].reason
    assert source.store.get(questions) == {}
    await source.aclose()


async def test_an_old_answer_serves_while_a_registry_is_down(registry, tmp_path):
    source = open_source(registry, tmp_path)
    await source.fetch([TAG], max_age=60)
    known = source.snapshot([TAG])
    await source.aclose()
    registry.stop()
    assert await source.fetch([TAG], max_age=-1) == set()
    assert source.snapshot([TAG]) == known
    assert "could not be reached" in source.troubles["docker.io"].reason
    await source.aclose()


@pytest.mark.parametrize("options", [{"offline": True}, {"trusted": False}])
async def test_no_network_at_all(registry, tmp_path, options):
    source = open_source(registry, tmp_path, **options)
    assert await source.fetch([TAGS], max_age=0) == set()
    assert registry.log == []
    assert source.snapshot([TAGS]) == {}


@pytest.mark.parametrize("elsewhere", [False, True])
async def test_one_token_a_repository_one_list_and_one_head_a_tag(tmp_path, elsewhere):
    names = [f"team/image{n}" for n in range(12)]
    contents = {name: ["1.0", "1.1"] for name in names}
    with EmbeddedRegistry(contents, auth=Bearer(elsewhere=elsewhere)) as registry:
        source = open_source(registry, tmp_path)
        questions = [Question("tags", "docker.io", name) for name in names]
        questions += [Question("digest", "docker.io", name, tag) for name in names for tag in ("1.0", "1.1")]
        await source.fetch(questions, max_age=60)
        assert all(isinstance(a, Known) for a in source.snapshot(questions).values())
        assert len(registry.token_log) == len(names)
        # The first request of all learns that a token is wanted.
        assert [seen.status for seen in registry.log].count(401) == 1
        assert len(registry.log) == len(questions) + 1
        await source.aclose()


async def test_answers_belong_to_the_credential_they_were_asked_with(tmp_path, private_settings):
    config = private_settings / ".docker" / "config.json"
    config.parent.mkdir()
    with EmbeddedRegistry(CONTENTS, auth=Basic(USER, PASSWORD)) as registry:

        def log_in(user, auth):
            config.write_text(json.dumps({"auths": {registry.host: {"auth": auth}}}))
            os.utime(config, ns=(time.time_ns(), time.time_ns()))
            return open_source(registry, tmp_path)

        alice = log_in("alice", basic())
        await alice.fetch([TAGS], max_age=60)
        assert alice.snapshot([TAGS])[TAGS].value.tags == ("3.12.4", "3.12.9")
        await alice.aclose()
        bob = log_in("bob", "Ym9iOndyb25n")
        assert bob.snapshot([TAGS]) == {}
        await bob.fetch([TAGS], max_age=60)
        answer = bob.snapshot([TAGS])[TAGS]
        assert isinstance(answer, Absent)
        assert answer.private
        assert "needs a login (status 401)" in answer.message
        await bob.aclose()
    stored = b"".join(file.read_bytes() for file in (tmp_path / "cache").iterdir())
    assert leak(stored) is None
    assert USER.encode() not in stored


@pytest.mark.parametrize("auth", [Basic(USER, PASSWORD), Bearer(USER, PASSWORD, anonymous=False)])
async def test_a_refused_credential_is_not_remembered_when_its_secret_is_mended(tmp_path, private_settings, auth):
    config = private_settings / ".docker" / "config.json"
    config.parent.mkdir()
    with EmbeddedRegistry(CONTENTS, auth=auth) as registry:
        tags, tag = (question._replace(registry=registry.host) for question in (TAGS, TAG))

        async def ask(secret):
            config.write_text(json.dumps({"auths": {registry.host: {"username": USER, "password": secret}}}))
            source = open_source(registry, tmp_path)
            await source.fetch([tags, tag], max_age=3600)
            await source.fetch([tags, tag], max_age=3600)
            await source.aclose()
            return source.snapshot([tags, tag])

        refused = await ask("not " + PASSWORD)
        asked = len(registry.log)
        for answer in refused.values():
            assert "was not accepted: it is wrong, or has run out" in answer.message
        assert Store.open(Settings(cache_dir=tmp_path / "cache").store_path)[0].get([tags, tag]) == {}
        assert all(isinstance(answer, Known) for answer in (await ask(PASSWORD)).values())
        assert len(registry.log) > asked


async def test_an_image_that_seems_not_to_be_there_is_asked_for_again_when_the_helper_works(
    tmp_path, private_settings, monkeypatch
):
    config, program = private_settings / ".docker/config.json", private_settings / "bin/docker-credential-odd"
    for file in (config, program):
        file.parent.mkdir()
    config.write_text('{"credsStore": "odd"}')
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    with EmbeddedRegistry(CONTENTS, auth=Basic(USER, PASSWORD)) as registry:
        question = TAGS._replace(registry=registry.host)

        async def ask(script):
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
            source = open_source(registry, tmp_path)
            await source.fetch([question], max_age=3600)
            await source.aclose()
            return source.snapshot([question])[question]

        assert "docker-credential-odd ended with code 3" in (await ask("exit 3")).message
        said = json.dumps({"Username": USER, "Secret": PASSWORD})
        assert isinstance(await ask(f"echo '{said}'"), Known)


def test_a_source_serves_one_loop_after_the_other(registry, tmp_path):
    source = open_source(registry, tmp_path)

    async def run(question):
        found = await source.fetch([question], max_age=60)
        await source.aclose()
        return found

    assert asyncio.run(run(TAGS)) == {TAGS}
    assert asyncio.run(run(TAG)) == {TAG}
