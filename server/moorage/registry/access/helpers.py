"""Docker's credential helpers: programs that hold the secrets (https://github.com/docker/docker-credential-helpers).

A helper is a program of the user's, but what names it is a file, and what it says is text: its name must be plain, it
is looked for on PATH only (never in what is worked on), and it runs without a shell, with limits on time and output.
Some leave an agent behind that serves later calls. It is none of ours, though it may hold the pipe of the answer open:
a helper that has ended has said what it had to say.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from asyncio import SubprocessTransport, WriteTransport
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from moorage.registry.access.dockerconfig import WITH_COLON, Trouble, can_be_sent

_MAX_OUTPUT = 64 << 10
_GRACE = 0.2
"""Seconds for the rest of an answer to come out of the pipe, once the helper has ended."""
_LAST = 1.0
_NOT_FOUND = "credentials not found in native keychain"
_plain_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*").fullmatch
_control = re.compile(r"[\x00-\x1f\x7f]").search


class HelperAnswer(NamedTuple):
    """What a helper said: user name and secret, both empty where it knows nothing, or why it could not be asked."""

    username: str = ""
    secret: str = ""
    warning: Trouble | None = None


def find(name: str, env: Mapping[str, str], workspace: Sequence[Path]) -> Path | Trouble:
    """The program of a helper; no relative folder of PATH counts, and none inside what is worked on.

    That are the current folder, the `workspace` (folders, or files for the folders that hold them), and the
    repositories around each of these: who looks at a part of a repository did not write the rest of it either.
    """
    if not _plain_name(name):
        return Trouble("helper-name-invalid", f"{name!r} is no name of a credential helper")
    program = f"docker-credential-{name}"
    folders = [f for f in env.get("PATH", os.defpath).split(os.pathsep) if Path(f).is_absolute()]
    forbidden = _with_repositories((Path(), *workspace))
    found = _which(program, [f for f in folders if _allowed(Path(f), forbidden)])
    if found is not None:
        return found
    label, planted = f"the credential helper {program}", _which(program, folders)
    if planted is None:
        return Trouble("helper-missing", f"{label} is not on PATH")
    return Trouble("helper-in-workspace", f"{label} is not run from {planted.parent}, a folder that is worked on")


async def ask(
    name: str, server: str, env: Mapping[str, str], workspace: Sequence[Path] = (), patience: float = 10.0
) -> HelperAnswer:
    """Ask the helper `name` for the credential of `server`. Never raises; takes little more than `patience` seconds."""
    if _control(server):
        return HelperAnswer(warning=Trouble("config-invalid", "a registry's name holds a control character"))
    program = find(name, env, workspace)
    if isinstance(program, Trouble):
        return HelperAnswer(warning=program)
    label = f"the credential helper docker-credential-{name}"
    loop = asyncio.get_running_loop()
    try:
        transport, helper = await loop.subprocess_exec(
            _Helper,
            program,
            "get",
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=dict(env),
            cwd=program.parent,
            start_new_session=True,
        )
    except OSError as error:
        return HelperAnswer(warning=Trouble("helper-failed", f"{label} cannot be run: {error.strerror}"))
    try:
        _tell(transport, server)
        async with asyncio.timeout(patience):
            await helper.over.wait()
        if helper.ended.is_set():
            await _within(_GRACE, helper.silent)
    except TimeoutError:
        return HelperAnswer(warning=Trouble("helper-timeout", f"{label} did not answer within {patience:g} s"))
    finally:
        await _end(transport, helper)
    if len(helper.output) > _MAX_OUTPUT:
        return _read(label, b"", 0)
    return _read(label, bytes(helper.output), transport.get_returncode() or 0)


class _Helper(asyncio.SubprocessProtocol):
    """A helper, and what it says.

    It has `ended`, is `over` when it has ended or said too much, `silent` when nobody holds its pipe any more, and
    `gone` when the loop has no more to do with it.
    """

    def __init__(self) -> None:
        self.output = bytearray()
        self.ended, self.over, self.silent, self.gone = (asyncio.Event() for _ in range(4))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take what it says."""
        self.output += data[: _MAX_OUTPUT + 1 - len(self.output)]
        if len(self.output) > _MAX_OUTPUT:
            self.over.set()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        """Note the end of the pipe."""
        if fd == 1:
            self.silent.set()

    def process_exited(self) -> None:
        """Note the end of the process."""
        self.ended.set()
        self.over.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end of everything."""
        self.gone.set()


def _tell(transport: SubprocessTransport, server: str) -> None:
    """Say which credential is wanted; some helpers answer without reading that."""
    stdin = cast(WriteTransport, transport.get_pipe_transport(0))
    stdin.write(server.encode() + b"\n")
    stdin.close()


async def _end(transport: SubprocessTransport, helper: _Helper) -> None:
    """End a helper that has not ended by itself, with whatever it started, and let go of its pipes."""
    if transport.get_returncode() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(transport.get_pid(), signal.SIGKILL)
            else:
                transport.kill()
        await _within(_LAST, helper.ended)
    transport.close()
    # Closed pipes are work for the loop, which must be done before the loop itself is closed.
    await _within(_LAST, helper.gone)


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for an event, and no longer than that."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _read(label: str, output: bytes, code: int) -> HelperAnswer:
    text = output.decode("utf-8", "replace").strip()
    if code != 0:
        if text == _NOT_FOUND:
            return HelperAnswer()
        return HelperAnswer(warning=Trouble("helper-failed", f"{label} ended with code {code}"))
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        return HelperAnswer(warning=Trouble("helper-bad-output", f"{label} did not answer in JSON"))
    fields = cast(dict[str, object], content)
    username, secret = fields.get("Username", ""), fields.get("Secret", "")
    if not isinstance(username, str) or not isinstance(secret, str) or not can_be_sent(username + secret):
        return HelperAnswer(warning=Trouble("helper-bad-output", f"{label} did not answer with a user and a secret"))
    if secret and ":" in username:
        return HelperAnswer(warning=Trouble("user-invalid", f"{label} answered with a user name that {WITH_COLON}"))
    return HelperAnswer(username, secret) if secret else HelperAnswer()


def _which(program: str, folders: Sequence[str]) -> Path | None:
    found = shutil.which(program, path=os.pathsep.join(folders)) if folders else None
    return None if found is None else Path(found)


def _with_repositories(places: Iterable[Path]) -> set[Path]:
    """The folders of these places, and the roots of the repositories around them."""
    found: set[Path] = set()
    for place in places:
        with contextlib.suppress(OSError):  # The current folder may be gone.
            # A link belongs both to where it is seen and to where it leads.
            for form in (place.absolute(), place.resolve()):
                start = form if form.is_dir() else form.parent
                found.add(start.resolve())
                found |= {above.resolve() for above in (start, *start.parents) if (above / ".git").exists()}
    return found


def _allowed(folder: Path, forbidden: Iterable[Path]) -> bool:
    resolved, home = folder.resolve(), Path.home().resolve()
    for workspace in forbidden:
        # Who works on the whole home folder, or the whole disk, has their own programs in it.
        whole = workspace == home or workspace in home.parents
        if resolved == workspace or (workspace in resolved.parents and not whole):
            return False
    return True
