"""Build arguments that stand before the defaults of a Dockerfile: what its FROMs name with them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from moorage.documents import dockerfile
from moorage.documents.around import with_holds
from moorage.documents.holds import Mentioned
from moorage.documents.usage import Argument, Build, Document, Problem, Segment, Usage
from moorage.project.shelf import Builder

_UNKNOWN = "x"
"""Stands for a value that is not known, so that it is seen where it is read."""


class Setting(NamedTuple):
    """A FROM as it reads with the arguments of a build, and that argument which says most of the image."""

    argument: Argument
    usage: Usage


def read_with(build: Build, document: Document) -> Document:
    """A Dockerfile as it reads with the arguments of `build`; `document` itself where it reads none of them."""
    given = tuple((a.name, _value(a)) for a in build.arguments if a.name in document.text)
    return _read(document.path, document.text, given) if given else document


@lru_cache(maxsize=256)
def _read(path: str, text: str, given: tuple[tuple[str, str], ...]) -> Document:
    return dockerfile.read(path, text, given=dict(given))


def settings(build: Build, document: Document) -> Iterator[Setting]:
    """The FROMs of a Dockerfile that read arguments of `build`."""
    arguments = {argument.name: argument for argument in build.arguments}
    for usage in read_with(build, document).usages:
        argument = _decisive(usage, arguments) if usage.role == "base" else None
        if argument is not None:
            yield Setting(argument, usage)


def setting_usage(setting: Setting, build: Build, document: Document, text: str, format_id: str) -> Usage:
    """The usage at the place of the argument, in `text`; the FROM stands in `document`, where nothing is edited."""
    argument, base = setting
    row = _row(setting, build, document.path)
    problem = argument.problem or _unknown(setting, build)
    if problem is None and base.problem is not None:
        problem = base.problem._replace(span=None)
    known = problem is None or problem.code in ("unset-variable", "invalid-reference")
    plain = len(row) == 1 and row[0] == Segment(row[0].value, argument.span, bare=row[0].bare)
    return Usage(
        role="base",
        span=argument.span,
        written=argument.span.of(text),
        expanded=base.expanded if known else None,
        reference=base.reference if problem is None else None,
        problem=problem,
        segments=row if known and not plain else (),
        platform=base.platform,
        instruction=argument.entry,
        format=format_id,
    )


def image_said(setting: Setting, build: Build, document: Document) -> str:
    """The image of a FROM with the arguments of a build, these as they are written where their values are not known."""
    return "".join([piece.value for piece in _row(setting, build, document.path)])


def held_by_others(usages: Iterable[Usage], builds: Iterable[Build]) -> Iterator[Usage]:
    """The usages that arguments of `builds` make; what another argument hands on for something else is told of it."""
    usages = tuple(usages)
    read = {usage.span for usage in usages}
    arguments = (a for build in builds if build.dockerfile is not None for a in build.arguments)
    handed_on = {(p.document, p.span) for a in arguments if a.document is None and a.span not in read for p in a.row}

    def told(piece: Segment) -> Segment:
        is_handed_on = (piece.document, piece.span) in handed_on
        return with_holds(piece, [Mentioned(piece.name)]) if piece.name and is_handed_on else piece

    yield from (usage._replace(segments=tuple(map(told, usage.segments))) for usage in usages)


def over(build: Build, builder: Builder) -> Build:
    """The build of `builder`, which goes over `build`, as it is seen from the document of that.

    The arguments that `build` itself says stand in the document; those that the other document says, in that one.
    """
    own = {argument.name: argument for argument in build.arguments if argument.document is None}
    path = builder.document.path

    def seen(argument: Argument) -> Argument:
        if argument.document is None:
            return _away(argument, path)
        return own.get(argument.name, argument) if argument.document == builder.build.base else argument

    return builder.build._replace(arguments=tuple(map(seen, builder.build.arguments)))


def _away(argument: Argument, path: str) -> Argument:
    """An argument of the document at `path`, seen from another one."""
    row = tuple(s if s.document is not None or s.span is None else s._replace(document=path) for s in argument.row)
    return argument._replace(document=path, row=row)


def _value(argument: Argument) -> str:
    return _UNKNOWN if argument.value is None else argument.value


def _decisive(usage: Usage, arguments: Mapping[str, Argument]) -> Argument | None:
    """The argument that gives the tag of a FROM, or else its digest, its repository, any part of it."""
    found: list[tuple[int, Argument]] = []
    at = 0
    for segment in usage.segments:
        end = at + len(segment.value)
        argument = arguments.get(segment.name or "")
        if segment.span is None and argument is not None:
            found.append((_weight(usage, at, end), argument))
        at = end
    return min(found, key=lambda item: item[0])[1] if found else None


def _weight(usage: Usage, start: int, end: int) -> int:
    """How much a stretch of the value says of the image, the least number the most."""
    if usage.reference is None:
        return 0
    spans = usage.reference.spans
    parts = (spans.tag, spans.digest, spans.repository, spans.registry)
    return next((i for i, span in enumerate(parts) if span and start < span.end and span.start < end), len(parts))


def _unknown(setting: Setting, build: Build) -> Problem | None:
    """Why an argument that a FROM reads has no value that is known; None where all have one."""
    read = {segment.name for segment in setting.usage.segments}
    return next((a.problem for a in build.arguments if a.name in read and a.value is None), None)


def _row(setting: Setting, build: Build, path: str) -> tuple[Segment, ...]:
    """The pieces of a FROM of the Dockerfile at `path` as those of the arguments."""
    arguments = {argument.name: argument for argument in build.arguments}
    return tuple(piece for segment in setting.usage.segments for piece in _pieces(segment, arguments, path))


def _pieces(segment: Segment, arguments: Mapping[str, Argument], path: str) -> tuple[Segment, ...]:
    """A piece of the FROM as a piece of the argument's usage."""
    if segment.span is not None:
        return (segment._replace(verbatim=False, document=path),)
    argument = arguments.get(segment.name or "")
    if argument is not None and segment.value == _value(argument):
        row = argument.row or (segment._replace(value=f"${{{argument.name}}}"),)
        return tuple(with_holds(piece, segment.holds) for piece in row)
    return (segment,)
