"""Where credentials come from: the files and helpers of Docker and Podman, as other clients read them."""

import asyncio
import gc
import json
import os
import select
import signal
import stat
import sys
import time
import warnings

import pytest

from moorage.registry.access import helpers
from moorage.registry.access.credentials import Credentials
from registry_cases import cases, report

PLACES = {
    "~": "home",
    "$XDG_RUNTIME_DIR": "run",
    "$XDG_CONFIG_HOME": "config",
    "$DOCKER_CONFIG": "docker",
    "$REGISTRY_AUTH_FILE": "auth-file.json",
}

HELPER = """#!/usr/bin/env python3
import json, sys, time
answers = json.loads({answers!r})
answer = answers.get(sys.stdin.readline().rstrip("\\n"), {{"exit": 1, "stdout": {missing!r}}})
if answer.get("hang"):
    time.sleep(600)
print(answer["stdout"])
sys.exit(answer.get("exit", 0))
"""


def install_helper(folder, name, answers):
    """Put a helper that answers as told into `folder`."""
    folder.mkdir(exist_ok=True)
    program = folder / f"docker-credential-{name}"
    missing = "credentials not found in native keychain"
    program.write_text(HELPER.format(answers=json.dumps(answers), missing=missing))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def lay_out(case, folder):
    """Write a case's files; returns the environment that finds them."""
    env = {"HOME": str(folder / "home"), "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", **case.get("env", {})}
    for path, content in case.get("files", {}).items():
        head, _, tail = path.partition("/")
        target = folder / PLACES[head] / tail if tail else folder / PLACES[head]
        if head.startswith("$"):
            env[head[1:]] = str(folder / PLACES[head])
        target.parent.mkdir(parents=True, exist_ok=True)
        if content == "<directory>":
            target.mkdir()
        else:
            target.write_text(content)
    for name, answers in case.get("helpers", {}).items():
        install_helper(folder / "bin", name, answers)
    return env


async def look_up(case, folder):
    credentials = Credentials(lay_out(case, folder))
    if any(answer.get("hang") for answers in case.get("helpers", {}).values() for answer in answers.values()):
        credentials.patience = 0.2
    registry, _, repository = case["target"].partition("/")
    return await credentials.find(registry, repository)


async def test_the_gathered_cases(tmp_path):
    figures = []
    for case in cases("docker_config_cases"):
        folder = tmp_path / case["id"]
        folder.mkdir()
        lookup = await look_up(case, folder)
        wanted, credential = case["expect"], lookup.credential
        said = {
            "kind": credential.kind,
            "username": credential.username,
            "password": credential.secret,
            "token": credential.secret,
            "source": credential.source,
            "warnings": [w.code for w in lookup.warnings],
        }
        figures.append((case["id"], all(said[key] == value for key, value in wanted.items())))
    report("docker_config_cases", figures)


CONFIG = {"files": {"~/.docker/config.json": '{"credsStore": "slow"}'}, "target": "ghcr.io/a/b"}


async def test_a_hanging_helper_is_ended_and_not_asked_again_for_a_minute(tmp_path):
    case = {**CONFIG, "helpers": {"slow": {"ghcr.io": {"hang": True}}}}
    credentials = Credentials(lay_out(case, tmp_path))
    credentials.patience = 0.2
    first = await credentials.find("ghcr.io", "a/b")
    credentials.patience = 600
    second = await credentials.find("ghcr.io", "a/c")
    assert [w.code for w in first.warnings] == ["helper-timeout"] == [w.code for w in second.warnings]


class Agent:
    """A program that a helper starts and leaves behind, with its hands on all that the helper had open."""

    SCRIPT = """#!/bin/sh
read server
exec 9> {folder}/held
sleep 1000 &
echo $! > {folder}/pid
printf '{{"Username": "u", "Secret": "s"}}'
{then}
"""

    def __init__(self, folder, then):
        self._folder = folder
        os.mkfifo(folder / "held")
        self._held = os.open(folder / "held", os.O_RDONLY | os.O_NONBLOCK)
        program = folder / "docker-credential-x"
        program.write_text(self.SCRIPT.format(folder=folder, then=then))
        program.chmod(0o755)
        self.env = {"PATH": f"{folder}:{os.environ['PATH']}"}

    def began(self):
        """Whether it was started."""
        return (self._folder / "pid").exists()

    def lives(self, seconds=0):
        """Whether the agent still lives, or does so after `seconds` at most."""
        poll = select.poll()
        poll.register(self._held)
        return not poll.poll(1000 * seconds)

    def end(self):
        if self.lives():
            os.kill(int((self._folder / "pid").read_text()), signal.SIGKILL)
        os.close(self._held)


@pytest.fixture
def helper_with_agent(tmp_path):
    """Makes a helper that leaves an agent behind, and then does what `then` says."""
    made = []

    def make(then):
        made.append(Agent(tmp_path, then))
        return made[-1]

    yield make
    for agent in made:
        agent.end()


@pytest.mark.parametrize(
    "then, expected",
    [("", ("u", "s", None)), ("exit 1", ("", "", "helper-failed")), ("kill $$", ("", "", "helper-failed"))],
)
def test_an_agent_that_a_helper_leaves_behind_is_not_waited_for_nor_ended(
    helper_with_agent, monkeypatch, then, expected
):
    """Nor does anything of it turn up when the loop is closed."""
    agent, late = helper_with_agent(then), []
    gc.collect()
    monkeypatch.setattr(sys, "unraisablehook", late.append)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        answer = asyncio.run(helpers.ask("x", "ghcr.io", agent.env))
        gc.collect()
    assert (answer.username, answer.secret, answer.warning and answer.warning.code) == expected
    assert agent.lives()
    assert (late, warned) == ([], [])


async def test_a_helper_that_hangs_is_ended_with_all_that_it_has_started(helper_with_agent):
    agent, patience = helper_with_agent("wait"), 0.25
    while not agent.began():  # On a busy machine that takes its time.
        answer = await helpers.ask("x", "ghcr.io", agent.env, patience=patience)
        assert answer.warning.code == "helper-timeout"
        patience *= 2
    assert not agent.lives(seconds=30)


async def test_a_helper_in_the_workspace_is_not_run(tmp_path, monkeypatch):
    workspace = tmp_path / "workspace"
    install_helper(workspace, "slow", {"ghcr.io": {"stdout": '{"Username": "u", "Secret": "planted"}'}})
    env = lay_out(CONFIG, tmp_path)
    monkeypatch.chdir(workspace)
    install_helper(workspace / "bin", "slow", {"ghcr.io": {"stdout": '{"Username": "u", "Secret": "planted"}'}})
    for path in (".", "", "bin", str(workspace), str(workspace / "bin")):
        lookup = await Credentials({**env, "PATH": f"{path}:{os.environ['PATH']}"}, [workspace]).find("ghcr.io", "a/b")
        code = "helper-in-workspace" if path.startswith("/") else "helper-missing"
        assert [w.code for w in lookup.warnings] == [code]


@pytest.mark.parametrize(
    "current, arguments, runs",
    [
        ("/", [], True),
        ("/", ["other"], True),
        ("/", ["repository"], False),
        ("/", ["repository/part"], False),
        ("/", ["other", "repository/part/Dockerfile"], False),
        ("/", ["link"], False),
        ("repository/part", [], False),
        ("repository/part", ["other"], False),
        ("repository/part/deep", [], False),
        ("linked", [], False),
        ("other", [], True),
    ],
)
async def test_no_helper_is_run_from_a_repository_that_is_worked_on(tmp_path, monkeypatch, current, arguments, runs):
    """`current` is the current folder; the helper lies in `repository/bin`, which a tool has put on PATH."""
    env = lay_out(CONFIG, tmp_path)
    for folder in ("other", "repository/.git", "repository/part/deep"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "repository/part/Dockerfile").touch()
    (tmp_path / "link").symlink_to("repository/part/Dockerfile")
    (tmp_path / "linked").symlink_to("repository/part")
    install_helper(tmp_path / "repository/bin", "slow", {"ghcr.io": {"stdout": '{"Username": "u", "Secret": "s"}'}})
    monkeypatch.chdir(tmp_path / current)
    credentials = Credentials(
        {**env, "PATH": f"{tmp_path}/repository/bin:{os.environ['PATH']}"}, [tmp_path / name for name in arguments]
    )
    lookup = await credentials.find("ghcr.io", "a/b")
    assert (lookup.credential.username, [w.code for w in lookup.warnings]) == (
        ("u", []) if runs else ("", ["helper-in-workspace"])
    )


@pytest.mark.parametrize("opened", ["/", "home", "home/.."])
async def test_who_opens_the_whole_home_folder_keeps_their_helpers(tmp_path, monkeypatch, opened):
    answer = {"stdout": '{"Username": "u", "Secret": "s"}'}
    env = lay_out(CONFIG, tmp_path)
    (tmp_path / "home" / "bin").mkdir()
    (tmp_path / "home" / ".git").mkdir()
    install_helper(tmp_path / "home" / "bin", "slow", {"ghcr.io": answer})
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / opened)
    path = f"{tmp_path}/home/bin:{os.environ['PATH']}"
    lookup = await Credentials({**env, "PATH": path}, [tmp_path / opened]).find("ghcr.io", "a/b")
    assert lookup.credential.username == "u"


async def test_a_helper_that_says_too_much_is_not_believed(tmp_path):
    case = {**CONFIG, "helpers": {"slow": {"ghcr.io": {"stdout": '{"Secret": "' + "x" * 100_000 + '"}'}}}}
    lookup = await look_up(case, tmp_path)
    assert [w.code for w in lookup.warnings] == ["helper-bad-output"]


HALF = "\ud83d"  # of a pair of surrogates: JSON can spell it, and nothing can send it
CANNOT_BE_SENT = [
    {"username": "u", "password": HALF},
    {"username": HALF, "password": "p"},
    {"auth": "dTpw", "identitytoken": HALF},
    {"registrytoken": HALF},
    {"registrytoken": "two words"},
    {"registrytoken": "a\r\nb: c"},
]


@pytest.mark.parametrize("entry", CANNOT_BE_SENT)
async def test_a_credential_that_cannot_be_sent_is_passed_over_with_a_word(tmp_path, entry):
    files = {"~/.docker/config.json": json.dumps({"auths": {"ghcr.io": entry}})}
    lookup = await look_up({"target": "ghcr.io/a/b", "files": files}, tmp_path)
    assert (lookup.credential.kind, [w.code for w in lookup.warnings]) == ("anonymous", ["config-invalid"])


@pytest.mark.parametrize("said", [{"Username": "u", "Secret": HALF}, {"Username": HALF, "Secret": "s"}])
async def test_a_helper_whose_secret_cannot_be_sent_is_not_believed(tmp_path, said):
    lookup = await look_up({**CONFIG, "helpers": {"slow": {"ghcr.io": {"stdout": json.dumps(said)}}}}, tmp_path)
    assert (lookup.credential.kind, [w.code for w in lookup.warnings]) == ("anonymous", ["helper-bad-output"])


COLON = "u:v"  # what Basic authentication would take for a user `u`


@pytest.mark.parametrize("entry", [{"username": COLON, "password": "p"}, {}])
async def test_a_user_name_with_a_colon_is_passed_over_with_a_word(tmp_path, entry):
    files = {"~/.docker/config.json": json.dumps({"auths": {"ghcr.io": entry}} if entry else {"credsStore": "slow"})}
    helper = {"slow": {"ghcr.io": {"stdout": json.dumps({"Username": COLON, "Secret": "s"})}}}
    lookup = await look_up({"target": "ghcr.io/a/b", "files": files, "helpers": helper}, tmp_path)
    assert (lookup.credential.kind, [w.code for w in lookup.warnings]) == ("anonymous", ["user-invalid"])
    assert "holds a colon, and cannot be sent" in lookup.warnings[0].message


async def test_a_control_character_never_reaches_a_helper(tmp_path):
    files = {"~/.docker/config.json": json.dumps({"credHelpers": {"a.example\nb.example": "h"}, "credsStore": "h"})}
    helper = {"h": {"a.example": {"stdout": '{"Username": "u", "Secret": "s"}'}}}
    lookup = await look_up({"target": "a.example\nb.example/x", "files": files, "helpers": helper}, tmp_path)
    assert lookup.credential.kind == "anonymous"
    assert [w.code for w in lookup.warnings] == ["config-invalid"]


async def test_the_steps_say_where_was_looked(tmp_path):
    case = {
        "target": "ghcr.io/a/b",
        "files": {
            "~/.docker/config.json": '{"auths": {}}',
            "$XDG_CONFIG_HOME/containers/auth.json": '{"auths": {"ghcr.io": {"auth": "dTpzM2NyZXQ="}}}',
        },
    }
    lookup = await look_up(case, tmp_path)
    assert lookup.steps == (
        f"{tmp_path}/home/.docker/config.json: has nothing for ghcr.io",
        f"{tmp_path}/config/containers/auth.json: has a credential under ghcr.io",
    )
    assert "s3cret" not in repr(lookup)


async def test_entries_for_parts_of_a_host_are_named_where_the_host_itself_is_looked_for(tmp_path):
    auths = {"ghcr.io/b": {"auth": "dTpw"}, "ghcr.io/a/c": {"auth": "dTpw"}, "quay.io/b": {}, "https://ghcr.io/v1/": {}}
    case = {"files": {"$XDG_CONFIG_HOME/containers/auth.json": json.dumps({"auths": auths})}}
    file = f"{tmp_path}/config/containers/auth.json"
    for target, step in [
        ("ghcr.io", f"{file}: has nothing for ghcr.io as a whole, but for ghcr.io/a/c, ghcr.io/b"),
        ("ghcr.io/other", f"{file}: has nothing for ghcr.io"),
        ("ghcr.io/b/x", f"{file}: has a credential under ghcr.io/b"),
    ]:
        assert (await look_up({**case, "target": target}, tmp_path)).steps == (step,)


def test_a_changed_file_is_read_again(tmp_path):
    env = lay_out({"files": {"~/.docker/config.json": "{}"}}, tmp_path)
    credentials = Credentials(env)
    assert credentials.named_hosts() == frozenset()
    file = tmp_path / "home/.docker/config.json"
    file.write_text('{"auths": {"Registry.corp:5000": {}}, "credHelpers": {"https://eu.gcr.io": "x"}}')
    os.utime(file, (time.time() + 5, time.time() + 5))
    assert credentials.named_hosts() == {"registry.corp:5000", "eu.gcr.io"}


@pytest.mark.parametrize(
    "files, expected",
    [
        ({}, ("", True)),
        ({"~/.docker/config.json": '{"auths": {"ghcr.io": {"auth": "dTpw"}}}'}, ("basic\ndocker\nu", True)),
        ({"~/.docker/config.json": '{"credsStore": "x"}'}, ("helper\ndocker\nx\nghcr.io", False)),
    ],
)
def test_who_we_will_be_is_known_without_running_anything(tmp_path, files, expected):
    assert Credentials(lay_out({"files": files}, tmp_path)).expected_identity("ghcr.io", "a/b") == expected
