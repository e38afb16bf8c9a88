"""Podman Quadlet: the image of a container, and images that are mounted.

Source: podman-systemd.unit(5) (`Image=`, `Mount=`); systemd.syntax(7) for lines, comments and continuations.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.overlong import overlong
from moorage.documents.usage import Document, Problem, Role, Segment, Slot, Usage
from moorage.documents.yaml.comments import attached
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.values import Row, cut, joined, make_usage, template_problem
from moorage.text import Span

FORMAT = "quadlet"

_SECTION = re.compile(r"[ \t]*\[([^\]\r\n]*)")
_ENTRY = re.compile(r"[ \t]*([A-Za-z0-9-]+)[ \t]*=")
_REMARK = re.compile(r"[ \t]*[#;]")
_BREAK = re.compile(r"\r\n|\n|\r")
_COMMENT = re.compile(r"^[ \t]*[#;][ \t]*moorage:[ \t]*([^\r\n]*)", re.MULTILINE)
_MOUNT_SOURCE = re.compile(r"(?:^|,)(?:source|src)=([^,]*)")
_MOUNT_IMAGE = re.compile(r"(?:^|,)type=image(?:,|\Z)")
_TRANSPORT = "docker://"
_UNITS = (".image", ".build")
"""An `Image=` that ends so names another unit, which says where the image comes from."""


class _Entry(NamedTuple):
    """A key, the pieces of its value, one for each line, and where all of it stands."""

    section: str
    key: str
    pieces: tuple[Span, ...]
    span: Span

    def row(self, text: str) -> Row:
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


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a container unit. Never raises."""
    too_long = overlong(path, FORMAT, text)
    if too_long is not None:
        return too_long
    entries = list(_entries(text))
    usages = tuple(usage for entry in entries if (usage := _usage(text, entry)) is not None)
    found = list(_COMMENT.finditer(text)) if "moorage:" in text else []
    remarks = attached(text, found, [], [entry.span for entry in entries]) if found else ()
    return Document(path, FORMAT, text, usages, comments=remarks)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _usage(text: str, entry: _Entry) -> Usage | None:
    if entry.section != "Container" or entry.key not in ("Image", "Mount"):
        return None
    role: Role = "container" if entry.key == "Image" else "volume"
    row = _unquoted(entry.row(text)) if role == "container" else _mounted(entry.row(text))
    value = joined(row)
    if role == "container" and value.endswith(_UNITS):
        return None
    problem = template_problem(value, variables=True)
    if "%" in value:
        problem = Problem("template", "systemd fills in part of this reference")
    return make_usage(text, FORMAT, role, row, entry.span, problem=problem)


def _unquoted(row: Row) -> Row:
    """A value without the double quotes around it, which Podman takes off, and without the transport of a registry."""
    value = joined(row)
    start = len(value) - len(value.lstrip('"'))
    end = max(start, len(value.rstrip('"')))
    if value.startswith(_TRANSPORT, start):
        start += len(_TRANSPORT)
    return cut(row, start, max(start, end))


def _mounted(row: Row) -> Row:
    """The image of a mount; nothing for a mount of another type."""
    value = joined(row)
    source = _MOUNT_SOURCE.search(value) if _MOUNT_IMAGE.search(value) else None
    return () if source is None else cut(row, *source.span(1))


def _entries(text: str) -> Iterator[_Entry]:
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
            yield _Entry(section, entry[1], tuple(pieces), Span(entry.start(1), pieces[-1].end))


def _lines(text: str) -> Iterator[Span]:
    """The lines of a text without their ends."""
    at = 0
    for match in _BREAK.finditer(text):
        yield Span(at, match.start())
        at = match.end()
    yield Span(at, len(text))
