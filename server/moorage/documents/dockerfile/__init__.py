"""Dockerfiles, read exactly as BuildKit reads them, with the place of every character that matters.

Two roads lead to one `Build`: `quick` looks only at the lines that can name an image, `reading` at every line. The
quick one passes whatever is unusual on to the exact one, and a test holds the two equal.
"""

from collections.abc import Mapping

from moorage.documents import limits
from moorage.documents.around import bound
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.dockerfile.build import Build
from moorage.documents.dockerfile.comments import MARK, read_comments
from moorage.documents.dockerfile.directives import read_directives
from moorage.documents.dockerfile.quick import read_quickly
from moorage.documents.dockerfile.reading import read_exactly
from moorage.documents.dockerfile.slots import slot_at
from moorage.documents.dockerfile.surroundings import around, mentions
from moorage.documents.usage import Document, Notice
from moorage.text import Span

__all__ = ["read", "slot_at"]


def read(path: str, text: str, neighbour: Neighbour = nobody, given: Mapping[str, str] | None = None) -> Document:
    """The document that a Dockerfile is; never raises, whatever the text.

    `given` are build arguments: a piece of a value that comes from one bears its name and stands nowhere in the file.
    """
    if len(text) > limits.DOCUMENT_BYTES:
        notice = Notice(f"the file is longer than {limits.DOCUMENT_BYTES // 1024**2} MiB and is not read")
        return Document(path, "dockerfile", text, (), notices=(notice,))
    readable, notices = _without_long_lines(text)
    directives = read_directives(readable)
    build = Build(readable, directives, given or {})
    if not read_quickly(build):
        build = Build(readable, directives, given or {})
        read_exactly(build)
    comments = read_comments(readable, directives.escape) if MARK in readable else ()
    document = build.document(path, comments)
    if mentions(readable, document.usages):
        usages = bound(document.usages, lambda: around(readable, directives.escape))
        document = document._replace(usages=usages)
    if notices:
        return document._replace(text=text, notices=notices + document.notices)
    return document


def _without_long_lines(text: str) -> tuple[str, tuple[Notice, ...]]:
    """`text` without the contents of lines that are too long for BuildKit, and a notice for each.

    What takes their place is a comment where they were one, else an instruction that means nothing, and goes on in the
    next line where they did.
    """
    if len(text) <= limits.LINE_BYTES // 4:
        return text, ()
    lines = text.split("\n")
    if max(map(len, lines)) <= limits.LINE_BYTES // 4:
        return text, ()
    notices: list[Notice] = []
    at = 0
    for number, line in enumerate(lines):
        if len(line) > limits.LINE_BYTES // 4 and len(line.encode("utf-8", "surrogatepass")) > limits.LINE_BYTES:
            message = f"line {number + 1} is longer than {limits.LINE_BYTES:,} bytes; BuildKit refuses the file"
            notices.append(Notice(message, Span(at, at + len(line))))
            filler, tail = ("#" if line.lstrip().startswith("#") else "?"), line.rstrip()[-1:]
            lines[number] = filler * (len(line) - 1) + (tail if tail in ("\\", "`") else filler)
        at += len(line) + 1
    return ("\n".join(lines) if notices else text), tuple(notices)
