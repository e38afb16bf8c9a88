"""Ranges mean what node-semver 7.7.2 says they mean."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from moorage.errors import MoorageError
from moorage.versions import RangeError, parse_range
from shared import shared


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("", "*"),
        ("*", "*"),
        ("||", "*"),
        ("3.12", ">=3.12.0 <3.13.0-0"),
        ("^1.2.3", ">=1.2.3 <2.0.0-0"),
        ("^0.2.3", ">=0.2.3 <0.3.0-0"),
        ("^0.0.3", ">=0.0.3 <0.0.4-0"),
        ("^0.0", "<0.1.0-0"),
        ("^0.0.0", "<0.0.1-0"),
        ("^1.2.3-rc.1", ">=1.2.3-rc.1 <2.0.0-0"),
        ("~1.2.3", ">=1.2.3 <1.3.0-0"),
        ("~>1", ">=1.0.0 <2.0.0-0"),
        ("~ > 1", ">=1.0.0 <2.0.0-0"),
        (">1", ">=2.0.0"),
        (">1.2", ">=1.3.0"),
        ("<=1.2", "<1.3.0-0"),
        (">=0", "*"),
        (">= 1.2.3", ">=1.2.3"),
        ("=v1.2.3", "1.2.3"),
        ("==1.2", ">=1.2.0 <1.3.0-0"),
        ("1.2.3*", "1.2.3"),
        ("1 - 2", ">=1.0.0 <3.0.0-0"),
        ("1.2.3 - 2.3.4", ">=1.2.3 <=2.3.4"),
        ("1.x - x", ">=1.0.0"),
        (">x", "<0.0.0-0"),
        (">x || 1", ">=1.0.0 <2.0.0-0"),
        ("* || 1", "*"),
        ("1.2.3+build.5 || 2", "1.2.3||>=2.0.0 <3.0.0-0"),
        ("\u00a01.2.3\t", "1.2.3"),
    ],
)
def test_reads_as(text, normal):
    assert str(parse_range(text)) == normal


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("^", 0, "'^' at character 1 has no version behind it"),
        ("1.2.3 >=", 6, "'>=' at character 7 has no version behind it"),
        ("^1.2.3 and <2", 7, "'and' at character 8 is no version or comparison of a range"),
        ("1 || latest", 5, "'latest' at character 6 is no version or comparison of a range"),
        ("1.2.3.4", 0, "'1.2.3.4' at character 1 is no version or comparison of a range"),
        ("01.2.3", 0, "'01.2.3' at character 1 is no version or comparison of a range"),
        ("^1 ||| 2", 5, "'|' at character 6 is no version or comparison of a range"),
        ("==1.2.3", 0, "'==1.2.3' at character 1 is no version or comparison of a range"),
        ("=1.2.3 - 2", 0, "'=1.2.3 - 2' holds no two versions that a hyphen could join"),
        ("^9007199254740991", 0, "'^9007199254740991' at character 1 is no version or comparison of a range"),
        ("1" * 2049, 2048, "a range is no longer than 2,048 characters"),
    ],
)
def test_says_where_a_range_goes_wrong(text, position, message):
    with pytest.raises(RangeError) as caught:
        parse_range(text)
    assert (caught.value.position, str(caught.value)) == (position, message)
    assert isinstance(caught.value, MoorageError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("text", "version", "allowed", "with_prereleases"),
    [
        ("^1.2", "1.9.0", True, True),
        ("^1.2", "2.0.0", False, False),
        ("^1.2", "1.3.0-rc.1", False, True),
        ("^1.2", "2.0.0-rc.1", False, False),
        (">=1.2.3-rc.1", "1.2.3-rc.2", True, True),
        (">=1.2.3-rc.1", "1.2.4-rc.2", False, True),
        ("* || 2.0.0-rc.1", "2.0.0-rc.1", False, True),
        ("2.0.0-rc.1 || 1", "2.0.0-rc.1", True, True),
        (">=1.2.3-9", "1.2.3-10", True, True),
        (">=1.2.3-9", "1.2.3-rc", True, True),
        (">=1.2.3-rc.1", "1.2.3-rc", False, False),
        ("*", "v1.2.3", True, True),
        ("*", "1.2", False, False),
        ("*", "1.2.3.4", False, False),
        ("1.2.3", "1.2.3+build", True, True),
    ],
)
def test_allows(text, version, allowed, with_prereleases):
    wanted = parse_range(text)
    assert wanted.allows(version) is allowed
    assert wanted.allows(version, prereleases=True) is with_prereleases


def test_takes_versions_of_the_semver_package():
    assert parse_range("^1.2").allows(Version.parse("1.4.0"))
    assert not parse_range("^1.2").allows(Version.parse("1.4.0-rc.1"))


def test_agrees_with_node_semver():
    cases = json.loads(shared("vectors/semver_ranges_open.json").read_text())["cases"]
    assert len(cases) >= 600
    for case in cases:
        if not case["valid"]:
            with pytest.raises(RangeError):
                parse_range(case["range"])
            continue
        read = parse_range(case["range"])
        assert str(read) == case["normalised"]
        versions = [*case["satisfied"], *case["unsatisfied"]]
        assert [v for v in versions if read.allows(v)] == case["satisfied"], case["range"]
        allowed = {v for v in versions if read.allows(v, prereleases=True)}
        assert allowed == set(case["satisfied_with_prereleases"]), case["range"]


_pieces = st.sampled_from(
    [*"0129xX*v=<>~^-. |+", "10", ">=", "<=", "~>", "||", " - ", "-rc.1", "1.2.3", "\t", "\u00a0", "é", "9" * 17]
)


@given(st.lists(_pieces, max_size=12).map("".join) | st.text(max_size=40), st.sampled_from(["1.2.3", "0.0.0-0", "x"]))
def test_any_text_is_a_range_or_an_error_with_a_place(text, version):
    try:
        read = parse_range(text)
    except RangeError as error:
        assert 0 <= error.span.start <= error.span.end <= len(text)
        assert str(error)
    else:
        read.allows(version)
        again = parse_range(str(read))
        assert again.allows(version) == read.allows(version)


@pytest.mark.parametrize("text", ["v " * 1000, "<" * 2000, "1.2.3-" + "a." * 1000, "^ " * 1000, "- " * 1000])
def test_long_nonsense_ends(text):
    with pytest.raises(RangeError):
        parse_range(text)
