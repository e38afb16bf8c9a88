"""Streams of documents."""

from moorage.documents.yaml.stream import load, split


def parts(text):
    return [span.of(text) for span in split(text)]


def test_documents_stand_one_by_one():
    assert parts("a: b\n---\nc: d\n--- e\n") == ["a: b\n", "---\nc: d\n", "--- e\n"]
    assert parts("---\na: b\n") == ["---\na: b\n"]
    assert parts("a: b\n") == ["a: b\n"]
    assert parts("a: ---\n ---\n----\n") == ["a: ---\n ---\n----\n"]


def test_directives_belong_to_the_document_below():
    assert parts("%YAML 1.2\n# x\n---\na\n---\nb") == ["%YAML 1.2\n# x\n---\na\n", "---\nb"]


def test_a_broken_document_is_read_line_by_line():
    assert not load("a: b").broken
    tree = load("a: [b\nc: d")
    assert tree.broken
    assert tree.roots
    assert load("[" * 3000).too_deep
