"""The rows of `moorage references`: what is said of each usage, and which of them are wanted."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from fnmatch import translate
from typing import NamedTuple, cast

from moorage.documents.usage import Document, Notice, Problem, Usage
from moorage.errors import UsageError
from moorage.reference import InvalidReference, Reference, parse
from moorage.text import LineIndex

FIELDS = (
    "file", "format", "role", "line", "column", "end_line", "end_column", "stage", "stage_name", "platform",
    "written", "expanded", "values", "registry", "repository", "tag", "digest", "editable", "built_by", "problem",
)  # fmt: skip
GROUPS = ("repository", "tag", "file")

Row = dict[str, object]
Wanted = Callable[[Row], bool]

_SURROGATES = re.compile("[\ud800-\udfff]")
_CONDITION = re.compile(r"(?P<field>[a-z_]+)(?P<operator>!=|=)(?P<glob>.*)", re.DOTALL)
_NO = "no-"


class Remark(NamedTuple):
    """What kept a file from being read in full; `line` is None where it is about the whole file."""

    file: str
    line: int | None
    message: str


def rows(document: Document) -> Iterator[Row]:
    """One row for each place, its keys as in `FIELDS`.

    A place has a problem where a run chooses its value: then it has no value of its own, but those that it may have.
    What services or targets own has all its values, a row each.
    """
    if not document.usages:
        return
    position = _index(document).position
    chosen: set[int] = set()
    for usage in document.usages:
        editable = usage.editable
        if usage.choices and not usage.owners:
            if usage.span.start in chosen:
                continue
            chosen.add(usage.span.start)
            usage = _without_choice(usage)
        line, column = position(usage.span.start)
        end_line, end_column = position(usage.span.end)
        reference = usage.reference or _readable(usage)
        problem = usage.problem
        row: Row = {
            "file": document.path,
            "format": document.format,
            "role": usage.role,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
            "stage": usage.stage,
            "stage_name": usage.stage_name,
            "platform": usage.platform,
            "written": usage.written,
            "expanded": usage.expanded,
            "values": list(usage.choices),
            "registry": None,
            "repository": None,
            "tag": None,
            "digest": None,
            "editable": editable,
            "built_by": usage.built_by,
            "problem": None if problem is None else {"code": problem.code, "message": problem.message},
        }
        if reference is not None:
            _, row["registry"], row["repository"], row["tag"], row["digest"], _ = reference
        yield row


def remarks(document: Document) -> Iterator[Remark]:
    """The document's notices, each with its line."""
    if document.notices:
        index = _index(document)
        for notice in document.notices:
            yield Remark(document.path, _line(index, notice), notice.message)


def printable(text: str) -> str:
    """`text` with bytes that were no UTF-8 as U+FFFD."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def filters(repositories: Iterable[str], conditions: Iterable[str]) -> list[Wanted]:
    """What a row must meet to be listed; raises `UsageError` for a condition that says nothing."""
    wanted = [_condition(condition) for condition in conditions]
    globs = [re.compile(translate(glob)).match for glob in repositories]
    if globs:
        wanted.append(lambda row: any(glob(name) for glob in globs for name in _names(row)))
    return wanted


def group_key(row: Row, group: str) -> str | None:
    """What a row is grouped by: the familiar name of its repository, its tag or its file."""
    if group != "repository":
        return row[group]  # type: ignore[return-value]
    return next(_names(row), None)


def _index(document: Document) -> LineIndex:
    """BuildKit ends lines at `\\n` only; YAML and editors do at more."""
    return LineIndex(document.text, "lf" if document.format == "dockerfile" else "editor")


def _line(index: LineIndex, notice: Notice) -> int | None:
    return None if notice.span is None else index.line_of(notice.span.start) + 1


def _readable(usage: Usage) -> Reference | None:
    """What `expanded` says in spite of a problem: with an unset variable left out it often is a reference still."""
    if usage.expanded is None or (usage.problem is not None and usage.problem.code != "unset-variable"):
        return None
    try:
        return parse(usage.expanded)
    except InvalidReference:
        return None


def _without_choice(usage: Usage) -> Usage:
    """The place of a usage whose value a run chooses."""
    names = " and ".join(dict.fromkeys(s.name for s in usage.segments if s.name is not None))
    problem = Problem("variable", f"this reference takes its value from {names}")
    return usage._replace(expanded=None, reference=None, problem=problem, segments=())


def _names(row: Row) -> Iterator[str]:
    """The names by which a repository can be asked for, the familiar one first; of every value where there are more."""
    registry, repository = row["registry"], row["repository"]
    if isinstance(registry, str) and isinstance(repository, str):
        yield from _names_of(parse(f"{registry}/{repository}"))
    for value in cast("list[str]", row["values"]):
        with suppress(InvalidReference):
            yield from _names_of(parse(value))


def _names_of(reference: Reference) -> Iterator[str]:
    yield reference.familiar_name
    yield reference.name
    yield reference.repository


def _condition(text: str) -> Wanted:
    """`FIELD=GLOB`, `FIELD!=GLOB`, `FIELD` (there is one) or `no-FIELD` (there is none)."""
    match = _CONDITION.fullmatch(text)
    name = match["field"] if match else text.removeprefix(_NO)
    if name not in FIELDS:
        raise UsageError(f"--where {text!r}: there is no field {name!r} (there are: {', '.join(FIELDS)})")
    if match is None:
        absent = text.startswith(_NO)
        return lambda row: (row[name] in (None, False, [])) == absent
    glob, equal = re.compile(translate(match["glob"])).match, match["operator"] == "="
    return lambda row: any(glob(text) is not None for text in _texts(row[name])) == equal


def _texts(value: object) -> list[str]:
    """The texts that a condition is held against: each one of a list."""
    if isinstance(value, list):
        return cast("list[str]", value) or [""]
    return [_text(value)]


def _text(value: object) -> str:
    """A field as a condition sees it: the code of a problem, nothing for what is absent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return str(value["code"])  # type: ignore[index]
    return str(value)
