"""Edits that are made one after the other can be made at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.text import Edit, Span, apply_edits, compose


@st.composite
def edits_of(draw: st.DrawFn, length: int) -> list[Edit]:
    """Some edits of a text of this length that do not overlap."""
    ends = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
    words = draw(st.lists(st.text("xyz", max_size=3), min_size=len(ends) // 2, max_size=len(ends) // 2))
    return [Edit(Span(*pair), new) for pair, new in zip(zip(ends[::2], ends[1::2], strict=False), words, strict=True)]


@given(st.data(), st.text("abc\n", max_size=20))
def test_the_composition_does_what_both_do(data: st.DataObject, text: str):
    first = data.draw(edits_of(len(text)))
    between = apply_edits(text, first)
    second = data.draw(edits_of(len(between)))
    assert apply_edits(text, compose(first, second, len(text))) == apply_edits(between, second)


@pytest.mark.parametrize(
    ("first", "second", "both"),
    [
        pytest.param([Edit(Span(7, 11), "3.13")], [], [Edit(Span(7, 11), "3.13")], id="nothing more"),
        pytest.param(
            [Edit(Span(7, 11), "3.13")],
            [Edit(Span(11, 11), "@sha256:1")],
            [Edit(Span(7, 11), "3.13@sha256:1")],
            id="update, then pin",
        ),
        pytest.param([Edit(Span(0, 0), "# one\n")], [Edit(Span(0, 6), "")], [], id="insert, then remove"),
    ],
)
def test_examples(first: list[Edit], second: list[Edit], both: list[Edit]):
    assert list(compose(first, second, len("python:3.12\n"))) == both
