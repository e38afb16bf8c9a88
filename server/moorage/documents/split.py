"""References whose parts stand under keys of their own: `newName: redis`, `newTag: "7"`."""

from moorage.documents.holds import Apart
from moorage.documents.usage import Document, Problem, Segment, Slot, SlotKind, Usage
from moorage.documents.yaml.nodes import Lookup, Node, Scalar
from moorage.documents.yaml.scalars import content
from moorage.documents.yaml.slots import PLACEHOLDER, Read, slot_by_reading
from moorage.documents.yaml.values import Row, image_row, joined, make_usage, template_problem
from moorage.text import Span

_KINDS: dict[str, SlotKind] = {":": "tag", "@": "digest"}


def row_of(lookup: Lookup, text: str, entry: Node, key: str) -> Row:
    """The value of a key, as `named_row` gives it; empty where it has none."""
    rows = (named_row(found.value, text, key) for found in lookup.get(entry, key))
    return next((row for row in rows if row), ())


def named_row(value: Node, text: str, key: str) -> Row:
    """A value, its pieces named after its key, where no edit puts another part of the reference."""
    return tuple(s._replace(name=key, holds=(Apart(key),)) for s in image_row(value, text))


def room_for_digest(lookup: Lookup, text: str, entry: Node, key: str) -> Row:
    """The empty text of a key that is there for a digest; nothing where it says something, or is not written so."""
    for found in lookup.get(entry, key):
        value = found.value
        if isinstance(value, Scalar) and value.style in ("'", '"') and not value.value:
            return (Segment("", content(value, text), name=key, mark="@"),)
    return ()


def growing(row: Row) -> Row:
    """A row behind which an edit may put something."""
    return tuple(s._replace(name=None, holds=()) for s in row)


def fixed(row: Row) -> Row:
    """A row that no edit touches."""
    return tuple(s._replace(verbatim=False) for s in row)


def split_usage(
    text: str,
    format_id: str,
    entry: Span,
    repository: Row,
    tag: Row = (),
    digest: Row = (),
    problem: Problem | None = None,
    registry: Row = (),
) -> Usage | None:
    """The usage of an image whose parts stand apart; it stands where its repository does."""
    row = (*registry, Segment("/", None), *repository) if registry else repository
    for mark, part in ((":", tag), ("@", digest)):
        if joined(part):
            row = (*row, Segment(mark, None))
        row = (*row, *part)
    problem = problem or template_problem(joined(row), variables=True)
    return make_usage(text, format_id, "image", repository, entry, row=row, problem=problem)


def split_slot_at(document: Document, offset: int, read: Read) -> Slot | None:
    """What could be written at a cursor, also in a part that stands apart from the repository."""
    slot = _part_at(document, document, offset, 0)
    if slot is not None:
        return slot
    text = document.text[:offset] + PLACEHOLDER + document.text[offset:]
    return _part_at(document, read(document.path, text), offset, len(PLACEHOLDER)) or slot_by_reading(
        document, offset, read
    )


def _part_at(document: Document, read: Document, offset: int, inserted: int) -> Slot | None:
    """The part at a cursor in `read`, which has some characters there that `document` has not."""
    for usage in read.usages:
        kind: SlotKind = "repository"
        repository = ""
        for segment in usage.segments:
            kind = _KINDS.get(segment.mark, kind)
            if segment.span is None:
                kind = _KINDS.get(segment.value, kind)
                repository += segment.value if kind == "repository" else ""
            elif kind == "repository":
                repository += segment.value
            elif segment.verbatim and segment.document is None and segment.span.touches(offset):
                span = Span(segment.span.start, segment.span.end - inserted)
                prefix, here = document.text[span.start : offset], None if inserted else usage
                return Slot(kind, span, prefix, repository, here, segment.bare)
    return None
