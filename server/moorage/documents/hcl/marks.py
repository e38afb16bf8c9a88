"""What the content of a file in HCL says of its format."""

import re

_TARGET = r"""(?m)^target[ \t]+(?:"[^"\n]*"|[A-Za-z_][\w-]*)[ \t]*\{"""


def is_bake(text: str) -> bool:
    """Whether it defines a target, as Bake files do."""
    return "target" in text and re.search(_TARGET, text) is not None
