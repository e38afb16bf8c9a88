"""Times and sizes as people write them in settings and on the command line."""

import re

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_SHIFTS = {"": 0, "K": 10, "M": 20, "G": 30}
_size = re.compile(r"(\d{1,9})(?:([KMG])(?:i?B)?)?", re.ASCII).fullmatch


def duration(text: str) -> int | None:
    """The seconds that a text such as `90s`, `15m`, `6h`, `2d` or `3600` means; None where it means none."""
    number, unit = text.strip(), 1
    if number[-1:] in _SECONDS:
        number, unit = number[:-1], _SECONDS[number[-1]]
    return int(number) * unit if number.isdecimal() and number.isascii() and len(number) <= 9 else None


def byte_size(text: str) -> int | None:
    """The bytes that a text such as `50MiB`, `1G` or `4096` means; None where it means none. 1K is 1024."""
    found = _size(text.strip())
    return None if found is None else int(found[1]) << _SHIFTS[found[2] or ""]
