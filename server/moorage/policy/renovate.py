"""Renovate's settings, read as policy: what they say of container images, as far as it can be said here too.

https://docs.renovatebot.com/configuration-options/. Whatever is about pull requests is passed over in silence; what
would change which updates there are, and is not understood, is noted and has no effect.
"""

from collections.abc import Mapping
from typing import NamedTuple

from moorage.documents.values import Value
from moorage.pattern import Pattern
from moorage.policy import json5
from moorage.policy.image_rules import ImageRule
from moorage.policy.model import Layer
from moorage.policy.renovate_names import (
    ARRIVAL,
    CATEGORIES,
    FORMATS,
    HARMLESS_PRESETS,
    KINDS,
    MATCHERS,
    OLD_NAMES,
    PINS,
    PRESETS,
    SETTINGS,
)
from moorage.policy.words import (
    ALL_STEPS,
    Notes,
    NotUnderstood,
    days,
    globs,
    is_expression,
    mapping,
    named,
    sections,
    texts,
    versioning,
    versions,
)

_MOST_RULES = 300


class _Where(NamedTuple):
    """The conditions of a rule."""

    names: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    files: tuple[Pattern, ...] = ()
    formats: frozenset[str] = frozenset()


class NotOurs(Exception):
    """A rule that is about something else than images."""


def read(text: str, source: str, folder: str) -> Layer:
    """The layer that the settings in `text` make; never raises. `folder` is where the repository begins."""
    notes = Notes()
    try:
        content = json5.read(text)
    except json5.JsonError as error:
        return Layer(source, folder=folder, notes=(f"it is not read: {error}",))
    if not isinstance(content, Mapping):
        return Layer(source, folder=folder, notes=("it is not read: it is no mapping",))
    return Layer(source, rules=tuple(_rules(content, notes)), folder=folder, notes=notes.taken)


def read_package(text: str, source: str, folder: str) -> Layer | None:
    """The layer that the settings below `renovate` in a package.json make; None where it has none."""
    try:
        settings = mapping(json5.read(text)).get("renovate")
    except json5.JsonError:
        return None
    if not isinstance(settings, Mapping):
        return None
    notes = Notes()
    return Layer(source, rules=tuple(_rules(settings, notes)), folder=folder, notes=notes.taken)


def _rules(content: Mapping[str, Value], notes: Notes) -> list[ImageRule]:
    """The rules of all sections, the general first: whole settings, managers, package rules, what is left out."""
    rules = [ImageRule(values, where="extends") for values in _presets(content, "extends", notes)]
    rules += _rule(content, _Where(), "", notes)
    for manager, formats in FORMATS.items():
        rules += _rule(mapping(content.get(manager)), _Where(formats=frozenset(formats)), f"{manager}.", notes)
    package_rules = sections(content.get("packageRules"))
    for number, section in enumerate(package_rules[:_MOST_RULES]):
        rules += _package_rule(section, f"packageRules[{number}]", notes)
    if len(package_rules) > _MOST_RULES:
        notes.add(f"packageRules has more than {_MOST_RULES} rules; the rest is left out")
    for key in ("ignoreDeps", "ignorePaths"):
        try:
            listed = texts(content.get(key, ()))
            if listed:
                names, unless = named(listed) if key == "ignoreDeps" else ((), ())
                files = globs(map(_folder_glob, listed)) if key == "ignorePaths" else ()
                rules.append(ImageRule({"block": ALL_STEPS}, names, unless, files, where=key))
        except NotUnderstood as error:
            notes.add(f"{key} {error}")
    for key, value in content.items():
        known = key in SETTINGS or key in FORMATS or OLD_NAMES.get(key) in SETTINGS
        known = known or key in ("extends", "packageRules", "ignoreDeps", "ignorePaths")
        # The section of a manager that reads no images is none of ours.
        if not known and not ARRIVAL.fullmatch(key) and not isinstance(value, Mapping):
            notes.add(f"{key} is not understood")
    return rules


def _folder_glob(path: str) -> str:
    """`vendor/` and `vendor` mean all that is below."""
    return path if "*" in path or is_expression(path) else path.rstrip("/") + "{,/**}"


def _presets(content: Mapping[str, Value], where: str, notes: Notes) -> list[Mapping[str, object]]:
    found: list[Mapping[str, object]] = []
    try:
        names = texts(content.get("extends", ()))
    except NotUnderstood as error:
        notes.add(f"{where} {error}")
        return found
    for name in names:
        bare = name.removeprefix("default")  # `default:X` and `:X` are one
        if bare in PRESETS:
            found.append(PRESETS[bare])
        elif not HARMLESS_PRESETS.fullmatch(name):
            notes.add(f"{where}: the preset {name} is not read")
    return found


def _package_rule(section: Mapping[str, Value], where: str, notes: Notes) -> list[ImageRule]:
    renamed = {OLD_NAMES.get(key, key): value for key, value in section.items()}
    if not any(key in SETTINGS or key == "extends" for key in renamed):
        return []
    try:
        conditions = _conditions(renamed)
        types = frozenset(texts(renamed.get("matchUpdateTypes", ())))
    except NotOurs:
        return []
    except NotUnderstood as error:
        notes.add(f"{where}.{error}, so the rule is left out")
        return []
    for key in renamed:
        if key not in SETTINGS and key not in MATCHERS and key != "extends" and not ARRIVAL.fullmatch(key):
            notes.add(f"{where}.{key} is not understood" + (", so the rule is left out" if _restricts(key) else ""))
            if _restricts(key):
                return []
    if types:
        return _of_types(renamed, types, conditions, where, notes)
    rules = [ImageRule(values, *conditions, where) for values in _presets(renamed, f"{where}.extends", notes)]
    return rules + _rule(renamed, conditions, f"{where}.", notes)


def _restricts(key: str) -> bool:
    return key.startswith(("match", "exclude"))


def _of_types(
    section: Mapping[str, Value], types: frozenset[str], conditions: _Where, where: str, notes: Notes
) -> list[ImageRule]:
    """A rule for updates of some sizes: whether they are wanted is all that can be said here."""
    values: dict[str, object] = {}
    enabled = section.get("enabled")
    steps = frozenset(KINDS[kind] for kind in types if kind in KINDS)
    if enabled in ("true", "false") and steps:
        values["block" if enabled == "false" else "unblock"] = steps
    if enabled == "false" and types & set(PINS):
        values["pin"] = "off"
    for key in section:
        if key in SETTINGS and key != "enabled":
            notes.add(f"{where}.{key} for some update types only is not understood")
    return [ImageRule(values, *conditions, where)] if values else []


def _rule(section: Mapping[str, Value], conditions: _Where, where: str, notes: Notes) -> list[ImageRule]:
    """What a section wants, under these conditions."""
    values: dict[str, object] = {}
    for old, value in section.items():
        key = OLD_NAMES.get(old, old)
        if key in SETTINGS:
            try:
                _take(key, value, values)
            except NotUnderstood as error:
                notes.add(f"{where}{old} {error}")
    return [ImageRule(values, *conditions, where.rstrip("."))] if values else []


def _take(key: str, value: Value, into: dict[str, object]) -> None:
    """Take one setting over; raises `NotUnderstood`."""
    match key:
        case "enabled":
            if value in ("true", "false"):
                into["block" if value == "false" else "unblock"] = ALL_STEPS
        case "pinDigests":
            into["pin"] = "wanted" if value == "true" else "off"
        case "minimumReleaseAge":
            if value is not None:
                into["min-age"] = days(value)
        case "ignoreUnstable":
            into["prerelease"] = value == "false"
        case "allowedVersions":
            into.update(versions(value if isinstance(value, str) else ""))
        case "versioning":
            admission = versioning(str(value))
            if admission is not None:
                into["versioning"] = admission
        case _:
            if mapping(value).get("enabled") == "false":
                if key in PINS:
                    into["pin"] = "off"
                else:
                    blocked: frozenset[str] = into.get("block", frozenset())  # type: ignore[assignment]
                    into["block"] = blocked | {KINDS[key]}


def _conditions(section: Mapping[str, Value]) -> _Where:
    """The conditions of a package rule; raises `NotOurs` or `NotUnderstood`, whose text begins with the key."""
    formats: frozenset[str] | None = None
    names: list[Pattern] = []
    unless: list[Pattern] = []
    files: tuple[Pattern, ...] = ()
    for key, value in section.items():
        if key not in MATCHERS:
            continue
        try:
            listed = texts(value)
            match key:
                case "matchDatasources":
                    wanted, refused = named(listed)
                    if (wanted and not _any(wanted, "docker")) or _any(refused, "docker"):
                        raise NotOurs
                case "matchManagers" | "matchCategories":
                    theirs = _theirs(listed, FORMATS if key == "matchManagers" else CATEGORIES)
                    formats = theirs if not formats else formats & theirs if theirs else formats
                case "matchFileNames":
                    files = globs(map(_folder_glob, listed))
                case "matchUpdateTypes":
                    pass
                case _:
                    yes, no = named(_as_patterns(key, listed))
                    if key.startswith("exclude"):
                        unless += yes
                    else:
                        names += yes
                        unless += no
        except NotUnderstood as error:
            raise NotUnderstood(f"{key} {error}") from None
    return _Where(tuple(names), tuple(unless), files, formats or frozenset())


def _theirs(listed: tuple[str, ...], table: Mapping[str, tuple[str, ...]]) -> frozenset[str]:
    """Our formats that are meant by managers or categories; none for all of them; raises `NotOurs`."""
    meant = [table[name] for name in listed if name in table]
    if not meant:
        raise NotOurs
    return frozenset() if () in meant else frozenset(f for formats in meant for f in formats)


def _as_patterns(key: str, listed: tuple[str, ...]) -> tuple[str, ...]:
    """Names, prefixes and bare expressions in the one spelling that knows them all."""
    if key.endswith("Patterns"):
        return tuple("**" if text == "*" else f"/{text}/" for text in listed)
    if key.endswith("Prefixes"):
        return tuple(f"{text}**" for text in listed)
    return tuple("**" if text == "*" else text for text in listed)


def _any(patterns: tuple[Pattern, ...], text: str) -> bool:
    return any(pattern.matches(text) for pattern in patterns)
