"""The `.env` files from which documents of a run take values: which may be edited, and for whom an edit is right."""

import codecs
import posixpath
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from moorage.cli.files import write_atomically
from moorage.discover import Found, read_neighbour
from moorage.documents.usage import Document
from moorage.findings.finding import FileEdit, Finding
from moorage.text import BOM, Span, Spans

NAME = ".env"


class Variables(NamedTuple):
    """A `.env` file: how it is spoken of, where it lies, and what it says, without its byte order mark."""

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


def variables_of(found: Found, document: Document, arguments: Iterable[str]) -> Variables | None:
    """The `.env` file that a document takes values from; None where it takes none, or the file lies outside the folders
    that the command was called for, or is a link.
    """
    path = beside(document.path)
    if not any(segment.document == path for usage in document.usages for segment in usage.segments):
        return None
    file = Path(found.location).absolute().parent / NAME
    tops = [Path(argument).absolute() for argument in arguments if Path(argument).is_dir()]
    text = read_neighbour(str(file.parent), NAME)
    if text is None or file.is_symlink() or not any(file.is_relative_to(top) for top in tops):
        return None
    with file.open("rb") as opened:
        return Variables(path, file, text, opened.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8)


def beside(path: str) -> str:
    """The path of the `.env` file beside a document."""
    return posixpath.join(posixpath.dirname(path), NAME)


class ReadElsewhere:
    """The images for which the documents of a run read characters of other files."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._images: dict[str, dict[Span, set[str | None]]] = {}
        for document in documents:
            for usage in document.usages:
                for segment in usage.segments:
                    if segment.document is not None and segment.span is not None:
                        images = self._images.setdefault(segment.document, {})
                        images.setdefault(segment.span, set()).add(usage.expanded)
        self._spans = {path: Spans(images) for path, images in self._images.items()}

    def agree(self, finding: Finding, edit: FileEdit) -> bool:
        """Whether what an edit changes is read, in any of the documents, for the very image of the finding alone."""
        image = None if finding.usage is None else finding.usage.expanded
        spans = self._spans.get(edit.path, Spans(()))
        return all(self._images[edit.path][span] == {image} for span in spans.touching(edit.span.start))
