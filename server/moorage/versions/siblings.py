"""What the other tags of a repository settle where one tag alone can be read in two ways."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from moorage.versions.tag import Tag, read_alone, read_tail, unversioned

_hex = re.compile(r"[0-9a-f]{7,40}").fullmatch
_starts_with_number = re.compile(r"[vV]?\d", re.ASCII).match

_EVIDENCE = 3


def read_tag(tag: str, siblings: Iterable[str] | None = None) -> Tag:
    """Read a tag; never raises.

    `siblings`, the other tags of its repository, settle what one tag leaves open: whether a bare `-rc` or `-dev` is a
    prerelease or a variant, whether `jdk21` floats over all versions, whether seven digits are a commit.
    """
    read = read_alone(tag)
    return read if siblings is None else Siblings(siblings).settle(read)


class Siblings:
    """The tags of one repository. Each question is worked out when it is first asked."""

    def __init__(self, tags: Iterable[str]) -> None:
        self._tags = tags if isinstance(tags, (list, tuple)) else list(tags)

    def settle(self, tag: Tag) -> Tag:
        """The reading of `tag` in this repository."""
        text = tag.text
        if tag.prerelease:
            words = self.words_for(text)
            return read_alone(text, words) if words else tag
        floating = tag.kind == "opaque" or (tag.kind == "version" and tag.prefix[-1:].isalpha() and len(tag.prefix) > 1)
        if floating and text in self.tails:
            return tag._replace(kind="channel")
        if self.is_commit(text):
            return unversioned(text, "commit")
        return tag

    def is_commit(self, text: str) -> bool:
        """Whether a tag of digits alone is a commit here: most of its length that could be one hold letters too."""
        return len(text) >= 7 and text.isdecimal() and len(text) in self._commit_lengths

    def words_for(self, text: str) -> frozenset[str]:
        """The prerelease words that mean a variant here, where a tag holds one that could."""
        return self.variant_words if read_tail(text.partition("-")[2]).bare else frozenset()

    @cached_property
    def tails(self) -> frozenset[str]:
        """Everything that stands behind a version and a dash: `slim-bookworm`, `jdk21`."""
        return frozenset(t.partition("-")[2] for t in self._tags if _starts_with_number(t))

    @cached_property
    def variant_words(self) -> frozenset[str]:
        """Prerelease words that mean a variant here.

        Such a word never has a number, and every full version that has it is there without it too: where
        `3.12.4-dev` stands beside `3.12.4`, it holds tools for developers. A prerelease comes before its release, so
        its latest has no such twin.
        """
        there = frozenset(self._tags)
        with_twin: Counter[str] = Counter()
        alone: set[str] = set()
        for text in self._tags:
            head, _, rest = text.partition("-")
            word = read_tail(rest).bare
            if word and head.count(".") >= 2:
                twin = "-".join(w for w in text.split("-") if w != word)
                if twin in there:
                    with_twin[word.lower()] += 1
                else:
                    alone.add(word.lower())
        words = {word for word, n in with_twin.items() if n >= _EVIDENCE and word not in alone}
        if not words:
            return frozenset()
        numbered = re.compile(rf"(?<![a-z])({'|'.join(words)})[.-]?\d", re.IGNORECASE)
        return frozenset(words.difference(m[1].lower() for text in self._tags for m in numbered.finditer(text)))

    @cached_property
    def _commit_lengths(self) -> frozenset[int]:
        with_letters: Counter[int] = Counter()
        digits: Counter[int] = Counter()
        for text in self._tags:
            if len(text) >= 7 and text.isalnum() and _hex(text):
                (digits if text.isdecimal() else with_letters)[len(text)] += 1
        return frozenset(length for length, n in with_letters.items() if n > digits[length])
