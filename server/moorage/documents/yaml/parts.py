"""A file put together from the documents of its stream: their usages, comments and notices, in places of the file."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import NamedTuple, overload

from moorage.documents import limits
from moorage.documents.overlong import overlong
from moorage.documents.usage import Argument, Build, Comment, Document, Notice, Usage
from moorage.documents.yaml.comments import comments
from moorage.documents.yaml.stream import Tree, split
from moorage.text import Span


class Part(NamedTuple):
    """What one document of a stream says; spans count from its own start."""

    usages: tuple[Usage, ...] = ()
    comments: tuple[Comment, ...] = ()
    notices: tuple[Notice, ...] = ()
    builds: tuple[Build, ...] = ()


NOTHING = Part()


def part(tree: Tree, usages: Iterable[Usage | None], inner_comments: Iterable[Comment] = ()) -> Part:
    """The usages of a document in the order of their places, each place once, and the comments in it.

    A place that one service builds and another runs is looked up, like any other image.
    """
    found: dict[int, Usage] = {}
    owners: dict[int, dict[str, None]] = {}
    for usage in islice(usages, limits.IMAGES + 1):
        if usage is not None:
            start = usage.span.start
            known = found.get(start)
            if known is None or (known.role == "build-output" and usage.role != "build-output"):
                found[start] = usage
            if usage.owners:
                owners.setdefault(start, {}).update(dict.fromkeys(usage.owners))
    for start, names in owners.items():
        found[start] = found[start]._replace(owners=tuple(names))
    remarks = sorted({*comments(tree), *inner_comments}, key=lambda c: c.line)
    return Part(tuple(found[start] for start in sorted(found)), tuple(remarks), _caps(tree))


def read_stream(path: str, format_id: str, text: str, read_part: Callable[[str], Part]) -> Document:
    """A file, each document of its stream read by `read_part`."""
    too_long = overlong(path, format_id, text)
    if too_long is not None:
        return too_long
    usages: list[Usage] = []
    remarks: list[Comment] = []
    caps: list[Notice] = []
    builds: list[Build] = []
    end = 0
    for number, span in enumerate(split(text)):
        if number == limits.STREAM_DOCUMENTS or len(usages) > limits.IMAGES:
            break
        one = read_part(span.of(text))
        usages += (moved_usage(usage, span.start) for usage in one.usages)
        remarks += (_moved_comment(comment, span.start) for comment in one.comments)
        caps += (Notice(cap.message, _moved(cap.span, span.start)) for cap in one.notices)
        builds += (_moved_build(build, span.start) for build in one.builds)
        end = span.end
    if len(usages) > limits.IMAGES:
        caps.append(Notice(f"it names more than {limits.IMAGES:,} images; the others are not read"))
        del usages[limits.IMAGES :]
    elif end < len(text):
        message = f"it has more than {limits.STREAM_DOCUMENTS:,} documents; the others are not read"
        caps.append(Notice(message, Span(end, len(text))))
    return Document(
        path, format_id, text, tuple(usages), comments=tuple(remarks), notices=tuple(caps), builds=tuple(builds)
    )


def _caps(tree: Tree) -> tuple[Notice, ...]:
    caps: list[Notice] = []
    if tree.too_deep:
        message = (
            f"collections are nested deeper than {limits.YAML_DEPTH}; the document is read line by line, not in full"
        )
        caps.append(Notice(message, Span(0, len(tree.text))))
    if tree.unread is not None:
        kept = limits.YAML_DAMAGED // 1024
        caps.append(
            Notice(f"the document is no YAML, and only its first {kept} KiB are read line by line", tree.unread)
        )
    return tuple(caps)


def moved_usage(usage: Usage, by: int) -> Usage:
    """A usage of a stretch of text, in places of a text where that stretch starts at `by`."""
    if by == 0:
        return usage
    problem = usage.problem
    if problem is not None:
        problem = problem._replace(span=_moved(problem.span, by))
    return usage._replace(
        span=_moved(usage.span, by),
        problem=problem,
        segments=tuple(s if s.document is not None else s._replace(span=_moved(s.span, by)) for s in usage.segments),
        instruction=_moved(usage.instruction, by),
    )


def _moved_comment(comment: Comment, by: int) -> Comment:
    return comment._replace(
        line=_moved(comment.line, by), body=_moved(comment.body, by), target=_moved(comment.target, by)
    )


def _moved_build(build: Build, by: int) -> Build:
    arguments = tuple(a if a.document is not None else _moved_argument(a, by) for a in build.arguments)
    return build._replace(span=_moved(build.span, by), arguments=arguments)


def _moved_argument(argument: Argument, by: int) -> Argument:
    row = tuple(s if s.document is not None else s._replace(span=_moved(s.span, by)) for s in argument.row)
    return argument._replace(row=row, span=_moved(argument.span, by), entry=_moved(argument.entry, by))


@overload
def _moved(span: Span, by: int) -> Span: ...
@overload
def _moved(span: None, by: int) -> None: ...
def _moved(span: Span | None, by: int) -> Span | None:
    return None if span is None else Span(span.start + by, span.end + by)
