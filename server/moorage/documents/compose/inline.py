"""A Dockerfile inside a Compose file (`dockerfile_inline`), its places mapped back into the scalar that holds it."""

from bisect import bisect_left

from moorage.documents import dockerfile
from moorage.documents.compose.interpolation import Interpolated, Unset
from moorage.documents.usage import Comment, Document, Problem, Segment, Usage
from moorage.documents.yaml.values import Layout, Row, joined
from moorage.text import Span


def read_inline(path: str, text: str, value: Interpolated, format_id: str) -> Document:
    """What a Dockerfile written in `text` names; `value` is its content. Never raises.

    A place that does not stand in `text` in one stretch (it came from another file) is left out.
    """
    inner = dockerfile.read(path, joined(value.row))
    layout = Layout(value.row)
    usages = (_usage(usage, text, layout, value.unset, format_id) for usage in inner.usages)
    comments = (_comment(comment, layout) for comment in inner.comments)
    return Document(
        path,
        format_id,
        text,
        tuple(usage for usage in usages if usage is not None),
        comments=tuple(comment for comment in comments if comment is not None),
    )


def _usage(usage: Usage, text: str, layout: Layout, unset: tuple[Unset, ...], format_id: str) -> Usage | None:
    span = _place(usage.span, layout)
    if span is None:
        return None
    number = bisect_left(unset, usage.span.start, key=lambda u: u.at)
    missing = unset[number] if number < len(unset) and unset[number].at <= usage.span.end else None
    problem = usage.problem if missing is None else unset_problem(missing)
    if problem is not None and problem.span is not None:
        problem = problem._replace(span=_place(problem.span, layout))
    segments = usage.segments or (Segment(usage.expanded or "", usage.span),)
    mapped = tuple(piece for segment in segments for piece in _segment(segment, layout))
    needless = len(mapped) == 1 and mapped[0].verbatim and mapped[0].span == span
    return usage._replace(
        span=span,
        written=span.of(text),
        expanded=usage.expanded if missing is None else None,
        reference=usage.reference if missing is None else None,
        problem=problem,
        segments=() if needless or missing is not None else mapped,
        instruction=None if usage.instruction is None else _place(usage.instruction, layout),
        format=format_id,
    )


def unset_problem(unset: Unset) -> Problem:
    """The problem of a usage that has an unset variable in it."""
    return Problem("unset-variable", f"{unset.name} has no default here and is not set in a .env file")


def _segment(segment: Segment, layout: Layout) -> Row:
    """A piece of the Dockerfile's value as pieces of the scalar's."""
    if segment.span is None:
        return (segment,)
    parts = layout.cut(*segment.span)
    if segment.verbatim and joined(parts) == segment.value:
        return tuple(p if segment.name is None else p._replace(name=segment.name) for p in parts)
    return (segment._replace(span=_place(segment.span, layout), verbatim=False),)


def _place(span: Span, layout: Layout) -> Span | None:
    """Where a stretch of the value stands in the file itself."""
    spans = [p.span for p in layout.cut(*span) if p.span is not None and p.document is None]
    return Span(spans[0].start, spans[-1].end) if spans else None


def _comment(comment: Comment, layout: Layout) -> Comment | None:
    line, body = _place(comment.line, layout), _place(comment.body, layout)
    if line is None:
        return None
    target = None if comment.target is None else _place(comment.target, layout)
    return comment._replace(line=line, body=body or Span(line.end, line.end), target=target)
