"""Answers that the user gave to questions, kept beside the settings: which token servers a credential may go to.

Nothing of a workspace is ever read from or written to here.
"""

from pathlib import Path

from moorage.errors import UsageError
from moorage.settings import ANSWERS, Settings, from_text, read_text

_HEAD = "# Answers to questions of Moorage: see `realms` in its settings, which go over this file.\nrealms:\n"


def answers_file(settings: Settings) -> Path:
    """Where the answers are kept."""
    return settings.file.with_name(ANSWERS)


def remember_realm(settings: Settings, registry: str, token_server: str | None) -> None:
    """Keep that the credential for `registry` may go to this token server, or, with None, to none but its own.

    Raises `UsageError` where that cannot be written.
    """
    path = answers_file(settings)
    said = read_text(path)
    realms = {} if said is None else dict(from_text(said, path).realms)
    allowed = realms.get(registry, ())
    realms[registry] = () if token_server is None else tuple(dict.fromkeys((*allowed, token_server)))
    lines = (f"  {host!r}: {list(servers) or 'never'}\n" for host, servers in sorted(realms.items()))
    whole = path.with_suffix(".new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole.write_text(_HEAD + "".join(lines), encoding="utf-8")
        whole.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: the answer cannot be kept: {error.strerror or error}") from None
