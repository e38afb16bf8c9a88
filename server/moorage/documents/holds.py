"""What else speaks of a literal that a variable holds, so that not every edit of the literal is right.

A file stays valid, and means the same besides, only where all of these have no objection. `name` is the variable's.
"""

from typing import NamedTuple, TypeAlias


class Listed(NamedTuple):
    """A key beside the literal lists the values that it may have."""

    name: str
    key: str
    values: tuple[str, ...]

    def objection(self, old: str, new: str) -> str | None:
        """Why the literal may not become `new`; None where it may."""
        if old in self.values and new in self.values:
            return None
        return f"`{self.key}` beside {self.name} names the values that it may have"


class Matched(NamedTuple):
    """A key beside the literal says what it has to match."""

    name: str
    key: str
    pattern: str

    def objection(self, _old: str, new: str) -> str | None:
        """Why the literal may not become `new`; None where it may."""
        # Few variables have such a key.
        from moorage.pattern import PatternError, compiled

        try:
            if compiled(self.pattern).matches(new):
                return None
        except PatternError:
            pass
        return f"{new} does not match the `{self.key}` of {self.name}"


class Repeated(NamedTuple):
    """The value stands again where something is picked out by it; `place` says where, as `needs`."""

    name: str
    place: str

    def objection(self, _old: str, _new: str) -> str | None:
        """Why the literal may not change."""
        return f"{self.place} repeats the value of {self.name}"


class Mentioned(NamedTuple):
    """The variable is read where no image is named, and these words stand beside it there: conditions, scripts."""

    name: str
    words: tuple[str, ...] = ()

    def objection(self, old: str, new: str) -> str | None:
        """Why the literal may not become `new`; None where it may."""
        if any(new.count(mark) > old.count(mark) for mark in "@:"):
            return f"{self.name} is also read where no image is named"
        for word in self.words:
            if (word == old) != (word == new) or occurs(word, old) != occurs(word, new):
                return f"{word} stands beside {self.name} elsewhere in the file, as in a condition"
        return None


class ReadElsewhere(NamedTuple):
    """Another file reads the variable for an image that is written otherwise there."""

    name: str
    written: str
    document: str

    def objection(self, _old: str, _new: str) -> str | None:
        """Why the literal may not change."""
        return f"{self.name} is also read by {self.written} in {self.document}"


class Apart(NamedTuple):
    """A key that holds one part of a reference, whose other parts stand under keys of their own."""

    name: str

    def objection(self, old: str, new: str) -> str | None:
        """Why the literal may not become `new`; None where it may."""
        added = next((mark for mark in "@:" if new.count(mark) > old.count(mark)), None)
        what = "digest" if added == "@" else "tag"
        return None if added is None else f"`{self.name}` has no place for a {what}"


class Called(NamedTuple):
    """A target has its name from the value, and is called by it elsewhere in the file."""

    name: str
    target: str

    def objection(self, _old: str, _new: str) -> str | None:
        """Why the literal may not change."""
        return f"{self.target}, which the file names elsewhere, has its name from {self.name}"


Hold: TypeAlias = Called | Listed | Matched | Repeated | Mentioned | ReadElsewhere | Apart


def occurs(word: str, text: str) -> bool:
    """Whether a word is part of a text: `3.12` of `3.12.1-slim`, but not of `3.120` or `1.3.12`."""
    at = text.find(word)
    while at >= 0 and word:
        before, after = text[max(at - 1, 0) : at], text[at + len(word) : at + len(word) + 1]
        if not after.isalnum() and not (word[0].isalnum() and (before.isalnum() or before == ".")):
            return True
        at = text.find(word, at + 1)
    return False
