"""Version ranges in npm's grammar, with the meaning of node-semver 7.7.2.

The grammar is the one of https://github.com/npm/node-semver#range-grammar, and where the program accepts more than its
grammar says (`1.2.*.3`, `1.2.3*`, blanks after an operator) so does this module. Versions are those of the `semver`
package; it is imported with the first range that is read, since most runs read none.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from moorage.errors import MoorageError
from moorage.text import Span

if TYPE_CHECKING:
    from semver import Version

Operator = Literal["<", "<=", ">", ">=", "="]
PrereleaseKey = tuple[tuple[int, int | str], ...]

_MAX_NUMBER = 2**53 - 1  # JavaScript's largest exact integer: node-semver refuses what is above it
_MAX_VERSION = 256
_MAX_RANGE = 2048  # ours: ranges come from files of strangers
_OPERATORS: dict[str, Operator] = {"": "=", "=": "=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

# What JavaScript's `\s` matches; Python's differs in the control characters.
_BLANKS = re.compile("[\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+")
_NUMBER = r"(?:0|[1-9][0-9]{0,256})"
_IDENTIFIER = rf"(?:[0-9]{{0,256}}[a-zA-Z-][a-zA-Z0-9-]{{0,250}}|{_NUMBER})"
_PRERELEASE = rf"-({_IDENTIFIER}(?:\.{_IDENTIFIER})*)"
_BUILD = r"\+[a-zA-Z0-9-]{1,250}(?:\.[a-zA-Z0-9-]{1,250})*"
_WILD = rf"({_NUMBER}|[xX*])"
_PARTIAL = rf"[v= ]*{_WILD}(?:\.{_WILD}(?:\.{_WILD}(?:{_PRERELEASE})?(?:{_BUILD})?)?)?"
_FULL = rf"v?({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:{_PRERELEASE})?(?:{_BUILD})?"

_hyphen = re.compile(rf" ?({_PARTIAL}) - ({_PARTIAL}) ?").fullmatch
_simple = re.compile(rf"(\^|~>?|[<>]=?|=|)({_PARTIAL})").fullmatch
_comparator = re.compile(rf"([<>]=?|=|){_FULL}").fullmatch
_version = re.compile(_FULL).fullmatch
# A blank after an operator means nothing. The three are taken away one kind after the other, as node-semver does it.
_BLANK_AFTER_COMPARISON = re.compile(rf"( ?)([<>]=?|=|) ?({_PARTIAL})")
_BLANK_AFTER_TILDE = re.compile("( ?)~>? ")
_BLANK_AFTER_CARET = re.compile(r"( ?)\^ ")
_STAR = re.compile(r"[<>]?=? ?\*")


class RangeError(MoorageError, ValueError):
    """A text that is no range: one sentence, and the span of what is wrong in it."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span

    @property
    def position(self) -> int:
        """The 0-based offset in the range where it goes wrong."""
        return self.span.start


class Precedence(NamedTuple):
    """A version as a key that sorts as SemVer 2.0.0 orders versions (§ 11); build metadata does not count.

    `stable` is 1 for a version without prerelease, which sorts behind all its prereleases.
    """

    major: int
    minor: int
    patch: int
    stable: int
    prerelease: PrereleaseKey


_LOWEST = Precedence(0, 0, 0, 0, ((0, 0),))


class Comparator(NamedTuple):
    """An operator and the version it compares with."""

    operator: Operator
    version: "Version"
    key: Precedence

    def allows(self, key: Precedence) -> bool:
        """Whether a version with this precedence is on the right side."""
        match self.operator:
            case ">=":
                return key >= self.key
            case "<":
                return key < self.key
            case "=":
                return key == self.key
            case ">":
                return key > self.key
            case "<=":
                return key <= self.key

    def __str__(self) -> str:
        return str(self.version) if self.operator == "=" else f"{self.operator}{self.version}"


Alternative = tuple[Comparator, ...]


class Range(NamedTuple):
    """A range: alternatives, each a row of comparators that must all hold. An empty row allows every version.

    `inclusive` are the alternatives as they read when prereleases count like any other version.
    """

    text: str
    alternatives: tuple[Alternative, ...]
    inclusive: tuple[Alternative, ...]

    def allows(self, version: "str | Version", prereleases: bool = False) -> bool:
        """Whether `version` is in the range.

        A prerelease is in it only where a comparator names a prerelease of the same release, or where `prereleases`
        is true (node-semver's `includePrerelease`). A text that is no SemVer version is in no range.
        """
        read = read_version(version) if isinstance(version, str) else version
        return read is not None and self.allows_key(precedence(read), prereleases)

    def allows_key(self, key: Precedence, prereleases: bool = False) -> bool:
        """`allows` for a version of which the precedence is known already."""
        if prereleases or key.stable:
            sets = self.inclusive if prereleases else self.alternatives
            return any(all(c.allows(key) for c in comparators) for comparators in sets)
        return any(
            all(c.allows(key) for c in comparators)
            and any(not c.key.stable and c.key[:3] == key[:3] for c in comparators)
            for comparators in self.alternatives
        )

    def __str__(self) -> str:
        return "||".join(" ".join(map(str, comparators)) or "*" for comparators in self.alternatives)


def precedence(version: "Version") -> Precedence:
    """The sort key of a version."""
    pre = version.prerelease
    if not pre:
        return Precedence(version.major, version.minor, version.patch, 1, ())
    return Precedence(version.major, version.minor, version.patch, 0, prerelease_key(pre.split(".")))


def prerelease_key(identifiers: list[str]) -> PrereleaseKey:
    """The sort key of dot-separated prerelease identifiers: numbers before words (SemVer 2.0.0, § 11.4)."""
    return tuple((0, int(i)) if i.isdecimal() else (1, i) for i in identifiers)


def read_version(text: str) -> "Version | None":
    """A SemVer version, with a leading `v` and blanks around it allowed; None where `text` is none."""
    if len(text) > _MAX_VERSION:
        return None
    match = _version(_BLANKS.sub(" ", text).strip(" "))
    if match is None:
        return None
    major, minor, patch, pre = match.groups()
    return _make(int(major), int(minor), int(patch), pre)


@lru_cache(maxsize=1024)
def parse_range(text: str) -> Range:
    """Read a range.

    Takes any text (an empty one is `*`); returns a `Range`; raises `RangeError` with one sentence and the span at
    fault.
    """
    if len(text) > _MAX_RANGE:
        raise RangeError(f"a range is no longer than {_MAX_RANGE:,} characters", Span(_MAX_RANGE, len(text)))
    rows = list(_rows(text))
    plain, inclusive = (tuple(_alternative(text, row, start, flag) for row, start in rows) for flag in (False, True))
    return Range(text, _simplified(plain), _simplified(inclusive))


def _rows(text: str) -> Iterator[tuple[str, int]]:
    """The alternatives between `||`, blanks collapsed, each with its offset in `text`."""
    at = 0
    for row in text.split("||"):
        yield _BLANKS.sub(" ", row).strip(" "), at
        at += len(row) + 2


def _simplified(alternatives: tuple[Alternative, ...]) -> tuple[Alternative, ...]:
    """The alternatives without those that allow nothing; one that allows everything stands for all.

    The latter is a rule, not a saving: in `* || 2.0.0-rc.1` no prerelease is allowed.
    """
    if () in alternatives:
        return ((),)
    return tuple(a for a in alternatives if not (a[0].operator == "<" and a[0].key == _LOWEST)) or alternatives[:1]


def _alternative(text: str, row: str, start: int, prereleases: bool) -> Alternative:
    hyphen = _hyphen(row)
    if hyphen:
        row = _from_hyphen(hyphen, prereleases)
    row = _BLANK_AFTER_COMPARISON.sub(r"\1\2\3", row)
    row = _BLANK_AFTER_TILDE.sub(r"\1~", row)
    row = _BLANK_AFTER_CARET.sub(r"\1^", row)
    comparators: list[Comparator] = []
    seen = 0
    for word in row.split(" "):
        found = _comparators(word, prereleases)
        if found is None:
            raise _error(text, word, start, None if hyphen else seen)
        comparators += found
        seen += len(word)
    nothing = next((c for c in comparators if c.operator == "<" and c.key == _LOWEST), None)
    return tuple(dict.fromkeys(comparators)) if nothing is None else (nothing,)


def _error(text: str, word: str, start: int, seen: int | None) -> RangeError:
    """The error for `word`, which follows `seen` visible characters of the alternative that starts at `start`.

    With `seen` None it came out of a hyphen range, and the whole alternative is at fault.
    """
    end = text.find("||", start)
    places = [i for i in range(start, len(text) if end < 0 else end) if not _BLANKS.match(text[i])]
    if seen is None:
        span = Span(places[0], places[-1] + 1)
        return RangeError(f"{span.of(text)!r} holds no two versions that a hyphen could join", span)
    # A tilde that lost its `>` to the blank behind it makes the count end early, never late.
    span = Span(places[min(seen, len(places) - 1)], places[min(seen + len(word), len(places)) - 1] + 1)
    shown = span.of(text)
    if not word.strip("<>=~^v"):
        return RangeError(f"{shown!r} at character {span.start + 1} has no version behind it", span)
    return RangeError(f"{shown!r} at character {span.start + 1} is no version or comparison of a range", span)


def _from_hyphen(match: re.Match[str], prereleases: bool) -> str:
    """`A - B` as comparators; a missing part of A counts as 0, a missing part of B allows all that begins with it."""
    low, major, minor, patch, pre = match.group(1, 2, 3, 4, 5)
    suffix = "-0" if prereleases else ""
    if _any(major):
        low = ""
    elif _any(minor):
        low = f">={major}.0.0{suffix}"
    elif _any(patch):
        low = f">={major}.{minor}.0{suffix}"
    else:
        low = f">={low}" if pre else f">={low}{suffix}"
    high, major, minor, patch, pre = match.group(6, 7, 8, 9, 10)
    if _any(major):
        high = ""
    elif _any(minor):
        high = f"<{int(major) + 1}.0.0-0"
    elif _any(patch):
        high = f"<{major}.{int(minor) + 1}.0-0"
    elif pre:
        high = f"<={major}.{minor}.{patch}-{pre}"
    else:
        high = f"<{major}.{minor}.{int(patch) + 1}-0" if prereleases else f"<={high}"
    return f"{low} {high}".strip(" ")


def _any(part: str | None) -> bool:
    return part is None or part in "xX*"


def _comparators(word: str, prereleases: bool) -> list[Comparator] | None:
    """What one word of a range means; None where it is none. The empty list allows everything."""
    match = _simple(word)
    if match is None:
        return _comparison(_STAR.sub("", word, count=1), prereleases)
    operator, _, *parts, pre = match.groups()
    first = "0" if prereleases else None
    if _any(parts[0]):
        return _bounds(first, ("<", (0, 0, 0), "0")) if operator in ("<", ">") else []
    written = 1 if _any(parts[1]) else 2 if _any(parts[2]) else 3
    low = int(parts[0]), int(parts[1]) if written > 1 else 0, int(parts[2]) if written > 2 else 0
    if operator == "^":
        kept = next((i for i, part in enumerate(low[:written], 1) if part), written)
        pre = pre if pre and written == 3 else first if written < 3 or not low[0] else None
        return _bounds(first, (">=", low, pre), ("<", _after(low, kept), "0"))
    if operator.startswith("~"):
        return _bounds(first, (">=", low, pre if written == 3 else None), ("<", _after(low, min(written, 2)), "0"))
    if written == 3:
        return _comparison(word, prereleases)
    match operator:
        case ">":
            return _bounds(first, (">=", _after(low, written), first))
        case ">=":
            return _bounds(first, (">=", low, first))
        case "<":
            return _bounds(first, ("<", low, "0"))
        case "<=":
            return _bounds(first, ("<", _after(low, written), "0"))
        case _:
            return _bounds(first, (">=", low, first), ("<", _after(low, written), "0"))


def _after(low: tuple[int, int, int], kept: int) -> tuple[int, int, int]:
    """The first release that does not share the first `kept` numbers of `low`."""
    major, minor, patch = low
    return (major + 1, 0, 0) if kept == 1 else (major, minor + 1, 0) if kept == 2 else (major, minor, patch + 1)


def _bounds(first: str | None, *bounds: tuple[Operator, tuple[int, int, int], str | None]) -> list[Comparator] | None:
    """The comparators with these bounds, without one that asks for the lowest release, whose prerelease is `first`."""
    row: list[Comparator] = []
    for operator, release, pre in bounds:
        if (operator, release, pre) == (">=", (0, 0, 0), first):
            continue
        version = _make(*release, pre)
        if version is None:
            return None
        row.append(Comparator(operator, version, precedence(version)))
    return row


def _comparison(word: str, prereleases: bool) -> list[Comparator] | None:
    """An operator and a whole version; None where `word` is something else."""
    if word in ("", ">=0.0.0-0" if prereleases else ">=0.0.0"):
        return []
    match = _comparator(word)
    if match is None:
        return None
    operator, major, minor, patch, pre = match.groups()
    version = _make(int(major), int(minor), int(patch), pre)
    return None if version is None else [Comparator(_OPERATORS[operator], version, precedence(version))]


def _make(major: int, minor: int, patch: int, pre: str | None) -> "Version | None":
    from semver import Version

    if max(major, minor, patch) > _MAX_NUMBER:
        return None
    return Version(major, minor, patch, pre)
