"""Comments that speak to Moorage, and what they govern."""

import pytest

from moorage.documents.kubernetes import manifests as kubernetes
from moorage.documents.yaml.comments import comments
from moorage.documents.yaml.stream import load


def governed(text):
    return [(c.text, None if c.target is None else c.target.of(text)) for c in comments(load(text))]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# moorage: pin=off\na: b\nc: d", [("pin=off", "a: b")]),
        ("a:\n  # moorage: ignore[no-tag] \n  b: c\n  d: e", [("ignore[no-tag]", "b: c")]),
        ("a: b\n#moorage:x\nc:\n  d: e\nf: g", [("x", "c:\n  d: e")]),
        ("a: b # moorage: x\nc: d", [("x", "a: b")]),
        ("- a: b # moorage: x\n  c: d\n- e", [("x", "a: b # moorage: x\n  c: d")]),
        ("a: b\n# moorage: x\n\n- c", [("x", "c")]),
        ("a: b\n# moorage: x\n", [("x", None)]),
        ("a: |\n  # moorage: x\nb: c", []),
        ("a: | # moorage: x\n  b\nc: d", [("x", "a: | # moorage: x\n  b")]),
        ("a: '# moorage: x'\nb: c#moorage: y", []),
        ("a: [b, # moorage: x\n  c]", [("x", "a: [b, # moorage: x\n  c]")]),
        ("a: [b\n# moorage: x\nc: d", [("x", "c: d")]),
        ("# moorage:\na: b", [("", "a: b")]),
        ("# see moorage: x\na: b", []),
    ],
)
def test_what_a_comment_governs(text, said):
    assert governed(text) == said


def test_places_in_a_stream():
    text = "a: b\n---\nkind: Pod\ncontainers:\n  # moorage: pin=off\n  - image: alpine\n"
    document = kubernetes.read("pod.yaml", text)
    (comment,) = document.comments
    assert comment.line.of(text) == "# moorage: pin=off"
    assert comment.body.of(text) == comment.text == "pin=off"
    assert comment.target is not None
    assert comment.target.of(text) == "image: alpine"
    assert comment.target.holds(document.usages[0].span)
