"""Patterns, against Python's own where both mean the same, and in time that does not explode."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.documents.hcl.patterns import Pattern
from moorage.documents.hcl.values import Failed, NotEvaluated

_atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\w", r"\.", "1", "(?:ab|b)", "(a|ab)", "(b)"])
_suffixes = st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{0,2}?"])
_patterns = st.lists(st.tuples(_atoms, _suffixes).map("".join), min_size=1, max_size=6).map("".join)


@given(_patterns, st.sampled_from(["", "^"]), st.sampled_from(["", "$"]), st.text("ab1. ", max_size=10))
def test_finds_what_python_finds(body, start, end, text):
    found = Pattern(start + body + end).search(text)
    wanted = re.search(start + body + (r"\Z" if end else ""), text, re.ASCII)
    if wanted is None:
        assert found is None
    else:
        assert (found.start, found.end) == wanted.span()
        assert found.groups == tuple(wanted.regs[1:])


@given(_patterns, st.text("ab1. ", max_size=10))
def test_all_matches_are_those_of_python(body, text):
    wanted = [m.span() for m in re.finditer(body, text, re.ASCII) if m.end() > m.start()]
    found = [(m.start, m.end) for m in Pattern(body).all(text) if m.end > m.start]
    assert found == wanted or re.search(body, "") is not None


@pytest.mark.parametrize("pattern", ["(a*)*b", "(a|aa)+$", "(a|a)*c", "(.*)*x"])
def test_patterns_that_make_others_explode(pattern):
    assert Pattern(pattern).search("a" * 2000 + "!") is None


@pytest.mark.parametrize("pattern", ["(", ")", "[a", "a\\", "*a", "[z-a]"])
def test_no_pattern(pattern):
    with pytest.raises(Failed):
        Pattern(pattern)


@pytest.mark.parametrize("pattern", ["(?i)a", "(?=a)", r"\pL", "[[:alpha:]]", "(a{999}){999}", "(" * 100 + ")" * 100])
def test_what_is_left_alone(pattern):
    with pytest.raises(NotEvaluated):
        Pattern(pattern)
