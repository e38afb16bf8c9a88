"""Sending a credential as its standing allows: at once where it is proven, one request at a time where it is not."""

import asyncio
from collections.abc import Awaitable, Callable

from moorage.registry.access.standing import Judged, Standing
from moorage.registry.http.exchange import Reply

Send = Callable[[], Awaitable[Reply]]
Verdict = Callable[[Reply], bool | None]
"""Whether an answer accepts the credential that was sent; None where it does not say."""


class Trials:
    """Lets requests with credentials through, and takes in what comes back."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        self._turns: dict[Judged, asyncio.Lock] = {}

    async def send(self, judged: Judged, request: Send, alone: Send | None, verdict: Verdict) -> Reply | None:
        """The answer to `request`; None where the credential is not sent now.

        `alone` asks about nothing but the credential; None where `request` does that itself. Raises what they raise.
        """
        async with self._turns.setdefault(judged, asyncio.Lock()):
            if alone is not None and self.standing.of(judged) == "suspect":
                await self._try(judged, alone, verdict, alone=True)
            state = self.standing.of(judged)
            if state == "stopped":
                return None
            if state != "proven":
                return await self._try(judged, request, verdict, alone=alone is None)
        return await self._send_proven(judged, request, verdict)

    async def _send_proven(self, judged: Judged, request: Send, verdict: Verdict) -> Reply:
        reply = await request()
        said = verdict(reply)
        if said:
            self.standing.accept(judged)
        elif said is False and self.standing.of(judged) == "proven":
            # Of many that were under way at once, the late ones say nothing new.
            self.standing.refuse(judged)
        return reply

    async def _try(self, judged: Judged, request: Send, verdict: Verdict, *, alone: bool) -> Reply:
        reply = await request()
        said = verdict(reply)
        if said:
            self.standing.accept(judged)
        elif said is False and alone:
            self.standing.stop(judged)
        elif said is False:
            self.standing.refuse(judged)
        return reply
