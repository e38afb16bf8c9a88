"""Variables in a Compose file: `$NAME`, `${NAME:-default}` and their relatives, with the place of every character.

Source: the Compose Specification, "Interpolation". Variables are known from `.env` alone: what the shell holds when
Compose runs is not in the project.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.usage import Problem, Segment
from moorage.documents.yaml.values import Layout, Row, joined
from moorage.text import Span

Variables = Mapping[str, Segment]
"""Each variable's value, and where it is defined."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATOR = re.compile(r":?[-+?]")


class Unset(NamedTuple):
    """A variable without value: its name, and where in the result its value is missing."""

    name: str
    at: int


class Site(NamedTuple):
    """Where a variable stands: `span` in the text, and what stands for it from `start` to `end` of the result."""

    start: int
    end: int
    span: Span


class Interpolated(NamedTuple):
    """A value after interpolation. `problem` where Compose would refuse it; unset variables are empty."""

    row: Row
    unset: tuple[Unset, ...] = ()
    problem: Problem | None = None
    sites: tuple[Site, ...] = ()


class _Refused(Exception):
    """Compose would stop here; the message says why."""


def interpolate(row: Row, variables: Variables) -> Interpolated:
    """`row` with its variables filled in. Never raises."""
    value = joined(row)
    if "$" not in value:
        return Interpolated(row)
    reader = _Reader(row, value, variables)
    try:
        found, _ = reader.read(0, 0)
    except _Refused as refused:
        return Interpolated((), (), Problem("expansion", str(refused)))
    if sum(len(s.value) for s in found) > len(value) + limits.VALUE_LENGTH:
        message = f"variables add more than {limits.VALUE_LENGTH:,} characters"
        return Interpolated((), (), Problem("expansion", message))
    kept: list[Segment] = []
    unset: list[Unset] = []
    at = 0
    for segment in found:
        if segment.value:
            kept.append(segment)
        elif segment.name is not None and segment.name not in variables:
            unset.append(Unset(segment.name, at))
        at += len(segment.value)
    return Interpolated(tuple(kept), tuple(unset), sites=tuple(reader.sites))


class _Reader:
    def __init__(self, row: Row, value: str, variables: Variables) -> None:
        self.layout = Layout(row)
        self.value = value
        self.variables = variables
        self.sites: list[Site] = []

    def read(self, at: int, depth: int) -> tuple[list[Segment], int]:
        """The pieces from `at` to the end, or within braces to the closing one; and where they end."""
        if depth > limits.EXPANSION_DEPTH:
            raise _Refused(f"variables are nested deeper than {limits.EXPANSION_DEPTH}")
        found: list[Segment] = []
        length = 0
        stop = "$}" if depth else "$"
        while at < len(self.value):
            start = at
            while at < len(self.value) and self.value[at] not in stop:
                at += 1
            found += self.layout.cut(start, at)
            length += at - start
            if at == len(self.value) or self.value[at] == "}":
                break
            start = at
            pieces, at = self.variable(at, depth)
            found += pieces
            if not depth:
                length = self.note(start, at, length, pieces)
        return found, at

    def note(self, start: int, end: int, length: int, pieces: list[Segment]) -> int:
        """Remember what stands for the variable from `start` to `end`; returns the length of the result so far."""
        longer = length + sum(len(piece.value) for piece in pieces)
        spans = [p.span for p in self.layout.cut(start, end) if p.span is not None and p.document is None]
        if spans:
            self.sites.append(Site(length, longer, Span(spans[0].start, spans[-1].end)))
        return longer

    def variable(self, at: int, depth: int) -> tuple[list[Segment], int]:
        """What stands at a `$`, and where it ends."""
        following = self.value[at + 1 : at + 2]
        if following == "$":
            return [s._replace(value="$") for s in self.layout.cut(at, at + 2)[:1]], at + 2
        if following == "{":
            return self.braces(at, depth)
        name = _NAME.match(self.value, at + 1)
        if name is None:
            raise _Refused("'$' is followed by no variable; a dollar sign itself is written '$$'")
        return [self.known(name[0], at, name.end())], name.end()

    def braces(self, at: int, depth: int) -> tuple[list[Segment], int]:
        name = _NAME.match(self.value, at + 2)
        if name is None:
            raise _Refused("'${' is followed by no variable")
        operator = _OPERATOR.match(self.value, name.end())
        after = operator.end() if operator else name.end()
        other, end = self.read(after, depth + 1) if operator else ([], after)
        if self.value[end : end + 1] != "}":
            raise _Refused(f"'${{{name[0]}' is not closed")
        known = self.known(name[0], at, end + 1)
        is_set = name[0] in self.variables and (known.value != "" or operator is None or operator[0][0] != ":")
        mark = operator[0][-1] if operator else ""
        if mark == "+":
            return (_named(other, name[0]) if is_set else []), end + 1
        if is_set or not mark:
            return [known], end + 1
        if mark == "?":
            raise _Refused(f"{name[0]} must be set" + (": " + joined(tuple(other)) if other else ""))
        return _named(other, name[0]), end + 1

    def known(self, name: str, start: int, end: int) -> Segment:
        """The value of a variable; where it has none, an empty piece that bears its name."""
        definition = self.variables.get(name)
        if definition is not None:
            return definition
        parts = self.layout.cut(start, end)
        return Segment("", parts[0].span if parts else None, verbatim=False, name=name)


def _named(pieces: list[Segment], name: str) -> list[Segment]:
    """Pieces of a default bear the variable's name, unless they come from another one."""
    return [p if p.name is not None else p._replace(name=name) for p in pieces]
