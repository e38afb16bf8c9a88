"""What an editor's settings say: the section `moorage`, and the initialization options."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

Hints = Literal["auto", "on", "off"]
_HINTS: tuple[Hints, ...] = ("auto", "on", "off")
_EDITOR_ONLY = ("trusted", "hints", "offline", "files", "path", "trace")
"""Settings of the section that mean nothing to `moorage.settings`."""


class Options(NamedTuple):
    """What the editor wants. `section` has the names of the settings file (docs/settings.md) and is not checked yet."""

    trusted: bool = True
    hints: Hints = "auto"
    offline: bool = False
    section: Mapping[str, Any] = {}
    files_max: int = 50_000
    """How many files of the open folders are looked at for what is built."""

    def with_section(self, section: object) -> tuple["Options", list[str]]:
        """These options with what a section says over them, and a sentence for each setting that cannot be used."""
        if section is None:
            return self, []
        if not isinstance(section, Mapping):
            return self, ["the settings of moorage must be a mapping"]
        wrong: list[str] = []
        said = cast(Mapping[str, Any], section)
        trusted, offline, hints = said.get("trusted"), said.get("offline"), said.get("hints")
        if hints is not None and hints not in _HINTS:
            wrong.append(f"moorage.hints must be one of {', '.join(_HINTS)}")
            hints = None
        for name, value in (("trusted", trusted), ("offline", offline)):
            if value is not None and not isinstance(value, bool):
                wrong.append(f"moorage.{name} must be true or false")
        files_max = _files_max(said.get("files"), self.files_max)
        if files_max is None:
            wrong.append("moorage.files.max must be a number")
        rest = {k: v for k, v in said.items() if k not in _EDITOR_ONLY and v is not None}
        return Options(
            # What is no truth value is no trust.
            self.trusted if trusted is None else trusted is True,
            hints or self.hints,
            self.offline if offline is None else offline is True,
            {**self.section, **rest},
            self.files_max if files_max is None else files_max,
        ), wrong


def _files_max(files: object, default: int) -> int | None:
    """The setting `files.max`; None for one that cannot be used."""
    most = cast(Mapping[str, object], files).get("max") if isinstance(files, Mapping) else files
    if most is None:
        return default
    return most if isinstance(most, int) and not isinstance(most, bool) and most >= 0 else None
