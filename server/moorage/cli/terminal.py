"""Writing untrusted text to a terminal, colours, and whether there is a terminal at all."""

import os
import re
import sys
from typing import TextIO

# C0 and C1 controls without tab, bidirectional controls, line and paragraph separators, zero-width characters:
# a terminal would act on them, or show the text in another order than it stands (CVE-2021-25743, CVE-2021-42574).
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")


def plain(text: str) -> str:
    """`text` with every character that a terminal could act on written as an escape; a line end becomes a blank."""
    return _UNSAFE.sub(
        lambda m: " " if m[0] in "\n\r" else m[0].encode("unicode_escape", "surrogatepass").decode(), text
    )


def colours_wanted(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream` (https://no-color.org, https://force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


def is_terminal(stream: TextIO) -> bool:
    """Whether a person reads `stream`."""
    try:
        return stream.isatty()
    except ValueError:
        return False


def use_utf8() -> None:
    """Make standard output and error take any character, whatever the locale says."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def count(number: int, noun: str) -> str:
    """`1 package`, `2 packages`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size_text(size: int) -> str:
    """A size in bytes as people read it."""
    for unit, shift in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if size >= 1 << shift:
            return f"{size / (1 << shift):.1f} {unit}"
    return count(size, "byte")
