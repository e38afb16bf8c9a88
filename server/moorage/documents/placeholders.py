"""Placeholders in a value, such as `$(tag)` or `<< parameters.tag >>`, filled in from literals of the same file."""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.usage import Problem
from moorage.documents.yaml.nodes import Node, Scalar
from moorage.documents.yaml.scalars import one_line
from moorage.documents.yaml.values import Layout, Row, joined

Environment = Mapping[str, Row]
"""The value of each variable that has a literal one, by the name that `Placeholders.name_of` gives."""


class Placeholders(NamedTuple):
    """How a format writes placeholders. `name_of` gives the variable's name, None for any other expression."""

    pattern: re.Pattern[str]
    name_of: Callable[[re.Match[str]], str | None]


def _braced_name(match: re.Match[str]) -> str | None:
    return match[1]


BRACED = Placeholders(re.compile(r"(?<!\$)\$\{([^{}]*)\}"), _braced_name)
"""`${NAME}`; what follows a name in the braces is never known."""


class Filled(NamedTuple):
    """A value with its placeholders filled in; with a problem it is not known."""

    row: Row
    problem: Problem | None = None


class _Unknown(Exception):
    """A placeholder whose value does not stand in the file."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def literal(node: Node | None, text: str, name: str) -> Row:
    """The value of a variable, its pieces bearing the variable's name; empty where it says nothing."""
    if not isinstance(node, Scalar) or node.is_null:
        return ()
    return tuple(s._replace(name=name) for s in one_line(node, text))


def names_in(value: str, placeholders: Placeholders) -> frozenset[str]:
    """The variables that a value names."""
    matches = placeholders.pattern.finditer(value, 0, limits.VALUE_LENGTH)
    return frozenset(name for match in matches if (name := placeholders.name_of(match)) is not None)


def fill(row: Row, placeholders: Placeholders, environment: Environment) -> Filled:
    """`row` with its placeholders filled in. Never raises."""
    if sum(len(s.value) for s in row) > limits.VALUE_LENGTH or not placeholders.pattern.search(joined(row)):
        return Filled(row)
    filler = _Filler(placeholders, environment)
    try:
        filler.take(row, 0)
    except _Unknown as unknown:
        return Filled(row, unknown.problem)
    return Filled(tuple(filler.row))


class _Filler:
    """Puts a value together. Every definition adds a piece or stops it, so that the cap on pieces bounds its work."""

    def __init__(self, placeholders: Placeholders, environment: Environment) -> None:
        self._placeholders = placeholders
        self._environment = environment
        self.row: Row = ()

    def take(self, row: Row, depth: int) -> None:
        """Add `row`, what it refers to filled in."""
        if depth > limits.DEFINITION_DEPTH:
            raise _Unknown(Problem("variable", "the variables of this reference refer to one another without end"))
        if sum(len(s.value) for s in row) > limits.VALUE_LENGTH:
            raise _Unknown(Problem("variable", "a variable of this reference is too long for a name"))
        value, layout, at = joined(row), Layout(row), 0
        for match in self._placeholders.pattern.finditer(value):
            self._add(layout.cut(at, match.start()))
            self.take(self._value(match), depth + 1)
            at = match.end()
        self._add(layout.cut(at, len(value)))

    def _value(self, match: re.Match[str]) -> Row:
        name = self._placeholders.name_of(match)
        if name is None:
            raise _Unknown(Problem("template", "an expression makes this reference when the pipeline runs"))
        row = self._environment.get(name, ())
        if not any(s.value for s in row):
            raise _Unknown(Problem("variable", f"this reference takes its value from {match[0]}"))
        return row

    def _add(self, row: Row) -> None:
        self.row += row
        if len(self.row) > limits.VALUE_PIECES:
            raise _Unknown(Problem("variable", f"this reference is made of more than {limits.VALUE_PIECES} pieces"))
