"""Dependabot's settings, read as policy: what they say of container images, as far as it can be said here too.

https://docs.github.com/code-security/dependabot/working-with-dependabot/dependabot-options-reference
"""

import re
from collections.abc import Mapping

from moorage.documents.values import Value
from moorage.pattern import Pattern
from moorage.policy.image_rules import ImageRule
from moorage.policy.model import Layer
from moorage.policy.words import ALL_STEPS, Notes, NotUnderstood, days, globs, mapping, named, sections, texts
from moorage.versions import RangeError, parse_range
from moorage.versions.exclusion import Exclusion

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
_requirement = re.compile(
    r"\s*(?P<operator>>=|<=|>|<|=|~>)?\s*v?(?P<numbers>\d+(?:\.\d+){0,2})(?P<any>\.[xX*])?\s*", re.ASCII
)


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
    let_through = _allowed(update.get("allow", ()), where, notes)
    if let_through:
        rules.append(ImageRule({"block": ALL_STEPS}, (), let_through, files, formats, f"{where}.allow"))
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
        found.append({"excluded": _excluded(text)})
    return found or [{"block": ALL_STEPS}]


def _excluded(text: str) -> Exclusion:
    """The versions that a requirement of Ruby's means: `>= 3.13`, `>= 16, < 18`, `~> 1.25.0`, `3.13.x`."""
    try:
        wanted = parse_range(" ".join(map(_comparator, text.split(","))))
    except (ValueError, RangeError):
        raise NotUnderstood(f"has the versions {text!r}, which are not understood") from None
    return Exclusion(wanted, f"{text.strip()} is ignored")


def _comparator(text: str) -> str:
    """One requirement in npm's words; raises ValueError. A missing number counts as 0, but for `x` and with `~>`."""
    match = _requirement.fullmatch(text)
    if match is None or (match["any"] and match["operator"]):
        raise ValueError
    numbers = [int(number) for number in match["numbers"].split(".")]
    full = ".".join(map(str, [*numbers, 0, 0][:3]))
    if match["any"]:
        return f"{match['numbers']}.x"
    if match["operator"] != "~>":
        return f"{match['operator'] or '='}{full}"
    kept = numbers[:-1] or numbers
    end = [*kept[:-1], kept[-1] + 1, 0, 0][:3]
    return f">={full} <{'.'.join(map(str, end))}"


def _allowed(entries: Value, where: str, notes: Notes) -> tuple[Pattern, ...]:
    """The names that an `allow` lets through, none for all."""
    try:
        if all(set(entry) == {"dependency-name"} for entry in sections(entries)):
            return _names(tuple(name for entry in sections(entries) for name in texts(entry["dependency-name"])))
        if any(entry.get("dependency-type") in ("all", "direct") for entry in sections(entries)):
            return ()
        notes.add(f"{where}.allow is understood for names only")
    except NotUnderstood as error:
        notes.add(f"{where}.allow {error}")
    return ()


def _names(texts: tuple[str, ...]) -> tuple[Pattern, ...]:
    """Names with `*` for anything, with or without their registry."""
    return named("{,*/}" + text.replace("*", "**") for text in texts)[0]


def _inside(folder: str) -> str:
    """The files directly in a folder; `**` in its name means folders below."""
    inner = folder.strip("/")
    return f"{inner}/*" if inner else "*"
