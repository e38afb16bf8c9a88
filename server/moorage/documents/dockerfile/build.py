"""What the instructions of a Dockerfile mean together: variables, stages, and the images they are built from.

The rules are those of BuildKit's `frontend/dockerfile/dockerfile2llb/convert.go`: a stage's name is lower case, FROM
compares its word with the names above it as it is written, COPY and mounts compare in any case with every name of the
file, and a number after `COPY --from=` is a stage.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.dockerfile.directives import Directives
from moorage.documents.dockerfile.expansion import ExpansionError, Piece, Value, expand
from moorage.documents.dockerfile.words import Word
from moorage.documents.usage import Comment, Document, Notice, Problem, Role, Segment, Stage, StageLink, Usage
from moorage.reference import InvalidReference, Reference, parse
from moorage.text import Span

SCRATCH = "scratch"
_NOTHING: Mapping[str, str] = {}
_PLAIN = re.compile(r"[A-Za-z0-9._/:@+-]*")
_FILLED_IN = re.compile(r"\{\{|\{%|<[^<>]+>|@[A-Z][A-Z0-9_]*@|%%[A-Z0-9_]+%%")
"""What templates, autoconf and sed fill in before a builder sees the file."""
_INDEX = re.compile(r"[+-]?0*([0-9]{1,18})")


def _built_in(text: str, name: str) -> Value:
    return Value(text, (Piece(text, None, name),) if text else ())


# The platform of a default build; a variable of these that is empty is set all the same.
_BUILT_IN = {
    side + name: _built_in(text, side + name)
    for side in ("BUILD", "TARGET")
    for name, text in (
        ("PLATFORM", "linux/amd64"),
        ("OS", "linux"),
        ("OSVERSION", ""),
        ("ARCH", "amd64"),
        ("VARIANT", ""),
    )
}


class _Source(NamedTuple):
    """An image or stage that COPY or a mount takes files from; which of the two is known at the end of the file."""

    role: Role
    word: Word
    stage: int
    instruction: Span


class Build:
    """Collects what a Dockerfile says, instruction by instruction, and makes the document of it.

    `given` are build arguments; they stand before the defaults of ARGs.
    """

    def __init__(self, text: str, directives: Directives, given: Mapping[str, str] = _NOTHING) -> None:
        self.text = text
        self._given = given
        self.directives = directives
        self.stages: list[Stage] = []
        self._names: dict[str, int] = {}
        self._variables: dict[str, Value] = dict(_BUILT_IN)
        self._declared = 0
        self._found: list[Usage | _Source] = []
        self._links: list[StageLink] = []
        self._notices: list[Notice] = list(directives.notices)
        self._refused = 0

    def declare(self, word: Word) -> None:
        """Take an ARG before the first FROM: `NAME` or `NAME=default`."""
        self._declared += 1
        if self._declared > limits.ARGUMENTS:
            if self._declared == limits.ARGUMENTS + 1:
                message = f"only the first {limits.ARGUMENTS:,} ARGs before the first FROM are read"
                self._notices.append(Notice(message, word.span))
            return
        name, equals, default = word.text.partition("=")
        if name in self._given:
            self._variables[name] = _built_in(self._given[name], name)
            return
        if not equals:
            return
        if _PLAIN.fullmatch(default):
            pieces = (Piece(default, word.at[len(name) + 1 :], name),) if default else ()
            self._variables[name] = Value(default, pieces)
            return
        try:
            value = expand(word.part(len(name) + 1), self._variables, self.directives.escape, name)
        except ExpansionError:
            # BuildKit reports this and leaves the variable as it was; a FROM that reads it gets its own problem.
            return
        self._variables[name] = value

    def base(self, word: Word, name: Word | None, platform: str | None, instruction: Span) -> None:
        """Take a FROM: its image, its stage's name, its platform."""
        number = len(self.stages)
        label = None if name is None else name.text.lower()
        self.stages.append(Stage(number, label, None if name is None else name.span, instruction))
        plain = _PLAIN.fullmatch(word.text) is not None
        value, problem = Value(word.text, ()), None
        if not plain:
            value, problem = self._expanded(word)
        text = None if value is None else value.text
        known = None if text is None else self._names.get(text)
        if known is not None:
            self._links.append(StageLink(word.span, known))
        elif text != SCRATCH:
            pieces = (Piece(word.text, word.at),) if plain or value is None else value.pieces
            where = (number, label, platform, instruction)
            self._found.append(_usage(self.text, "base", word.span, text, pieces, problem, where))
        if label is not None:
            self._names[label] = number

    def source(self, role: Role, word: Word, instruction: Span) -> None:
        """Take the value of `--from` of a COPY or of `from=` in a mount."""
        self._found.append(_Source(role, word, len(self.stages) - 1, instruction))

    def refuse(self, message: str, span: Span) -> None:
        """Note that BuildKit refuses an instruction that names an image; it is left out."""
        self._refused += 1
        if self._refused <= limits.REFUSALS:
            self._notices.append(Notice(message, span))

    def notice(self, message: str, span: Span) -> None:
        """Note what else keeps the file from being read."""
        self._notices.append(Notice(message, span))

    def document(self, path: str, comments: tuple[Comment, ...]) -> Document:
        """The document, when every instruction has been taken."""
        usages: list[Usage] = []
        syntax = self.directives.syntax
        if syntax is not None:
            pieces = (Piece(syntax.of(self.text), range(*syntax)),)
            where = (None, None, None, syntax)
            usages.append(_usage(self.text, "frontend", syntax, pieces[0].text, pieces, None, where))
        for item in self._found:
            usage = item if isinstance(item, Usage) else self._resolve(item)
            if usage is not None:
                usages.append(usage)
        return Document(
            path,
            "dockerfile",
            self.text,
            tuple(usages),
            tuple(self.stages),
            tuple(sorted(self._links)),
            comments,
            tuple(self._notices),
            self.directives.end,
        )

    def _expanded(self, word: Word) -> tuple[Value | None, Problem | None]:
        try:
            value = expand(word, self._variables, self.directives.escape)
        except ExpansionError as error:
            at = word.at[min(error.index, len(word.at) - 1)]
            return None, Problem("expansion", f"BuildKit cannot expand this: {error.message}", Span(at, at + 1))
        missing = value.missing
        if not missing:
            return value, None
        names = " and ".join(missing)
        verb = "has no default" if len(missing) == 1 else "have no defaults"
        return value, Problem("unset-variable", f"{names} {verb} before the first FROM")

    def _resolve(self, source: _Source) -> Usage | None:
        word, text = source.word, source.word.text
        problem = None
        index = _index(text) if source.role == "copy-source" else None
        number = self._names.get(text.lower()) if index is None else index
        if "$" in text:
            message = "BuildKit fills in no variable here; give the image a stage of its own (FROM … AS name)"
            problem = Problem("unknown-stage", message)
        elif number is not None and 0 <= number < len(self.stages):
            self._links.append(StageLink(word.span, number))
            return None
        elif index is not None:
            count = len(self.stages)
            has = "one stage, number 0" if count == 1 else f"{count} stages, 0 to {count - 1}"
            problem = Problem("unknown-stage", f"there is no stage {index}: the file has {has}")
        elif text == SCRATCH:
            return None
        stage = self.stages[source.stage]
        where = (stage.number, stage.name, None, source.instruction)
        return _usage(self.text, source.role, word.span, text, (Piece(text, word.at),), problem, where)


def _index(text: str) -> int | None:
    """The number that Go's strconv.Atoi reads; None where it reads none."""
    match = _INDEX.fullmatch(text)
    if match is None or not text.isascii():
        return None
    return -int(match[1]) if text[0] == "-" else int(match[1])


def _usage(
    text: str,
    role: Role,
    span: Span,
    expanded: str | None,
    pieces: Iterable[Piece],
    problem: Problem | None,
    where: tuple[int | None, str | None, str | None, Span],
) -> Usage:
    written = text[span.start : span.end]
    segments: tuple[Segment, ...] = ()
    if written != expanded:
        segments = _segments(pieces)
    reference: Reference | None = None
    if problem is None and expanded is not None:
        try:
            reference = parse(expanded)
        except InvalidReference as error:
            wrong = _place(error.span, segments, span)
            problem = Problem("invalid-reference", error.message, wrong)
            if _FILLED_IN.search(expanded):
                problem = Problem("template", "another program fills in part of this reference")
    stage, stage_name, platform, instruction = where
    return Usage(role, span, written, expanded, reference, problem, segments, stage, stage_name, platform, instruction)


def _segments(pieces: Iterable[Piece]) -> tuple[Segment, ...]:
    found: list[Segment] = []
    for piece in pieces:
        if piece.missing:
            continue
        if piece.at is None:
            found.append(Segment(piece.text, None, True, piece.name))
        elif not piece.exact:
            span = Span(piece.at[0], piece.at[-1] + 1) if piece.at else None
            found.append(Segment(piece.text, span, False, piece.name))
        else:
            _add_runs(found, piece.text, piece.at, piece.name)
    return tuple(found)


def _add_runs(found: list[Segment], text: str, at: Sequence[int], name: str | None) -> None:
    """Add a segment for each run of characters that stand side by side."""
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and at[end] == at[end - 1] + 1:
            continue
        value, span = text[start:end], Span(at[start], at[end - 1] + 1)
        last = found[-1] if found else None
        if last and last.verbatim and last.name == name and last.span and last.span.end == span.start:
            found[-1] = Segment(last.value + value, Span(last.span.start, span.end), True, name)
        else:
            found.append(Segment(value, span, True, name))
        start = end


def _place(wrong: Span, segments: tuple[Segment, ...], usage: Span) -> Span | None:
    """Where in the file a part of the expanded value stands, if it stands in one stretch of the usage itself."""
    if not segments:
        return Span(usage.start + wrong.start, usage.start + wrong.end)
    at = 0
    for segment in segments:
        if segment.span and segment.verbatim and segment.name is None and at <= wrong.start < at + len(segment.value):
            start = segment.span.start + wrong.start - at
            return Span(start, min(start + wrong.end - wrong.start, segment.span.end))
        at += len(segment.value)
    return None
