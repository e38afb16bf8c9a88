"""The errors that Moorage raises; all of them carry one sentence for the user."""


class MoorageError(Exception):
    """Base of every error that is shown to a user as one sentence."""


class UsageError(MoorageError):
    """The command line or a configuration file cannot be used (exit code 2)."""


class UndecidedError(MoorageError):
    """What a command must know could not be found out (exit code 3)."""
