"""Which line of releases a tag stands on, and whether that line, or the distribution below it, has ended.

A line is named by as many numbers as the table gives it: `3.12` of Python, `22` of Node, `22.04` of Ubuntu. Where a tag
names fewer, it floats over several lines, and has ended only when all of them have and a later one is there.
"""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from moorage.data.lifecycle import Cycle, Lifecycles, Product
from moorage.reference import DEFAULT_REGISTRY, Reference
from moorage.versions import Tag, read_tag
from moorage.versions.ladders import official_name, own_ladder, place, rung_place

SOON = timedelta(days=90)
_BRIEF = timedelta(days=200)
"""A line that lives no longer was never meant to last: its successor ends it."""

_KEPT = 1024
"""How many of the latest answers are kept: each keystroke asks for the same again."""
_numbers = re.compile(r"\d+(?:\.\d+)*", re.ASCII).fullmatch


class Life(NamedTuple):
    """The line that a tag stands on. `what` names it for people: `python 3.8`, `Debian 10 (buster)`."""

    what: str
    cycle: Cycle

    def ended(self, today: date) -> bool:
        """Whether it has ended."""
        return self.cycle.is_over(today)

    def ends_soon(self, today: date) -> bool:
        """Whether it ends within the next 90 days."""
        ends = self.cycle.ends
        return not self.ended(today) and bool(ends) and ends <= (today + SOON).isoformat()

    @property
    def is_brief(self) -> bool:
        """Whether the line was made to be left for the next one after some months."""
        released, ends = self.cycle.released, self.cycle.ends
        return bool(released and ends) and date.fromisoformat(ends) - date.fromisoformat(released) < _BRIEF


def life_of(reference: Reference, lives: Lifecycles, tag: Tag | None = None) -> Life | None:
    """The life of the line that a reference stands on, with its tag or with another; None where nothing is sure."""
    if tag is None:
        if reference.tag is None:
            return None
        tag = read_tag(reference.tag)
    product = product_of(reference, lives)
    cycle = None if product is None else cycle_of(tag, product)
    return None if cycle is None else Life(f"{reference.familiar_name} {cycle.name}", cycle)


def distribution_of(reference: Reference, lives: Lifecycles) -> Life | None:
    """The life of the distribution release that the variant of an official image's tag names: `-slim-buster`."""
    image = official_name(reference.registry, reference.repository)
    if not image or reference.tag is None or own_ladder(image) is not None:
        return None
    named = place(reference.tag)
    product = None if named is None else lives.product_of(f"{DEFAULT_REGISTRY}/library/{named.ladder.image}")
    if named is None or product is None:
        return None
    cycle = next((c for c in product.cycles if c.name == named.number), None)
    return None if cycle is None else Life(named.title, cycle)


def cycle_of(tag: Tag, product: Product) -> Cycle | None:
    """The line of a product that a tag stands on; None where it stands on none for certain."""
    if tag.kind == "codename":
        return _of_codename(tag, product)
    if tag.kind in ("version", "date"):
        return _of_numbers(tag.release, product) if tag.prefix in ("", "v", "V") else None
    # The lines of ROS have names, and so have Node's long-term ones: `noetic-ros-core`, `lts-hydrogen`, `iron-slim`.
    word = tag.text.removeprefix("lts-").partition("-")[0]
    if tag.kind not in ("opaque", "channel") or not word.isalpha():
        return None
    return next((c for c in product.cycles if word in (c.name, c.codename.lower())), None)


def successor_of(life: Life, reference: Reference, lives: Lifecycles, today: date) -> Cycle | None:
    """The nearest later line that is supported, a long-term one where the product has such; None for none known."""
    product = product_of(reference, lives)
    return None if product is None else _after(life.cycle, product, today)


@lru_cache(maxsize=_KEPT)
def _after(cycle: Cycle, product: Product, today: date) -> Cycle | None:
    own = _read(cycle)
    if not own:
        return None
    later = sorted((n, c) for c in product.cycles if (n := _read(c)) > own)
    lasting = [c for _, c in later if c.is_out(today) and not c.is_over(today) and not Life("", c).is_brief]
    return next((c for c in lasting if c.long_term), lasting[0] if lasting else None)


def product_of(reference: Reference, lives: Lifecycles) -> Product | None:
    """The product whose releases the tags of a reference count; None where the table has none."""
    image = official_name(reference.registry, reference.repository)
    return lives.product_of(f"{DEFAULT_REGISTRY}/library/{image}" if image else reference.name)


def _of_codename(tag: Tag, product: Product) -> Cycle | None:
    """The release of the distribution that a codename means, where the image is that distribution."""
    if f"{DEFAULT_REGISTRY}/library/{rung_place(tag.line[1], tag.release).ladder.image}" not in product.images:
        return None
    return next((c for c in product.cycles if _read(c) == tag.release), None)


@lru_cache(maxsize=_KEPT)
def _of_numbers(release: tuple[int, ...], product: Product) -> Cycle | None:
    """The line with the most numbers that a release begins with, or the longest-lived of those it floats over."""
    lines = [(numbers, c) for c in product.cycles if (numbers := _read(c))]
    exact = [(len(numbers), c) for numbers, c in lines if release[: len(numbers)] == numbers]
    if exact:
        return max(exact)[1]
    below = [c for numbers, c in lines if numbers[: len(release)] == release]
    beyond = any(numbers[: len(release)] > release for numbers, _ in lines)
    if not release or not below or not beyond or any(not c.ends for c in below):
        return None
    last = max(below, key=lambda c: c.ends)
    return last._replace(name=".".join(map(str, release)), released=min(c.released for c in below))


def _read(cycle: Cycle) -> tuple[int, ...]:
    """The numbers of a line; none where it has a name."""
    return _read_name(cycle.name)


@lru_cache(maxsize=4096)
def _read_name(name: str) -> tuple[int, ...]:
    return tuple(map(int, name.split("."))) if _numbers(name) else ()
