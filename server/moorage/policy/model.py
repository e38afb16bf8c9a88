"""What the user wants of an image, and where that was said."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from moorage.severity import Severity

Step = Literal["digest", "patch", "minor", "major"]
Pin = Literal["off", "wanted", "required"]
STEPS: tuple[Step, ...] = ("digest", "patch", "minor", "major")
PINS: tuple[Pin, ...] = ("off", "wanted", "required")


class Policy(NamedTuple):
    """What is wanted of one usage. `range` is an npm range over its tags; `range_source` says who wrote it."""

    update: Step = "major"
    pin: Pin = "wanted"
    prerelease: bool = False
    min_age_days: int = 0
    platforms: tuple[str, ...] = ()
    fail_on: Severity = Severity.WARNING
    rules: Mapping[str, Severity] = {}
    range: str | None = None
    range_source: str = ""
    ignored: frozenset[str] = frozenset()
    sources: Mapping[str, str] = {}
    """Who said so, by the name of the setting; what nobody said is not in it."""

    def allows_step(self, step: str) -> bool:
        """Whether an update of this size may be offered; a step that is no size counts as the largest."""
        size = STEPS.index(step) if step in STEPS else len(STEPS) - 1
        return size <= STEPS.index(self.update)


class Layer(NamedTuple):
    """One source of policy, read: only what it says. `images` are (pattern, values), in the order written."""

    source: str
    values: Mapping[str, object] = {}
    images: tuple[tuple[str, Mapping[str, object]], ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    text_files: tuple[str, ...] = ()


class Mistake(NamedTuple):
    """Something in a policy that cannot be used: the keys that lead to it, and one sentence."""

    path: tuple[str | int, ...]
    message: str


NOTHING = Layer("")
