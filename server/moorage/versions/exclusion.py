"""Versions that somebody does not want, as a range: what Dependabot's `ignore` says."""

from collections.abc import Callable
from typing import NamedTuple

from moorage.versions.objections import precedence
from moorage.versions.ranges import Range
from moorage.versions.tag import Tag


class Exclusion(NamedTuple):
    """A range of versions, prereleases counted, that are not to be offered; it asks for none of the others.

    `wording` says so for people: `>= 3.13 is ignored`.
    """

    range: Range
    wording: str

    def objection(self, current: str) -> Callable[[Tag], str] | None:
        """Why a candidate is not admitted, whatever the current tag is."""
        return lambda tag: self.wording if tag.release and self.range.allows_key(precedence(tag), True) else ""
