"""Other people's regular expressions: the same answers as Python's, and an end whatever they are."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.pattern import Pattern, PatternError, compiled, glob

VERSIONING = r"^(?<major>\d+)\.(?<minor>\d+)(\.(?<patch>\d+))?(-(?<compatibility>.*))?$"


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"^3\.12", "3.12.4", True),
        (r"^3\.12", "13.12.4", False),
        (r"\d+-alpine$", "22-alpine", True),
        (r"\d+-alpine$", "22-alpine3.20", False),
        (r"^[0-9.]+$", "3.12.4", True),
        (r"^[^-]+$", "3.12-slim", False),
        (r"^(?:v|release-)?\d{1,2}\.\d{2,}$", "release-3.12", True),
        (r"^(?:v|release-)?\d{1,2}\.\d{2,}$", "v3.1", False),
        (r"(?i)^ALPINE", "alpine", True),
        (r"(?i)^v\D+$", "Vxyz", True),
        (r"\bslim\b", "3.12-slim-bookworm", True),
        (r"\bslim\b", "3.12-slimmer", False),
        (r"a{2}", "xaax", True),
        (r"^a{2,}$", "a", False),
        (r"^(a|b)*?c$", "ababc", True),
        (r"", "anything", True),
        (r"[\w.-]+/api", "acme/api", True),
        (r"^\/x$", "/x", True),
        (r"x{,2}", "x{,2}", True),
    ],
)
def test_what_matches(pattern, text, matches):
    assert Pattern(pattern).matches(text) is matches


def test_groups_are_those_of_the_preferred_match():
    found = compiled(VERSIONING).search("3.12.4-slim-bookworm")
    assert found == {"major": "3", "minor": "12", "patch": "4", "compatibility": "slim-bookworm"}
    assert compiled(VERSIONING).search("3.12") == {"major": "3", "minor": "12"}
    assert compiled(VERSIONING).search("latest") is None


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        (r"(?!x)", "look-around"),
        (r"(?<=x)y", "look-around"),
        (r"(a)\1", r"\1 is not supported"),
        (r"\p{L}", r"\p is not supported"),
        (r"a++", "possessive"),
        (r"*a", "nothing to repeat"),
        (r"(a", "is not closed"),
        (r"a)", "closed that was not opened"),
        (r"[a", "set of characters is not closed"),
        (r"[z-a]", "wrong range"),
        (r"a{3,2}", "wrong counts"),
        ("a\\", "ends in a backslash"),
        ("a" * 2000, "longer than 500"),
        ("(" * 100 + ")" * 100, "nested more than"),
        ("(a{500}){500}", "too large"),
        ("a{9999}", "too large"),
    ],
)
def test_what_is_refused(pattern, says):
    with pytest.raises(PatternError) as caught:
        Pattern(pattern)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "pattern", [r"^(a+)+$", r"^(a|a)*$", r"^(a*)*b", r"(.*)(.*)(.*)(.*)(.*)(.*)x$", r"^(a?){60}a{60}$"]
)
def test_expressions_on_which_others_never_end(pattern):
    assert Pattern(pattern).matches("a" * 60 + "!") is False


PARTS = st.recursive(
    st.sampled_from(["a", "b", ".", r"\d", r"\w", "[ab]", "[^a]", "^", "$", "1", r"\b"]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "{2}", "{0,2}", "{1,}"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        inner.map(lambda part: f"({part})"),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(PARTS, st.text("ab1.-\n", max_size=8))
def test_it_agrees_with_the_standard_library(pattern, text):
    # Python's `$` also matches before a last line end; that of RE2 and JavaScript does not.
    assert Pattern(pattern).matches(text) is (re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None)


@settings(max_examples=300, deadline=None)
@given(st.text("()[]{}|*+?^$\\.,-abd<>P:=!i0129", max_size=30), st.text("ab-\\1", max_size=20))
def test_no_text_does_more_than_be_refused(pattern, text):
    try:
        Pattern(pattern).matches(text)
    except PatternError as error:
        assert str(error)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("python", "python", True),
        ("python", "pythons", False),
        ("ghcr.io/acme/*", "ghcr.io/acme/api", True),
        ("ghcr.io/acme/*", "ghcr.io/acme/team/api", False),
        ("ghcr.io/acme/**", "ghcr.io/acme/team/api", True),
        ("**/Dockerfile", "Dockerfile", True),
        ("**/Dockerfile", "a/b/Dockerfile", True),
        ("services/**", "services/a/Dockerfile", True),
        ("{python,node}", "node", True),
        ("pytho?", "Python", True),
        ("a.c", "abc", False),
        ("[x]", "[x]", True),
    ],
)
def test_globs(pattern, text, matches):
    assert glob(pattern).matches(text) is matches
