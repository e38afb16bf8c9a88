"""Which tags a team's own expression admits: Renovate's `allowedVersions` and its `regex:` versioning."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from moorage.pattern import Pattern
from moorage.versions.tag import Tag

COMPATIBILITY = "compatibility"
"""The group whose text two versions must share (Renovate, "Regular Expression Versioning")."""


class Admits(Protocol):
    """Says which candidates may be offered. Equal ones must be equal and hash alike: judgements are kept by them."""

    def objection(self, current: str) -> Callable[[Tag], str] | None:
        """Why a candidate for `current` is not admitted, empty where it is; None where there is nothing to say."""
        ...


class Admission(NamedTuple):
    """An expression that a tag must match, or must not where `unwanted`; `wording` says so for people.

    Where it has the group `compatibility`, a tag must have the same text there as the current one.
    """

    pattern: Pattern
    wording: str
    unwanted: bool = False

    def objection(self, current: str) -> Callable[[Tag], str] | None:
        """Why a candidate for `current` is not admitted; None where the expression does not read `current` itself."""
        mine = None if self.unwanted else self.pattern.search(current)
        if f"<{COMPATIBILITY}>" not in self.pattern.text:
            return lambda tag: "" if self.pattern.matches(tag.text) is not self.unwanted else self.wording
        if mine is None:
            return None

        def differs(tag: Tag) -> str:
            found = self.pattern.search(tag.text)
            same = found is not None and found.get(COMPATIBILITY) == mine.get(COMPATIBILITY)
            return "" if same else self.wording

        return differs
