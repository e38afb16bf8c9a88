"""What an editor's settings say: the section `moorage`, and the initialization options."""

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, cast

Hints = Literal["auto", "on", "off"]
_HINTS: tuple[Hints, ...] = ("auto", "on", "off")
_EDITOR_ONLY = ("trusted", "hints", "offline", "path", "trace")
"""Settings of the section that mean nothing to `moorage.settings`."""


class Options(NamedTuple):
    """What the editor wants. `section` has the names of the settings file (docs/settings.md) and is not checked yet."""

    trusted: bool = True
    hints: Hints = "auto"
    offline: bool = False
    section: Mapping[str, Any] = {}

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
        rest = {k: v for k, v in said.items() if k not in _EDITOR_ONLY and v is not None}
        return Options(
            # What is no truth value is no trust.
            self.trusted if trusted is None else trusted is True,
            hints or self.hints,
            self.offline if offline is None else offline is True,
            {**self.section, **rest},
        ), wrong
