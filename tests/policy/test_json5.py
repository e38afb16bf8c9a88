"""JSON with what people add to it."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.policy.json5 import JsonError, read


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, true, null, "x"]}', {"a": ("1", "true", None, "x")}),
        ("{a: 'it''s',}".replace("''", "\\'"), {"a": "it's"}),
        ("// head\n{ /* in\nside */ \"a\": 'b', // tail\n}\n", {"a": "b"}),
        ("[\"a\\u00e9\\n\\/\", '\\x']", ("aé\n/", "x")),
        ('{"url": "https://x//y", "glob": "**/*.yml"}', {"url": "https://x//y", "glob": "**/*.yml"}),
        ("[]", ()),
        ("{}", {}),
        ("-1.5e3", "-1.5e3"),
    ],
)
def test_what_it_says(text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1: a value is missing"),
        ("{\n'a' 1}", "line 2: a colon is missing"),
        ("[1 2]", "a comma or ']' is missing"),
        ("{} x", "something follows the end"),
        ("{,}", "a key is missing"),
        ('"open', "this is no JSON"),
        ("/* open", "this is no JSON"),
        ("[" * 1000, "nested more than 60 deep"),
        ("{" + " " * 20_000 + "/}", "this is no JSON"),
    ],
)
def test_what_is_wrong(text, says):
    with pytest.raises(JsonError) as caught:
        read(text)
    assert says in str(caught.value)


PLAIN = st.recursive(st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner))


def tuples(value):
    if isinstance(value, list):
        return tuple(tuples(item) for item in value)
    return {key: tuples(item) for key, item in value.items()} if isinstance(value, dict) else value


@settings(max_examples=200, deadline=None)
@given(PLAIN, st.booleans())
def test_all_json_is_read(value, ascii_only):
    assert read(json.dumps(value, ensure_ascii=ascii_only)) == tuples(value)


@settings(max_examples=300, deadline=None)
@given(st.text("{}[]:,\"'/*\\ \na1", max_size=30))
def test_no_text_does_more_than_be_refused(text):
    try:
        read(text)
    except JsonError as error:
        assert str(error).startswith("line ")
