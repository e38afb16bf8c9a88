"""From a value in a document to a usage: what the formats written in YAML have in common."""

import re
from bisect import bisect_right
from itertools import accumulate

from moorage.documents import limits
from moorage.documents.usage import Problem, Role, Segment, Usage
from moorage.documents.yaml.nodes import Mapping, Node, Scalar
from moorage.documents.yaml.scalars import one_line
from moorage.reference import InvalidReference, Reference, parse
from moorage.text import Span

Row = tuple[Segment, ...]
"""A value, piece by piece; the pieces joined are the value."""

_TEMPLATE = re.compile(r"\{\{|\{%|<[^<>]+>|@[A-Z][A-Z0-9_]*@|%%[A-Z0-9_]+%%|\Ako://")
"""What Go templates (Argo, Helm, Kyverno), Jinja, people (`<name>`), autoconf, sed and ko fill in."""

_VARIABLE = re.compile(r"\$[({A-Za-z_]")
"""The same for `$(name)` of Tekton and `${name}` of envsubst, where the format itself knows no variables."""


def joined(row: Row) -> str:
    """The value that a row stands for."""
    return "".join([s.value for s in row])


class Layout:
    """A row that many parts are cut out of."""

    __slots__ = ("_starts", "row")

    def __init__(self, row: Row) -> None:
        self.row = row
        self._starts = list(accumulate((len(s.value) for s in row), initial=0))

    def cut(self, start: int, end: int) -> Row:
        """The part from `start` to `end` of the value; where a piece is not verbatim, it keeps its whole span."""
        parts: list[Segment] = []
        number = max(bisect_right(self._starts, start) - 1, 0)
        while number < len(self.row) and self._starts[number] < end:
            segment, at = self.row[number], self._starts[number]
            first, last = max(start - at, 0), min(end - at, len(segment.value))
            if first < last:
                span = segment.span
                if span is not None and segment.verbatim:
                    span = Span(span.start + first, span.start + last)
                whole = last - first == len(segment.value)
                parts.append(segment._replace(value=segment.value[first:last], span=span, bare=segment.bare and whole))
            number += 1
        return tuple(parts)


def place_of(row: Row) -> Span | None:
    """The stretch of this document over which a value is written; None where all of it comes from elsewhere."""
    spans = [piece.span for piece in row if piece.span is not None and piece.document is None]
    return Span(spans[0].start, spans[-1].end) if spans else None


def cut(row: Row, start: int, end: int) -> Row:
    """One part of a row, as `Layout.cut` gives it."""
    return Layout(row).cut(start, end)


def image_row(node: Node, text: str) -> Row:
    """The value of a node that should name an image, without blanks around it; empty where it names none.

    An unquoted `{{ … }}` is a mapping for YAML, and a template for everybody else.
    """
    match node:
        case Scalar():
            if node.is_null or (node.tag or "").endswith("null"):
                return ()
            row = one_line(node, text)
            value = joined(row)
            if node.style == "" and value.split("}")[0].strip() in ("null", "Null", "NULL", "~"):
                return ()  # half-typed text keeps the brace of a flow mapping
            start = len(value) - len(value.lstrip())
            return cut(row, start, max(start, len(value.rstrip())))
        case Mapping() if text.startswith("{{", node.span.start):
            return (Segment(node.span.of(text), node.span),)
        case _:
            return ()


def make_usage(
    text: str,
    format_id: str,
    role: Role,
    written: Row,
    entry: Span,
    *,
    row: Row | None = None,
    problem: Problem | None = None,
    platform: str | None = None,
) -> Usage | None:
    """The usage whose characters are `written` and whose value is `row`, by default the same.

    None for what names no image: nothing, and `scratch`. With a problem the value is unknown.
    """
    span = place_of(written)
    if span is None:
        return None
    row = written if row is None else row
    expanded: str | None = None
    reference: Reference | None = None
    if problem is None and sum(len(s.value) for s in row) > limits.VALUE_LENGTH:
        problem = Problem("invalid-reference", f"this is longer than {limits.VALUE_LENGTH:,} characters")
    if problem is None:
        expanded = joined(row)
        if expanded == "scratch":
            return None
        try:
            reference = parse(expanded)
        except InvalidReference as error:
            goes_on = any(s.span is None for s in written)
            message = "the value goes on in the line below" if goes_on else error.message
            problem = Problem("invalid-reference", message, _place(row, error.span))
    return Usage(
        role=role,
        span=span,
        written=span.of(text),
        expanded=expanded,
        reference=reference,
        problem=problem,
        segments=() if problem is not None and expanded is None else _needed(row, span),
        platform=platform,
        instruction=entry,
        format=format_id,
    )


def template_problem(value: str, *, variables: bool = False) -> Problem | None:
    """The problem of a value that another program fills in, with `variables` also where a `$` stands for one."""
    if _TEMPLATE.search(value) or (variables and _VARIABLE.search(value)):
        return Problem("template", "another program fills in part of this reference")
    return None


def _place(row: Row, span: Span) -> Span | None:
    """Where in the text a stretch of the value stands, if it stands there as it is."""
    parts = cut(row, *span)
    if len(parts) == 1 and parts[0].verbatim and parts[0].document is None:
        return parts[0].span
    return None


def _needed(row: Row, span: Span) -> Row:
    """A row, or nothing where the characters at the usage say the same."""
    if len(row) != 1:
        return row
    only = row[0]
    return () if only.verbatim and only.span == span and only.document is None and only.name is None else row
