"""Errors that nobody has foreseen, of ours or of a library: they end in one sentence, as every failure does.

The log, at the level of debugging, tells kinds of errors, files, functions and lines, and nothing that an error itself
says: a library may quote there what was sent, and with it a secret.
"""

import logging
import traceback
from typing import cast

_log = logging.getLogger(__name__)


def first(error: Exception) -> Exception:
    """The first of the errors of a group; any other error as it is."""
    while isinstance(error, ExceptionGroup):
        error = cast(ExceptionGroup[Exception], error).exceptions[0]
    return error


def sentence(error: Exception, when: str) -> str:
    """One sentence for the user about an error; `when` says what was done: "ghcr.io was asked about a/b"."""
    cause = first(error)
    frames = traceback.extract_tb(error.__traceback__)
    if cause is not error:
        frames += traceback.extract_tb(cause.__traceback__)
    told = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    _log.debug("%s when %s%s", type(cause).__name__, when, told)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"Moorage failed when {when}: {type(cause).__name__}{where}; please report that"
