"""The files from which documents of a run take values: which may be edited, and for whom an edit is right."""

import codecs
import posixpath
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from moorage.cli.files import write_atomically
from moorage.discover import Found, read_neighbour
from moorage.documents.usage import Document, Segment
from moorage.findings.finding import FileEdit, Finding
from moorage.text import BOM, Span, Spans


class Variables(NamedTuple):
    """A file that is no document of the run, such as a `.env`: how it is spoken of, where it lies, and what it says,
    without its byte order mark.
    """

    path: str
    file: Path
    text: str
    bom: bool

    def marked(self, text: str) -> str:
        """A text as it stands in the file."""
        return (BOM if self.bom else "") + text

    def write(self, text: str) -> None:
        """Replace what the file says; raises `UsageError` where it cannot be written."""
        write_atomically(self.file, self.marked(text).encode("utf-8", "surrogateescape"))


def read_by(document: Document) -> set[str]:
    """The paths of other files from which a document takes values, as it calls them."""
    segments = (segment for usage in document.usages for segment in usage.segments)
    return {segment.document for segment in segments if segment.document is not None}


def variables_at(path: str, found: Found, arguments: Iterable[str]) -> Variables | None:
    """The file at `path`, from which the document in `found` takes values; None where it lies outside the folders that
    the command was called for, or is a link.
    """
    name = posixpath.relpath(path, posixpath.dirname(found.path) or ".")
    folder = Path(found.location).absolute().parent
    file = Path(posixpath.normpath((folder / name).as_posix()))
    tops = [Path(argument).absolute() for argument in arguments if Path(argument).is_dir()]
    text = read_neighbour(str(folder), name)
    if text is None or file.is_symlink() or not any(file.is_relative_to(top) for top in tops):
        return None
    with file.open("rb") as opened:
        return Variables(path, file, text, opened.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8)


class _Reading(NamedTuple):
    """A piece of a value, and the image that it is part of."""

    image: str | None
    segment: Segment


class Readers:
    """What the documents of a run read, of their own characters and of those of other files."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._found: defaultdict[str, dict[Span, set[_Reading]]] = defaultdict(dict)
        for document in documents:
            for usage in document.usages:
                for segment in usage.segments:
                    if segment.span is not None:
                        places = self._found[posixpath.normpath(segment.document or document.path)]
                        places.setdefault(segment.span, set()).add(_Reading(usage.expanded, segment))
        self._spans = {path: Spans(places) for path, places in self._found.items()}

    def agree(self, finding: Finding, edit: FileEdit) -> bool:
        """Whether what an edit changes is read, in all the documents, for the very image of the finding alone, and
        nothing in them objects.
        """
        path, image = posixpath.normpath(edit.path), None if finding.usage is None else finding.usage.expanded
        spans = self._spans.get(path, Spans(()))
        readings = (reading for span in spans.touching(edit.span.start) for reading in self._found[path][span])
        return all(reading.image == image and not _objects(reading.segment, edit) for reading in readings)


def _objects(segment: Segment, edit: FileEdit) -> bool:
    """Whether something that a document says holds a piece of a value as it is."""
    if segment.span is None or not segment.span.holds(edit.span):
        return False
    start, end = edit.span.start - segment.span.start, edit.span.end - segment.span.start
    # A value that needs quotes now is replaced as a whole.
    new = segment.value[:start] + edit.new.strip("'\"") + segment.value[end:]
    return any(hold.objection(segment.value, new) is not None for hold in segment.holds)
