"""Text that is half typed, read line by line."""

import pytest

from moorage.documents.yaml.lines import read_lines
from moorage.documents.yaml.parse import parse
from support.trees import plain

VALID = [
    "a: b",
    "a:\n  b: c\n  d: e\nf: g",
    "a:\n- b\n- c\nd: e",
    "a:\n  - b: c\n    d: e\n  - f",
    "- - a\n  - b\n- c",
    "-\n  a: b\n-\n  c: d",
    "a: 'it''s' # why\nb: \"x: y\"",
    'a: "one\n  two"\nb: c',
    "a: [b, c]\nd: {e: f, g: [h]}",
    "a: [\n  b,\n  {c: d}\n]\ne: f",
    "a: |\n  b: c\n\n  d\ne: f",
    "a:\n  b: >-\n    c\n  d: e",
    "- |\n  a: b\n- c",
    "a: &x {b: c}\nd: *x",
    "a: &x\n  b: c\nd: *x",
    "- &x\n  b: c\n- *x",
    "a: !t b\nc: !!str 3.10",
    "\"a b\": c\n'd': e",
    "a: http://b:80/c\nd:e: f",
    "a: b#c\nd: e #f",
    "# c\n\na: b\n  # d\n---",
    "{a: b, c: [d]}",
    "<<: {a: b}\nc-d: e",
    "a: b\r\nc:\r\n  d: e\r\n",
]


@pytest.mark.parametrize("text", VALID)
def test_what_is_valid_means_the_same(text):
    assert plain(read_lines(text)) == plain(parse(text)[0])


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a: b\nc\nd: e", [("a", "b"), ("d", "e")]),
        ('a: "b\nc: d', [("a", "b"), ("c", "d")]),
        ("a: [b, c\nd: e", [("a", ["b", "c"]), ("d", "e")]),
        ("a: {b: c\nd: e", [("a", [("b", "c")]), ("d", "e")]),
        ("a: b: c\nd: e", [("a", "b: c"), ("d", "e")]),
        ("a: b\n  c: d", [("a", "b"), ("a", [("c", "d")])]),
        ("a:\n  - b\n c: d", [("a", ["b"]), ("a", [("c", "d")])]),
        ("- na\n  b: c\n- d", ["na", [("b", "c")], "d"]),
        ("a:\n  b: c\n- d", [("a", [("b", "c")]), ("a", ["d"])]),
        ("a: b\n  c\nd: e", [("a", "b"), ("d", "e")]),
        ("a:\n    - b: c\n   - b: d\n    - b: e", [("a", [[("b", "c")], [("b", "d")], [("b", "e")]])]),
        ("a:\n  b: c\n\t- d\n  e: f", [("a", [("b", "c"), ("e", "f")])]),
        ("a: &x\n  ty\n  b: c\nd: *x", [("a", "ty"), ("a", [("b", "c")]), ("d", [("b", "c")])]),
        ("{{- if x }}\na: {{ b }}\n{{- end }}\nc: d", [("a", "{{ b }}"), ("c", "d")]),
        ("-   a: b\n  c: d", [[("a", "b"), ("c", "d")]]),
        ("a:", [("a", "")]),
        ("", None),
        ("nothing", None),
    ],
)
def test_a_damaged_line_costs_no_other(text, read):
    assert plain(read_lines(text)) == read
