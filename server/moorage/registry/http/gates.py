"""How many requests a host gets at once, and who goes first: what somebody waits for before what can wait."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Urgency:
    """Whether somebody waits for a request; may turn true while the request queues."""

    __slots__ = ("urgent",)

    def __init__(self, urgent: bool = False) -> None:
        self.urgent = urgent


class Gate:
    """The slots of one host."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._waiting: deque[tuple[asyncio.Future[None], Urgency]] = deque()

    @asynccontextmanager
    async def slot(self, urgency: Urgency) -> AsyncGenerator[None]:
        """Hold one slot."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(urgency)
        try:
            yield
        finally:
            self._release()

    async def _wait(self, urgency: Urgency) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = (turn, urgency)
        self._waiting.append(place)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._release()
            else:
                self._waiting.remove(place)
            raise

    def _release(self) -> None:
        chosen = next((place for place in self._waiting if place[1].urgent), None)
        if chosen is not None:
            self._waiting.remove(chosen)
        elif self._waiting:
            chosen = self._waiting.popleft()
        if chosen is None:
            self._free += 1
        else:
            chosen[0].set_result(None)
