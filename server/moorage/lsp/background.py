"""Reads the files of the open folders that say what is built, in the background and little while the client speaks."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from lsprotocol import types as lsp

from moorage.discover import Found, find
from moorage.documents.usage import Document
from moorage.lsp.session import Session
from moorage.surroundings import may_build

_SLICE = 0.01
"""Seconds of reading at a stretch."""
_REST = 0.01
_BUSY_REST = 0.1
"""Seconds of rest where the client has spoken in the last `_SILENCE` seconds: beside a busy one it ends as well."""
_SILENCE = 0.3
_LONG = 1.0
"""Seconds after which it is worth telling the user."""
_REPORT = 0.5
"""Seconds between two words on how far it is."""
_BATCH = 50


class Background:
    """Walks the folders on a thread of its own, and hands what it finds to the session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._walked: set[str] = set()
        self._stop = threading.Event()
        self._read = 0
        session.on_folders = lambda: session.start(self.read())

    async def read(self) -> None:
        """Read the folders that have not been read yet; ends when that is done."""
        folders = [str(folder) for folder in self._session.local_folders()]
        new = [folder for folder in folders if folder not in self._walked]
        self._walked = set(folders)
        if not new:
            return
        loop = asyncio.get_running_loop()
        self._read = 0
        done: asyncio.Future[bool] = loop.create_future()
        # A daemon: a walk through a large folder must not keep the server from ending.
        threading.Thread(target=self._walk, args=(new, loop, done), daemon=True).start()
        bar = loop.create_task(self._bar()) if self._session.client.progress else None
        try:
            if not await done:
                most = self._session.options.files_max
                self._session.tell(
                    [f"only the first {most:,} files are looked at for what is built (moorage.files.max)"]
                )
        finally:
            self._stop.set()
            if bar is not None:
                bar.cancel()
        self._stop = threading.Event()

    def _walk(self, folders: Sequence[str], loop: asyncio.AbstractEventLoop, done: "asyncio.Future[bool]") -> None:
        """What the thread does; `done` gets whether every file was looked at."""

        def end(complete: bool, error: Exception | None) -> None:
            if not done.done():
                done.set_result(complete) if error is None else done.set_exception(error)

        complete, failure = False, None
        try:
            complete = self._hand_over(folders, loop)
        except Exception as error:  # Nobody looks at a thread: it is raised where the walk is waited for.
            failure = error
        with suppress(RuntimeError):  # The loop is closed: the server has ended.
            loop.call_soon_threadsafe(end, complete, failure)

    def _hand_over(self, folders: Sequence[str], loop: asyncio.AbstractEventLoop) -> bool:
        """Give the session what builds something, a batch at a time; whether every file was looked at."""
        batch: list[Document] = []
        complete = True
        for number, found in enumerate(self._at_leisure(folders)):
            self._read = number
            if number >= self._session.options.files_max or self._stop.is_set():
                complete = False
                break
            if found is not None:
                batch.append(found)
            if len(batch) >= _BATCH:
                loop.call_soon_threadsafe(self._session.builders_found, batch)
                batch = []
        loop.call_soon_threadsafe(self._session.builders_found, batch)
        return complete

    def _at_leisure(self, folders: Sequence[str]) -> Iterator[Document | None]:
        """The files that some format knows, those read that build something; with rests between."""
        begun = time.monotonic()
        for item in find(folders):
            yield _built(item) if isinstance(item, Found) else None
            if time.monotonic() - begun > _SLICE:
                self._stop.wait(_REST if self._session.protocol.silence() > _SILENCE else _BUSY_REST)
                begun = time.monotonic()

    async def _bar(self) -> None:
        await asyncio.sleep(_LONG)
        protocol, token = self._session.protocol, "moorage/files"
        await protocol.send_request_async(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, lsp.WorkDoneProgressCreateParams(token))

        def say(value: lsp.WorkDoneProgressBegin | lsp.WorkDoneProgressReport | lsp.WorkDoneProgressEnd) -> None:
            protocol.notify(lsp.PROGRESS, lsp.ProgressParams(token, value))

        say(lsp.WorkDoneProgressBegin(title="Reading what the project builds", message=self._so_far()))
        try:
            while True:
                await asyncio.sleep(_REPORT)
                say(lsp.WorkDoneProgressReport(message=self._so_far()))
        finally:
            say(lsp.WorkDoneProgressEnd())

    def _so_far(self) -> str:
        return f"{self._read:,} files looked at"


def _built(item: Found) -> Document | None:
    """The document of a file that says what is built; None for every other."""
    if not may_build(item.location, item.format.id, item.text):
        return None
    document = item.format.reader().read(item.path, item.text, item.neighbour)
    return document if document.ties else None
