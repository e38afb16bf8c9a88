"""Where answers come from: memory, then the store, and registries behind them."""

import os
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moorage.facts import UNKNOWN, Absent, Question, Unknown, Unreachable
from moorage.settings import Settings
from moorage.store.blobs import keep_blob, kept_blob
from moorage.store.knowledge import Knowledge
from moorage.store.sqlite import Store

if TYPE_CHECKING:
    # The registry client, HTTP and the event loop are loaded when something is first fetched.
    from moorage.registry.client import Client
    from moorage.registry.http.wire import Wiring
    from moorage.store.fetching import Fetcher


class Source(Knowledge):
    """Answers questions from what is known, and has the rest fetched.

    `offline` keeps it from asking anybody, and so does `trusted=False` (a workspace that the user does not trust);
    both may be changed later. `env` is the user's environment, `workspace` the folders from which no program is run.
    """

    def __init__(
        self,
        settings: Settings,
        store: Store,
        *,
        offline: bool = False,
        trusted: bool = True,
        env: Mapping[str, str] = os.environ,
        workspace: Sequence[Path] = (),
        wiring: "Wiring | None" = None,
    ) -> None:
        super().__init__(settings, store, env=env, workspace=workspace)
        self.offline = offline or settings.offline
        self.trusted = trusted
        self._wiring = wiring
        self._fetcher: Fetcher | None = None

    @property
    def fetcher(self) -> "Fetcher | None":
        """What asks registries, once something was fetched: quotas, token servers to approve."""
        return self._fetcher

    async def client(self) -> "Client":
        """What asks registries, for what is not kept as a fact. Not for those that are offline or not trusted."""
        return (await self._running_fetcher()).client

    @property
    def under_way(self) -> int:
        """How many questions are being asked."""
        return 0 if self._fetcher is None else self._fetcher.under_way

    @property
    def unapproved(self) -> Mapping[str, str]:
        """By registry, the token server that a credential was not sent to because the user has not approved it."""
        return self._fetcher.client.session.authenticator.unapproved if self._fetcher is not None else {}

    @property
    def withheld(self) -> Mapping[str, str]:
        """Those of `unapproved` without which a registry has refused something."""
        return self._fetcher.client.session.authenticator.withheld if self._fetcher is not None else {}

    @property
    def warnings(self) -> Mapping[str, tuple[str, ...]]:
        """What registries want their users to know, by host."""
        return self._fetcher.client.session.transport.warnings if self._fetcher is not None else {}

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Have `questions` answered where the answer is missing or older than `max_age` seconds.

        Returns the questions whose answer is another than before. What is known by digest is never asked again. For
        `urgent` questions somebody waits: they go first. Never raises for what registries or the network do.
        """
        if self.offline or not self.trusted:
            return set()
        stale = self.stale(questions, max_age)
        if not stale:
            return set()
        return await (await self._running_fetcher()).fetch(stale, max_age=max_age, urgent=urgent)

    async def blob(
        self, registry: str, repository: str, digest: str, limit: int
    ) -> bytes | Absent | Unreachable | Unknown:
        """The blob with this digest, checked against it, up to `limit` bytes: kept from before, or asked for and kept.

        Otherwise why it cannot be had; `Unknown` where nobody may be asked.
        """
        import asyncio

        database = self.store.database
        kept = await asyncio.to_thread(kept_blob, database, digest, limit)
        if kept is not None:
            return kept
        if self.offline or not self.trusted:
            return UNKNOWN
        body = await (await self.client()).blob(registry, repository, digest, limit)
        if isinstance(body, bytes):
            await asyncio.to_thread(keep_blob, database, digest, body, int(time.time()))
        return body

    async def aclose(self) -> None:
        """Stop asking, and close every connection. The source may be used again afterwards."""
        fetcher, self._fetcher = self._fetcher, None
        if fetcher is not None:
            await fetcher.aclose()

    async def _running_fetcher(self) -> "Fetcher":
        import asyncio

        loop = asyncio.get_running_loop()
        if self._fetcher is None or self._fetcher.loop is not loop:
            # Loading HTTP takes a tenth of a second: not on the loop, where an editor's keys are waiting.
            await asyncio.to_thread(__import__, "moorage.store.fetching")
            from moorage.store.fetching import Fetcher

            if self._fetcher is None or self._fetcher.loop is not loop:
                self._fetcher = Fetcher(self, loop, self._wiring)
        return self._fetcher
