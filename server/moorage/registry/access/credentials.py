"""Which credential belongs to a registry: the files of Docker and Podman, and the helpers that they name.

The order is that of the tools themselves: `DOCKER_AUTH_CONFIG`, Docker's `config.json`, `REGISTRY_AUTH_FILE`, the two
places of containers' `auth.json`, the legacy `~/.dockercfg`. Only files of the user are read, never the workspace's.
Whatever is wrong with them, a public image can still be asked for: the answer is then `ANONYMOUS`, with a warning.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from moorage.registry.access.dockerconfig import (
    HUB_SERVER,
    ConfigFile,
    Found,
    Trouble,
    config_places,
    hosts_named,
    is_hub,
    keys_below,
    match_auths,
    read_config,
)

if TYPE_CHECKING:
    # Who asks is known from files alone: helpers and the event loop are loaded when one is run.
    import asyncio

    from moorage.registry.access.helpers import HelperAnswer

CredentialKind = Literal["anonymous", "basic", "identity_token", "registry_token"]

_PATIENCE = 10.0
_FAILURE_AGE = 60.0
_SUCCESS_AGE = 300.0
_MOST_PARTS = 5


class Credential(NamedTuple):
    """Who we are for a registry; the secret is never shown.

    `source` names the tool whose file or helper it is from, `place` that file or helper for people.
    """

    kind: CredentialKind
    username: str = ""
    secret: str = ""
    source: str = ""
    place: str = ""

    @property
    def identity(self) -> str:
        """What tells this credential from others without the secret."""
        return f"{self.kind}\n{self.source}\n{self.username}" if self.kind != "anonymous" else ""

    def __repr__(self) -> str:
        return f"Credential({self.kind!r}, {self.username!r}, source={self.source!r})"


ANONYMOUS = Credential("anonymous")


class Lookup(NamedTuple):
    """The credential for a repository, what was wrong on the way, and each step that was taken, for `doctor`."""

    credential: Credential
    warnings: tuple[Trouble, ...] = ()
    steps: tuple[str, ...] = ()


class _HelperCall(NamedTuple):
    """A helper to be asked, the tool whose file names it, and that file."""

    helper: str
    server: str
    source: str
    label: str


class _Plan(NamedTuple):
    """Where to look, in order, as far as files alone can tell."""

    candidates: tuple[Credential | _HelperCall, ...]
    warnings: tuple[Trouble, ...]
    steps: tuple[str, ...]


class Credentials:
    """Looks credentials up; what helpers say is kept for a while, their failures for a minute.

    `workspace` are the files and folders that are worked on: no helper is run from there.
    """

    def __init__(self, env: Mapping[str, str], workspace: Sequence[Path] = ()) -> None:
        self._env = env
        self._workspace = tuple(workspace)
        self._files: dict[str, tuple[object, ConfigFile]] = {}
        self._answers: dict[_HelperCall, tuple[float, asyncio.Task[HelperAnswer]]] = {}
        self.patience = _PATIENCE

    async def find(self, registry: str, repository: str) -> Lookup:
        """The credential for a repository. Helpers run as processes of their own; this never raises."""
        plan = self._plan(registry, repository)
        warnings, steps = list(plan.warnings), list(plan.steps)
        for candidate in plan.candidates:
            if isinstance(candidate, Credential):
                return Lookup(candidate, tuple(warnings), tuple(steps))
            answer = await self._ask(candidate)
            if answer.warning is not None:
                warnings.append(answer.warning)
                steps.append(answer.warning.message)
            elif answer.secret:
                steps.append(f"{candidate.helper}: has a credential for {candidate.server}")
                return Lookup(_from_helper(candidate, answer), tuple(warnings), tuple(steps))
            else:
                steps.append(f"{candidate.helper}: has nothing for {candidate.server}")
        return Lookup(ANONYMOUS, tuple(warnings), tuple(steps))

    def expected_identity(self, registry: str, repository: str) -> tuple[str, bool]:
        """What is known of the credential without running a helper, and whether that is all of it.

        The text names the source and the user, or only the helper that would have to be asked for the user.
        """
        for candidate in self._plan(registry, repository).candidates:
            if isinstance(candidate, Credential):
                return candidate.identity, True
            return f"helper\n{candidate.source}\n{candidate.helper}\n{candidate.server}", False
        return "", True

    def forget(self, registry: str) -> bool:
        """Ask the helpers of a host again next time: what they gave was refused. Whether any had been asked."""
        host = HUB_SERVER if is_hub(registry) else registry.lower()
        stale = [call for call in self._answers if call.server.lower() == host]
        for call in stale:
            del self._answers[call]
        return bool(stale)

    def named_hosts(self) -> frozenset[str]:
        """The hosts that the user's own files name."""
        return frozenset(host for file in self._read_files() for host in hosts_named(file))

    def _read_files(self) -> list[ConfigFile]:
        files: list[ConfigFile] = []
        for place in config_places(self._env):
            stamp = place.stamp()
            kept = self._files.get(place.name)
            if kept is None or kept[0] != stamp:
                kept = self._files[place.name] = (stamp, read_config(place))
            files.append(kept[1])
        return files

    def _plan(self, registry: str, repository: str) -> _Plan:
        host = registry.lower()
        candidates: list[Credential | _HelperCall] = []
        warnings: list[Trouble] = []
        steps: list[str] = []
        for file in self._read_files():
            if file.trouble is not None:
                warnings.append(file.trouble)
                steps.append(file.trouble.message)
            call = _helper_call(file, host)
            if call is not None:
                candidates.append(call)
                steps.append(f"{file.label}: names the helper docker-credential-{call.helper}")
                continue
            found = match_auths(file, host, repository)
            warnings += found.troubles
            steps += [trouble.message for trouble in found.troubles]
            credential = _from_entry(found, file)
            if credential is not None:
                steps.append(f"{file.label}: has a credential under {found.key}")
                candidates.append(credential)
                break
            if file.present:
                parts = "" if repository else ", ".join(keys_below(file, host)[:_MOST_PARTS])
                steps.append(
                    f"{file.label}: has nothing for {host}" + (f" as a whole, but for {parts}" if parts else "")
                )
        return _Plan(tuple(candidates), tuple(warnings), tuple(steps))

    async def _ask(self, call: _HelperCall) -> "HelperAnswer":
        import asyncio

        from moorage.registry.access import helpers

        now = time.monotonic()
        kept = self._answers.get(call)
        if kept is not None and (not kept[1].done() or now < kept[0] + _age(kept[1])):
            return await asyncio.shield(kept[1])
        task = asyncio.ensure_future(
            helpers.ask(call.helper, call.server, self._env, self._workspace, patience=self.patience)
        )
        self._answers[call] = (now, task)
        return await asyncio.shield(task)


def _age(task: "asyncio.Task[HelperAnswer]") -> float:
    if task.cancelled() or task.exception() is not None or task.result().warning is not None:
        return _FAILURE_AGE
    return _SUCCESS_AGE


def _helper_call(file: ConfigFile, host: str) -> _HelperCall | None:
    for key, helper in file.helpers.items():
        if key.lower() == host or (is_hub(host) and is_hub(key)):
            return _HelperCall(helper, HUB_SERVER if is_hub(host) else key, file.source, file.label)
    if file.store is not None:
        return _HelperCall(file.store, HUB_SERVER if is_hub(host) else host, file.source, file.label)
    return None


def _from_helper(call: _HelperCall, answer: "HelperAnswer") -> Credential:
    source = f"{call.source}: docker-credential-{call.helper}"
    place = f"docker-credential-{call.helper}, which {call.label} names"
    if answer.username == "<token>":
        return Credential("identity_token", "", answer.secret, source, place)
    return Credential("basic", answer.username, answer.secret, source, place)


def _from_entry(found: Found, file: ConfigFile) -> Credential | None:
    where = (file.source, file.label)
    if found.identity_token:
        return Credential("identity_token", found.username, found.identity_token, *where)
    if found.registry_token:
        return Credential("registry_token", "", found.registry_token, *where)
    if found.username:
        return Credential("basic", found.username, found.password, *where)
    return None
