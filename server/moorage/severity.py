"""How much a finding matters."""

from enum import IntEnum


class Severity(IntEnum):
    """Higher is worse; OFF silences a rule."""

    OFF = 0
    HINT = 1
    INFORMATION = 2
    WARNING = 3
    ERROR = 4

    @property
    def word(self) -> str:
        """The name that users write: `warning`."""
        return self.name.lower()


SEVERITIES = {s.word: s for s in Severity}
