"""Nodes and their places, from libyaml and from PyYAML alike."""

import pytest

from moorage.documents.limits import YAML_DEPTH
from moorage.documents.yaml.nodes import Lookup, Mapping, entry_span, items, named
from moorage.documents.yaml.parse import Broken, parse, readable
from support.trees import plain, shown

BOTH = pytest.mark.parametrize("pure", [False, True], ids=["libyaml", "pure"])


@BOTH
@pytest.mark.parametrize(
    ("text", "values", "places"),
    [
        ("a: b", [("a", "b")], [("a", "b")]),
        ("tag: 3.10", [("tag", "3.10")], [("tag", "3.10")]),
        ("a: 'it''s'", [("a", "it's")], [("a", "'it''s'")]),
        ('a: "\\x41"', [("a", "A")], [("a", '"\\x41"')]),
        ("a: &x !!str b # c", [("a", "b")], [("a", "b")]),
        ("a: !t &x\n  b", [("a", "b")], [("a", "b")]),
        ("a: &x:1", [("a", ":1")], [("a", ":1")]),
        ("a: &x # why\n  b", [("a", "b")], [("a", "b")]),
        ("a: |\n  b\n  c\nd: e", [("a", "b\nc\n"), ("d", "e")], [("a", "|\n  b\n  c"), ("d", "e")]),
        ("a: >-\n  b\n  c\n\n", [("a", "b c")], [("a", ">-\n  b\n  c")]),
        ("a:\nb: ~", [("a", ""), ("b", "~")], [("a", ""), ("b", "~")]),
        ("[a, {b: c}, d: e]", ["a", [("b", "c")], [("d", "e")]], ["a", [("b", "c")], [("d", "e")]]),
        ("- a\n- - b\n  - c", ["a", ["b", "c"]], ["a", ["b", "c"]]),
        ("a: &x [1]\nb: *x", [("a", ["1"]), ("b", ["1"])], [("a", ["1"]), ("b", ["1"])]),
        ("a: *unknown", [("a", "")], [("a", "")]),
        ("a: &x {b: *x}", [("a", [("b", "")])], [("a", [("b", "")])]),
        ("é: ü😀: x", [("é", "ü😀: x")], None),
        ("a: b\r\nc: d\r\n", [("a", "b"), ("c", "d")], [("a", "b"), ("c", "d")]),
    ],
)
def test_nodes(text, values, places, pure):
    if places is None:
        with pytest.raises(Broken):
            parse(text, pure=pure)
        return
    (root,) = parse(text, pure=pure)
    assert plain(root) == values
    assert shown(root, text) == places


@BOTH
def test_several_documents(pure):
    assert [plain(root) for root in parse("a\n---\nb\n...\n---\n- c", pure=pure)] == ["a", "b", ["c"]]


@BOTH
def test_anchors_end_with_their_document(pure):
    assert [plain(root) for root in parse("--- &x a\n--- [*x]", pure=pure)] == ["a", [""]]


@BOTH
@pytest.mark.parametrize("text", ["a: b: c", "a: [b", "\ta: b", "a: 'b", "- a\nb: c", "a: *"])
def test_broken(text, pure):
    with pytest.raises(Broken):
        parse(text, pure=pure)


@BOTH
@pytest.mark.parametrize(
    "text", ["[" * 2000, "- " * 2000, "{a: " * 2000, "\n".join(" " * n + "a:" for n in range(2000))]
)
def test_too_deep(text, pure):
    with pytest.raises(Broken) as caught:
        parse(text, pure=pure)
    assert caught.value.deep


@BOTH
def test_as_deep_as_allowed(pure):
    (root,) = parse("[" * YAML_DEPTH + "]" * YAML_DEPTH, pure=pure)
    assert str(plain(root)) == "[" * YAML_DEPTH + "]" * YAML_DEPTH


def test_readable_keeps_every_place():
    text = "a: b\0c\ufeff\ud800\x07d"
    assert readable(text) == "a: b\ufffdc\ufffd\ufffd\ufffdd"


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("a: b # c\n\n\nd:\n", ["a: b", "d:"]),
        ("a:\n  - b\n  - c\n\n# x\nd: e", ["a:\n  - b\n  - c", "d: e"]),
        ("x: &x 1\na: *x\n", ["x: &x 1", "a"]),
        ("a: |\n  b\n\nc: [d,\n  e]\n", ["a: |\n  b", "c: [d,\n  e]"]),
    ],
)
def test_spans_of_entries(text, spans):
    (root,) = parse(text)
    assert isinstance(root, Mapping)
    assert [span.of(text) for _, _, span in named(root)] == spans
    assert [entry_span(key, value).of(text) for key, value in root.entries] == spans


def lookup(text, key):
    (root,) = parse(text)
    return [plain(found.value) for found in Lookup().get(root, key)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1", ["1"]),
        ("b: 1", []),
        ("a: 1\na: 2", ["1", "2"]),
        ("<<: {a: 1}\na: 2", ["2"]),
        ("<<: {a: 1}", ["1"]),
        ("<<: [{b: 1}, {a: 2}, {a: 3}]", ["2"]),
        ("<<: {<<: {a: 1}}", ["1"]),
        ("x: &x {a: 1, <<: *x}\n<<: *x", ["1"]),
        ("[a]", []),
    ],
)
def test_lookup_through_merge_keys(text, found):
    assert lookup(text, "a") == found


def test_a_mapping_counts_as_a_list_of_itself():
    (root,) = parse("a: b")
    assert items(root) == (root,)
    assert items(None) == ()
