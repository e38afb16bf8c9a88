"""The order in which people are shown the tags of a repository."""

import re
from collections.abc import Iterable
from operator import itemgetter

from moorage.versions.siblings import Siblings
from moorage.versions.tag import Key, Tag, is_commit, read_head, read_tail, read_unkept

_VERSION, _PRERELEASE, _DATE, _PREFIXED, _CODENAME, _CHANNEL, _OPAQUE, _COMMIT, _ATTACHMENT = range(9)
_RANKS = {"codename": _CODENAME, "channel": _CHANNEL, "opaque": _OPAQUE, "commit": _COMMIT, "attachment": _ATTACHMENT}
_DIGITS = frozenset("0123456789")
_MOST_TAILS = 5000
"""With more kinds of tails they are builds and commits, of which none is a variant to be looked for by its number."""
_PLAIN = -(10**18)
# A number with more digits is no version.
_word_and_number = re.compile(r"([^0-9]*)([0-9]{0,18})").findall
_NO_KEY: Key = ((), 1, (), ())


def in_order(tags: Iterable[str], siblings: Siblings) -> tuple[str, ...]:
    """All tags but attachments: versions from the newest down, then prereleases, dates, prefixed ones, codenames.

    Channels, names and commits come last. Of one version, or one channel, the plain tag stands before its variants, and
    of these the one with the higher number first: `lts`, `lts-alpine`, `lts-alpine3.22`, `lts-alpine3.21`.
    """
    texts = sorted(set(tags))
    tails = {text.partition("-")[2] for text in texts}
    if len(tails) <= _MOST_TAILS:
        place = {tail: number for number, tail in enumerate(sorted(tails, key=numbers_down))}
        texts.sort(key=lambda text: place[text.partition("-")[2]])
    ranks: list[list[tuple[Key, str]]] = [[] for _ in range(_ATTACHMENT + 1)]
    for text in texts:
        rank, key = _place(text)
        if rank == _VERSION and siblings.is_commit(text):
            rank = _COMMIT
        ranks[rank].append((key, text))
    for entries in ranks[_PREFIXED:_COMMIT]:
        if len(entries) <= _MOST_TAILS:
            entries.sort(key=lambda entry: numbers_down(entry[1]))
    for entries in ranks[: _CODENAME + 1]:
        entries.sort(key=itemgetter(0), reverse=True)
    return tuple([text for entries in ranks[:_ATTACHMENT] for _, text in entries])


def numbers_down(text: str) -> tuple[tuple[str, int], ...]:
    """A key that sorts words upwards and the numbers in them downwards."""
    return tuple((word, -int(number) if number else _PLAIN) for word, number in _word_and_number(text))


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
