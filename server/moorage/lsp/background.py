"""Reads the files of the open folders that say what is built, in the background and never while the client speaks."""

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
_SILENCE = 0.3
"""Seconds for which the client must have been silent."""
_LONG = 1.0
"""Seconds after which it is worth telling the user."""
_BATCH = 50


class Background:
    """Walks the folders on a thread of its own, and hands what it finds to the session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._walked: set[str] = set()
        self._stop = threading.Event()
        session.on_folders = lambda: session.start(self.read())

    async def read(self) -> None:
        """Read the folders that have not been read yet; ends when that is done."""
        folders = [str(folder) for folder in self._session.local_folders()]
        new = [folder for folder in folders if folder not in self._walked]
        self._walked = set(folders)
        if not new:
            return
        loop = asyncio.get_running_loop()
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
            while self._session.protocol.silence() < _SILENCE and not self._stop.is_set():
                time.sleep(_SILENCE)
            if time.monotonic() - begun > _SLICE:
                time.sleep(_REST)
                begun = time.monotonic()

    async def _bar(self) -> None:
        await asyncio.sleep(_LONG)
        protocol, token = self._session.protocol, "moorage/files"
        await protocol.send_request_async(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE, lsp.WorkDoneProgressCreateParams(token))
        protocol.notify(
            lsp.PROGRESS, lsp.ProgressParams(token, lsp.WorkDoneProgressBegin(title="Reading what the project builds"))
        )
        try:
            await asyncio.Event().wait()
        finally:
            protocol.notify(lsp.PROGRESS, lsp.ProgressParams(token, lsp.WorkDoneProgressEnd()))


def _built(item: Found) -> Document | None:
    """The document of a file that says what is built; None for every other."""
    if not may_build(item.location, item.format.id, item.text):
        return None
    document = item.format.reader().read(item.path, item.text, item.neighbour)
    return document if document.ties else None
