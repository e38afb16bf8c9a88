"""The order in which people are shown the tags of a repository."""

from collections.abc import Iterable
from operator import itemgetter

from moorage.versions.siblings import Siblings
from moorage.versions.tag import Key, Tag, is_commit, read_head, read_tail, read_unkept

_VERSION, _PRERELEASE, _DATE, _PREFIXED, _CODENAME, _CHANNEL, _OPAQUE, _COMMIT, _ATTACHMENT = range(9)
_RANKS = {"codename": _CODENAME, "channel": _CHANNEL, "opaque": _OPAQUE, "commit": _COMMIT, "attachment": _ATTACHMENT}
_DIGITS = frozenset("0123456789")
_NO_KEY: Key = ((), 1, (), ())


def in_order(tags: Iterable[str], siblings: Siblings) -> tuple[str, ...]:
    """All tags but attachments: versions from the newest down, then prereleases, dates, prefixed ones, codenames.

    Channels, names and commits come last. Of one version the plain tag stands before its variants.
    """
    ranks: list[list[tuple[Key, str]]] = [[] for _ in range(_ATTACHMENT + 1)]
    for text in sorted(set(tags)):
        rank, key = _place(text)
        if rank == _VERSION and siblings.is_commit(text):
            rank = _COMMIT
        ranks[rank].append((key, text))
    for entries in ranks[: _CODENAME + 1]:
        entries.sort(key=itemgetter(0), reverse=True)
    return tuple([text for entries in ranks[:_ATTACHMENT] for _, text in entries])


def _place(text: str) -> tuple[int, Key]:
    """The rank of a tag and its key. What most tags are is seen without reading them in full."""
    if text[:1] in _DIGITS and text[4:5] != "-":
        if is_commit(text):
            return _COMMIT, _NO_KEY
        before, dash, rest = text.partition("-")
        head = read_head(before)
        if head is not None and (rest or not dash):
            tail = read_tail(rest)
            if head.kind == "date":
                return _DATE, head.key(tail)
            return _PRERELEASE if head.prerelease or tail.prerelease else _VERSION, head.key(tail)
    tag = read_unkept(text)
    return rank_of(tag), tag.key


def rank_of(tag: Tag) -> int:
    """Where a tag stands in a list for people, before its version counts: 0 is the first."""
    if not tag.release or tag.kind == "codename":
        return _RANKS[tag.kind]
    if tag.prefix not in ("", "v", "V"):
        return _PREFIXED
    return _DATE if tag.kind == "date" else _PRERELEASE if tag.prerelease else _VERSION
