"""Words that settings of other tools share: names as patterns, ages, ranges, steps; and notes of what is not read."""

from collections.abc import Iterable, Mapping, Sequence

from moorage.documents.values import Value
from moorage.pattern import Pattern, PatternError, compiled, glob
from moorage.policy.section import Wrong, read_days
from moorage.versions import RangeError, parse_range
from moorage.versions.admission import Admission

ALL_STEPS = frozenset({"digest", "patch", "minor", "major"})
_MOST_NOTES = 50


class NotUnderstood(Exception):
    """Something that cannot be taken over: the rest of the sentence whose subject is its place."""


class Notes:
    """What stands in a source and is not understood, one sentence each."""

    def __init__(self) -> None:
        self._notes: list[str] = []

    def add(self, note: str) -> None:
        """Note something, once, and no more than a list that somebody reads."""
        if note not in self._notes and len(self._notes) < _MOST_NOTES:
            self._notes.append(note)

    @property
    def taken(self) -> tuple[str, ...]:
        """The notes in the order in which they came."""
        return tuple(self._notes)


def texts(value: Value) -> tuple[str, ...]:
    """A text or a list of texts as a list; raises `NotUnderstood`."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(item, str) for item in items):
        raise NotUnderstood("is no list of texts")
    return tuple(str(item) for item in items)


def mapping(value: Value) -> Mapping[str, Value]:
    """The mapping that a value is, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def sections(value: Value) -> tuple[Mapping[str, Value], ...]:
    """The mappings of a list of them."""
    return tuple(mapping(item) for item in value) if isinstance(value, Sequence) and not isinstance(value, str) else ()


def expression(text: str) -> Pattern:
    """The pattern between the slashes of `/…/` or `/…/i`; raises `NotUnderstood`."""
    body, _, flags = text.removeprefix("/").rpartition("/")
    try:
        return compiled(("(?i)" if "i" in flags else "") + body)
    except PatternError as error:
        raise NotUnderstood(f"has an expression that is not supported: {error}") from None


def named(texts: Iterable[str]) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...]]:
    """Patterns of names, and those behind a `!`: expressions in slashes, else globs; raises `NotUnderstood`."""
    names: list[Pattern] = []
    unless: list[Pattern] = []
    for text in texts:
        bare = text.removeprefix("!")
        into = unless if text.startswith("!") else names
        into.append(expression(bare) if is_expression(bare) else _glob(bare))
    return tuple(names), tuple(unless)


def is_expression(text: str) -> bool:
    """Whether a text is an expression in slashes."""
    return len(text) > 1 and text.startswith("/") and text.rstrip("i").endswith("/")


def globs(texts: Iterable[str]) -> tuple[Pattern, ...]:
    """Patterns of paths; raises `NotUnderstood`."""
    return tuple(expression(t) if is_expression(t) else _glob(t.removeprefix("./")) for t in texts)


def days(value: Value) -> int:
    """Whole days in `3 days`, `1 week` or `3`; raises `NotUnderstood`."""
    try:
        return read_days(value)
    except Wrong:
        raise NotUnderstood("is no age in days, weeks or hours") from None


def versions(text: str) -> dict[str, object]:
    """The setting that a range, or an expression in slashes with or without a `!`, makes; raises `NotUnderstood`."""
    bare = text.removeprefix("!")
    if is_expression(bare):
        return {"allowed": Admission(expression(bare), f"{text} does not allow it", text != bare)}
    try:
        parse_range(text)
    except RangeError as error:
        raise NotUnderstood(f"is no range: {error}") from None
    return {"range": text.strip()}


def versioning(text: str) -> Admission | None:
    """What Renovate's `versioning` admits, None for its usual one; raises `NotUnderstood`."""
    if text in ("", "docker", "null"):
        return None
    if not text.startswith("regex:"):
        raise NotUnderstood(f"{text} is not understood: tags are read as they always are")
    try:
        pattern = compiled(text.removeprefix("regex:"))
    except PatternError as error:
        raise NotUnderstood(f"has an expression that is not supported: {error}") from None
    return Admission(pattern, f"Renovate's versioning {pattern.text} does not read it so")


def _glob(text: str) -> Pattern:
    try:
        return glob(text)
    except PatternError as error:
        raise NotUnderstood(f"has a pattern that is not supported: {error}") from None
