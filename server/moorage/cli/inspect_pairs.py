"""Two images beside each other, and what a step from the first to the second changes."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from moorage.cli.inspecting import Identity
from moorage.cli.terminal import count, size_text

_WIDTH = 60
_MOST = 20
"""How many packages of one kind of change are named; the others are counted."""
_LATEST = 253_402_300_799


def side_by_side(one: list[tuple[str, str]], two: list[tuple[str, str]]) -> Iterator[str]:
    """The rows of two images beside each other; `!` marks where they differ."""
    left, right = _by_name(one), _by_name(two)
    for name in dict.fromkeys((*left, *right)):
        a, b = left.get(name, []), right.get(name, [])
        for i in range(max(len(a), len(b))):
            x, y = (column[i] if i < len(column) else "" for column in (a, b))
            head = name if i == 0 else ""
            yield f"{'!' if x != y else ' '} {head:<14}{_cut(x):<{_WIDTH}}  {_cut(y)}".rstrip()


def changes(one: Identity, two: Identity) -> list[str]:
    """What is another in the second image: contents, size, how it is run, platforms, packages. One sentence each."""
    if one.digest == two.digest:
        return ["both are the same image"]
    said = [*_sizes(one, two), *_platforms(one, two), *_runtime(one.runtime, two.runtime)]
    missing = [image.reference.familiar for image in (one, two) if image.sbom is None]
    if missing:
        said.append(f"which packages change is not known: no SBOM was read for {' and '.join(missing)}")
    else:
        said += _packages(one.packages, two.packages)
    return said


def _sizes(one: Identity, two: Identity) -> Iterator[str]:
    if one.platform != two.platform:
        yield f"two platforms are compared: {one.platform or 'unnamed'} and {two.platform or 'unnamed'}"
    step = two.size - one.size
    if step:
        yield f"{size_text(abs(step))} {'larger' if step > 0 else 'smaller'}"


def _platforms(one: Identity, two: Identity) -> Iterator[str]:
    before, after = ({entry.platform for entry in image.platforms} for image in (one, two))
    if before and after:
        for sign, names in (("no longer for", before - after), ("now also for", after - before)):
            if names:
                yield f"{sign} {', '.join(sorted(names))}"


def _runtime(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if old is None:
            yield f"{name}: new" + (f", {_cut(new or '')}" if new else "")
        elif new is None:
            yield f"{name}: gone" + (f", was {_cut(old)}" if old else "")
        else:
            yield f"{name}: {_cut(old)} → {_cut(new)}"


def _packages(before: Mapping[str, tuple[str, ...]], after: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    added, removed = sorted(after.keys() - before.keys()), sorted(before.keys() - after.keys())
    changed = sorted(name for name in after.keys() & before.keys() if after[name] != before[name])
    for what, names in (("added", added), ("removed", removed), ("changed", changed)):
        if names:
            yield f"{count(len(names), 'package')} {what}:"
        for name in names[:_MOST]:
            if what == "changed":
                yield f"  {name} {_versions(before[name])} → {_versions(after[name])}"
            else:
                yield f"  {name} {_versions((after if what == 'added' else before)[name])}".rstrip()
        if len(names) > _MOST:
            yield f"  and {len(names) - _MOST} more"
    if not (added or removed or changed):
        yield "the same packages, by their SBOMs"


def _versions(versions: tuple[str, ...]) -> str:
    return _cut(", ".join(versions))


def _by_name(rows: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in rows:
        found.setdefault(name, []).append(text)
    return found


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def day_text(seconds: int) -> str:
    """Seconds since the epoch as day and minute."""
    return datetime.fromtimestamp(min(seconds, _LATEST), UTC).strftime("%Y-%m-%d %H:%M UTC")
