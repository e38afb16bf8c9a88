"""Writing files so that they are either the old or the new, never half of each."""

import os
import tempfile
from pathlib import Path

from moorage.errors import UsageError


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file at `path` (through a link: the file it points to), keeping its permissions.

    Raises `UsageError` where it cannot be written; the old file is then as it was.
    """
    target = Path(os.path.realpath(path))
    name = None
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            mode = target.stat().st_mode & 0o7777
        except FileNotFoundError:
            umask = os.umask(0)
            os.umask(umask)
            mode = 0o666 & ~umask
        Path(name).chmod(mode)
        Path(name).replace(target)
    except OSError as error:
        if name is not None:
            Path(name).unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
