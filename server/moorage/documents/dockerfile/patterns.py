"""The patterns of `${name#pattern}`, `%` and `/`: `*` is any row of characters, `?` any one; a backslash escapes them.

The rules are those of BuildKit's `convertShellPatternToRegex`, with the shortest or the longest match, found without
backtracking.
"""

import re
from collections.abc import Callable

from moorage.documents import limits

Compute = Callable[[str], str]


class PatternError(Exception):
    """The pattern cannot be used: one sentence says why."""


def trim_start(text: str, pattern: str, longest: bool) -> str:
    """`text` without the shortest or longest start that matches."""
    end = _end_of_match(_parts(pattern), text, 0, longest)
    return text if end is None else text[end:]


def trim_end(text: str, pattern: str, longest: bool) -> str:
    """`text` without the shortest or longest end that matches."""
    mirrored = [[*reversed(part)] for part in reversed(_parts(pattern))]
    end = _end_of_match(mirrored, text[::-1], 0, longest)
    return text if end is None else text[: len(text) - end]


def replace(text: str, pattern: str, replacement: str, everywhere: bool) -> str:
    """`text` with the first match, or every one, replaced; a match is as far left and as long as can be."""
    parts = _parts(pattern)
    head = _regex(parts[0])
    out: list[str] = []
    done = at = 0
    while at <= len(text):
        found = head.search(text, at)
        end = None if found is None else _end_of_match(parts, text, found.start(), True)
        if found is None or end is None:
            break
        start = found.start()
        # As in Go, an empty match right behind another match does not count.
        if not (start == end == done and out):
            out += (text[done:start], replacement)
            done = end
            if not everywhere:
                break
        at = end if end > start else end + 1
    return "".join(out) + text[done:]


def _parts(pattern: str) -> list[list[str]]:
    """The stretches between the `*` of a pattern, each a list of regular expressions for one character."""
    if len(pattern) > limits.PATTERN_LENGTH:
        raise PatternError(f"the pattern is longer than {limits.PATTERN_LENGTH} characters")
    parts: list[list[str]] = [[]]
    i = 0
    while i < len(pattern):
        char = pattern[i]
        i += 1
        if char == "*":
            parts.append([])
        elif char == "?":
            parts[-1].append(".")
        elif char != "\\":
            parts[-1].append(re.escape(char))
        elif pattern[i : i + 1] not in ("}", "/"):
            escaped = pattern[i : i + 1]
            if not escaped or escaped not in "*?\\":
                raise PatternError(f"a pattern cannot escape '{escaped}'")
            parts[-1].append(re.escape(escaped))
            i += 1
    return parts


def _regex(part: list[str]) -> re.Pattern[str]:
    return re.compile("".join(part))


def _end_of_match(parts: list[list[str]], text: str, start: int, longest: bool) -> int | None:
    """Where the match that starts at `start` ends; None where there is none."""
    first = _regex(parts[0]).match(text, start)
    if first is None:
        return None
    at = first.end()
    for part in parts[1:-1]:
        found = _regex(part).search(text, at)
        if found is None:
            return None
        at = found.end()
    if len(parts) == 1:
        return at
    last = _regex(parts[-1])
    if not longest:
        found = last.search(text, at)
        return None if found is None else found.end()
    for position in range(len(text) - len(parts[-1]), at - 1, -1):
        if last.match(text, position):
            return position + len(parts[-1])
    return None
