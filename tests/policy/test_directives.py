"""Comments that speak to Moorage: what they say, and what is said about those that cannot be understood."""

from datetime import date

import pytest

from moorage.documents.usage import Comment
from moorage.policy import read_directive
from moorage.text import Span

RULES = frozenset({"outdated", "no-tag", "no-digest"})


def read(text):
    line = "# moorage: " + text
    return line, read_directive(Comment(Span(0, len(line)), Span(11, len(line)), text, None), RULES)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("range=^3.12", {"range": "^3.12"}),
        ("range=>=3.12 <4", {"range": ">=3.12 <4"}),
        ("range=>=3.12 <4 pin=off", {"range": ">=3.12 <4", "pin": "off"}),
        ("range='1 || 2', pin=required", {"range": "1 || 2", "pin": "required"}),
        ("range = 3.x ; update=minor", {"range": "3.x", "update": "minor"}),
        ("prerelease=true min-age=2w", {"prerelease": True, "min-age": 14}),
    ],
)
def test_settings(text, values):
    _, directive = read(text)
    assert (directive.values, directive.errors) == (values, ())


@pytest.mark.parametrize(
    ("text", "ignore", "ignore_file"),
    [
        ("ignore[outdated]", {"outdated"}, set()),
        ("ignore[outdated, no-tag]", {"outdated", "no-tag"}, set()),
        ("ignore", {"*"}, set()),
        ("ignore[outdated] ignore[no-tag]", {"outdated", "no-tag"}, set()),
        ("ignore-file[no-digest]", set(), {"no-digest"}),
        ("ignore-file", set(), {"*"}),
        ("ignore[outdated] pin=off until=2027-01-01", {"outdated"}, set()),
    ],
)
def test_ignoring(text, ignore, ignore_file):
    _, directive = read(text)
    assert (directive.ignore, directive.ignore_file, directive.errors) == (ignore, ignore_file, ())


def test_a_directive_counts_through_its_last_day():
    _, directive = read("ignore[outdated] until=2027-01-01")
    assert not directive.expired(date(2027, 1, 1))
    assert directive.expired(date(2027, 1, 2))


@pytest.mark.parametrize(
    ("text", "at", "says"),
    [
        ("ignore[outdatd]", "outdatd", "did you mean 'outdated'?"),
        ("ignore-fle[outdated]", "ignore-fle", "did you mean 'ignore-file'?"),
        ("rnage=^3", "rnage", "did you mean 'range'?"),
        ("range=^3 pn=off", "pn", "did you mean 'pin'?"),
        ("range=^^3", "^^3", "range"),
        ("pin=maybe", "maybe", "off, wanted, required"),
        ("until=soon", "soon", "2027-01-31"),
        ("", "", "says nothing"),
    ],
)
def test_mistakes_are_named_where_they_stand(text, at, says):
    line, directive = read(text)
    (error,) = directive.errors
    assert says in error.message
    assert error.span.of(line) == at


def test_what_is_right_counts_beside_what_is_wrong():
    _, directive = read("ignore[outdated, nothing] pin=maybe")
    assert directive.ignore == {"outdated"}
    assert len(directive.errors) == 2
    _, directive = read("range=^3.12 || 4.x foo=1 min-age=3d")
    assert directive.values == {"range": "^3.12 || 4.x", "min-age": 3}
    assert len(directive.errors) == 1
