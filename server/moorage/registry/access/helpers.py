"""Docker's credential helpers: programs that hold the secrets (https://github.com/docker/docker-credential-helpers).

A helper is a program of the user's, but what names it is a file, and what it says is text: its name must be plain, it
is looked for on PATH only (never in the workspace), and it runs without a shell, with limits on time and output.
"""

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, cast

from moorage.registry.access.dockerconfig import Trouble, can_be_sent

_MAX_OUTPUT = 64 << 10
_NOT_FOUND = "credentials not found in native keychain"
_plain_name = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*").fullmatch
_control = re.compile(r"[\x00-\x1f\x7f]").search


class HelperAnswer(NamedTuple):
    """What a helper said: user name and secret, both empty where it knows nothing, or why it could not be asked."""

    username: str = ""
    secret: str = ""
    warning: Trouble | None = None


def find(name: str, env: Mapping[str, str], forbidden: Sequence[Path]) -> Path | Trouble:
    """The program of a helper; no relative folder of PATH counts, and none inside a `forbidden` folder."""
    if not _plain_name(name):
        return Trouble("helper-name-invalid", f"{name!r} is no name of a credential helper")
    folders = [f for f in env.get("PATH", os.defpath).split(os.pathsep) if f and _allowed(Path(f), forbidden)]
    found = shutil.which(f"docker-credential-{name}", path=os.pathsep.join(folders)) if folders else None
    if found is None:
        return Trouble("helper-missing", f"the credential helper docker-credential-{name} is not on PATH")
    return Path(found)


async def ask(
    name: str, server: str, env: Mapping[str, str], forbidden: Sequence[Path] = (), patience: float = 10.0
) -> HelperAnswer:
    """Ask the helper `name` for the credential of `server`. Never raises; takes little more than `patience` seconds."""
    if _control(server):
        return HelperAnswer(warning=Trouble("config-invalid", "a registry's name holds a control character"))
    program = find(name, env, forbidden)
    if isinstance(program, Trouble):
        return HelperAnswer(warning=program)
    label = f"the credential helper docker-credential-{name}"
    try:
        process = await asyncio.create_subprocess_exec(
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
        async with asyncio.timeout(patience):
            output, code = await _converse(process, server)
    except TimeoutError:
        return HelperAnswer(warning=Trouble("helper-timeout", f"{label} did not answer within {patience:g} s"))
    except OSError as error:
        return HelperAnswer(warning=Trouble("helper-failed", f"{label} failed: {error.strerror}"))
    finally:
        await _end(process)
    return _read(label, output, code)


async def _converse(process: Process, server: str) -> tuple[bytes, int]:
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(ConnectionError):  # Some helpers answer without reading.
        process.stdin.write(server.encode() + b"\n")
        await process.stdin.drain()
        process.stdin.close()
    parts: list[bytes] = []
    size = 0
    while size <= _MAX_OUTPUT and (part := await process.stdout.read(8192)):
        parts.append(part)
        size += len(part)
    if size > _MAX_OUTPUT:
        return b"", 0
    return b"".join(parts), await process.wait()


async def _end(process: Process) -> None:
    """End a helper that has not ended by itself, and whatever it started."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            await process.wait()
            while process.stdout is not None and await process.stdout.read(_MAX_OUTPUT):
                pass


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
    return HelperAnswer(username, secret) if secret else HelperAnswer()


def _allowed(folder: Path, forbidden: Sequence[Path]) -> bool:
    if not folder.is_absolute():
        return False
    resolved, home = folder.resolve(), Path.home().resolve()
    if resolved == Path.cwd().resolve():
        return False
    for workspace in forbidden:
        # Who opens the whole home folder, or the whole disk, has their own programs in it.
        whole = workspace == home or workspace in home.parents
        if resolved == workspace or (workspace in resolved.parents and not whole):
            return False
    return True
