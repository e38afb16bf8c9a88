"""Directives in the smaller formats: a comment of its own above an entry, and where the format has them, one behind."""

import pytest

from moorage.documents.detect import format_named

A = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("name", "text", "governed"),
    [
        (
            "circleci",
            "jobs:\n  a:\n    docker:\n      # moorage: pin=off\n      - image: a:1\n      - image: b:1\n",
            ["a:1"],
        ),
        ("azure", "# moorage: pin=off\ncontainer: a:1\nservices: {b: b:1}\n", ["a:1"]),
        ("drone", "steps:\n- image: a:1 # moorage: pin=off\n- image: b:1\n", ["a:1"]),
        ("kustomize", "images:\n# moorage: pin=off\n- name: a\n  newTag: 1\n- {name: b, newTag: 1}\n", ["a:1"]),
        ("package", "images:\n  # moorage: pin=off\n  a: {image: a, tag: 1}\n  b: {image: b, tag: 1}\n", ["a:1"]),
        ("buildpacks", '[build]\n# moorage: pin=off\nbuilder = "a:1"\n[[build.buildpacks]]\nuri = "b:1"\n', ["a:1"]),
        ("buildpacks", '[build]\nbuilder = "a:1" # moorage: pin=off\n[[build.buildpacks]]\nuri = "b:1"\n', ["a:1"]),
        ("quadlet", "[Container]\n# moorage: pin=off\nImage=a:1\nMount=type=image,source=b:1\n", ["a:1"]),
        ("quadlet", "[Container]\n; moorage: pin=off\nImage=a:1\n", ["a:1"]),
        ("text", f"# moorage: pin=off\nA := a:1@{A}\nB := b:1@{A}\n", [f"a:1@{A}"]),
        ("text", f'// moorage: pin=off\nconst a = "a:1@{A}"\n', [f"a:1@{A}"]),
    ],
)
def test_what_a_directive_governs(name, text, governed):
    document = format_named(name).reader().read("x", text)
    (comment,) = document.comments
    assert comment.text == "pin=off"
    assert [u.expanded for u in document.usages if comment.target.holds(u.span)] == governed


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("buildpacks", '[build]\nbuilder = "a:1"\nx = "# moorage: pin=off"\n'),
        ("quadlet", "[Container]\nImage=a:1\nExec=x # moorage: pin=off\n"),
        ("circleci", "jobs: {a: {docker: [{image: a:1}], x: '# moorage: pin=off'}}\n"),
    ],
)
def test_what_is_no_comment(name, text):
    assert not format_named(name).reader().read("x", text).comments
