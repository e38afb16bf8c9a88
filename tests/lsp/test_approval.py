"""Whether a credential may go to a token server elsewhere: asked in the editor, answered by the user alone."""

import base64
import json

import pytest
from lsprotocol import types as lsp

from moorage.embedded.http import Response, Server
from support.command import moorage
from support.editor import editor

REGISTRY, TOKENS, SECRET = "registry.example.com", "tokens.example.net", "s3cret-of-alice"
JSON = ("Content-Type", "application/json")
BASIC = "Basic " + base64.b64encode(f"alice:{SECRET}".encode()).decode()


class World:
    """Both hosts behind one proxy: what was asked, and with which credential."""

    def __init__(self):
        self.seen = []
        self.warning = ()

    async def answer(self, request):
        sent = request.headers.get("authorization")
        host, _, path = request.target.removeprefix("http://").partition("/")
        self.seen.append((host, path.partition("?")[0], sent))
        if host == TOKENS:
            return Response(200, (JSON,), json.dumps({"token": "good"}).encode()) if sent == BASIC else Response(401)
        if sent != "Bearer good":
            return Response(401, (("WWW-Authenticate", f'Bearer realm="http://{TOKENS}/token",service="x"'),))
        return Response(200, (JSON, *self.warning), json.dumps({"tags": ["1.0", "1.1"]}).encode())

    def told(self):
        """The hosts that saw the credential."""
        return {host for host, _, sent in self.seen if sent == BASIC}


@pytest.fixture
def world(private_settings):
    world = World()
    with Server(world.answer) as proxy:
        (private_settings / ".docker").mkdir()
        auths = {"auths": {REGISTRY: {"auth": BASIC.removeprefix("Basic ")}}}
        (private_settings / ".docker" / "config.json").write_text(json.dumps(auths))
        plain = "".join(f"  {host}: {{http: true}}\n" for host in (REGISTRY, TOKENS))
        (private_settings / "moorage.yaml").write_text(f"registries:\n{plain}proxy: '{proxy.url}'\n")
        yield world


def answering(window, title):
    """Let the user answer every question with `title`; returns the questions."""
    questions = []

    @window.client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)
    def answer(params):
        questions.append(params)
        return None if title is None else lsp.MessageActionItem(title)

    return questions


async def test_what_the_user_allows_is_done_and_kept(tmp_path, private_settings, world):
    async with editor(tmp_path) as window:
        questions = answering(window, "Allow for this registry")
        window.open(f"FROM {REGISTRY}/app:1.0\n")
        await window.until_rules(["outdated"])
    (asked,) = questions
    assert [action.title for action in asked.actions] == ["Allow for this registry", "Never", "Not now", "Explain"]
    assert REGISTRY in asked.message
    assert TOKENS in asked.message
    assert SECRET not in asked.message
    answers = (private_settings / "answers.yaml").read_text()
    assert f"'{REGISTRY}': ['{TOKENS}']" in answers
    async with editor(tmp_path) as window:
        questions = answering(window, None)
        window.open(f"FROM {REGISTRY}/other:1.0\n")
        await window.until_rules(["outdated"])
    assert questions == []


@pytest.mark.parametrize("title, kept", [("Never", "never"), ("Not now", None), (None, None)])
async def test_until_then_the_credential_goes_nowhere(tmp_path, private_settings, world, title, kept):
    async with editor(tmp_path) as window:
        questions = answering(window, title)
        window.open(f"FROM {REGISTRY}/app:1.0\n")
        await window.until(lambda: questions)
        await window.until_rules(["unknown-repository"])
        window.change(2, f"FROM {REGISTRY}/other:1.0\n")
        await window.until(lambda: any("other" in path for _, path, _ in world.seen))
        await window.until_rules(["unknown-repository"])
        if kept:
            await window.until((private_settings / "answers.yaml").exists)
    assert len(questions) == 1
    assert world.told() == set()
    assert (private_settings / "answers.yaml").exists() is (kept is not None)
    if kept:
        async with editor(tmp_path) as window:
            questions = answering(window, None)
            window.open(f"FROM {REGISTRY}/third:1.0\n")
            await window.until_rules(["unknown-repository"])
        assert questions == []
        assert world.told() == set()


async def test_an_explanation_names_the_line_to_write(tmp_path, private_settings, world):
    async with editor(tmp_path) as window:
        answering(window, "Explain")
        window.open(f"FROM {REGISTRY}/app:1.0\n")
        (shown,) = await window.until(lambda: window.client.messages)
    assert f"`realms: {{'{REGISTRY}': '{TOKENS}'}}` into {private_settings / 'moorage.yaml'}" in shown.message


async def test_no_file_of_the_workspace_can_approve(tmp_path, private_settings, world):
    line = f"realms: {{'{REGISTRY}': '{TOKENS}'}}\n"
    for name in ("moorage.yaml", "answers.yaml", "config.yaml"):
        (tmp_path / name).write_text(line)
    (tmp_path / ".vscode").mkdir()
    (tmp_path / ".vscode" / "settings.json").write_text(json.dumps({"moorage.realms": {REGISTRY: TOKENS}}))
    (tmp_path / "Dockerfile").write_text(f"FROM {REGISTRY}/app:1.0\n")
    async with editor(tmp_path) as window:
        questions = answering(window, None)
        window.open(f"FROM {REGISTRY}/app:1.0\n")
        await window.until(lambda: questions)
    moorage("check", tmp_path, cwd=tmp_path)
    assert world.told() == set()


def test_the_command_names_the_line_and_the_file_and_does_as_it_says_at_once(tmp_path, private_settings, world):
    settings = private_settings / "moorage.yaml"
    (tmp_path / "Dockerfile").write_text(f"FROM {REGISTRY}/app:1.0\n")
    line = f"realms: {{'{REGISTRY}': '{TOKENS}'}}"
    ran = moorage("check", tmp_path)
    assert f"was not sent to its token server {TOKENS}: to allow that, write `{line}` into {settings}" in ran.out
    assert world.told() == set()
    settings.write_text(settings.read_text() + line + "\n")
    ran = moorage("check", "--format", "json", tmp_path)
    assert ran.rules[:1] == ["outdated"]
    assert world.told() == {TOKENS}


def test_never_is_said_as_such(tmp_path, private_settings, world):
    settings = private_settings / "moorage.yaml"
    settings.write_text(settings.read_text() + f"realms: {{'{REGISTRY}': never}}\n")
    (tmp_path / "Dockerfile").write_text(f"FROM {REGISTRY}/app:1.0\n")
    assert f"was not sent to its token server {TOKENS}, as your settings say" in moorage("check", tmp_path).out
    assert world.told() == set()


async def test_what_a_registry_warns_of_is_told_once_and_escaped(tmp_path, private_settings, world):
    settings = private_settings / "moorage.yaml"
    settings.write_text(settings.read_text() + f"realms: {{'{REGISTRY}': '{TOKENS}'}}\n")
    world.warning = (("Warning", '299 - "moves \\"soon\\" \x1b]0;x\x07"'),)
    (tmp_path / "Dockerfile").write_text(f"FROM {REGISTRY}/app:1.0\nFROM {REGISTRY}/other:1.0\n")
    said = f'{REGISTRY} warns: moves "soon"'
    ran = moorage("check", tmp_path)
    assert ran.err.count(said) == 1
    assert "\x1b" not in ran.err
    async with editor(tmp_path) as window:
        window.open(f"FROM {REGISTRY}/third:1.0\nFROM {REGISTRY}/fourth:1.0\n")
        await window.until(lambda: any(said in line for line in window.logged()))
        assert len([line for line in window.logged() if said in line]) == 1
