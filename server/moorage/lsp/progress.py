"""Tells the client, with a progress bar of its own kind, that registries are being asked; only when it takes long."""

import asyncio
from itertools import count

from lsprotocol import types as lsp

from moorage.lsp.session import Session

_LONG = 0.5
"""Seconds after which it is worth saying."""


class Progress:
    """One bar at a time, from the first question under way to the last."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._busy = 0
        self._all = 0
        self._bar: asyncio.Task[None] | None = None
        self._tokens = count(1)
        if session.client.progress:
            session.on_busy = self._changed

    def _changed(self, busy: int) -> None:
        self._busy = busy
        self._all = max(self._all, busy) if busy else 0
        if busy and (self._bar is None or self._bar.done()):
            self._bar = asyncio.get_running_loop().create_task(self._show())

    async def _show(self) -> None:
        await asyncio.sleep(_LONG)
        if not self._busy:
            return
        protocol, token = self._session.protocol, f"moorage/{next(self._tokens)}"
        await protocol.send_request_async(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, lsp.WorkDoneProgressCreateParams(token))

        def say(value: lsp.WorkDoneProgressBegin | lsp.WorkDoneProgressReport | lsp.WorkDoneProgressEnd) -> None:
            protocol.notify(lsp.PROGRESS, lsp.ProgressParams(token, value))

        say(lsp.WorkDoneProgressBegin(title="Asking registries", message=self._left(), percentage=0))
        while self._busy:
            await asyncio.sleep(_LONG)
            say(lsp.WorkDoneProgressReport(message=self._left(), percentage=self._percent()))
        say(lsp.WorkDoneProgressEnd())

    def _left(self) -> str:
        return f"{self._busy} {'repository' if self._busy == 1 else 'repositories'} left"

    def _percent(self) -> int:
        return 100 * (self._all - self._busy) // self._all if self._all else 100
