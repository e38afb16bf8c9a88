"""Which tags to offer instead of the current one, and why others are not offered.

The rules are those of docs/explain.md. Everything here is a pure function of the tag list, the policy and the day.
"""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import takewhile
from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from moorage.versions.admission import Admits
from moorage.versions.ladders import (
    LEFT_BEHIND,
    Place,
    is_long_term,
    long_term_rule,
    official_name,
    place,
    rung_place,
    why_not_up_to,
)
from moorage.versions.objections import Terms, not_admitted, objections
from moorage.versions.ranges import Range
from moorage.versions.table import TagTable
from moorage.versions.tag import Tag

Step = Literal["patch", "minor", "major", "next", "distribution"]

MAX_OFFERS = 4


class Offer(NamedTuple):
    """A tag to move to. `reason` is one clause for people: `newest patch of 3.12`."""

    step: Step
    tag: str
    reason: str


class Dropped(NamedTuple):
    """A newer tag that is not offered, and why: one clause."""

    tag: str
    reason: str


class Judgement(NamedTuple):
    """How the current tag is read, what is offered in order of preference, and what was dropped, newest first."""

    current: Tag
    offers: tuple[Offer, ...]
    dropped: tuple[Dropped, ...]


_made: "WeakKeyDictionary[TagTable, dict[tuple[str, Terms], Judgement]]" = WeakKeyDictionary()


def judge(
    current: str,
    table: TagTable,
    *,
    registry: str = "docker.io",
    repository: str = "",
    range: Range | None = None,
    prerelease: bool = False,
    at: datetime.date | None = None,
    min_age_days: int = 0,
    lacks_platform: frozenset[str] = frozenset(),
    admissions: tuple[Admits, ...] = (),
) -> Judgement:
    """What to offer to somebody who uses `current`, a tag that need not be in the table.

    `registry` and `repository` (`docker.io`, `library/python`) say whether what is known of official images holds.
    `at` is the day on which it is asked; without it every distribution release that is out counts as released.
    `min_age_days` holds back what is younger at that day, `lacks_platform` what is known to lack a platform that the
    current tag has, `admissions` what these do not admit. A judgement is made once and kept as long as the table is.
    """
    terms = Terms(official_name(registry, repository), range, prerelease, at, min_age_days, lacks_platform, admissions)
    made = _made.setdefault(table, {})
    key = current, terms
    judgement = made.get(key)
    if judgement is None:
        judgement = made[key] = _judge(current, table, terms)
    return judgement


def offers(
    current: str,
    tags: Iterable[str],
    dates: Mapping[str, int] | None = None,
    *,
    registry: str = "docker.io",
    repository: str = "",
    range: Range | None = None,
    prerelease: bool = False,
    at: datetime.date | None = None,
    min_age_days: int = 0,
) -> list[Offer]:
    """The offers of `judge`, for a list of tags that is asked once."""
    return list(
        judge(
            current,
            TagTable(tags, dates),
            registry=registry,
            repository=repository,
            range=range,
            prerelease=prerelease,
            at=at,
            min_age_days=min_age_days,
        ).offers
    )


def _judge(current: str, table: TagTable, terms: Terms) -> Judgement:
    tag = table.read(current)
    dropped: list[Dropped] = []
    candidates = _admitted(tag, table, terms, dropped) if tag.release else []
    found = _codename_offers(tag, candidates) if tag.kind == "codename" else _version_offers(tag, candidates, terms)
    moved = None if tag.kind == "codename" else _distribution(tag, table, terms, dropped)
    if moved is not None:
        found = [*found[: MAX_OFFERS - 1], moved]
    offered = {offer.tag for offer in found}
    return Judgement(tag, tuple(found), tuple(d for d in reversed(dropped) if d.tag not in offered))


def _admitted(tag: Tag, table: TagTable, terms: Terms, dropped: list[Dropped]) -> list[Tag]:
    """The newer tags of the line that may be offered, oldest first; the others go to `dropped`."""
    why_not = objections(tag, table, terms)
    admitted: list[Tag] = []
    for candidate in table.newer(tag):
        why = next((why for objection in why_not if (why := objection(candidate))), "")
        if why:
            dropped.append(Dropped(candidate.text, why))
        else:
            admitted.append(candidate)
    return _left_behind(tag, admitted, table, terms, dropped)


def _left_behind(tag: Tag, candidates: list[Tag], table: TagTable, terms: Terms, dropped: list[Dropped]) -> list[Tag]:
    """Without the higher numbers that are really old: built last long before the current tag was."""
    built = table.dates.get(tag.text)
    if built is None or terms.range is not None:
        return candidates
    kept: list[Tag] = []
    for candidate in candidates:
        if table.dates.get(candidate.text, built) < built - LEFT_BEHIND:
            dropped.append(Dropped(candidate.text, "its last build is over 180 days older than the current tag's"))
        else:
            kept.append(candidate)
    return kept


def _version_offers(tag: Tag, candidates: Sequence[Tag], terms: Terms) -> list[Offer]:
    """Offers on the line of a version or date; `candidates` are oldest first."""
    newest: dict[Step, Tag] = {_step(tag, candidate): candidate for candidate in candidates}
    rule = long_term_rule(terms.image)
    if "major" in newest and terms.range is None and rule is not None:
        long_term = (c for c in reversed(candidates) if is_long_term(rule, c.release))
        newest["major"] = next(long_term, newest["major"])
    # Of an image with long-term lines the next line is the next of those, wherever the second number stands.
    width = rule.numbers if rule else min(len(tag.release), 2)
    following = next((c.release[:width] for c in candidates if c.release[:width] != tag.release[:width]), None)
    if following is not None:
        nearest = list(takewhile(lambda c: c.release[:width] <= following, candidates))[-1]
        if nearest not in newest.values():
            newest["next"] = nearest
    steps = sorted(newest, key=_ORDER.index)
    if terms.range is not None:
        steps.sort(key=lambda step: newest[step].key, reverse=True)
    return [
        Offer(step, newest[step].text, _reason(step, tag, newest[step], terms, first=at == 0))
        for at, step in enumerate(steps[:MAX_OFFERS])
    ]


_digits = re.compile(r"\d+")
_ORDER: tuple[Step, ...] = ("minor", "patch", "major", "next", "distribution")


def _step(tag: Tag, candidate: Tag) -> Step:
    if candidate.release[:1] != tag.release[:1]:
        return "major"
    return "patch" if candidate.release[:2] == tag.release[:2] else "minor"


def _reason(step: Step, tag: Tag, new: Tag, terms: Terms, first: bool) -> str:
    if terms.range is None:
        return _plain_reason(step, tag, new, terms)
    wanted = terms.range.text.strip() or "*"
    return f"newest that {wanted} allows" if first else f"{_plain_reason(step, tag, new, terms)} within {wanted}"


def _plain_reason(step: Step, tag: Tag, new: Tag, terms: Terms) -> str:
    # As written (24.04 is no 24.4), and of the release only.
    numbers = _digits.findall(new.text[len(new.prefix) :])[: len(new.release)]
    if new.release == tag.release:
        return "newest of this release" if tag.prerelease else "newest build"
    rule = long_term_rule(terms.image)
    match step:
        case "patch":
            return f"newest patch of {'.'.join(numbers[:2])}"
        case "minor":
            return f"newest {numbers[0]}.x"
        case "next":
            width = rule.numbers if rule else min(len(numbers), 2)
            return f"newest of the next line, {'.'.join(numbers[:width])}"
        case _:
            return "newest long-term release" if rule and is_long_term(rule, new.release) else "newest release"


def _codename_offers(tag: Tag, candidates: Sequence[Tag]) -> list[Offer]:
    """Offers for a tag that is a distribution's codename: its own newest build, the highest rung, the next one."""
    found: list[Offer] = []
    same = [c for c in candidates if c.release == tag.release]
    higher = [c for c in candidates if c.release != tag.release]
    if same:
        found.append(Offer("patch", same[-1].text, "newest build"))
    if higher:
        ladder = tag.line[1]
        top, following = higher[-1], higher[0].release
        nearest = [c for c in higher if c.release == following][-1]
        if nearest is not top:
            found.append(Offer("next", nearest.text, f"next release, {rung_place(ladder, nearest.release).title}"))
        found.append(Offer("distribution", top.text, f"newest release, {rung_place(ladder, top.release).title}"))
    return found


def _distribution(tag: Tag, table: TagTable, terms: Terms, dropped: list[Dropped]) -> Offer | None:
    """The same version and flavour on the highest later rung of the distribution that the tag names."""
    head, dash, tail = tag.text.partition("-")
    numbered = head[-1:].isdecimal() and dash
    here = place(tail) if tag.kind in ("version", "date") and numbered else None
    if here is None:
        return None
    rungs: list[tuple[Place, str]] = []
    for other in table.tails:
        there = place(other)
        if there and there.flavour == here.flavour and there.height > here.height and f"{head}-{other}" in table:
            rungs.append((there, f"{head}-{other}"))
    for there, text in sorted(rungs, key=lambda r: r[0].height, reverse=True):
        why = why_not_up_to(there, terms.at)
        if not why and text in terms.lacks_platform:
            why = "lacks a platform that the current tag has"
        why = why or not_admitted(tag, table.read(text), terms.admissions)
        if not why:
            return Offer("distribution", text, f"the same version on {there.title}")
        dropped.append(Dropped(text, why))
    return None
