"""What registries make it necessary to tell or to ask: their warnings, and whether a credential may go elsewhere.

A registry may send its clients to a token server that is not known to belong to it. The credential stays here until the
user allows that, for this registry and this token server; the answer is kept beside the user's own settings. Each
registry is asked about once in a session.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from lsprotocol import types as lsp

from moorage.answers import answers_file, remember_realm
from moorage.errors import MoorageError
from moorage.lsp.session import Session
from moorage.settings import Settings

ALLOW = "Allow for this registry"
NEVER = "Never"
LATER = "Not now"
MORE = "Explain"


class Hearing(Protocol):
    """A source of facts that has heard what registries want."""

    settings: Settings

    @property
    def withheld(self) -> Mapping[str, str]:
        """By registry, the token server without which it refused something."""
        ...

    @property
    def warnings(self) -> Mapping[str, tuple[str, ...]]:
        """By host, what it wants its users to know."""
        ...


class Approval:
    """Tells and asks one user. `reopen` takes the settings over as they are now."""

    def __init__(self, session: Session, reopen: Callable[[], Awaitable[None]]) -> None:
        self._session = session
        self._reopen = reopen
        self._asked: set[str] = set()

    def listen(self, source: Hearing) -> None:
        """Look at what registries have told `source` by now."""
        self._session.tell([f"{host} warns: {text}" for host, texts in source.warnings.items() for text in texts])
        for registry, server in source.withheld.items():
            if registry not in self._asked:
                self._asked.add(registry)
                self._session.start(self._ask(source.settings, registry, server))

    async def _ask(self, settings: Settings, registry: str, server: str) -> None:
        question = (
            f"{registry} hands out its tokens at {server}, which is not known to belong to it. "
            f"May your credential for {registry} be sent there?"
        )
        actions = [lsp.MessageActionItem(title) for title in (ALLOW, NEVER, LATER, MORE)]
        params = lsp.ShowMessageRequestParams(lsp.MessageType.Warning, question, actions)
        answer = await self._session.protocol.send_request_async(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params)
        title = None if answer is None else answer.title
        try:
            if title in (ALLOW, NEVER):
                kept = server if title == ALLOW else None
                await asyncio.to_thread(remember_realm, settings, registry, kept)
                await self._reopen()
            elif title == MORE:
                self._explain(settings, registry, server)
        except MoorageError as error:
            self._say(str(error))

    def _explain(self, settings: Settings, registry: str, server: str) -> None:
        self._say(
            f"Without your credential {registry} shows only what is public. A hostile registry could name a server "
            f"that collects passwords, so allow {server} only if it belongs to whoever runs {registry}. To allow it, "
            f"write `realms: {{'{registry}': '{server}'}}` into {settings.file}; answers are kept in "
            f"{answers_file(settings)}."
        )

    def _say(self, text: str) -> None:
        params = lsp.ShowMessageParams(lsp.MessageType.Info, text)
        self._session.protocol.notify(lsp.WINDOW_SHOW_MESSAGE, params)
