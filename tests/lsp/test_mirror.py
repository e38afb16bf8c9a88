"""Open documents as the client has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from moorage.lsp.mirror import opened
from moorage.text import Edit, LineIndex, Span, apply_edits

ENCODINGS = ("utf-8", "utf-16", "utf-32")


def mirror(text, encoding="utf-16"):
    return opened(lsp.TextDocumentItem("file:///w/Dockerfile", "dockerfile", 1, text), encoding)


def whole(text):
    return lsp.TextDocumentContentChangeWholeDocument(text)


def part(start, end, text):
    return lsp.TextDocumentContentChangePartial(lsp.Range(lsp.Position(*start), lsp.Position(*end)), text)


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_the_protocol_s_line_ends_end_a_line(separator):
    text = f"# a{separator}b\nFROM python\n"
    assert mirror(text).changed(2, [part((1, 5), (1, 11), "node")]).text == f"# a{separator}b\nFROM node\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_each_of_the_protocol_s_line_ends(end):
    text = f"FROM a{end}FROM b{end}"
    changed = mirror(text).changed(2, [part((1, 5), (1, 6), "c")])
    assert changed.text == f"FROM a{end}FROM c{end}"
    assert mirror(text).range(Span(len(text), len(text))).start == lsp.Position(2, 0)


@pytest.mark.parametrize(("encoding", "character"), [("utf-8", 10), ("utf-16", 7), ("utf-32", 6)])
def test_columns_count_in_the_encoding_that_was_agreed(encoding, character):
    assert mirror("# 🐍 é x\n", encoding).offset(lsp.Position(0, character)) == 6


def test_a_full_text_and_a_range_in_one_change():
    changed = mirror("old\n").changed(2, [whole("FROM a\nFROM b\n"), part((1, 5), (1, 6), "c")])
    assert changed.text == "FROM a\nFROM c\n"
    changed = mirror("FROM a\n").changed(3, [part((0, 5), (0, 6), "b"), whole("x"), part((0, 1), (0, 1), "y")])
    assert (changed.text, changed.version) == ("xy", 3)


def test_later_ranges_of_a_change_speak_of_the_text_that_the_earlier_ones_left():
    changed = mirror("ab\n").changed(2, [part((0, 0), (0, 0), "x\n"), part((1, 1), (1, 2), "")])
    assert changed.text == "x\na\n"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [((0, 99), (0, 99), "ab!\ncd"), ((9, 0), (9, 9), "ab\ncd!"), ((1, 1), (0, 1), "ab\nc!d")],
)
def test_positions_outside_the_text_are_moved_into_it(start, end, text):
    assert mirror("ab\ncd").changed(2, [part(start, end, "!")]).text == text


def test_a_byte_order_mark_is_no_character_of_the_content_but_one_of_the_client():
    document = mirror("\ufeffFROM a\n")
    assert document.content == "FROM a\n"
    assert document.range(Span(5, 6)) == lsp.Range(lsp.Position(0, 6), lsp.Position(0, 7))
    assert document.offset(lsp.Position(0, 6)) == 5
    assert document.offset(lsp.Position(0, 0)) == 0


_TEXTS = st.text(st.sampled_from("ab\n\r\u2028\x0cé🐍\ud800"), max_size=30)


@given(_TEXTS, st.sampled_from(ENCODINGS), st.data())
def test_positions_lead_back_to_their_offsets(text, encoding, data):
    document = mirror(text, encoding)
    offset = data.draw(st.integers(0, len(text)))
    back = document.offset(document.position(offset))
    # Between \r and \n there is no position: it is that before both.
    assert back == offset or (text[offset - 1 : offset + 1] == "\r\n" and back == offset - 1)


@given(_TEXTS, st.sampled_from(ENCODINGS), st.data())
def test_changes_do_what_a_client_of_any_encoding_does(text, encoding, data):
    document = mirror(text, encoding)
    for version in range(2, 5):
        text = document.text
        ends = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
        new = data.draw(_TEXTS)
        index = LineIndex(text)
        start, end = (index.from_units(*index.to_units(at, encoding), encoding) for at in ends)
        first, last = (lsp.Position(*index.to_units(at, encoding)) for at in (start, end))
        change = lsp.TextDocumentContentChangePartial(lsp.Range(first, last), new)
        document = document.changed(version, [change])
        assert document.text == apply_edits(text, [Edit(Span(start, end), new)])
