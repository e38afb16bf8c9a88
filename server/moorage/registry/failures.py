"""Why a registry gave no answer. These never leave the registry layer: above it they are facts."""

from moorage.errors import MoorageError


class RegistryFailure(MoorageError):
    """No answer; the message is one sentence for the user.

    `whole_host` says that the host as a whole cannot be reached, so that asking it for something else is no use; `host`
    is then its authority. `held` says that this was found out before, and nobody was asked now.
    """

    def __init__(self, message: str, *, whole_host: bool = False) -> None:
        super().__init__(message)
        self.whole_host = whole_host
        self.host = ""
        self.held = False


class Refused(RegistryFailure):
    """We did not ask, or did not read on: it would have crossed a limit that the user or common sense sets."""


class NotThere(RegistryFailure):
    """The registry or layout does not have what was asked for."""


class NoAnswer(RegistryFailure):
    """The network failed; trying again may help."""


class Late(NoAnswer):
    """No answer came in time: asking again at once would only take as long again."""


class Busy(RegistryFailure):
    """The registry wants to be left alone until `until`, in seconds since the epoch."""

    def __init__(self, message: str, until: float) -> None:
        super().__init__(message)
        self.until = until
