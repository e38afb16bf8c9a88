"""Reading a `policy:` section: of moorage.yaml, or of the user's own file.

Values arrive as text (so that `off` is off in every version of YAML), as lists of text, and as mappings.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from moorage.documents.values import Value
from moorage.policy.model import PINS, STEPS, Layer, Mistake
from moorage.severity import SEVERITIES, Severity


def read_layer(section: Value, source: str, rule_ids: Iterable[str]) -> tuple[Layer, tuple[Mistake, ...]]:
    """The layer that a `policy:` section says, and the mistakes in it; what is right of it still counts."""
    mistakes: list[Mistake] = []
    if section is None or section == "":
        return Layer(source), ()
    if not isinstance(section, Mapping):
        return Layer(source), (Mistake((), "policy must be a mapping of settings"),)
    values: dict[str, object] = {}
    images: list[tuple[str, Mapping[str, object]]] = []
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    text_files: tuple[str, ...] = ()
    known = frozenset(rule_ids)
    for key, value in section.items():
        at = (str(key),)
        if key == "images":
            images = _images(value, known, mistakes)
        elif key == "files":
            include, exclude, text_files = _files(value, mistakes)
        elif key in _READERS:
            _take(values, str(key), value, at, known, mistakes)
        else:
            mistakes.append(Mistake(at, not_known("setting", str(key), (*_READERS, "images", "files"))))
    return Layer(source, values, tuple(images), include, exclude, text_files), tuple(mistakes)


def _take(
    into: dict[str, object],
    key: str,
    value: Value,
    at: tuple[str | int, ...],
    known: frozenset[str],
    mistakes: list[Mistake],
) -> None:
    try:
        into[key] = _READERS[key](value, known)
    except Wrong as wrong:
        mistakes.append(Mistake((*at, *wrong.path), wrong.message))
        if wrong.rest is not None:
            into[key] = wrong.rest


def read_setting(key: str, value: Value) -> object:
    """The value of a setting of one image; raises `Wrong` with a sentence."""
    return _READERS[key](value, frozenset())


class Wrong(Exception):
    """A value of the wrong form; `rest` is what can still be used of it."""

    def __init__(self, message: str, path: tuple[str | int, ...] = (), rest: object = None) -> None:
        super().__init__(message)
        self.message, self.path, self.rest = message, path, rest


def _word(*words: str) -> Callable[[Value, frozenset[str]], str]:
    def read(value: Value, _known: frozenset[str]) -> str:
        if value not in words:
            raise Wrong(f"{_shown(value)} is not one of {', '.join(words)}")
        return str(value)

    return read


def _truth(value: Value, _known: frozenset[str]) -> bool:
    word = str(value).lower()
    if word in ("true", "yes", "on"):
        return True
    if word in ("false", "no", "off"):
        return False
    raise Wrong(f"{_shown(value)} is neither true nor false")


_AGE = re.compile(r"(\d{1,5})\s*(d|days?|w|weeks?|h|hours?)?")


def read_days(value: Value, _known: frozenset[str] = frozenset()) -> int:
    """Whole days in `3d`, `2w`, `36h` (rounded up) or `3`."""
    match = _AGE.fullmatch(str(value).strip().lower())
    if not match:
        raise Wrong(f"{_shown(value)} is no age; write a number of days such as 3d")
    number, unit = int(match[1]), (match[2] or "d")[0]
    return number * 7 if unit == "w" else -(-number // 24) if unit == "h" else number


def _platforms(value: Value, _known: frozenset[str]) -> tuple[str, ...]:
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, Sequence) or not all(isinstance(i, str) and "/" in i for i in items):
        raise Wrong("platforms is a list such as [linux/amd64, linux/arm64]")
    return tuple(str(i) for i in items)


def _severity(value: Value, _known: frozenset[str]) -> Severity:
    if str(value) not in SEVERITIES:
        raise Wrong(f"{_shown(value)} is not one of {', '.join(reversed(SEVERITIES))}")
    return SEVERITIES[str(value)]


def _rules(value: Value, known: frozenset[str]) -> dict[str, Severity]:
    if not isinstance(value, Mapping):
        raise Wrong("rules is a mapping such as {no-digest: off}")
    good: dict[str, Severity] = {}
    for name, word in value.items():
        if name not in known:
            raise Wrong(not_known("rule", str(name), known), (str(name),), good)
        if str(word) not in SEVERITIES:
            raise Wrong(f"{_shown(word)} is not one of {', '.join(reversed(SEVERITIES))}", (str(name),), good)
        good[str(name)] = SEVERITIES[str(word)]
    return good


def _range(value: Value, _known: frozenset[str]) -> str:
    from moorage.versions import RangeError, parse_range

    text = str(value).strip()
    try:
        parse_range(text)
    except RangeError as error:
        raise Wrong(str(error)) from None
    return text


_READERS: Mapping[str, Callable[[Value, frozenset[str]], object]] = {
    "update": _word(*STEPS),
    "pin": _word(*PINS),
    "prerelease": _truth,
    "min-age": read_days,
    "platforms": _platforms,
    "fail-on": _severity,
    "rules": _rules,
    "range": _range,
}
_PER_IMAGE = ("update", "pin", "prerelease", "min-age", "platforms", "rules", "range")


def _images(value: Value, known: frozenset[str], mistakes: list[Mistake]) -> list[tuple[str, Mapping[str, object]]]:
    if not isinstance(value, Mapping):
        mistakes.append(Mistake(("images",), "images is a mapping of patterns to settings"))
        return []
    out: list[tuple[str, Mapping[str, object]]] = []
    for pattern, settings in value.items():
        at = ("images", str(pattern))
        if not isinstance(settings, Mapping):
            mistakes.append(Mistake(at, "the settings of an image are a mapping such as {update: minor}"))
            continue
        values: dict[str, object] = {}
        for key, item in settings.items():
            if key in _PER_IMAGE:
                _take(values, str(key), item, (*at, str(key)), known, mistakes)
            else:
                mistakes.append(Mistake((*at, str(key)), not_known("setting", str(key), _PER_IMAGE)))
        out.append((str(pattern), values))
    return out


def _files(value: Value, mistakes: list[Mistake]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {"include": (), "exclude": (), "text": ()}
    if not isinstance(value, Mapping):
        mistakes.append(Mistake(("files",), "files is a mapping with include, exclude and text"))
        return (), (), ()
    for key, items in value.items():
        globs = [items] if isinstance(items, str) else items
        if key not in out:
            mistakes.append(Mistake(("files", str(key)), not_known("setting", str(key), tuple(out))))
        elif not isinstance(globs, Sequence) or not all(isinstance(g, str) for g in globs):
            mistakes.append(Mistake(("files", str(key)), f"{key} is a list of patterns such as [vendor/**]"))
        else:
            out[str(key)] = tuple(str(g) for g in globs)
    return out["include"], out["exclude"], out["text"]


def _shown(value: Value) -> str:
    return repr(value) if isinstance(value, str) else "this value"


def not_known(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence for a name that does not exist, with the nearest that does."""
    from difflib import get_close_matches

    near = get_close_matches(name, sorted(known), 1)
    return f"there is no {what} {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")
