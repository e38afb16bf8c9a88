"""Where the characters of a value stand."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents import compose
from moorage.documents.yaml.nodes import Mapping, Scalar
from moorage.documents.yaml.parse import Broken, parse, readable
from moorage.documents.yaml.scalars import content, one_line, segments


def scalar(text):
    (root,) = parse(text)
    assert isinstance(root, Mapping)
    value = root.entries[0][1]
    assert isinstance(value, Scalar)
    return value


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a: python:3", ["python:3"]),
        ("a: 'python:3'", ["python:3"]),
        ("a: 'it''s'", ["it", ("''", "'"), "s"]),
        ('a: "py\\x74hon"', ["py", ("\\x74", "t"), "hon"]),
        ('a: "py\\\n  thon"', ["py", "thon"]),
        ('a: "py\n  thon"', ["py", ("\n  ", " "), "thon"]),
        ("a: py\n  thon\n\n  x", ["py", ("\n  ", " "), "thon", ("\n\n  ", "\n"), "x"]),
        ("a: |-\n  FROM a\n  RUN b", ["FROM a", ("\n  ", "\n"), "RUN b"]),
        ("a: |-\n  a\n    b\n\n  c", ["a", ("\n  ", "\n"), "  b", ("\n\n  ", "\n\n"), "c"]),
        ("a: |2-\n    a\n  b", ["  a", ("\n  ", "\n"), "b"]),
        ("a: >-\n  a\n  b\n\n  c", ["a", ("\n  ", " "), "b", ("\n\n  ", "\n"), "c"]),
        ("a: >-\n  a\n    b\n  c", ["a", ("\n  ", "\n"), "  b", ("\n  ", "\n"), "c"]),
        ("a: |\r\n  a\r\n  b\r\n", ["a", ("\r\n  ", "\n"), "b", ("", "\n")]),
        ("a: ''", []),
    ],
)
def test_pieces(text, pieces):
    value = scalar(text)
    row = segments(value, text)
    found = [s.span.of(text) if s.verbatim else (s.span.of(text), s.value) for s in row]
    assert found == pieces
    assert "".join(s.value for s in row) == value.value


@given(st.text("ab:'\"\\ \n#-{}[]&*!|>%é\t\r$", max_size=40), st.sampled_from(["a: ", "a: |\n  ", "a: >\n  ", 'a: "']))
@settings(max_examples=400)
def test_pieces_join_to_the_value(body, head):
    text = readable(head + body.replace("\n", "\n  ") + ('"' if head.endswith('"') else ""))
    try:
        value = scalar(text)
    except (Broken, AssertionError, ValueError):
        return
    row = segments(value, text)
    assert "".join(s.value for s in row) == value.value
    assert all(s.span.of(text) == s.value for s in row if s.verbatim)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("a: python:3\n  por", [("python:3", "python:3"), (" por", None)]),
        ("a: python:3 \n\n  por", [("python:3", "python:3"), ("\npor", None)]),
        ("a: b", [("b", "b")]),
    ],
)
def test_a_plain_value_has_its_place_on_one_line(text, pieces):
    row = one_line(scalar(text), text)
    assert [(s.value, s.span and s.span.of(text)) for s in row] == pieces
    assert "".join(s.value for s in row) == scalar(text).value


def test_a_value_on_two_lines_is_no_image_and_is_not_edited():
    (usage,) = compose.read("compose.yaml", "services:\n  a:\n    image: acme/x:1\n      more\n    ports: [1]\n").usages
    assert (usage.written, usage.expanded, usage.reference) == ("acme/x:1", "acme/x:1 more", None)
    assert usage.problem == ("invalid-reference", "the value goes on in the line below", None)


@pytest.mark.parametrize(
    ("text", "inner"),
    [("a: 'b'", "b"), ('a: ""', ""), ("a: |\n\n  b\n  c\n", "b\n  c"), ("a: >-  # x\n  b", "b"), ("a: |\n", "")],
)
def test_content(text, inner):
    assert content(scalar(text), text).of(text) == inner
