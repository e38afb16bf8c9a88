"""Offsets, lines, units of three encodings, and edits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.text import Edit, LineIndex, Span, apply_edits, merge_edits, units

MIXED = "a\r\nß\U0001f600x\rc\n\nend"


def test_editors_end_lines_in_three_ways_and_builders_in_one():
    assert [LineIndex(MIXED).line_text(i) for i in range(5)] == ["a", "ß\U0001f600x", "c", "", "end"]
    assert len(LineIndex(MIXED, "lf").starts) == 4


@pytest.mark.parametrize("char", ["\f", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"])
def test_other_separators_end_no_line(char):
    assert LineIndex(f"a{char}b\nc").position(4) == (2, 1)


@pytest.mark.parametrize(("encoding", "column"), [("utf-32", 2), ("utf-16", 3), ("utf-8", 6)])
def test_columns_count_units_of_the_encoding(encoding, column):
    index = LineIndex(MIXED)
    offset = MIXED.index("x")
    assert index.to_units(offset, encoding) == (1, column)
    assert index.from_units(1, column, encoding) == offset


@pytest.mark.parametrize(
    ("line", "column", "gives"),
    [(-1, 0, 0), (0, 99, 1), (1, -5, 3), (99, 0, len(MIXED)), (1, 2, 4)],
)
def test_positions_outside_the_text_are_moved_to_its_edge(line, column, gives):
    assert LineIndex(MIXED).from_units(line, column, "utf-16") == gives


@given(st.text(alphabet="a\r\n\u2028ß\U0001f600", max_size=30), st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_every_offset_survives_the_way_to_an_editor_and_back(text, encoding):
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        inside = text[offset - 1 : offset] == "\r" and text[offset : offset + 1] == "\n"
        line, column = index.to_units(offset, encoding)
        back = index.from_units(line, column, encoding)
        assert back == (offset - 1 if inside else offset)
        assert index.offset(*index.position(offset)) == back


def test_edits_are_applied_together_and_repeats_count_once():
    edit = Edit(Span(3, 5), "FROM")
    assert apply_edits("ab cd e", [edit, Edit(Span(0, 2), "x"), edit]) == "x FROM e"
    assert merge_edits([edit, Edit(Span(3, 5), "other")]) is None
    assert merge_edits([Edit(Span(0, 3), ""), Edit(Span(2, 4), "")]) is None
    with pytest.raises(ValueError, match="overlap"):
        apply_edits("abcd", [Edit(Span(0, 3), ""), Edit(Span(2, 4), "")])


def test_units():
    assert [units("ß\U0001f600", e) for e in ("utf-8", "utf-16", "utf-32")] == [6, 3, 2]
