"""The strings of TOML files, each in its place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents.toml import read_toml


def strings(text):
    return [(".".join(found.path), found.value) for found in read_toml(text).texts]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a = "x"', [("a", "x")]),
        ("a = 'x\\n'", [("a", "x\\n")]),
        ('a = "x\\u0041\\t\\"" # "c"', [("a", 'xA\t"')]),
        ('a.b."c d" = "x"', [("a.b.c d", "x")]),
        ('[a . b]\nc = "x"\n[[d]]\ne = "y"', [("a.b.c", "x"), ("d.e", "y")]),
        ('n = 1\nt = true\nd = 1979-05-27T07:32:00Z\na = "x"', [("a", "x")]),
        ('a = ["x", [\'y\', 1], # "c"\n  "z",\n]\nb = "w"', [("a", "x"), ("a", "y"), ("a", "z"), ("b", "w")]),
        ('a = { b = "x", c = { d = "y" } }', [("a.b", "x"), ("a.c.d", "y")]),
        ('a = [ { b = "x" }, { b = "y" } ]', [("a.b", "x"), ("a.b", "y")]),
        ('a = """\nx = "y"\n"""\nb = "z"', [("a", 'x = "y"\n'), ("b", "z")]),
        ("a = '''x'y'''\nb = ''", [("a", "x'y"), ("b", "")]),
        ('a = """\r\nx\r\n"""', [("a", "x\r\n")]),
        ('a = """x\\\n  \n  y\\ \r\n z"""', [("a", "xyz")]),
        ("a = '''x\\\ny'''", [("a", "x\\\ny")]),
        ('a = "x"\r\nb = "y"\r\n', [("a", "x"), ("b", "y")]),
    ],
)
def test_strings(text, found):
    assert strings(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('a = "x\nb = "y"', [("a", "x"), ("b", "y")]),
        ('a = [ "x",\nb = "y"', [("a", "x"), ("b", "y")]),
        ('a = [ "x"\n[t]\nb = "y"', [("a", "x"), ("t.b", "y")]),
        ('a = { b = "x"\nc = "y"', [("a.b", "x"), ("c", "y")]),
        ('a\na =\n= "x"\nb = "y"', [("b", "y")]),
        ('[t\nb = "y"', [("t.b", "y")]),
        ('a = """\nb = "y"', [("a", ""), ("b", "y")]),
        ('a = x "y"\nb = "z"', [("b", "z")]),
        ('a = [ "k = v",\n "w" ]', [("a", "k = v"), ("a", "w")]),
        ('a = [\n["x"],\n["y"]]\nb = "z"', [("a", "x"), ("a", "y"), ("b", "z")]),
    ],
)
def test_half_typed(text, found):
    assert strings(text) == found


def test_entries_reach_from_the_key_to_the_end_of_the_value():
    text = 'a = ["x",\n "y"] # c\nb = 1\n'
    toml = read_toml(text)
    assert [span.of(text) for span in toml.entries] == ['a = ["x",\n "y"]', "b = 1"]
    assert {found.entry for found in toml.texts} == {toml.entries[0]}


@settings(deadline=None)
@given(st.lists(st.sampled_from([*"a=.,[]{}\"'#\\\n u0041", '"""', "'''", "[[", "]]", "é😀"]), max_size=60))
def test_whatever_the_text_each_piece_stands_in_its_place(pieces):
    text = "".join(pieces)
    for found in read_toml(text).texts:
        assert found.entry.holds(found.span)
        for segment in found.row:
            assert found.span.holds(segment.span)
            assert not segment.verbatim or segment.span.of(text) == segment.value
