"""Tags chosen from a table for people: the order of a completion list, the newest version, the nearest to a slip."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from itertools import takewhile

from moorage.data.ladders import EVEN_IS_STABLE
from moorage.versions.ladders import (
    LEFT_BEHIND,
    development_rule,
    is_development,
    is_long_term,
    long_term_rule,
    official_name,
    own_ladder,
    why_no_release,
)
from moorage.versions.table import TagTable
from moorage.versions.tag import CHANNELS, Tag

_MOST_WORDS = 4000  # how many tags without a number are compared letter by letter
# Channels that mean the newest version there is. Others (`edge`, `rc`, `oldstable`) mean something else.
_NEWEST = frozenset({"latest", "stable", "current", "mainline", "release", "lts"})


def newest_first(table: TagTable, near: str | None = None) -> Sequence[str]:
    """All tags for a completion list: in version order, the newest first, attachments left out.

    With `near`, a tag that stands there now, its line comes first, then its variant in other precisions.
    """
    order = table.newest_first
    if not near:
        return order
    tag = table.read(near)
    line = sorted(table.line(tag), key=lambda t: (bool(tag.prerelease) or not t.prerelease, t.key), reverse=True)
    first = [t.text for t in line]
    seen = set(first)
    if tag.release and tag.kind != "codename":
        variant = tag.variant
        texts = table.tails.get(near.partition("-")[2], ()) if variant else table.tails.get("", ())
        wanted = set(texts) - seen
        first += [text for text in order if text in wanted]
        seen |= wanted
    return first + [text for text in order if text not in seen]


def newest_version(
    table: TagTable,
    tag: str | None = None,
    *,
    registry: str = "docker.io",
    repository: str = "",
    at: datetime.date | None = None,
    unwanted: Callable[[Tag], str] | None = None,
) -> str | None:
    """The version to write instead of no tag or of a channel, in the same variant; None where none can be named.

    `python`, `python:latest` and `python:slim` give the newest stable release with all its numbers, of an image with
    long-term lines the newest of those. Prereleases, development series, distribution releases that are not out `at`
    that day, tags whose last build is long past, and those that somebody has something against (`unwanted`, of
    `moorage.versions.objections`) are passed over.
    """
    variant, channel = _wanted(tag)
    image = official_name(registry, repository)
    if variant is None or (channel == "lts" and long_term_rule(image) is None):
        return None
    candidates = [t for text in table.tails.get(variant, ()) if _is_plain(t := table.read(text), variant)]
    ladder = own_ladder(image)
    if ladder is not None:
        candidates = [t for t in candidates if not why_no_release(ladder, t.release, at)]
    if unwanted is not None:
        candidates = [t for t in candidates if not unwanted(t)]
    rule = long_term_rule(image)
    if rule is not None:
        candidates = [t for t in candidates if is_long_term(rule, t.release)] or candidates
    series = development_rule(image)
    if series is not None:
        candidates = [t for t in candidates if not is_development(series, t.release)]
    if channel == "stable" and repository.rpartition("/")[2] in EVEN_IS_STABLE.images:
        candidates = [t for t in candidates if len(t.release) > 1 and t.release[1] % 2 == 0]
    candidates = _usual_prefix(_not_left_behind(candidates, table))
    return max(candidates, key=lambda t: t.key).text if candidates else None


def _wanted(tag: str | None) -> tuple[str | None, str]:
    """The variant that a channel tag asks for, and the channel; no variant where it asks for no newest version."""
    if not tag:
        return "", "latest"
    word, _, rest = tag.partition("-")
    if word.lower() in _NEWEST:
        return rest, word.lower()
    if word.lower() in CHANNELS and word.lower() not in ("alpine", "slim"):
        return None, word.lower()
    return tag, "latest"


def _is_plain(tag: Tag, variant: str) -> bool:
    return tag.kind == "version" and not tag.prerelease and tag.variant == variant and tag.prefix in ("", "v", "V")


def _not_left_behind(tags: list[Tag], table: TagTable) -> list[Tag]:
    dated = [day for t in tags if (day := table.dates.get(t.text))]
    if not dated:
        return tags
    newest = max(dated)
    return [t for t in tags if table.dates.get(t.text, newest) >= newest - LEFT_BEHIND]


def _usual_prefix(tags: list[Tag]) -> list[Tag]:
    """The tags with `v` or those without, whichever are more: the fewer are strays."""
    with_v = [t for t in tags if t.prefix]
    return with_v if len(with_v) * 2 > len(tags) else [t for t in tags if not t.prefix]


def nearest(tag: str, table: TagTable, limit: int = 3) -> tuple[str, ...]:
    """The tags that somebody who wrote `tag`, which does not exist, may have meant; the likeliest first.

    The variant is held to, or mended where it is misspelt; then the version is, or the nearest one of that variant is
    taken, the newest of the line that it names first.
    """
    read = table.read(tag)
    head, _, tail = tag.partition("-")
    if not read.release or read.kind == "codename" or not head[-1:].isdecimal():
        return tuple(_close(tag, table.newest_first, limit))
    words = tail.split("-") if tail else []
    tails = [tail, *get_close_matches(tail, [t for t in table.tails if t], 3, 0.7)] if tail else [""]
    tails += ["-".join(words[:n]) for n in range(len(words) - 1, -1, -1)]
    tails = [t for t in dict.fromkeys(tails) if t in table.tails]
    found = [text for t in tails if (text := f"{head}-{t}" if t else head) in table]
    for t in tails:
        found += _nearest_versions(read, table.tails[t], table)
    if len(found) < limit:
        found += _close(tag, table.newest_first, limit)
    return tuple(dict.fromkeys(found))[:limit]


def _close(tag: str, tags: Iterable[str], limit: int) -> list[str]:
    """Tags that look like `tag`, among those of about its length that start alike."""
    alike = [t for t in tags if abs(len(t) - len(tag)) <= 3 and t[:1] == tag[:1]][:_MOST_WORDS]
    return get_close_matches(tag, alike, limit, 0.75)


def _nearest_versions(read: Tag, texts: Iterable[str], table: TagTable) -> list[str]:
    """Stable tags by how many leading numbers they share with a release, then as precise as it, then the newest."""

    def shared(tag: Tag) -> int:
        return sum(1 for _ in takewhile(bool, (a == b for a, b in zip(tag.release, read.release, strict=False))))

    tags = [t for text in texts if (t := table.read(text)).release and t.prefix == read.prefix and not t.prerelease]
    tags.sort(key=lambda t: (shared(t), t.precision == read.precision, t.key), reverse=True)
    return [t.text for t in tags[:3] if shared(t)]
