"""What is held against a newer tag: prereleases, ranges, long-term lines, unreleased distributions, and policy."""

import datetime
from collections.abc import Callable
from typing import NamedTuple

from moorage.data.ladders import EVEN_IS_STABLE
from moorage.versions.admission import Admits
from moorage.versions.ladders import (
    development_rule,
    is_development,
    is_long_term,
    is_on_rung,
    long_term_rule,
    own_ladder,
    rung_place,
    why_no_release,
    why_not_up_to,
)
from moorage.versions.ranges import Precedence, PrereleaseKey, Range
from moorage.versions.table import TagTable
from moorage.versions.tag import Tag

_DAY = 86400


class Terms(NamedTuple):
    """What decides beside the tag list: the image, the policy, the day, and what is known of platforms.

    `lacks_platform` holds tags of which it is known that they lack a platform which the current tag has.
    """

    image: str = ""
    range: Range | None = None
    prerelease: bool = False
    at: datetime.date | None = None
    min_age_days: int = 0
    lacks_platform: frozenset[str] = frozenset()
    admissions: tuple[Admits, ...] = ()


Objection = Callable[[Tag], str]
"""Why a tag is not offered; empty where nothing is held against it."""


def objections(tag: Tag, table: TagTable, terms: Terms) -> list[Objection]:
    """The questions that each candidate is put to; each answers with why it is not offered, or nothing."""
    found: list[Objection] = []
    if terms.range is not None:
        found.append(_outside_range(tag, terms.range))
    elif not terms.prerelease:
        found.append(lambda t: "a prerelease" if t.prerelease and not _same_release_pre(tag, t) else "")
    if terms.range is None:
        found += _line_objections(tag, terms)
    if tag.kind == "codename":
        ladder = tag.line[1]
        found.append(
            lambda t: "" if t.release == tag.release else why_not_up_to(rung_place(ladder, t.release), terms.at)
        )
    if terms.lacks_platform:
        found.append(lambda t: "lacks a platform that the current tag has" if t.text in terms.lacks_platform else "")
    if terms.min_age_days and terms.at is not None:
        found.append(_too_young(table, terms.at, terms.min_age_days))
    if terms.admissions:
        found.append(lambda t: not_admitted(tag, t, terms.admissions))
    return found


def unwanted(
    current: str,
    table: TagTable,
    *,
    range: Range | None = None,
    at: datetime.date | None = None,
    min_age_days: int = 0,
    admissions: tuple[Admits, ...] = (),
) -> Objection:
    """What a policy has against a tag in the place of `current`, whatever line it is on: empty for nothing."""
    tag = table.read(current)
    found: list[Objection] = [] if range is None else [_outside_range(tag, range)]
    if min_age_days and at is not None:
        found.append(_too_young(table, at, min_age_days))
    found.append(lambda t: not_admitted(tag, t, admissions))
    return lambda t: next((why for objection in found if (why := objection(t))), "")


def _too_young(table: TagTable, at: datetime.date, days: int) -> Objection:
    latest = _seconds(at) - days * _DAY
    return lambda t: f"younger than {days} days" if table.dates.get(t.text, 0) > latest else ""


def not_admitted(tag: Tag, other: Tag, admissions: tuple[Admits, ...]) -> str:
    """Why some expression or list does not admit another tag in the place of this one."""
    objections = (admission.objection(tag.text) for admission in admissions)
    return next((why for objection in objections if objection is not None and (why := objection(other))), "")


def _same_release_pre(tag: Tag, other: Tag) -> bool:
    return bool(tag.prerelease) and tag.release == other.release


def _line_objections(tag: Tag, terms: Terms) -> list[Objection]:
    found: list[Objection] = []
    ladder = own_ladder(terms.image) if tag.kind == "version" else None
    if ladder is not None and is_on_rung(ladder, tag.release):
        found.append(lambda t: why_no_release(ladder, t.release, terms.at))
    rule = long_term_rule(terms.image)
    if rule is not None and is_long_term(rule, tag.release):
        found.append(lambda t: "" if is_long_term(rule, t.release) else "not a long-term line, as the current one is")
    series = development_rule(terms.image)
    if series is not None and not is_development(series, tag.release):
        found.append(lambda t: "a development series" if is_development(series, t.release) else "")
    if terms.image in EVEN_IS_STABLE.images and _is_even(tag):
        found.append(lambda t: "" if _is_even(t) else "mainline, and the current one is stable")
    return found


def _is_even(tag: Tag) -> bool:
    return len(tag.release) >= 2 and tag.release[1] % 2 == 0


def _outside_range(tag: Tag, wanted: Range) -> Objection:
    def objection(candidate: Tag) -> str:
        if wanted.allows_key(precedence(candidate)):
            return ""
        if (
            _same_release_pre(tag, candidate)
            and candidate.prerelease
            and wanted.allows_key(precedence(candidate), True)
        ):
            return ""
        return f"{wanted.text.strip() or '*'} does not allow it"

    return objection


def precedence(tag: Tag) -> Precedence:
    """A tag as a version in a range: a missing number counts as 0."""
    major, minor, patch = (*tag.release, 0, 0, 0)[:3]
    pre: PrereleaseKey = tag.key[2]
    return Precedence(major, minor, patch, 0 if pre else 1, pre)


def _seconds(day: datetime.date) -> int:
    return int(datetime.datetime.combine(day, datetime.time(), datetime.UTC).timestamp())
