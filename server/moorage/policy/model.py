"""What the user wants of an image, and where that was said."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, NamedTuple

from moorage.policy.image_rules import ImageRule
from moorage.severity import Severity

if TYPE_CHECKING:
    from moorage.versions.admission import Admission, Admits
    from moorage.versions.exclusion import Exclusion

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
    blocked: frozenset[str] = frozenset()
    """Steps that are not wanted, however far updates go."""
    allowed: "Admission | None" = None
    versioning: "Admission | None" = None
    """What expressions of other tools admit, by `allowedVersions` and by how tags read there."""
    excluded: "tuple[Exclusion, ...]" = ()
    """Versions that are not wanted; they add up."""
    ignored: frozenset[str] = frozenset()
    sources: Mapping[str, str] = {}
    """Who said so, by the name of the setting; what nobody said is not in it."""

    def allows_step(self, step: str) -> bool:
        """Whether an update of this size may be offered; a step that is no size counts as the largest."""
        size = STEPS.index(step) if step in STEPS else len(STEPS) - 1
        return size <= STEPS.index(self.update) and STEPS[size] not in self.blocked

    @property
    def reach(self) -> str:
        """How far updates go, in words: `up to minor`, `patch, major`."""
        if not self.blocked:
            return f"up to {self.update}"
        steps = [step for step in STEPS if self.allows_step(step)]
        return f"up to {steps[-1]}" if tuple(steps) == STEPS[: len(steps)] and steps else ", ".join(steps) or "none"

    @property
    def admissions(self) -> "tuple[Admits, ...]":
        """The expressions and ignored versions of other tools that hold."""
        return (*(a for a in (self.allowed, self.versioning) if a is not None), *self.excluded)


class Layer(NamedTuple):
    """One source of policy, read: only what it says. `images` are (pattern, values), in the order written.

    `rules` are those of other tools: each that fits speaks, the last one loudest, and after `images`. `folder` is where
    their paths count from. `notes` say what stands in the source and is not understood.
    """

    source: str
    values: Mapping[str, object] = {}
    images: tuple[tuple[str, Mapping[str, object]], ...] = ()
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    text_files: tuple[str, ...] = ()
    rules: tuple[ImageRule, ...] = ()
    folder: str = ""
    notes: tuple[str, ...] = ()

    @property
    def speaks(self) -> bool:
        """Whether it says anything of images."""
        return bool(self.values or self.images or self.rules)

    def for_file(self, path: str) -> "Layer":
        """What it says of the file at `path`, which counts from `folder`."""
        if not any(rule.files for rule in self.rules):
            return self
        return self._replace(rules=tuple(rule for rule in self.rules if rule.fits_file(path)))


class Mistake(NamedTuple):
    """Something in a policy that cannot be used: the keys that lead to it, and one sentence."""

    path: tuple[str | int, ...]
    message: str


NOTHING = Layer("")
