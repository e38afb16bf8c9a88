"""How a credential stands with the host that judges it: proven, new, in doubt, or stopped.

A wrong password that is sent once per repository locks its account: directories and registries allow three to ten
failures. But a refusal may also be about one repository, where the credential lacks rights. So a refusal makes a new
credential suspect: the host is then asked about the credential alone, as `docker login` does (a token without a scope,
or the registry's root), and what is refused there is not sent again for a while. A credential that was accepted is
proven, until it is refused three times in a row.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from moorage.registry.access.credentials import Credential

_IN_A_ROW = 3
_HOLD = 600.0
_LONGEST_HOLD = 3600.0

State = Literal["new", "proven", "suspect", "stopped"]


class Judged(NamedTuple):
    """A credential, its secret included, and the host and port that judges it: a token server, or the registry."""

    authority: str
    credential: Credential


class _Record:
    """`refusals` in a row; `until` when a stop ends, and how many there have been since the last acceptance."""

    def __init__(self, state: State = "new") -> None:
        self.state: State = state
        self.accepted = state == "proven"
        self.refusals = 0
        self.until = 0.0
        self.stops = 0


class Standing:
    """What is remembered of credentials. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._records: dict[Judged, _Record] = {}

    def of(self, judged: Judged) -> State:
        """How a credential stands now; when a stop is over it is suspect."""
        record = self._records.get(judged)
        if record is None:
            return "new"
        if record.state == "stopped" and record.until <= self._clock():
            return "suspect"
        return record.state

    def ever_accepted(self, judged: Judged) -> bool:
        """Whether a credential was good once, so that it may have run out."""
        return judged in self._records and self._records[judged].accepted

    def accept(self, judged: Judged) -> None:
        """Take in that a credential was accepted."""
        self._records[judged] = _Record("proven")

    def refuse(self, judged: Judged) -> None:
        """Take in that a credential was refused when it was sent for something, such as a repository."""
        record = self._records.setdefault(judged, _Record())
        record.refusals += 1
        if record.refusals < _IN_A_ROW:
            record.state = "proven" if record.state == "proven" else "suspect"
        elif record.state == "proven":
            record.state, record.refusals = "suspect", 0
        else:
            self.stop(judged)

    def stop(self, judged: Judged) -> None:
        """Take in that the credential itself was refused: ten minutes of rest, then twice as long, up to an hour."""
        record = self._records.setdefault(judged, _Record())
        record.until = self._clock() + min(_HOLD * 2**record.stops, _LONGEST_HOLD)
        record.stops += 1
        record.state, record.refusals = "stopped", _IN_A_ROW - 1
