"""What registries want their users to know: `Warning` headers (OCI distribution specification 1.1, "Warnings")."""

import re

from moorage.features.prose import clean

MOST = 10
"""How many warnings of one host are kept."""
_MAX_CHARACTERS = 4096
_warning = re.compile(r'299 - "((?:[^"\\]|\\.)*)"').finditer
_quoted = re.compile(r"\\(.)")


def warnings(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The texts of `Warning` headers, each one clean line and once.

    Only those of the form `299 - "text"` count, and only the first 4,096 characters of all of them.
    """
    whole = ", ".join(lines)[:_MAX_CHARACTERS]
    texts = (clean(_quoted.sub(r"\1", found[1])).strip() for found in _warning(whole))
    return tuple(dict.fromkeys(text for text in texts if text))
