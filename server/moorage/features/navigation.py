"""Where a stage or an image is made, where a stage is used, and giving it another name."""

import re
from collections.abc import Callable

from moorage.documents.usage import Document, Stage
from moorage.errors import MoorageError
from moorage.findings.finding import FileEdit
from moorage.project.links import Links, Origin
from moorage.text import Edit, Span, apply_edits

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*", re.I)
"""What BuildKit takes as a stage's name."""


def stage_at(document: Document, offset: int) -> tuple[Stage, Span] | None:
    """The stage that the word at `offset` names, and the span of that word."""
    for link in document.links:
        if link.span.touches(offset):
            return document.stages[link.stage], link.span
    for stage in document.stages:
        if stage.name_span is not None and stage.name_span.touches(offset):
            return stage, stage.name_span
    return None


def definition(document: Document, offset: int) -> Span | None:
    """Where the stage at `offset` is defined: its name, or its whole FROM where it has none."""
    found = stage_at(document, offset)
    return None if found is None else found[0].name_span or found[0].span


def origin(document: Document, offset: int, links: Links) -> Origin | None:
    """Where the image that is named at `offset` is made, if a file of the project makes it."""
    usage = next((u for u in document.usages if u.span.touches(offset)), None)
    if usage is not None:
        return links.origin(document, usage)
    behind = links.behind(document, offset)
    return None if behind is None else behind[1]


def references(document: Document, offset: int, *, declaration: bool = True) -> tuple[Span, ...]:
    """Every word that means the stage at `offset`, in the order of the text."""
    found = stage_at(document, offset)
    if found is None:
        return ()
    stage = found[0]
    spans = [link.span for link in document.links if link.stage == stage.number]
    if declaration and stage.name_span is not None:
        spans.append(stage.name_span)
    return tuple(sorted(spans))


def renameable(document: Document, offset: int) -> Span | None:
    """The word at `offset` if it is a stage's name; a number or a stage without a name cannot be renamed."""
    found = stage_at(document, offset)
    if found is None or found[0].name_span is None or _is_number(found[1].of(document.text)):
        return None
    return found[1]


def rename(document: Document, offset: int, name: str, reread: Callable[[str], Document]) -> tuple[FileEdit, ...]:
    """The edits that give the stage at `offset` another name everywhere.

    `reread` reads a text as `document` was read. Raises `MoorageError` where the name is none, is taken, or would make
    another line mean something else.
    """
    if renameable(document, offset) is None:
        raise MoorageError("there is no stage name here that could be changed")
    if not _STAGE_NAME.fullmatch(name):
        raise MoorageError(
            f"{name!r} is no stage name: it begins with a letter and holds letters, digits, '_', '-', '.'"
        )
    if any(stage.name == name.lower() for stage in document.stages if stage is not _stage(document, offset)):
        raise MoorageError(f"there is a stage {name.lower()!r} already")
    spans = [s for s in references(document, offset) if not _is_number(s.of(document.text))]
    # FROM compares a stage's name as it is written with the lower-cased name, so only that form works everywhere.
    edits = [Edit(span, name.lower()) for span in spans]
    after = reread(apply_edits(document.text, edits))
    if _meaning(after) != _meaning(document):
        raise MoorageError(f"with the name {name.lower()!r}, another line would mean something else")
    return tuple(FileEdit(document.path, edit.span, edit.new) for edit in edits)


def _stage(document: Document, offset: int) -> Stage | None:
    found = stage_at(document, offset)
    return None if found is None else found[0]


def _is_number(word: str) -> bool:
    return word.strip("'\"").isdecimal()


def _meaning(document: Document) -> tuple[list[int], list[tuple[str, str | None]]]:
    """Which stages are linked and which images named, whatever the stages are called."""
    return [link.stage for link in document.links], [(u.role, u.expanded) for u in document.usages]
