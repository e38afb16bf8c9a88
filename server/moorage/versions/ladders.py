"""Where a tag stands on a distribution's ladder, and which lines of an image are long-term or development."""

import datetime
import re
from functools import lru_cache
from typing import NamedTuple

from moorage.data.ladders import DEVELOPMENT, LADDERS, LONG_TERM, Development, Ladder, LongTerm, Rung
from moorage.reference import DEFAULT_REGISTRY

LEFT_BEHIND = 180 * 86400
"""Seconds: a line whose last build is this much older than another's was left behind, whatever its number says."""
_BY_ID = {ladder.id: ladder for ladder in LADDERS}
_BY_WORD = {word: ladder for ladder in LADDERS for word in ladder.words}
_BY_NAME = {rung.name: (ladder, rung) for ladder in LADDERS for rung in ladder.rungs if rung.name}
_BY_IMAGE = {ladder.image: ladder for ladder in LADDERS if ladder.image}
_RUNGS = {(ladder.id, tuple(map(int, rung.number.split(".")))): rung for ladder in LADDERS for rung in ladder.rungs}
_place = re.compile(
    rf"(?:(?<=-)|^)(?:(?P<name>{'|'.join(_BY_NAME)})|(?P<word>{'|'.join(_BY_WORD)})(?P<dash>-?)(?P<number>\d+(?:\.\d+)*))"
    r"(?=-|$)",
    re.ASCII,
).search


class Place(NamedTuple):
    """A distribution release named in a tag: which ladder, which rung, and the text around it.

    `flavour` is equal for two texts that name another rung of the same ladder in the same way and are equal elsewhere.
    """

    ladder: Ladder
    number: str
    flavour: tuple[str, str, str]

    @property
    def height(self) -> tuple[int, ...]:
        """What rungs of one ladder are ordered by. Windows and Amazon Linux count years, which sort too."""
        return tuple(map(int, self.number.split(".")))

    @property
    def title(self) -> str:
        """For people: `Debian 13 (trixie)`."""
        rung = _RUNGS.get((self.ladder.id, self.height))
        name = f" ({rung.name})" if rung and rung.name else ""
        return f"{self.ladder.title} {self.number}{name}"


@lru_cache(maxsize=16384)
def place(text: str) -> Place | None:
    """The first distribution release that a tag or its tail names; None where it names none."""
    match = _place(text)
    if match is None:
        return None
    before, after = text[: match.start()], text[match.end() :]
    if match["name"]:
        ladder, rung = _BY_NAME[match["name"]]
        return Place(ladder, rung.number, (before, ladder.id, after))
    word, number = match["word"], match["number"]
    spelling = f"{word}{match['dash']}{number.count('.')}"
    return Place(_BY_WORD[word], number, (before, spelling, after))


def rung_place(ladder_id: str, release: tuple[int, ...]) -> Place:
    """The place of a codename tag, whose release is the number of its rung."""
    ladder = _BY_ID[ladder_id]
    rung = next(r for r in ladder.rungs if tuple(map(int, r.number.split("."))) == release)
    return Place(ladder, rung.number, ("", ladder.id, ""))


def why_not_up_to(there: Place, at: datetime.date | None) -> str:
    """Why a rung is nothing to move up to at that time; empty where it is."""
    why = _why_not_out(there, at)
    if not why and there.ladder.lts_only and not _is_april_of_even_year(there.height):
        why = f"{there.title} is no LTS release"
    return why


def own_ladder(image: str) -> Ladder | None:
    """The ladder of the distribution that an official image is; None where it is none."""
    return _BY_IMAGE.get(image)


def is_on_rung(ladder: Ladder, release: tuple[int, ...]) -> bool:
    """Whether a release is one that the ladder knows: Amazon Linux 1, which counted years and months, is none."""
    return _rung(ladder, release) is not None


def why_no_release(ladder: Ladder, release: tuple[int, ...], at: datetime.date | None) -> str:
    """Why a tag of a distribution's own image names no release that is out; empty where it does."""
    numbers = release[: max(rung.number.count(".") + 1 for rung in ladder.rungs)]
    written = ".".join([str(numbers[0]), *(f"{n:02}" if ladder.id == "ubuntu" else str(n) for n in numbers[1:])])
    return _why_not_out(Place(ladder, written, ("", ladder.id, "")), at)


def _rung(ladder: Ladder, release: tuple[int, ...]) -> Rung | None:
    """The rung on which a release stands: 12 for Debian 12.5."""
    found = (_RUNGS.get((ladder.id, release[:length])) for length in range(len(release), 0, -1))
    return next((rung for rung in found if rung is not None), None)


def _why_not_out(there: Place, at: datetime.date | None) -> str:
    """Why a place names no release that is out at that time."""
    rung = _rung(there.ladder, there.height)
    newest = there.ladder.rungs[-1].number
    if rung is None and there.height < tuple(map(int, newest.split("."))):
        return f"{there.title} is no release of its own"
    released = None if rung is None else rung.released
    # A rung newer than our data has tags because it is out, unless tags come early there.
    unreleased = released is None if rung is not None else there.ladder.early
    if unreleased or (at is not None and released is not None and at.isoformat() < released):
        return f"{there.title} is not released yet"
    return ""


def _is_april_of_even_year(release: tuple[int, ...]) -> bool:
    return len(release) >= 2 and release[0] % 2 == 0 and release[0] >= 6 and release[1] == 4


@lru_cache(maxsize=1024)
def official_name(registry: str, repository: str) -> str:
    """The name of an official image: `python`; empty where the repository is none.

    Official images are `docker.io/library/NAME`, and a path that ends so on a host which passes them through.
    """
    parts = repository.split("/")
    if len(parts) < 2 or parts[-2] != "library" or (registry == DEFAULT_REGISTRY and len(parts) != 2):
        return ""
    return parts[-1]


def long_term_rule(image: str) -> LongTerm | None:
    """Which lines of an official image are long-term; None where it has no such lines."""
    return next((rule for rule in LONG_TERM if image in rule.images), None)


def is_long_term(rule: LongTerm, release: tuple[int, ...]) -> bool:
    """Whether a release is of a long-term line."""
    if rule.numbers == 2:
        return _is_april_of_even_year(release)
    if rule.lines:
        return release[0] in rule.lines
    if 0 < rule.all_from <= release[0]:
        return True
    return release[0] >= rule.even_from and release[0] % 2 == 0


def development_rule(image: str) -> Development | None:
    """Which lines of an official image are development series; None where it has none."""
    return next((rule for rule in DEVELOPMENT if image in rule.images), None)


def is_development(rule: Development, release: tuple[int, ...]) -> bool:
    """Whether a release is of a development series."""
    return len(release) >= 2 and release[0] <= rule.until and release[1] % 2 == 1
