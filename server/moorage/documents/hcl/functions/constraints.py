"""`semvercmp`: whether a version satisfies a constraint, as `github.com/Masterminds/semver` reads both.

Source: https://github.com/Masterminds/semver, "Checking Version Constraints".
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from moorage.documents.hcl.values import Failed, NotEvaluated, Value, text_of

Numbers = tuple[int, ...]

_REST = r"(?P<pre>-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?"
_VERSION = re.compile(rf"v?(\d{{1,18}})(?:\.(\d{{1,18}}))?(?:\.(\d{{1,18}}))?{_REST}")
_PART = r"(?:\d{1,18}|[xX*])"
_PARTIAL = rf"v?(?P<numbers>{_PART}(?:\.{_PART}){{0,2}}){_REST}"
_COMPARATOR = re.compile(rf"[\s,]*(?P<operator>!=|=>|=<|>=|<=|~>|[=<>~^]|)\s*{_PARTIAL}(?=[\s,]|\Z)")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")


class _Comparator(NamedTuple):
    """An operator and a version of which `low` are the numbers, those that are not given being 0."""

    operator: str
    low: Numbers
    given: int
    """How many of the three numbers stand there."""

    def allows(self, version: Numbers) -> bool:
        """Whether a release satisfies it."""
        low, whole, end = self.low, self.given in (0, 3), _end(self.low, self.given)
        match self.operator:
            case "<":
                return version < low
            case ">=" | "=>":
                return version >= low
            case ">":
                return version > low if whole else version >= end
            case "<=" | "=<":
                return version <= low if self.given == 3 else version < _end(low, self.given or 2)
            case "!=":
                return version != low if whole else not low <= version < end
            case "^":
                return low <= version < _end(low, self._compatible())
            case _:
                return self._is_alike(version)

    def _is_alike(self, version: Numbers) -> bool:
        """`~`, and no operator, which means the same where a number is missing."""
        if self.given == 3 and self.operator in ("", "="):
            return version == self.low
        is_any = not any(self.low) and self.given in (0, 3)
        return is_any or self.low <= version < _end(self.low, min(self.given, 2))

    def _compatible(self) -> int:
        """How many numbers must stay under `^`: up to the first that is not 0, or that is the last one given."""
        first = next((n for n, number in enumerate(self.low, 1) if number), 3)
        return min(first, self.given or 3)


def _end(low: Numbers, kept: int) -> Numbers:
    """The first version beyond those that begin with the same numbers."""
    return (*low[: kept - 1], low[kept - 1] + 1, *(0,) * (3 - kept)) if kept else low


def _semver_compare(value: Value, constraint: Value) -> bool:
    found = _VERSION.fullmatch(text_of(value))
    if found is None:
        raise Failed(f"{text_of(value)[:40]!r} is no version")
    version = tuple(int(number or 0) for number in found.groups()[:3])
    text = _HYPHEN.sub(r">=\1, <=\2", text_of(constraint))
    alternatives = [_comparators(part) for part in text.split("||")]
    return any(all(_holds(c, version, found["pre"]) for c in comparators) for comparators in alternatives)


def _holds(comparator: _Comparator, version: Numbers, prerelease: str | None) -> bool:
    """No constraint on releases holds for a prerelease, but that it is not a certain release."""
    if prerelease is not None:
        return comparator.operator == "!=" and comparator.given == 3
    return comparator.allows(version)


def _comparators(text: str) -> list[_Comparator]:
    found: list[_Comparator] = []
    at = 0
    while (match := _COMPARATOR.match(text, at)) is not None:
        if match["pre"]:
            raise NotEvaluated("constraints on prereleases are not worked out")
        written = match["numbers"].split(".")
        given = next((n for n, part in enumerate(written) if not part.isdecimal()), len(written))
        numbers = [int(part) for part in written[:given]]
        found.append(_Comparator(match["operator"], (*numbers, *(0,) * (3 - given)), given))
        at = match.end()
    if not found or text[at:].strip():
        raise Failed(f"{text[:40]!r} is no constraint")
    return found


FUNCTIONS: dict[str, Callable[..., bool]] = {"semvercmp": _semver_compare}
