"""Flow collections and JSON, whole and half typed."""

import pytest

from moorage.documents.yaml.flow import read_flow
from support.trees import plain, shown


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("{a: b, c: [d, e]}", [("a", "b"), ("c", ["d", "e"])]),
        ('{"a": "b", "c": null}', [("a", "b"), ("c", "null")]),
        ('{"a":"b"}', [("a", "b")]),
        ('{\n  // one\n  "a": 1, /* two */\n  "b": 2,\n}', [("a", "1"), ("b", "2")]),
        ('{"a": "x // y", "b": "/* z */"}', [("a", "x // y"), ("b", "/* z */")]),
        ("{\"a\": \"\\u0041\\n\\\"\", 'b': 'it''s'}", [("a", 'A\n"'), ("b", "it's")]),
        ("[python:3.12, http://a:80/b]", ["python:3.12", "http://a:80/b"]),
        ("[a: b, c]", [[("a", "b")], "c"]),
        ("{a, b: , c: d}", [("a", ""), ("b", ""), ("c", "d")]),
        ("[a b  c , d] # e", ["a b  c", "d"]),
        ("{}", []),
        ("  'a'", "a"),
        ("", None),
        # half typed
        ('{"a": "b\n"c": "d"}', [("a", "b"), ("c", "d")]),
        ('{"a": "b" "c": "d"}', [("a", "b"), ("c", "d")]),
        ('{"a": {"b": "c", "d": "e"', [("a", [("b", "c"), ("d", "e")])]),
        ('{"a": ["b", "c": "d"}', [("a", ["b", [("c", "d")]])]),
        ('{"a": "b"]}', [("a", "b")]),
        ('{"im\n"a": "b"}', [("im", ""), ("a", "b")]),
    ],
)
def test_values(text, read):
    assert plain(read_flow(text)) == read


def test_places():
    text = """{"a": 'b', c: [d e, "f]}"""
    assert shown(read_flow(text), text) == [('"a"', "'b'"), ("c", ["d e", "f]}"])]


def test_deep_nesting_is_read_to_a_depth():
    assert read_flow("[" * 5000 + "]" * 5000) is not None
