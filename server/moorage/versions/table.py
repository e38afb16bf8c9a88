"""The tags of one repository, read once: who stands on whose line."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence

from moorage.versions.siblings import Siblings
from moorage.versions.tag import Key, Line, Tag, read_alone, read_tail

_FINAL = re.compile(r"(?:Final|RELEASE|GA)(?:-|\Z)")
_dashed_day = re.compile(r"\d\d-\d\d(?![\d.])").match


class TagTable:
    """The tags of a repository at one revision of its list, and when each was pushed where that is known.

    `dates` maps a tag to seconds since the epoch. Only tags that could stand on a line which somebody asks for are
    read in full, and each of them once. What is derived from a table may be kept as long as the table is.
    """

    __slots__ = ("_groups", "_lines", "_set", "_siblings", "_worded", "dates", "tags")

    def __init__(self, tags: Iterable[str], dates: Mapping[str, int] | None = None) -> None:
        self.tags: Sequence[str] = tags if isinstance(tags, tuple) else tuple(tags)
        self.dates: Mapping[str, int] = dates or {}
        self._set: frozenset[str] | None = None
        self._siblings: Siblings | None = None
        self._groups: dict[str, list[str]] | None = None
        self._worded: list[str] = []
        self._lines: dict[Line, list[Tag]] = {}

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

    def read(self, tag: str) -> Tag:
        """The reading of a tag, which need not be in the list, among these siblings."""
        return self.siblings.settle(read_alone(tag))

    def newer(self, tag: Tag) -> Sequence[Tag]:
        """The tags of the list that are newer than `tag` on its line, oldest first."""
        line = self._line(tag)
        return line[bisect_right(line, tag.key, key=_key) :]

    def _line(self, tag: Tag) -> list[Tag]:
        line = self._lines.get(tag.line)
        if line is None:
            words = self.siblings.words_for(tag.text)
            found = {t for text in self._candidates(tag, words) if (t := read_alone(text, words)).line == tag.line}
            line = self._lines[tag.line] = sorted(found)
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
        variant = _FINAL.sub("", tag.variant, count=1)
        return (
            text
            for tail, texts in groups.items()
            if read_tail(tail, words).variant == variant or _dashed_day(tail)
            for text in texts
        )

    def _grouped(self) -> dict[str, list[str]]:
        if self._groups is None:
            groups: dict[str, list[str]] = {}
            for text in self.tags:
                head, _, tail = text.partition("-")
                if head[:1].isdecimal() or (head[:1] in ("v", "V") and head[1:2].isdecimal()):
                    try:
                        groups[tail].append(text)
                    except KeyError:
                        groups[tail] = [text]
                else:
                    self._worded.append(text)
            self._groups = groups
        return self._groups


def _key(tag: Tag) -> Key:
    return tag.key
