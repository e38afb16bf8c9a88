"""How far a step goes: which offers lead nowhere, and which may be taken without asking."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from moorage.data.ladders import LADDERS
from moorage.data.lifecycle import Lifecycles, Product
from moorage.documents.usage import Usage
from moorage.findings.life import cycle_of, product_of
from moorage.findings.rule import Case
from moorage.reference import DEFAULT_REGISTRY, Reference
from moorage.versions import Tag, read_tag
from moorage.versions.admission import Admits
from moorage.versions.ladders import place


class LivingLines(NamedTuple):
    """Admits tags on the line of the current one, and on lines that are out and have not ended by `today`."""

    product: Product
    today: date

    def objection(self, current: str) -> Callable[[Tag], str]:
        """Why a candidate for `current` is not admitted."""
        own = cycle_of(read_tag(current), self.product)

        def lifeless(tag: Tag) -> str:
            cycle = cycle_of(tag, self.product)
            if cycle is None or cycle == own:
                return ""
            if not cycle.is_out(self.today):
                return f"{cycle.name} is released on {cycle.released}"
            if not cycle.is_over(self.today):
                return ""
            return f"{cycle.name} ended on {cycle.ends}" if cycle.ends else f"{cycle.name} has ended"

        return lifeless


class LivingDistributions(NamedTuple):
    """Admits no other variant than the current one where that names a distribution release that has ended."""

    ended: frozenset[tuple[str, str]]
    """The ladder and the number of each release that has."""

    def objection(self, current: str) -> Callable[[Tag], str]:
        """Why a candidate for `current` is not admitted."""
        own = read_tag(current).variant

        def ended(tag: Tag) -> str:
            there = None if tag.variant == own else place(tag.variant)
            if there is None or (there.ladder.id, there.number) not in self.ended:
                return ""
            return f"{there.title} has ended"

        return ended


def living_lines(reference: Reference, lives: Lifecycles, today: date, *, ranged: bool) -> tuple[Admits, ...]:
    """What keeps an image away from lines and distribution releases that have ended, and from lines that are not out.

    Of lines nothing does where the table does not know the image, or where a range was stated (`ranged`), which says
    what is wanted.
    """
    below = LivingDistributions(_ended_distributions(lives, today))
    product = None if ranged else product_of(reference, lives)
    return (below,) if product is None else (LivingLines(product, today), below)


@lru_cache(maxsize=4)
def _ended_distributions(lives: Lifecycles, today: date) -> frozenset[tuple[str, str]]:
    products = ((ladder.id, lives.product_of(f"{DEFAULT_REGISTRY}/library/{ladder.image}")) for ladder in LADDERS)
    return frozenset((id, c.name) for id, p in products if p is not None for c in p.cycles if c.is_over(today))


def is_safe(case: Case, current: Tag, other: Tag, size: str) -> bool:
    """Whether the step from `current` to `other` may be made without asking.

    Inside a range that was stated every step is. A major never is, and neither is a step to another line of releases
    that has a life of its own (Python 3.12 to 3.13, PHP 8.1 to 8.2, anything from 0.8 to 0.9), unless the user has said
    how far updates go.
    """
    if case.policy.range is not None:
        return True
    if size == "major":
        return False
    return size == "patch" or "update" in case.policy.sources or not crosses_line(case, current, other)


def crosses_line(case: Case, current: Tag, other: Tag) -> bool:
    """Whether two tags stand on different lines of releases, as the table of life cycles draws them."""
    drawn = 0 if case.usage.reference is None else _numbers_of_line(case.usage.reference, current, case.project.lives())
    parts = max(drawn, 2 if current.release[:1] == (0,) else 1)
    return current.release[:parts] != other.release[:parts]


def keeps_apart(usage: Usage, current: Tag, other: Tag, lives: Lifecycles) -> bool:
    """Whether a step of one of several values of a place stays on its line, in its variant, and meets no other value.

    Where the table does not know the line, it is drawn by the first two numbers.
    """
    reference = usage.reference
    if reference is None or other.variant != current.variant:
        return False
    parts = _numbers_of_line(reference, current, lives) or 2
    if current.release[:parts] != other.release[:parts]:
        return False
    return not {reference.with_version(other.text, digest) for digest in (None, reference.digest)} & {*usage.choices}


def _numbers_of_line(reference: Reference, current: Tag, lives: Lifecycles) -> int:
    """How many numbers name the line of releases that a tag stands on; 0 where that is not known."""
    product = product_of(reference, lives)
    cycle = None if product is None else cycle_of(current, product)
    numbers = [] if cycle is None else cycle.name.split(".")
    return len(numbers) if all(part.isdecimal() for part in numbers) else 0
