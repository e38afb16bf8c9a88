"""Errors that nobody has foreseen, of ours or of a library: they end in one sentence, as every failure does.

The log, at the level of debugging, tells kinds of errors, files, functions and lines, and nothing that an error itself
says: a library may quote there what was sent, and with it a secret.
"""

import logging
import traceback
from typing import cast

_log = logging.getLogger(__name__)


def sentence(error: Exception, when: str) -> str:
    """One sentence for the user about an error; `when` says what was done: "ghcr.io was asked about a/b"."""
    while isinstance(error, ExceptionGroup):
        error = cast(ExceptionGroup[Exception], error).exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)
    told = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
    _log.debug("%s when %s%s", type(error).__name__, when, told)
    where = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"Moorage failed when {when}: {type(error).__name__}{where}; please report that"
