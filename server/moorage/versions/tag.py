"""Reading a tag: prefix, release, prerelease, build, variant.

A tag is a head and a tail, which the first dash behind the version parts: `3.13.0rc1` and `slim-bookworm`. Heads hold
the numbers and are many; tails are few and are read once each.
"""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from moorage.data.ladders import LADDERS

Kind = Literal["version", "date", "codename", "channel", "commit", "attachment", "opaque"]
Key = tuple[tuple[int, ...], int, tuple[tuple[int, int | str], ...], tuple[int, ...]]
Line = tuple[str, str, int, str]


class Tag(NamedTuple):
    """A tag, read. Tags of one `line` compare as versions do: `a < b` says that b is newer.

    `key` is what they are ordered by: release, stable or not, prerelease, build. `line` is what two tags must share
    for one to be an update of the other. `prerelease` is lower-case words and numbers (`rc`, `3`), empty for a stable
    release. `variant` is the rest of the tail, words in which a build or commit was counted included without their
    number. `release` of a codename is the number of its distribution release.
    """

    key: Key
    text: str
    kind: Kind
    line: Line
    prefix: str = ""
    release: tuple[int, ...] = ()
    prerelease: tuple[str, ...] = ()
    build: tuple[int, ...] = ()
    variant: str = ""

    @property
    def precision(self) -> int:
        """How many numbers the release has: 2 for `3.12`."""
        return len(self.release)


class Tail(NamedTuple):
    """What stands behind the first dash. `bare` is a prerelease word without a number, which might be a variant."""

    prerelease: tuple[str, ...]
    build: tuple[int, ...]
    variant: str
    bare: str


# Words. Each list holds what registries use, not what one repository does.
PRERELEASE_WORDS = (
    "alpha", "beta", "rc", "cr", "m", "ea", "eap", "preview", "pre", "dev", "tp", "techpreview", "milestone",
    "snapshot", "nightly", "canary",
)  # fmt: skip
CHANNELS = frozenset(
    (
        "latest", "stable", "edge", "main", "master", "nightly", "dev", "devel", "develop", "development",
        "unstable", "testing", "test", "experimental", "oldstable", "oldoldstable", "sid", "lts", "lta",
        "current", "mainline", "rolling", "canary", "next", "rc", "beta", "alpha", "preview", "pre",
        "prerelease", "release", "production", "innovation", "snapshot", "head", "tip", "trunk", "rawhide",
        "insiders", "daily", "weekly", "alpine", "slim",
    )
)  # fmt: skip
_COUNTERS = "r|ls|cu|gdr|k3s|gke|eksbuild|build|rev|patch|hotfix|post|sp"
_MACHINES = frozenset(
    (
        "amd64", "arm64", "arm64v8", "arm32v5", "arm32v6", "arm32v7", "armv6", "armv7", "armhf", "i386",
        "386", "x86_64", "aarch64", "s390x", "ppc64le", "riscv64", "loong64", "mips64le", "linux",
        "windows",
    )
)  # fmt: skip

# Words before the number of a change that is still being discussed: no later number is an update of it.
_DISCUSSED = frozenset(("pr", "mr", "pull", "merge", "pullrequest"))

_LONG = "|".join(sorted((w for w in PRERELEASE_WORDS if w != "m"), key=len, reverse=True))
_DAY = r"(?:19|20)\d{6}"
_head = re.compile(
    rf"""
    (?P<release>\d+(?:\.\d+)*)
    (?:u(?P<update>\d+) | (?P<letter>[a-z])(?![a-z0-9]))?
    (?P<pre>[._]?(?:(?:{_LONG})\.?\d*(?:\.\d+)*|[abm]\d+))?
    (?P<build>(?:_\d+(?:\.\d+)*)*)
    (?P<final>\.(?:Final|RELEASE|GA))?
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
).fullmatch
_dashed_date = re.compile(
    r"((?:19|20)\d\d)-([01]\d)-([0-3]\d)(?:T(\d\d)-?(\d\d)(?:-?(\d\d))?Z?)?(?:-(?P<tail>.+))?", re.ASCII
).fullmatch
_dotted_date = re.compile(r"(?:19|20)\d\d\.(?:0[1-9]|1[0-2])\.(?:0[1-9]|[12]\d|3[01])", re.ASCII).fullmatch
_day = re.compile(rf"{_DAY}(?:\d{{4}}|\d{{6}})?", re.ASCII).fullmatch
_attachment = re.compile(r"sha(?:256|384|512)-[0-9a-f]{32,}.*|.*\.(?:sig|att|sbom|cosign)").fullmatch
_words = re.compile(r"[A-Za-z_.]*[A-Za-z]|[A-Za-z]").fullmatch
_wordy_number = re.compile(r"([A-Za-z][A-Za-z_.]*)(\d.*)", re.ASCII | re.DOTALL).fullmatch
_commit = re.compile(r"g?(?=[a-f]*[0-9])(?=[0-9]*[a-f])[0-9a-f]{7,40}").fullmatch

_tail_prerelease = re.compile(rf"({_LONG}|m(?=\.?\d))\.?(\d[\d.]*)?", re.IGNORECASE | re.ASCII).fullmatch
_tail_numbered = re.compile(rf"(\d+(?:\.\d+)*)\.({_LONG})", re.IGNORECASE | re.ASCII).fullmatch
_tail_day = re.compile(rf"{_DAY}(?:\.\d+|T\d{{4}}(?:\d\d)?Z?)?", re.ASCII).fullmatch
_tail_first = re.compile(r"[bpu](\d+(?:\.\d+)*)", re.ASCII).fullmatch
_tail_counter = re.compile(rf"({_COUNTERS})\.?(\d+(?:\.\d+)*)", re.IGNORECASE | re.ASCII).fullmatch
_tail_revision = re.compile(r"\d{3,}|\d+\.\d{9,}", re.ASCII).fullmatch
_number = re.compile(r"\d[\d.]*", re.ASCII).fullmatch
_numbers = re.compile(r"\d+", re.ASCII).findall
_parts = re.compile(r"[a-z]+|\d+", re.ASCII).findall

_CODENAMES = {rung.name: (ladder, rung) for ladder in LADDERS for rung in ladder.rungs if rung.name}
COMMIT = "<commit>"
_MAX_LENGTH = 128  # of a tag, says the distribution specification


@lru_cache(maxsize=16384)
def read_alone(text: str, variants: frozenset[str] = frozenset()) -> Tag:
    """Read a tag without its siblings. `variants` are prerelease words that mean a variant in its repository."""
    return read_unkept(text, variants)


def read_unkept(text: str, variants: frozenset[str] = frozenset()) -> Tag:
    """`read_alone` for a whole list, of which no reading is needed a second time."""
    if len(text) > _MAX_LENGTH:
        return unversioned(text, "opaque")
    if text[:1].isdecimal():
        if is_commit(text):
            return unversioned(text, "commit")
        return _versioned("", text, variants) or unversioned(text, "opaque")
    if _starts_with_v(text):
        read = _versioned(text[0], text[1:], variants)
        if read is not None:
            return read
    return _worded(text, variants)


def is_commit(text: str) -> bool:
    """Whether a tag can be nothing but the digest of a commit: hexadecimal digits, letters among them."""
    return text.isalnum() and _commit(text) is not None


def unversioned(text: str, kind: Kind) -> Tag:
    """A tag without a version, on a line of its own."""
    return Tag(((), 1, (), ()), text, kind, (kind, text, 0, ""))


class Head(NamedTuple):
    """What stands before the first dash of a version. `final` is a word such as `Final`; `updates` tells `8u362`."""

    kind: Kind
    release: tuple[int, ...]
    prerelease: tuple[str, ...] = ()
    build: tuple[int, ...] = ()
    final: str = ""
    updates: bool = False

    def key(self, tail: "Tail") -> Key:
        """What a tag of this head and `tail` is ordered by."""
        prerelease = self.prerelease + tail.prerelease
        return self.release, 0 if prerelease else 1, prerelease_key(prerelease), self.build + tail.build


def _versioned(prefix: str, text: str, variants: frozenset[str]) -> Tag | None:
    """The reading of `text`, which follows `prefix` and starts with a digit; None where it is no version."""
    dashed = _dashed_date(text) if text[4:5] == "-" else None
    if dashed:
        date = Head("date", tuple(int(n) for n in dashed.groups()[:6] if n))
        return _tag(prefix, text, date, read_tail(dashed["tail"] or "", variants))
    before, dash, rest = text.partition("-")
    head = read_head(before)
    if head is None or (dash and not rest):
        return None
    return _tag(prefix, text, head, read_tail(rest, variants) if rest else _NO_TAIL)


@lru_cache(maxsize=16384)
def read_head(text: str) -> Head | None:
    """Read what stands before the first dash, without a `v`; None where it is no version."""
    match = _head(text)
    if match is None:
        return None
    numbers, update, letter, pre, build, final = match.groups()
    release = tuple(map(int, numbers.split(".")))
    prerelease: tuple[str, ...] = ()
    counted = tuple(map(int, _numbers(build))) if build else ()
    if pre:
        prerelease = identifiers(pre)
        if len(release) == 1 and prerelease[0] == "b" and pre[0] in "bB":
            prerelease, counted = (), (int(prerelease[1]), *counted)  # `6b32` is a build of Java 6
    if letter:
        if len(release) < 3:
            return None
        counted = (ord(letter.lower()) - 96, *counted)  # `1.1.1m` follows `1.1.1l`
    if update:
        release += (int(update),)
    kind: Kind = "date" if _day(numbers.partition(".")[0]) or _dotted_date(numbers) else "version"
    return Head(kind, release, prerelease, counted, (final or "")[1:], bool(update))


def _tag(prefix: str, text: str, head: Head, tail: Tail) -> Tag:
    kind, release, prerelease, build, final, updates = head
    key = head.key(tail)
    prerelease += tail.prerelease
    build += tail.build
    variant = f"{final}-{tail.variant}".strip("-") if final else tail.variant
    # Dates written with dots are no line of their own: 2024.10.12 might be the twelfth release of a month.
    family = "date" if kind == "date" and len(release) != 3 else "version"
    precision = 0 if build else -1 if updates else len(release)
    return Tag(
        key, prefix + text, kind, (family, prefix, precision, variant), prefix, release, prerelease, build, variant
    )


def identifiers(text: str) -> tuple[str, ...]:
    """The words and numbers of a prerelease, lower-case: `rc`, `3` for `-RC.03`."""
    return tuple(str(int(p)) if p.isdecimal() else p for p in _parts(text.lower()))


@lru_cache(maxsize=4096)
def prerelease_key(parts: tuple[str, ...]) -> tuple[tuple[int, int | str], ...]:
    """What prereleases are ordered by: numbers before words (SemVer 2.0.0, § 11.4)."""
    return tuple((0, int(p)) if p.isdecimal() else (1, p) for p in parts)


def _worded(text: str, variants: frozenset[str]) -> Tag:
    """The reading of a tag that starts with a word."""
    if _attachment(text):
        return unversioned(text, "attachment")
    words = text.split("-")
    first = words[0].lower()
    codename = _CODENAMES.get(words[0])
    versions_follow = len(words) > 1 and (words[1][:1].isdecimal() or _starts_with_v(words[1]))
    if codename and not (versions_follow and not _tail_day(words[1])):
        ladder, rung = codename
        tail = read_tail(text[len(first) + 1 :], variants)
        release = tuple(map(int, rung.number.split(".")))
        key: Key = (release, 0 if tail.prerelease else 1, prerelease_key(tail.prerelease), tail.build)
        line: Line = ("codename", ladder.id, 0 if tail.build else 1, tail.variant)
        return Tag(key, text, "codename", line, "", release, tail.prerelease, tail.build, tail.variant)
    if len(words) > 1 and _commit(words[1]) and not words[1].isdecimal():
        return unversioned(text, "commit")
    if first in _DISCUSSED:
        return unversioned(text, "opaque")
    if first in CHANNELS and not versions_follow:
        variant = text[len(first) + 1 :]
        return Tag(((), 1, (), ()), text, "channel", ("channel", first, 0, variant), first, variant=variant)
    if _commit(text):
        return unversioned(text, "commit")
    return _prefixed(words, text, variants) or unversioned(text, "opaque")


def _starts_with_v(word: str) -> bool:
    return word[:1] in ("v", "V") and word[1:2].isdecimal()


def _prefixed(words: list[str], text: str, variants: frozenset[str]) -> Tag | None:
    """A version behind words: `server-0.4.2`, `jdk-all-25`, `php8.1-apache`, `RELEASE.2024-01-13T07-53-03Z`."""
    at = 0
    for word in words:
        glued = _wordy_number(word)
        if word[:1].isdecimal():
            return _versioned(text[:at], text[at:], variants)
        if word.lower() not in _MACHINES:
            if glued:
                start = at + len(glued[1])
                return _versioned(text[:start], text[start:], variants)
            if not _words(word):
                return None
        at += len(word) + 1
    return None


_NO_TAIL = Tail((), (), "", "")


@lru_cache(maxsize=16384)
def read_tail(text: str, variants: frozenset[str] = frozenset()) -> Tail:
    """Read what stands behind the first dash: prereleases, builds and dates are told from the variant."""
    if not text:
        return _NO_TAIL
    pre: list[str] = []
    build: list[int] = []
    variant: list[str] = []
    bare = ""
    words = text.split("-")
    at = 0
    while at < len(words):
        word = words[at]
        following = words[at + 1] if at + 1 < len(words) else ""
        at += 1
        if word.lower() in variants:
            variant.append(word)
        elif match := _tail_prerelease(word):
            pre += identifiers(word)
            if match[2] is None and _number(following):
                pre += identifiers(following)
                at += 1
            elif match[2] is None:
                bare = word
        elif match := _tail_numbered(word):
            pre += identifiers(word)
        elif _tail_day(word):
            build += map(int, _numbers(word))
        elif at == 1 and (match := _tail_first(word)):
            build += map(int, _numbers(match[1]))
        elif match := _tail_counter(word):
            build += map(int, _numbers(match[2]))
            variant.append(match[1])
        elif word == "eks" and _number(following):
            variant.append(word)
            while at < len(words) and _number(words[at]):
                build += map(int, _numbers(words[at]))
                at += 1
        elif at == 1 and (_tail_revision(word) or (word.isdecimal() and following[:1] == "g" and _commit(following))):
            build += map(int, _numbers(word))
        else:
            variant.append(COMMIT if _commit(word) else word)
    return Tail(tuple(pre), tuple(build), "-".join(variant), bare)
