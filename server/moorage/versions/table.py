"""The tags of one repository, read once: who stands on whose line."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from moorage.versions.order import in_order
from moorage.versions.siblings import Siblings
from moorage.versions.tag import COMMIT, Key, Line, Tag, read_alone, read_tail

_FINAL = re.compile(r"(?:Final|RELEASE|GA)(?:-|\Z)")
_DIGITS = frozenset("0123456789")
_V = frozenset("vV")
_dashed_day = re.compile(r"\d\d-\d\d(?![\d.])").match


class TagTable:
    """The tags of a repository at one revision of its list, and when each was pushed where that is known.

    `dates` maps a tag to seconds since the epoch. Only tags that could stand on a line which somebody asks for are
    read in full, and each of them once. What is derived from a table may be kept as long as the table is.
    """

    __slots__ = ("__weakref__", "_groups", "_lines", "_order", "_set", "_siblings", "_worded", "dates", "tags")

    def __init__(self, tags: Iterable[str], dates: Mapping[str, int] | None = None) -> None:
        self.tags: Sequence[str] = tags if isinstance(tags, tuple) else tuple(tags)
        self.dates: Mapping[str, int] = dates or {}
        self._set: frozenset[str] | None = None
        self._siblings: Siblings | None = None
        self._groups: dict[str, list[str]] | None = None
        self._worded: list[str] = []
        self._lines: dict[Line, list[Tag]] = {}
        self._order: tuple[str, ...] | None = None

    def __contains__(self, tag: str) -> bool:
        if self._set is None:
            self._set = frozenset(self.tags)
        return tag in self._set

    def __len__(self) -> int:
        return len(self.tags)

    @property
    def siblings(self) -> Siblings:
        """What the list as a whole says of ambiguous tags."""
        if self._siblings is None:
            self._siblings = Siblings(self.tags)
        return self._siblings

    @property
    def tails(self) -> Mapping[str, Sequence[str]]:
        """The tags whose head is a number, by what stands behind their first dash."""
        return self._grouped()

    @property
    def worded(self) -> Sequence[str]:
        """The tags that start with a word."""
        self._grouped()
        return self._worded

    @property
    def newest_first(self) -> tuple[str, ...]:
        """All tags but attachments: versions from the newest down, then prereleases, dates, codenames, the rest."""
        if self._order is None:
            self._order = in_order(self.tags, self.siblings)
        return self._order

    def line(self, tag: Tag) -> Sequence[Tag]:
        """The tags of the list on the line of `tag`, oldest first."""
        return self._line(tag)

    def read(self, tag: str) -> Tag:
        """The reading of a tag, which need not be in the list, among these siblings."""
        return self.siblings.settle(read_alone(tag))

    def newer(self, tag: Tag) -> Sequence[Tag]:
        """The tags of the list that are newer than `tag` on its line, oldest first."""
        line = self._line(tag)
        return line[bisect_right(line, tag.key, key=_by_key) :]

    def _line(self, tag: Tag) -> list[Tag]:
        line = self._lines.get(tag.line)
        if line is None:
            words = self.siblings.words_for(tag.text)
            texts = dict.fromkeys(self._candidates(tag, words))
            line = [t for text in texts if (t := read_alone(text, words)).line == tag.line]
            if tag.precision == 1 and not tag.variant and not tag.prefix:
                line = [t for t in line if not self.siblings.is_commit(t.text)]
            line.sort(key=_by_key_and_text)
            self._lines[tag.line] = line
        return line

    def _candidates(self, tag: Tag, words: frozenset[str]) -> Iterable[str]:
        """The tags that could be on the line of `tag`: all that are, and some more."""
        groups = self._grouped()
        if not tag.release:
            return ()
        if tag.kind == "codename":
            return self._worded
        if tag.prefix not in ("", "v", "V"):
            return (t for t in self._worded if t.startswith(tag.prefix))
        shorter = _FINAL.sub("", tag.variant, count=1)  # `1.0.Final` has its word in the head, `1.0-GA` in the tail
        variants = (tag.variant, shorter)
        last = shorter.rpartition("-")[2]
        sure = "" if last == COMMIT else last  # in every tail of this variant, and quicker to see than to read it
        return (
            text
            for tail, texts in groups.items()
            if (sure in tail and read_tail(tail, words).variant in variants) or _dashed_day(tail)
            for text in texts
        )

    def _grouped(self) -> dict[str, list[str]]:
        if self._groups is None:
            groups: defaultdict[str, list[str]] = defaultdict(list)
            for text in self.tags:
                if text[:1] in _DIGITS or (text[:1] in _V and text[1:2] in _DIGITS):
                    groups[text.partition("-")[2]].append(text)
                else:
                    self._worded.append(text)
            self._groups = dict(groups)
        return self._groups


def _by_key(tag: Tag) -> Key:
    return tag.key


_by_key_and_text = itemgetter(0, 1)  # both are the first fields of a tag
