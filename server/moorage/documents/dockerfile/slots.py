"""What could be written at a cursor in a Dockerfile: a tag, a repository, a stage, a directive."""

import re

from moorage.documents.dockerfile.commands import Command, arguments, split_command
from moorage.documents.dockerfile.comments import COMMENT
from moorage.documents.dockerfile.directives import read_directives
from moorage.documents.dockerfile.lines import Instruction, Line, instruction_around, instructions, may_hold_heredocs
from moorage.documents.usage import Document, Slot, SlotKind, Usage
from moorage.documents.yaml.slots import part_at
from moorage.text import Span

_MOUNT_FROM = re.compile(r"(?:^|,)from=([^,]*)", re.IGNORECASE)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What a completion at `offset` would replace; None where nothing of ours can stand.

    It reads half-typed instructions that name no image yet: `FROM `, `FROM python:`, `COPY --from=`.
    """
    directive = _directive(document, offset)
    if directive is not None:
        return directive
    frontend = next((u for u in document.usages if u.role == "frontend" and u.span.touches(offset)), None)
    if frontend is not None:
        return part_at(document.text, frontend, frontend.span, offset)
    instruction = _instruction_at(document.text, offset)
    if instruction is None:
        return None
    line = instruction.line
    command = split_command(line.text)
    if command.name == "onbuild":
        command = split_command(line.text, command.rest)
    if command.name == "arg":
        return _default_slot(document, offset)
    word = _word_at(line, command, offset)
    return None if word is None else _slot(document, command.name, word, offset)


def _directive(document: Document, offset: int) -> Slot | None:
    line = document.text.rfind("\n", 0, offset) + 1
    match = COMMENT.match(document.text, line)
    if match is None or not match.start(2) <= offset <= match.end(2):
        return None
    start = max(document.text.rfind(mark, match.start(2), offset) + 1 for mark in " \t:,[=")
    span = Span(max(start, match.start(2)), offset)
    return Slot("directive", span, span.of(document.text))


def _instruction_at(text: str, offset: int) -> Instruction | None:
    escape = read_directives(text).escape
    if not may_hold_heredocs(text):
        found = instruction_around(text, offset, escape)
        return None if found is None or offset < found.span.start else found
    for instruction in instructions(text, escape):
        if offset < instruction.span.start:
            return None
        last = instruction.following
        if offset < last or (last == len(text) and not text.endswith("\n")):
            return instruction if offset <= instruction.body else None
    return None


def _word_at(line: Line, command: Command, offset: int) -> Span | None:
    """The stretch of the file at `offset` where an image or a stage is named, empty where nothing is written yet."""
    if command.name == "from":
        found = arguments(line.text, command)
        if not found:
            end = line.offset(len(line.text))
            return Span(offset, offset) if line.offset(command.rest) <= offset <= max(end, offset) else None
        return _touched(line, *found[0], offset)
    if command.name == "copy":
        for flag in command.flags:
            if flag.text.startswith("--from=") and flag.at:
                start = flag.at[6] + 1
                return _touched(line, start, max(start, flag.at[-1] + 1), offset)
    if command.name == "run":
        for flag in command.flags:
            if not flag.text.startswith("--mount="):
                continue
            for match in _MOUNT_FROM.finditer(flag.text[8:]):
                start = flag.at[match.start(1) + 7] + 1
                end = flag.at[match.end(1) + 7] + 1
                span = _touched(line, start, end, offset)
                if span is not None:
                    return span
    return None


def _touched(line: Line, start: int, end: int, offset: int) -> Span | None:
    """Indexes of the line as a span of the file, if the cursor touches it."""
    span = line.word(start, end).span if end > start else Span(line.offset(start), line.offset(start))
    return span if span.touches(offset) else None


def _slot(document: Document, command: str, word: Span, offset: int) -> Slot | None:
    usage = next((u for u in document.usages if u.span == word), None)
    word = _without_quotes(document.text, word)
    slot = part_at(document.text, usage, word, min(max(offset, word.start), word.end))
    if slot is None or slot.kind != "repository":
        return slot
    return slot._replace(kind=_kind(document, command, slot.prefix, offset))


def _default_slot(document: Document, offset: int) -> Slot | None:
    """The part of an image that an ARG's default is, where all images that read it are of one repository."""
    found: Slot | None = None
    for usage in document.usages:
        slot = _slot_in_default(document.text, usage, offset)
        if slot is not None and found is not None and slot.repository != found.repository:
            return None
        found = found or slot
    return found


def _slot_in_default(text: str, usage: Usage, offset: int) -> Slot | None:
    before = ""
    for segment in usage.segments:
        span = segment.span
        if segment.name and segment.verbatim and segment.document is None and span is not None and span.touches(offset):
            behind = (usage.expanded or "")[len(before) + len(segment.value) :]
            if not before and not behind:
                return part_at(text, usage, span, offset)
            is_tag = before.endswith(":") and "@" not in before and behind[:1] in ("", "@")
            return Slot("tag", span, text[span.start : offset], before[:-1], usage) if is_tag else None
        before += segment.value
    return None


def _without_quotes(text: str, word: Span) -> Span:
    start, end = word
    if start < end and text[start] in "'\"":
        if end - start > 1 and text[end - 1] == text[start]:
            end -= 1
        start += 1
    return Span(start, end)


def _kind(document: Document, command: str, before: str, offset: int) -> SlotKind:
    """Whether a stage's name is more likely here than a repository."""
    if command != "from":
        return "repository" if re.search("[./:@]", before) else "stage"
    above = (stage.name for stage in document.stages if stage.name and stage.span.end < offset)
    return "stage" if any(name.startswith(before) for name in above) else "repository"
