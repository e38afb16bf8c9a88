"""Policy in words, for people who want to know what holds and who said so."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, cast

from moorage.policy.model import Policy
from moorage.severity import Severity
from moorage.versions.admission import Admission
from moorage.versions.exclusion import Exclusion


class Said(NamedTuple):
    """A setting, what it says, and whose word it is."""

    setting: str
    words: str
    source: str


def settings_of(policy: Policy) -> Iterator[Said]:
    """What was said of one image, each with its source; nothing of what nobody said."""
    words = {
        "range": policy.range or "",
        "allowed": "" if policy.allowed is None else in_words("allowed", policy.allowed),
        "excluded": in_words("excluded", policy.excluded),
        "versioning": "" if policy.versioning is None else in_words("versioning", policy.versioning),
        "update": policy.reach,
        "pin": policy.pin,
        "prerelease": in_words("prerelease", policy.prerelease),
        "min-age": in_words("min-age", policy.min_age_days),
        "platforms": in_words("platforms", policy.platforms),
    }
    for setting, said in words.items():
        if setting in policy.sources:
            yield Said(setting, said, policy.sources[setting])


def values_of(values: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The settings of one layer or rule, in words."""
    for setting, value in values.items():
        yield setting, in_words(setting, value)


def in_words(setting: str, value: object) -> str:
    """The value of a setting, in words."""
    match value:
        case bool():
            return "allowed" if value else "not offered"
        case Severity():
            return value.word
        case int():
            return f"{value} day{'' if value == 1 else 's'}"
        case Admission():
            return f"{'not ' if value.unwanted else ''}/{value.pattern.text}/"
        case Exclusion():
            return value.range.text
        case frozenset() | tuple():
            return ", ".join(sorted(in_words(setting, item) for item in cast(Iterable[object], value)))
        case Mapping():
            entries = cast(Mapping[object, object], value).items()
            return ", ".join(f"{key}: {in_words(setting, item)}" for key, item in entries)
        case _:
            return str(value)
