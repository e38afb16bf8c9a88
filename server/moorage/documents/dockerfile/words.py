"""Characters and where each of them stands in the file."""

from collections.abc import Sequence
from typing import NamedTuple

from moorage.text import Span

# What Go's unicode.IsSpace calls space. Python's own notion has the separators \x1c to \x1f as well.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)


class Word(NamedTuple):
    """Some characters, and the offset in the file of each."""

    text: str
    at: Sequence[int]

    def part(self, start: int, end: int | None = None) -> "Word":
        """The characters from `start` to `end`."""
        return Word(self.text[start:end], self.at[start:end])

    @property
    def span(self) -> Span:
        """From the first character to the last, whatever stands between; the word must not be empty."""
        return Span(self.at[0], self.at[-1] + 1)
