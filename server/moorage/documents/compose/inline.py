"""A Dockerfile inside a Compose file (`dockerfile_inline`), its places mapped back into the scalar that holds it."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from moorage.documents import dockerfile
from moorage.documents.around import with_holds
from moorage.documents.compose.interpolation import Interpolated, Unset
from moorage.documents.usage import Argument, Comment, Document, Problem, Segment, Usage
from moorage.documents.yaml.values import Layout, Row, joined
from moorage.text import Span

_UNKNOWN = "x"
"""Stands for a value that is not known, so that it is seen where it is read."""


def read_inline(
    path: str, text: str, value: Interpolated, format_id: str, arguments: Sequence[Argument] = ()
) -> Document:
    """What a Dockerfile written in `text` names; `value` is its content, `arguments` are what its build sets.

    A place that does not stand in `text` in one stretch (it came from another file) is left out. Never raises.
    """
    content = joined(value.row)
    known = {argument.name: argument for argument in arguments if argument.name in content}
    given = {name: _UNKNOWN if a.value is None else a.value for name, a in known.items()}
    inner = dockerfile.read(path, content, given=given)
    places = _Places(value)
    found = (_usage(usage, text, places, value.unset, format_id) for usage in inner.usages)
    usages = (usage if usage is None or not known else _with_arguments(usage, known) for usage in found)
    comments = (_comment(comment, places) for comment in inner.comments)
    return Document(
        path,
        format_id,
        text,
        tuple(usage for usage in usages if usage is not None),
        comments=tuple(comment for comment in comments if comment is not None),
    )


class _Places:
    """Where the characters of an inner Dockerfile stand in the file itself."""

    def __init__(self, value: Interpolated) -> None:
        self.layout = Layout(value.row)
        self._sites = value.sites

    def of(self, span: Span) -> Span | None:
        """The place of a stretch of the Dockerfile, with the whole of each variable that has a part in it."""
        spans = [p.span for p in self.layout.cut(*span) if p.span is not None and p.document is None]
        number = bisect_left(self._sites, span.start, key=lambda site: site.end)
        while number < len(self._sites) and self._sites[number].start <= span.end:
            site = self._sites[number]
            if site.start == site.end or (site.start < span.end and site.end > span.start):
                spans.append(site.span)
            number += 1
        return Span(min(s.start for s in spans), max(s.end for s in spans)) if spans else None


def _usage(usage: Usage, text: str, places: _Places, unset: tuple[Unset, ...], format_id: str) -> Usage | None:
    span = places.of(usage.span)
    if span is None:
        return None
    number = bisect_left(unset, usage.span.start, key=lambda u: u.at)
    missing = unset[number] if number < len(unset) and unset[number].at <= usage.span.end else None
    problem = usage.problem if missing is None else unset_problem(missing)
    if problem is not None and problem.span is not None:
        problem = problem._replace(span=places.of(problem.span))
    segments = usage.segments or (Segment(usage.expanded or "", usage.span),)
    mapped = tuple(piece for segment in segments for piece in _segment(segment, places))
    needless = len(mapped) == 1 and mapped[0].verbatim and mapped[0].span == span
    return usage._replace(
        span=span,
        written=span.of(text),
        expanded=usage.expanded if missing is None else None,
        reference=usage.reference if missing is None else None,
        problem=problem,
        segments=() if needless or missing is not None else mapped,
        instruction=None if usage.instruction is None else places.of(usage.instruction),
        format=format_id,
    )


def _with_arguments(usage: Usage, arguments: Mapping[str, Argument]) -> Usage:
    """A usage whose pieces lead to the arguments of the build that they come from."""
    read = [a for s in usage.segments if s.span is None and (a := arguments.get(s.name or "")) is not None]
    problem = next((a.problem for a in read if a.value is None), None)
    if problem is not None:
        return usage._replace(expanded=None, reference=None, problem=problem, segments=())
    row = (piece for segment in usage.segments for piece in _said(segment, arguments))
    return usage._replace(segments=tuple(row))


def _said(segment: Segment, arguments: Mapping[str, Argument]) -> Row:
    argument = None if segment.span is not None else arguments.get(segment.name or "")
    if argument is None or argument.value != segment.value:
        return (segment,)
    row = (p if p.document is not None else p._replace(document=argument.document) for p in argument.row)
    return tuple(with_holds(piece, segment.holds) for piece in row)


def unset_problem(unset: Unset) -> Problem:
    """The problem of a usage that has an unset variable in it."""
    return Problem("unset-variable", f"{unset.name} has no default here and is not set in a .env file")


def _segment(segment: Segment, places: _Places) -> Row:
    """A piece of the Dockerfile's value as pieces of the scalar's."""
    if segment.span is None:
        return (segment,)
    parts = places.layout.cut(*segment.span)
    if segment.verbatim and joined(parts) == segment.value:
        named = (p if segment.name is None else p._replace(name=segment.name) for p in parts)
        return tuple(with_holds(piece, segment.holds) for piece in named)
    return (segment._replace(span=places.of(segment.span), verbatim=False),)


def _comment(comment: Comment, places: _Places) -> Comment | None:
    line, body = places.of(comment.line), places.of(comment.body)
    if line is None:
        return None
    target = None if comment.target is None else places.of(comment.target)
    return comment._replace(line=line, body=body or Span(line.end, line.end), target=target)
