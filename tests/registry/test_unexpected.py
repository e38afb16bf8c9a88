"""Errors that nobody has foreseen: a sentence for whoever asked, and nothing that could be a secret in the log."""

import asyncio
import logging

import pytest

from moorage.embedded.http import Response
from moorage.embedded.server import EmbeddedRegistry
from moorage.facts import Known, Question, Unreachable
from moorage.registry import client as asking
from moorage.registry.access.credentials import Credentials
from moorage.registry.checkup import Examiner
from moorage.registry.endpoints.mirrors import Endpoints
from moorage.registry.failures import NoAnswer, Refused
from moorage.registry.http.gates import Urgency
from moorage.registry.moving.copying import copy
from moorage.registry.moving.layoutanswers import LayoutAnswers
from moorage.settings import MirrorSettings, Settings
from moorage.store.source import Source
from moorage.store.sqlite import Store
from registry.net import JSON
from registry.remotes import new_layout, opened
from support.secrets import PASSWORD, leak

HOST, REPOSITORY = "registry.example.com", "team/app"
ADDRESS, OTHER = "93.184.216.34", "93.184.216.35"
DIGEST = "sha256:" + "a" * 64
MANIFEST = Question("manifest", HOST, REPOSITORY, DIGEST)
QUESTIONS = [
    MANIFEST,
    Question("tags", HOST, REPOSITORY),
    Question("digest", HOST, REPOSITORY, "1.0"),
    Question("config", HOST, REPOSITORY, DIGEST),
    Question("referrers", HOST, REPOSITORY, DIGEST),
]
# What libraries raise may quote what was sent.
BUGS = [
    KeyError(f"Authorization: Basic {PASSWORD}"),
    RecursionError(PASSWORD),
    TimeoutError(PASSWORD),
    ExceptionGroup(PASSWORD, [ExceptionGroup(PASSWORD, [KeyError(PASSWORD), NoAnswer("no")])]),
]


def raising(error):
    """A function that raises `error`, whatever it is called with."""

    async def call(*_, **__):
        raise error

    return call


@pytest.mark.parametrize("bug", BUGS)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.kind)
async def test_every_question_has_an_answer_that_names_registry_repository_and_kind(net, caplog, question, bug):
    client = net.client()
    client.session.send = raising(bug)
    answer = (await client.ask(question, Urgency(True))).answer
    kind = "KeyError" if isinstance(bug, ExceptionGroup) else type(bug).__name__
    assert isinstance(answer, Unreachable)
    assert answer.reason.startswith(f"Moorage failed when {HOST} was asked about {REPOSITORY}: {kind} at test_unexp")
    (record,) = caplog.records
    assert record.levelno == logging.DEBUG
    assert "test_unexpected.py" in record.getMessage()
    assert leak(record.getMessage() + answer.reason) is None
    caplog.clear()


async def test_so_do_bugs_before_anybody_is_asked(net, caplog, monkeypatch):
    monkeypatch.setattr(Endpoints, "of", lambda *_: {}["rule"])
    answer = (await net.client().ask(MANIFEST, Urgency(True))).answer
    assert "KeyError at" in answer.reason
    caplog.clear()


async def test_a_bug_met_at_a_mirror_does_not_hide_the_registry(net, caplog, monkeypatch):
    net.name(HOST, ADDRESS)
    net.name("cdn.example.org", OTHER)
    net.serve(ADDRESS, lambda _: Response(404))
    net.serve(OTHER, lambda _: Response(200, (JSON,), b"{}"))
    monkeypatch.setattr(asking, "verify", lambda *_: {}["x"])
    client = net.client(Settings(mirrors={HOST: MirrorSettings("https://cdn.example.org")}))
    answer = await client.manifest(HOST, REPOSITORY, DIGEST)
    await client.aclose()
    assert answer.message.startswith(f"{HOST} does not have a manifest")
    caplog.clear()


class Stop(BaseException):
    """As an interrupt by the user: not for anybody here to catch."""


@pytest.mark.parametrize("stop", [asyncio.CancelledError, Stop])
async def test_who_wants_to_stop_is_not_kept(net, stop):
    client = net.client()
    client.session.send = raising(stop())
    with pytest.raises(stop):
        await client.ask(MANIFEST, Urgency(True))


async def test_a_flight_ends_with_it_and_the_next_is_as_good_as_ever(net, tmp_path, caplog, monkeypatch):
    net.name(HOST, ADDRESS)
    net.serve(ADDRESS, lambda _: Response(200, (JSON,), b'{"tags": ["1"]}'))
    store, _ = Store.open(tmp_path / "facts.sqlite")
    source, question = Source(Settings(), store, env={}, wiring=net.wiring()), QUESTIONS[1]
    with monkeypatch.context() as broken:
        broken.setattr("moorage.store.knowledge.Knowledge.learn_identity", raising(KeyError(PASSWORD)))
        await source.fetch([question], max_age=60)
    assert f"{HOST} was asked about {REPOSITORY}: KeyError" in source.snapshot([question])[question].reason
    other = question._replace(repository="team/other")
    await source.fetch([other], max_age=60)
    assert isinstance(source.snapshot([other])[other], Known)
    await source.aclose()
    store.close()
    caplog.clear()


async def test_doctor_tells_it_as_a_problem_beside_the_rest(net, caplog):
    client = net.client()
    client.session.send = raising(KeyError(PASSWORD))
    found = await Examiner(Settings(), {}, Credentials({}), client).examine(HOST)
    assert found.routes
    (problem,) = found.problems
    assert problem.startswith(f"Moorage failed when {HOST} was asked for its version: KeyError at ")
    caplog.clear()


@pytest.mark.parametrize("verb", ["has_blob", "mount", "put_blob", "put_manifest"])
async def test_a_copy_that_meets_a_bug_is_refused(anybody, tmp_path, caplog, monkeypatch, verb):
    target = new_layout(tmp_path / "out")
    monkeypatch.setattr(target, verb, raising(KeyError(PASSWORD)))
    with EmbeddedRegistry({"app": ["1"]}) as registry:
        source = opened(anybody, registry.host, "app")
        with pytest.raises(Refused, match=r"^Moorage failed when 1 of .*/app was copied to oci:.*: KeyError") as told:
            await copy(source, "1", target, "1")
    assert leak(str(told.value)) is None
    caplog.clear()


async def test_so_is_one_that_meets_a_bug_beside_a_failure(anybody, tmp_path, caplog, monkeypatch):
    target = new_layout(tmp_path / "out")
    errors = [Refused("no room"), KeyError(PASSWORD)]

    async def put_blob(_):
        await asyncio.sleep(0)
        raise errors.pop()

    monkeypatch.setattr(target, "put_blob", put_blob)
    with EmbeddedRegistry({"app": ["1"]}) as registry, pytest.raises(Refused):
        await copy(opened(anybody, registry.host, "app"), "1", target, "1")
    caplog.clear()


async def test_a_layout_answers_with_it_too(tmp_path, caplog, monkeypatch):
    layout = new_layout(tmp_path / "out")
    monkeypatch.setattr(layout, "tags", raising(KeyError(PASSWORD)))
    answers = LayoutAnswers(layout, "linux/amd64")
    question = Question("tags", "oci:.", "out")
    await answers.fetch([question], max_age=0)
    assert answers.snapshot([question])[question].reason.startswith(f"Moorage failed when {layout.name} was asked")
    caplog.clear()
