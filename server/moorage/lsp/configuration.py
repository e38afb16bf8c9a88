"""The editor's settings, the user's own, and the source of facts that follows from both."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lsprotocol import types as lsp

from moorage.data.lifecycle import Lifecycles, shipped
from moorage.errors import MoorageError
from moorage.lsp.background import Background
from moorage.lsp.diagnostics import Diagnostics
from moorage.lsp.facts import FRESH
from moorage.lsp.later import MODULES
from moorage.lsp.memory import ClosableSource, Memory
from moorage.lsp.options import Options
from moorage.lsp.protocol import Handler
from moorage.lsp.session import Session
from moorage.lsp.synchronisation import WATCHED, as_plain, section_of
from moorage.policy import NOTHING, Layer
from moorage.refreshed import Refreshed

if TYPE_CHECKING:
    # Loaded when the first document has been answered for.
    from moorage.lsp.approval import Approval
    from moorage.store.source import Source

_ANSWER = 3.0
"""Seconds that a client has to tell its settings."""
_PAUSE = 0.15
_LONGEST_PAUSE = 2.0
"""Libraries for the network are loaded when the client has been silent so long, or after so long at the latest."""


class Configuration:
    """Reads settings once the client is ready and whenever they change, and opens the source of facts."""

    def __init__(self, session: Session, diagnostics: Diagnostics) -> None:
        self._session = session
        self._diagnostics = diagnostics
        self._initial = session.options
        self._opening = asyncio.Lock()
        self._opened_for: Options | None = None
        self._background = Background(session)
        self._opened: Opened | None = None
        self._approval: Approval | None = None
        session.on_facts = self._listen

    def handlers(self) -> dict[str, Handler]:
        """The notifications of the family."""
        return {lsp.INITIALIZED: self._initialized, lsp.WORKSPACE_DID_CHANGE_CONFIGURATION: self._changed}

    def _initialized(self, _params: lsp.InitializedParams) -> None:
        self._session.start(self._begin())

    async def _begin(self) -> None:
        self._register()
        if self._session.client.configuration:
            await self._pull()
        await self._quiet()
        await self._open()
        await self._background.read()

    def _changed(self, params: lsp.DidChangeConfigurationParams) -> None:
        self._session.start(self._take_over(params.settings))

    async def _take_over(self, settings: object) -> None:
        if self._session.client.configuration:
            await self._pull()
        elif settings is not None:
            self._take(section_of(settings))
        await self._open()

    async def _pull(self) -> None:
        """Ask the client for its settings; one that does not answer has none."""
        params = lsp.ConfigurationParams([lsp.ConfigurationItem(section="moorage")])
        with suppress(TimeoutError, MoorageError):
            async with asyncio.timeout(_ANSWER):
                answer = await self._session.protocol.send_request_async(lsp.WORKSPACE_CONFIGURATION, params)
                self._take(as_plain(answer[0]) if answer else None)

    def _take(self, section: object) -> None:
        options, wrong = self._initial.with_section(section)
        self._session.tell(wrong)
        before, self._session.options = self._session.options, options
        if before.hints != options.hints:
            self._session.judge_again()

    def _register(self) -> None:
        registrations: list[lsp.Registration] = []
        if self._session.client.dynamic_configuration:
            registrations.append(
                lsp.Registration(
                    "configuration",
                    lsp.WORKSPACE_DID_CHANGE_CONFIGURATION,
                    lsp.DidChangeConfigurationRegistrationOptions(section="moorage"),
                )
            )
        if self._session.client.watches_files:
            watchers = [lsp.FileSystemWatcher(pattern) for pattern in WATCHED]
            registrations.append(
                lsp.Registration(
                    "files",
                    lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
                    lsp.DidChangeWatchedFilesRegistrationOptions(watchers),
                )
            )
        if registrations:
            self._session.protocol.send_request(lsp.CLIENT_REGISTER_CAPABILITY, lsp.RegistrationParams(registrations))

    async def _quiet(self) -> None:
        """Wait for the first diagnostics and a pause: loading libraries would slow the first keystrokes down."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._diagnostics.first_sent.wait(), _LONGEST_PAUSE)
        for _ in range(int(_LONGEST_PAUSE / _PAUSE)):
            if self._session.protocol.silence() >= _PAUSE:
                return
            await asyncio.sleep(_PAUSE)

    def _listen(self) -> None:
        """Registries have answered: they may want something."""
        heard = None if self._opened is None else self._opened.heard
        if heard is None or not (heard.withheld or heard.warnings):
            return
        if self._approval is None:
            from moorage.lsp.approval import Approval

            self._approval = Approval(self._session, self._reopen)
        self._approval.listen(heard)

    async def _reopen(self) -> None:
        self._opened_for = None
        await self._open()
        self._session.judge_again()

    async def _open(self) -> None:
        """Open the source of facts that the options ask for."""
        async with self._opening:
            options = self._session.options
            if options._replace(hints="auto") == self._opened_for:
                return
            first = self._opened_for is None
            self._opened_for = options._replace(hints="auto")
            opened = self._opened = await asyncio.to_thread(
                open_source, options, self._session.local_folders(), os.environ
            )
            self._session.tell(opened.notices)
            await self._session.facts.use(opened.source, asks=opened.asks, max_age=opened.max_age)
            self._session.user_policy = opened.policy
            self._session.lives = opened.lives
            if not first or opened.policy.values or opened.policy.images or opened.lives() is not shipped():
                self._session.judge_again()


class Opened(NamedTuple):
    """A source of facts, the user's own policy, and what the user should know about either."""

    source: ClosableSource
    asks: bool
    """Whether it may ask registries."""
    max_age: int
    """Seconds for which a fact is fresh."""
    policy: Layer
    lives: Callable[[], Lifecycles]
    notices: list[str]
    heard: "Source | None" = None
    """Where registries' warnings and wishes are found; None where nobody is asked."""


def open_source(options: Options, folders: Sequence[Path], env: Mapping[str, str]) -> Opened:
    """Read the user's settings, and open the store or the file of facts; what cannot be used is left out with a notice.

    No program from `folders`, those open in the editor, is run for credentials. Imports, on the way, what the first
    request for a hover or an action would have to wait for.
    """
    for module in MODULES:
        import_module(module)
    from moorage.policy import read_layer
    from moorage.rules import RULE_IDS
    from moorage.settings import load, with_section
    from moorage.store.source import Source
    from moorage.store.sqlite import Store

    notices: list[str] = []
    try:
        settings = load(env)
    except MoorageError as error:
        notices.append(f"{error}; until that is mended, nothing is asked or kept")
        return Opened(Memory(), False, FRESH, NOTHING, shipped, notices)
    offline = settings.offline or options.offline
    try:
        settings = with_section(settings, options.section, "the editor's settings")
    except MoorageError as error:
        # What was meant may well have been to ask less, or somebody else.
        notices.append(f"{error}; until that is mended, no registry is asked")
        offline = True
    policy, mistakes = read_layer(settings.policy, str(settings.path or "the editor's settings"), RULE_IDS)
    notices += [f"policy: {mistake.message}" for mistake in mistakes]
    lives = Refreshed(settings.cache_dir)
    lives()
    if lives.notice is not None:
        notices.append(lives.notice)
    max_age = FRESH if settings.facts.max_age is None else settings.facts.max_age
    if settings.facts.path is not None:
        return Opened(_recorded(settings.facts.path, notices), False, max_age, policy, lives, notices)
    store, store_notices = Store.open(settings.store_path)
    notices += store_notices
    source = Source(settings, store, offline=offline, trusted=options.trusted, env=env, workspace=folders)
    return Opened(source, options.trusted and not offline, max_age, policy, lives, notices, source)


def _recorded(file: Path, notices: list[str]) -> ClosableSource:
    """The facts of a file; nothing, and a notice, where it cannot be used."""
    from moorage.store.recorded import from_file

    try:
        return from_file(file)
    except MoorageError as error:
        notices.append(f"{error}; until that is mended, nothing is known and nobody is asked")
        return Memory()
