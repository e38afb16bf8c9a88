"""Documents that say themselves what they name.

Below the line where an image stands, a comment points at its characters and tells the rest:

    image: python:3.12
    #      ^^^^^^^^^^^ service
    image: ${BASE:-alpine:3.20}
    #      ^^^^^^^^^^^^^^^^^^^^ service = alpine:3.20
    image: <registry>/web
    #      ^^^^^^^^^^^^^^ service ! template

What follows `=` is the value where it is not what is written, what follows `!` the problem, `on` the platform.
"""

import re
from pathlib import Path

import pytest

from moorage.text import LineIndex

_NOTE = re.compile(
    r"[ \t]*(?:#|//)[ ]*(?P<mark>\^+) (?P<role>[\w-]+)"
    r"(?: = (?P<value>\S+))?(?: ! (?P<problem>[\w-]+))?(?: on (?P<platform>\S+))?"
)


def cases(folder):
    """The files of `tests/documents/cases/FOLDER`, as parameters."""
    files = sorted((Path(__file__).parents[1] / "documents" / "cases" / folder).iterdir())
    return [pytest.param(file, id=file.stem) for file in files]


def expected(text):
    """What the comments of a document say: line, column, characters, role, value, problem, platform."""
    lines = text.splitlines()
    above = ""
    number = 0
    for here, line in enumerate(lines, 1):
        note = _NOTE.fullmatch(line)
        if note is None:
            if line.strip():
                above, number = line, here
            continue
        start, end = note.span("mark")
        written = above[start:end]
        value = None if note["problem"] not in (None, "invalid-reference") else note["value"] or written
        yield (number, start + 1, written, note["role"], value, note["problem"], note["platform"])


def found(document):
    """What was read, in the same form."""
    index = LineIndex(document.text)
    for usage in document.usages:
        problem = None if usage.problem is None else usage.problem.code
        yield (*index.position(usage.span.start), usage.written, usage.role, usage.expanded, problem, usage.platform)


def both(reader, file):
    """What a case names according to `reader`, and according to its comments; the values of one place in any order."""
    text = file.read_text("utf-8")
    document = reader.read(file.name, text)
    return tuple(sorted(rows, key=lambda row: (*row[:2], row[4] or "")) for rows in (found(document), expected(text)))
