"""What could be written at a cursor in a document of entries and values."""

import re
from collections.abc import Callable

from moorage.documents.usage import Document, Slot, Usage
from moorage.text import Span

_DIRECTIVE = re.compile(r"(?:#|//)[ \t]*moorage:[ \t]*([^\r\n]*)")
_TAG_COLON = re.compile(r":(?=[^:/{}]*\Z)")
_NOT_LITERAL = re.compile(r"""[$"'\\\n{}<>]""")
PLACEHOLDER = "x"
"""What is put where nothing stands yet, to see whether it would name an image."""

Read = Callable[[str, str], Document]


def slot_by_reading(document: Document, offset: int, read: Read) -> Slot | None:
    """The slot at `offset`: a directive's word, a part of the image that is written there, or an image that is not.

    Where nothing stands yet, a character is put there and the document is read again: a usage that appears is the
    place of an image. So each format says by its reader alone where images may stand.
    """
    directive = _directive(document.text, offset)
    if directive is not None:
        return directive
    usage = next((u for u in document.usages if u.span.touches(offset)), None)
    if usage is not None:
        return part_at(document.text, usage, _stretch(usage), offset)
    text = document.text[:offset] + PLACEHOLDER + document.text[offset:]
    for usage in read(document.path, text).usages:
        if usage.span.start <= offset < usage.span.end:
            span = Span(usage.span.start, usage.span.end - len(PLACEHOLDER))
            return part_at(document.text, None, span, offset)
    return None


def _directive(text: str, offset: int) -> Slot | None:
    line = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    match = _DIRECTIVE.search(text, line, len(text) if end < 0 else end)
    if match is None or not match.start(1) <= offset <= match.end(1):
        return None
    start = max(text.rfind(mark, match.start(1), offset) + 1 for mark in " \t:,[=")
    span = Span(max(start, match.start(1)), offset)
    return Slot("directive", span, span.of(text))


def _stretch(usage: Usage) -> Span:
    """Where the reference is written: in the default of a variable, where that is all of it."""
    if len(usage.segments) == 1:
        only = usage.segments[0]
        if only.verbatim and only.document is None and only.span is not None and usage.span.holds(only.span):
            return only.span
    return usage.span


def part_at(text: str, usage: Usage | None, whole: Span, offset: int) -> Slot | None:
    """The part of the reference at `whole` that the cursor is in; None where a variable or a quote is in that part.

    `usage` is what was read there, which knows the values of variables before the part; None where nothing was.
    """
    if not whole.touches(offset):
        return None
    written = whole.of(text)
    name, at, _ = written.partition("@")
    colon = _TAG_COLON.search(name)
    name_end = whole.start + len(name)
    tag = name_end if colon is None else whole.start + colon.start()
    repository = _repository(usage, written, tag - whole.start)
    if at and offset > name_end:
        span = Span(name_end + 1, whole.end)
        slot = Slot("digest", span, text[span.start : offset], repository, usage)
    elif colon is not None and offset > tag:
        span = Span(tag + 1, name_end)
        slot = Slot("tag", span, text[span.start : offset], repository, usage)
    else:
        span = Span(whole.start, tag)
        slot = Slot("repository", span, text[whole.start : offset], usage=usage)
    return None if _NOT_LITERAL.search(span.of(text)) else slot


def _repository(usage: Usage | None, written: str, end: int) -> str | None:
    """What is written before index `end`, its variables filled in; None where that is not known."""
    if not _NOT_LITERAL.search(written[:end]):
        return written[:end]
    rest = written[end:]
    if usage is None or usage.expanded is None or not usage.expanded.endswith(rest):
        return None
    return usage.expanded[: len(usage.expanded) - len(rest)]
