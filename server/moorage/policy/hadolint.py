"""hadolint's settings, read as policy: its rules that say what one of ours says.

https://github.com/hadolint/hadolint#configure. All its other rules are about something else than images.
"""

from collections.abc import Iterable, Mapping

from moorage.documents.values import Value
from moorage.policy.image_rules import ImageRule
from moorage.policy.model import Layer
from moorage.policy.words import Notes, NotUnderstood, mapping, texts
from moorage.severity import Severity

RULES: Mapping[str, str] = {"DL3006": "no-tag", "DL3007": "channel-tag"}
"""Our rule by hadolint's (https://github.com/hadolint/hadolint#rules)."""
_LEVELS = {
    "error": Severity.ERROR,
    "warning": Severity.WARNING,
    "info": Severity.INFORMATION,
    "style": Severity.HINT,
}
_DOCKERFILES = frozenset({"dockerfile"})


def read(settings: Mapping[str, Value], source: str, folder: str) -> Layer:
    """The layer that `ignored` and `override` of its settings make; never raises."""
    notes = Notes()
    rules: list[ImageRule] = []
    override = mapping(settings.get("override"))
    grades = [(f"override.{level}", override.get(level), severity) for level, severity in _LEVELS.items()]
    for where, value, severity in (*grades, ("ignored", settings.get("ignored"), Severity.OFF)):
        try:
            named = ours(() if value is None else texts(value))
        except NotUnderstood as error:
            notes.add(f"{where} {error}")
            continue
        if named:
            rules.append(ImageRule({"rules": dict.fromkeys(named, severity)}, formats=_DOCKERFILES, where=where))
    return Layer(source, rules=tuple(rules), folder=folder, notes=notes.taken)


def ours(names: Iterable[str]) -> tuple[str, ...]:
    """Our rules that say what these of hadolint's do."""
    return tuple(RULES[name] for name in names if name in RULES)
