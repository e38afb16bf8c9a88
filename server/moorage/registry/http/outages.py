"""Hosts that give no answer: they are left alone for a while, longer each time, until they answer again."""

import copy
import time
from collections.abc import Callable
from typing import NamedTuple

from moorage.registry.failures import RegistryFailure
from moorage.registry.http.addresses import Place

_SHORT = 10.0
_LONG = 300.0

Road = tuple[str, Place]
"""An authority, and how private a place it may be found at: what one may not reach, another may."""


class _Outage(NamedTuple):
    failure: RegistryFailure
    since: float
    rest: float


class Outages:
    """What is known of hosts that are down. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._down: dict[Road, _Outage] = {}
        self._heard: dict[Road, float] = {}

    def check(self, road: Road, *, patient: bool) -> None:
        """Raise the failure of a host again, as one that is `held`, while the host is left alone.

        That is for ten seconds, and twice as long each time that it turns out to be down still, up to five minutes. Who
        is `patient` needs this host and nobody else: ten seconds at most, as a network may be back any time.
        """
        outage = self._down.get(road)
        if outage is None:
            return
        if self.clock() < outage.since + (_SHORT if patient else outage.rest):
            again = copy.copy(outage.failure)
            again.held = True
            raise again

    def failed(self, road: Road, failure: RegistryFailure, began: float) -> None:
        """Take in that a request which began at `began` has found a host down.

        Of requests that were under way together, only the first counts.
        """
        before = self._down.get(road)
        if before is None or began >= before.since:
            rest = _SHORT if before is None else min(before.rest * 2, _LONG)
            self._down[road] = _Outage(copy.copy(failure), self.clock(), rest)

    def answered(self, road: Road) -> None:
        """Take in that a host has given an answer, whichever."""
        self._heard[road] = self.clock()
        self._down.pop(road, None)

    def silent(self, road: Road, seconds: float) -> bool:
        """Whether a host has answered nothing at all for so long."""
        heard = self._heard.get(road)
        return heard is None or self.clock() - heard >= seconds
