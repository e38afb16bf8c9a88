"""systemd's unit files: their entries, and where each stands.

Source: systemd.syntax(7) for lines, comments and continuations.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents.usage import Segment
from moorage.text import Span

_SECTION = re.compile(r"[ \t]*\[([^\]\r\n]*)")
_ENTRY = re.compile(r"[ \t]*([A-Za-z0-9-]+)[ \t]*=")
_REMARK = re.compile(r"[ \t]*[#;]")
_QUADLET = re.compile(r"^[ \t]*\[(?:Build|Container|Image|Volume)\][ \t\r]*$", re.MULTILINE)
_BREAK = re.compile(r"\r\n|\n|\r")


class UnitEntry(NamedTuple):
    """A key, the pieces of its value, one for each line, and where all of it stands."""

    section: str
    key: str
    pieces: tuple[Span, ...]
    span: Span

    def row(self, text: str) -> tuple[Segment, ...]:
        """The value: its lines without blanks around them, joined by a blank."""
        row: list[Segment] = []
        for piece in self.pieces:
            written = piece.of(text)
            start = piece.start + len(written) - len(written.lstrip())
            written = written.strip()
            if written:
                if row:
                    row.append(Segment(" ", None))
                row.append(Segment(written, Span(start, start + len(written))))
        return tuple(row)


def is_quadlet(text: str) -> bool:
    """Whether it has a section that names images, as units of Podman Quadlet do."""
    return "]" in text and _QUADLET.search(text) is not None


def unit_entries(text: str) -> Iterator[UnitEntry]:
    """The entries of a unit. A line that ends with `\\` goes on in the next one that is no comment."""
    section = ""
    lines = _lines(text)
    for line in lines:
        header, entry = _SECTION.match(text, *line), _ENTRY.match(text, *line)
        if header is not None:
            section = header[1]
        elif entry is not None:
            pieces = [Span(entry.end(), line.end)]
            while text.startswith("\\", pieces[-1].end - 1) and pieces[-1].start < pieces[-1].end:
                pieces[-1] = Span(pieces[-1].start, pieces[-1].end - 1)
                following = next((other for other in lines if not _REMARK.match(text, *other)), None)
                if following is None:
                    break
                pieces.append(following)
            yield UnitEntry(section, entry[1], tuple(pieces), Span(entry.start(1), pieces[-1].end))


def _lines(text: str) -> Iterator[Span]:
    """The lines of a text without their ends."""
    at = 0
    for match in _BREAK.finditer(text):
        yield Span(at, match.start())
        at = match.end()
    yield Span(at, len(text))
