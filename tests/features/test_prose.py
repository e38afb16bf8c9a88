"""Text from elsewhere is shown, never obeyed (the hostile cases are those that editors have fallen for)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.features.prose import Code, Strong, clean, escape, prose

HOSTILE = [
    "[x](command:workbench.action.terminal.new)",
    "![](https://evil.example/pixel.png)",
    "<img src=https://evil.example/pixel.png>",
    "<a href='command:x'>x</a>",
    "https://evil.example",
    "www.evil.example",
    "me@evil.example",
    "**bold** _it_ ~~x~~ `code`",
    "| a | b |",
    "&lt;b&gt; &#35;",
    "[x]: command:y",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_every_sign_that_means_something_is_escaped(text):
    bare = re.sub(r"\\.", "", escape(text))
    assert not re.search(r"[\[\]<>`*_~|&@!]|://|www\.", bare)
    assert re.sub(r"\\(.)", r"\1", escape(text)) == text


@pytest.mark.parametrize("text", ["# head", "- item", "+ item", "1. one", "12) two", "=====", "  - item", "> quote"])
def test_no_line_begins_a_block(text):
    assert re.match(r"\s*(\\|\d+\\)", escape(text))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\nc", "a b c"),
        ("\x1b]0;pwn\x07", " ]0;pwn "),
        ("user\u202etxt.exe", "user txt.exe"),
        ("a\u200bb\u2066c\u2028d", "a b c d"),
        ("\udc80", " "),
        ("x" * 501, "x" * 500 + "…"),
    ],
)
def test_what_a_screen_would_act_on_is_a_blank(text, shown):
    assert clean(text) == shown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [("3.12", "`3.12`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("``", "``` `` ```"), ("\n", ""), ("", "")],
)
def test_a_code_span_cannot_be_left(text, markdown):
    assert prose([[("x ", Code(text))]]).markdown() == "x " + markdown


def test_blocks_and_lines():
    text = prose([[(Strong("a"),), ("b",), ()], [], [("c ", Code("d"))]])
    assert text.markdown() == "**a**  \nb\n\nc `d`"
    assert text.plain() == "a\nb\n\nc d"


@given(st.text(max_size=80))
def test_whatever_comes_stays_one_line(text):
    written = prose([[(text, Code(text), Strong(text))]])
    assert "\n" not in written.markdown()
    assert "\n" not in written.plain()
