"""Tags that are noted in a comment behind a digest, as ratchet and frizbee write them.

    image: redis@sha256:… # ratchet:redis:7.2
    image: redis@sha256:… # 7.2

The comment is the tag: the image is judged as if it were written before the digest, and both are changed together.
"""

import re
from typing import NamedTuple

from moorage.documents.usage import Document, Usage
from moorage.reference import InvalidReference, Reference, is_tag, parse
from moorage.text import Span
from moorage.versions import read_tag

_note = re.compile(
    r"""["']?[ \t,\]}]*[ \t]\#[ \t]*(?P<ratchet>ratchet:(?:docker://)?)?(?P<text>[^\s#]+)[ \t]*(?=\r|\n|\Z)""", re.X
)
_KINDS = ("version", "date", "codename")


class Note(NamedTuple):
    """A tag in a comment. `span` is where it stands; `named` where the image before it is named too, if it is."""

    tag: str
    span: Span
    named: Span | None = None


def with_noted_tags(document: Document) -> Document:
    """The document with the tags that its comments note; the same one where there are none."""
    if document.format == "dockerfile" or "@sha" not in document.text or "#" not in document.text:
        return document
    usages = tuple(_with_note(document, usage) for usage in document.usages)
    return document if usages == document.usages else document._replace(usages=usages)


def note_of(document: Document, usage: Usage) -> Note | None:
    """The tag that is noted behind a usage with a digest and no tag of its own; None where none is."""
    reference = usage.reference
    if reference is None or reference.digest is None or reference.spans.tag is not None or usage.segments:
        return None
    match = _note.match(document.text, usage.span.end)
    if match is None:
        return None
    start, end = match.span("text")
    if match["ratchet"]:
        return _ratchet(match["text"], start, reference)
    tag = match["text"]
    plain = is_tag(tag) and (tag == "latest" or read_tag(tag).kind in _KINDS)
    return Note(tag, Span(start, end)) if plain else None


def _ratchet(text: str, start: int, reference: Reference) -> Note | None:
    try:
        noted = parse(text)
    except InvalidReference:
        return None
    if noted.name != reference.name or noted.tag is None or noted.spans.tag is None:
        return None
    at = noted.spans.tag
    named = Span(start, start + noted.spans.repository.end)
    return Note(noted.tag, Span(start + at.start, start + at.end), named)


def _with_note(document: Document, usage: Usage) -> Usage:
    note = note_of(document, usage)
    if note is None or usage.reference is None:
        return usage
    return usage._replace(reference=usage.reference._replace(tag=note.tag))
