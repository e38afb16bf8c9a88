"""Dependabot's settings, read as policy: what they say of container images, as far as it can be said here too.

https://docs.github.com/code-security/dependabot/working-with-dependabot/dependabot-options-reference
"""

import re
from collections.abc import Mapping

from moorage.documents.values import Value
from moorage.pattern import Pattern
from moorage.policy.image_rules import ImageRule
from moorage.policy.model import Layer
from moorage.policy.words import ALL_STEPS, Notes, NotUnderstood, days, globs, mapping, named, sections, texts, versions

_MOST_RULES = 300
_FORMATS: Mapping[str, frozenset[str]] = {
    "docker": frozenset({"dockerfile", "kubernetes", "helm-values"}),
    "docker-compose": frozenset({"compose"}),
    "helm": frozenset({"helm-values"}),
    "devcontainers": frozenset({"devcontainer"}),
}
"""Our formats by the ecosystem that reads them there."""
_STEPS = {
    "version-update:semver-major": "major",
    "version-update:semver-minor": "minor",
    "version-update:semver-patch": "patch",
}
_below = re.compile(r"\s*(>=|>)\s*(\d[\w.-]*)\s*")


def read(section: Value, source: str, folder: str) -> Layer:
    """The layer that the value of `updates:` makes; never raises. `folder` is where the repository begins."""
    notes = Notes()
    rules: list[ImageRule] = []
    for number, update in enumerate(sections(section)[:_MOST_RULES]):
        formats = _FORMATS.get(str(update.get("package-ecosystem")))
        if formats is not None:
            rules += _update(update, formats, f"updates[{number}]", notes)
    return Layer(source, rules=tuple(rules[:_MOST_RULES]), folder=folder, notes=notes.taken)


def _update(update: Mapping[str, Value], formats: frozenset[str], where: str, notes: Notes) -> list[ImageRule]:
    try:
        folders = texts(update.get("directories") or update.get("directory") or "/")
        files = globs(_inside(folder) for folder in folders)
    except NotUnderstood as error:
        notes.add(f"{where}.directories {error}, so the entry is left out")
        return []
    rules: list[ImageRule] = []
    cooldown = mapping(update.get("cooldown"))
    if "default-days" in cooldown:
        try:
            age = {"min-age": days(cooldown["default-days"])}
            names = _names(texts(cooldown.get("include", ())))
            unless = _names(texts(cooldown.get("exclude", ())))
            rules.append(ImageRule(age, names, unless, files, formats, f"{where}.cooldown"))
        except NotUnderstood as error:
            notes.add(f"{where}.cooldown {error}")
    for key in cooldown:
        if key not in ("default-days", "include", "exclude"):
            notes.add(f"{where}.cooldown.{key} is not understood")
    for number, entry in enumerate(sections(update.get("ignore"))):
        at = f"{where}.ignore[{number}]"
        try:
            names = _names(texts(entry.get("dependency-name", "*")))
            rules += [ImageRule(values, names, (), files, formats, at) for values in _ignored(entry)]
        except NotUnderstood as error:
            notes.add(f"{at} {error}")
    if "allow" in update:
        notes.add(f"{where}.allow is not understood")
    return rules


def _ignored(entry: Mapping[str, Value]) -> list[dict[str, object]]:
    """What an entry of `ignore` leaves out: steps, versions, or everything."""
    types = texts(entry.get("update-types", ()))
    unknown = [name for name in types if name not in _STEPS]
    if unknown:
        raise NotUnderstood(f"has the update type {unknown[0]!r}, which is not understood")
    found: list[dict[str, object]] = []
    if types:
        found.append({"block": frozenset(_STEPS[name] for name in types)})
    for text in texts(entry.get("versions", ())):
        match = _below.fullmatch(text)
        if match is None:
            raise NotUnderstood(f"has the versions {text!r}: only `>= X` and `> X` are understood")
        found.append(versions(f"{'<' if match[1] == '>=' else '<='}{match[2]}"))
    return found or [{"block": ALL_STEPS}]


def _names(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Names with `*` for anything, with or without their registry."""
    return named("{,*/}" + text.replace("*", "**") for text in texts)[0]


def _inside(folder: str) -> str:
    """The files directly in a folder; `**` in its name means folders below."""
    inner = folder.strip("/")
    return f"{inner}/*" if inner else "*"
