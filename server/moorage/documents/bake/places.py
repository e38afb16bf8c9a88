"""From the values of a Bake file to usages and builds."""

from collections.abc import Iterator, Mapping

from moorage.documents.around import with_holds
from moorage.documents.bake.targets import Target, Targets, texts
from moorage.documents.compose.inline import read_inline
from moorage.documents.compose.interpolation import Interpolated
from moorage.documents.compose.services import CONTEXT_SCHEME
from moorage.documents.hcl.tree import Place
from moorage.documents.hcl.values import Entry, Failed, Fields, NotEvaluated, Text, Unknown, Value, row_of
from moorage.documents.usage import Argument, Build, Document, NamedContext, Notice, Problem, Segment, Usage
from moorage.documents.yaml.values import Row, cut, joined, make_usage
from moorage.text import Span

FORMAT = "bake"

_HOLE = "\ufffc"
"""Stands in a Dockerfile for what is not known; no reference has such a character."""


def usages_of(text: str, target: Target) -> Iterator[Usage]:
    """The images that the named contexts of one target name in `text`."""
    contexts = target.attributes.get("contexts")
    if isinstance(contexts, Fields):
        for entry in (*contexts.entries.values(), *contexts.unnamed):
            usage = _context(text, entry)
            if usage is not None:
                yield usage


def inline_of(path: str, text: str, target: Target, targets: Targets) -> Document | None:
    """What the Dockerfile that is written inside a target names, with its arguments; None where there is none."""
    value = target.attributes.get("dockerfile-inline")
    if not isinstance(value, Text | Unknown):
        return None
    sites = {site.piece: site.row for site in value.sites}
    pieces = tuple(site.piece if site.row else _hole(text, site.piece) for site in value.sites)
    row = pieces or (value.row if isinstance(value, Text) else ())
    arguments = tuple(_arguments(targets.whole(target.name).get("args")))
    inner = read_inline(path, text, Interpolated(row), FORMAT, arguments)
    why = value.why if isinstance(value, Unknown) else ""
    usages = (_unknown(usage, why) if _HOLE in (usage.expanded or "") else usage for usage in inner.usages)
    return inner._replace(usages=tuple(_with_sources(usage, sites) for usage in usages))


def _hole(text: str, piece: Segment) -> Segment:
    """What stands for a part that is not known: lines of a directive are left out."""
    is_directive = piece.span is not None and text.startswith("%{", piece.span.start)
    return piece if is_directive else piece._replace(value=_HOLE)


def _unknown(usage: Usage, why: str) -> Usage:
    """A usage of which a part is not known."""
    return usage._replace(expanded=None, reference=None, problem=Problem("variable", why), segments=())


def _with_sources(usage: Usage, sites: Mapping[Segment, Row]) -> Usage:
    """A usage whose pieces lead to where a value comes from, and not only to where it is filled in."""
    row: list[Segment] = []
    for segment in usage.segments:
        sources = sites.get(segment._replace(name=None, holds=()), (segment,))
        row += (with_holds(piece, segment.holds) for piece in sources)
    return usage._replace(segments=tuple(row))


def notices_of(target: Target) -> Iterator[Notice]:
    """What is to say of attributes that may name images and are not known in full."""
    for name in ("contexts", "dockerfile-inline"):
        value = target.attributes.get(name)
        attribute = target.block.body.get(name)
        if isinstance(value, Unknown) and attribute is not None:
            what = f"{name} of target {target.label.text}"
            yield Notice(f"{what} is not known in full: {value.why}", attribute.place.span)


def build_of(target: Target, targets: Targets) -> Build:
    """What a target builds, with what it inherits."""
    attributes = targets.whole(target.name)
    inline = attributes.get("dockerfile-inline") is not None
    return Build(
        "target",
        target.name,
        target.label.place.span,
        _text(attributes, "context", "."),
        None if inline else _text(attributes, "dockerfile", "Dockerfile"),
        _text(attributes, "target", None),
        tuple(_arguments(attributes.get("args"))),
        tuple(_contexts(attributes.get("contexts"))),
        tuple(texts(attributes.get("tags"))),
    )


def _context(text: str, entry: Entry) -> Usage | None:
    """The usage of one named context: none where it is no image, or stands in another file."""
    row, problem = _row(entry.value)
    place = entry.place
    if place is None or place.document is not None or not joined(row).startswith(CONTEXT_SCHEME):
        return None
    if joined(row) == CONTEXT_SCHEME and problem is None:
        return None  # its image is still to be typed
    start = place.span.start
    first = row[0]
    if first.verbatim and first.span is not None and first.span.start == start and first.document is None:
        start += min(len(CONTEXT_SCHEME), len(first.value))
    span = Span(start, place.span.end)
    return value_usage(text, cut(row, len(CONTEXT_SCHEME), len(joined(row))), span, entry.entry, problem)


def value_usage(text: str, row: Row, span: Span, entry: Place | None, problem: Problem | None) -> Usage | None:
    """The usage at `span` whose value is `row`."""
    instruction = span if entry is None or entry.document is not None else entry.span
    written = (Segment(span.of(text), span),)
    usage = make_usage(text, FORMAT, "context", written, instruction, row=row, problem=problem)
    if usage is not None and problem is not None and problem.code == "unset-variable":
        return usage._replace(expanded=joined(row))
    return usage


def _arguments(value: Value) -> Iterator[Argument]:
    """The build arguments of a target; one that is null comes from the environment."""
    for name, entry in value.entries.items() if isinstance(value, Fields) else ():
        if entry.value is None or entry.place is None:
            continue
        row, problem = _row(entry.value)
        where = entry.entry or entry.place
        yield Argument(name, row, entry.place.span, where.span, problem, entry.place.document)


def _contexts(value: Value) -> Iterator[NamedContext]:
    for name, entry in value.entries.items() if isinstance(value, Fields) else ():
        if entry.value is not None:
            here = entry.place is not None and entry.place.document is None
            span = entry.place.span if here and entry.place is not None else None
            yield NamedContext(name, joined(_row(entry.value)[0]), span)


def _row(value: Value) -> tuple[Row, Problem | None]:
    """The pieces of a text, and what is wrong with it; where a part is not known, the pieces before it."""
    if isinstance(value, Unknown):
        return value.head, Problem("variable", value.why)
    if isinstance(value, Text) and value.unset:
        return value.row, Problem("unset-variable", f"{' and '.join(value.unset)} has no default in this file")
    try:
        return row_of(value), None
    except (Failed, NotEvaluated) as error:
        return (), Problem("variable", str(error))


def _text(attributes: Mapping[str, Value], name: str, default: str | None) -> str | None:
    """A text attribute; None where it is not known."""
    value = attributes.get(name)
    if value is None:
        return default
    return value.value if isinstance(value, Text) else None
