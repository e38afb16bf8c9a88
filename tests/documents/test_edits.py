"""Edits in the smaller formats: they change the characters where these stand, or there are none."""

import pytest

from moorage.documents.detect import format_named
from moorage.documents.rewrite import Refused, rewrite
from moorage.text import Edit, apply_edits

A, B = ("sha256:" + letter * 64 for letter in "ab")

CIRCLE = """\
parameters:
  py: {{default: '{}'}}
jobs:
  a:
    docker: [{{image: 'python:<< pipeline.parameters.py >>-slim'}}]
"""
AZURE = "variables:\n  tag: {}\ncontainer: python:$(tag)-slim\n"
MATRIX = "matrix: {{GO: ['1.20', '{}']}}\nsteps: [{{image: 'golang:${{GO}}'}}]\n"
TOML = '[io.buildpacks]\nbuilder = "acme/builder:{}"  # why\n'
QUADLET = '[Container]\r\nImage = "docker.io/library/redis:{}"\r\n'
ARGO = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nspec: {{source: {{kustomize: {{images: ['{}']}}}}}}\n"
PATCHED = "patches:\n- patch: |-\n    - op: replace\n      path: /spec/containers/0/image\n      value: {}\n"


@pytest.mark.parametrize(
    ("name", "text", "old", "wanted", "new"),
    [
        ("circleci", CIRCLE, "3.12", "python:3.13-slim", "3.13"),
        ("azure", AZURE, "3.12", "python:3.13-slim", "3.13"),
        ("woodpecker", MATRIX, "1.21", "golang:1.22", "1.22"),
        ("bitbucket", "image: {{name: '{}'}}\n", "node:20", f"node:20@{A}", f"node:20@{A}"),
        ("drone", "services: [{{image: {}}}]\n", "redis:7", "redis:8", "redis:8"),
        ("buildpacks", TOML, "1", f"acme/builder:2@{A}", f"2@{A}"),
        ("quadlet", QUADLET, "7", "docker.io/library/redis:8", "8"),
        ("kustomize", "images: [{{name: redis, newTag: {}}}]\n", "'7'", "redis:7.2", "'7.2'"),
        ("kustomize", "images: [{{name: redis, newTag: {}}}]\n", "'7'", f"redis:7@{A}", f"'7@{A}'"),
        ("kustomize", "images: [{{name: redis, digest: {}}}]\n", A, f"redis@{B}", B),
        (
            "kustomize",
            "images:\n- name: app\n  newName: nginx\n  {}\n",
            f"newTag: 1.25\n  digest: {A}",
            f"nginx:1.26@{B}",
            f"newTag: 1.26\n  digest: {B}",
        ),
        ("kustomize", "images: [{{name: a, newName: {}, newTag: 1}}]\n", "old.io/a", "new.io/a:1", "new.io/a"),
        ("kustomize", PATCHED, "redis:7", "redis:8", "redis:8"),
        ("package", "images: {{edge: {{image: nginx, tag: {}}}}}\n", "1.25-alpine", "nginx:1.26-alpine", "1.26-alpine"),
        ("kubernetes", ARGO, "nginx:1.25", "nginx:1.26", "nginx:1.26"),
        ("kubernetes", ARGO, "a=acme/a:1", f"acme/a:2@{A}", f"a=acme/a:2@{A}"),
        ("kubernetes", ARGO, "a=*:1", "a:2", "a=*:2"),
        ("text", "R := redis:7@{} # why\n", A, f"redis:7@{B}", B),
    ],
)
def test_edits(name, text, old, wanted, new):
    reader = format_named(name).reader()
    document = reader.read("x", text.format(old))
    usage = document.usages[-1]
    answer = rewrite(usage, wanted, document.usages)
    assert not isinstance(answer, Refused), answer.message
    after = apply_edits(document.text, answer.edits)
    assert after == text.format(new)
    assert reader.read("x", after).usages[-1].expanded == wanted


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        # By these names the resources know the image.
        ("kustomize", "images: [{name: redis, newTag: '7'}]\n", "valkey:7"),
        ("kubernetes", ARGO.format("nginx:1.25"), "caddy:1.25"),
        # The repository's key would get a tag.
        ("kustomize", f"images: [{{name: a, newName: nginx, digest: '{A}'}}]\n", f"nginx:1@{A}"),
        # A digest is the lock's business.
        ("package", "images: {edge: {image: nginx, tag: stable}}\n", f"nginx:stable@{A}"),
        ("circleci", CIRCLE.format("3.12"), "python:bookworm"),
    ],
)
def test_what_is_not_edited(name, text, wanted):
    document = format_named(name).reader().read("x", text)
    assert isinstance(rewrite(document.usages[-1], wanted, document.usages), Refused)


def test_a_default_that_two_images_read_changes_for_neither_alone():
    text = CIRCLE.format("3.12") + "  b:\n    docker: [{image: 'pypy:<< pipeline.parameters.py >>'}]\n"
    document = format_named("circleci").reader().read("x", text)
    assert isinstance(rewrite(document.usages[0], "python:3.13-slim", document.usages), Refused)


def test_what_all_values_of_a_place_share_is_changed_for_none_alone():
    document = format_named("woodpecker").reader().read("x", MATRIX.format("1.21"))
    first, second = document.usages
    assert (first.expanded, second.expanded) == ("golang:1.20", "golang:1.21")
    assert isinstance(rewrite(first, "other:1.20", document.usages), Refused)
    (pinned,) = rewrite(first, f"golang:1.20@{A}", document.usages).edits
    assert document.text[: pinned.span.start].endswith("'1.20")
    accepted = rewrite(first, "acme/golang:1.20", document.usages, lambda other, value: value == "acme/golang:1.21")
    assert [edit.new for edit in accepted.edits] == ["acme/"]


def test_a_tag_of_a_package_has_the_digest_of_the_lock():
    lock = f'images:\n  edge:\n    image: "nginx"\n    tag: "stable"\n    digest: "{A}"\n'
    text = "images:\n  edge: {image: nginx, tag: stable}\n  other: {image: nginx, tag: mainline}\n"
    document = format_named("package").reader().read("a/moorage.yaml", text, {"moorage.lock": lock}.get)
    assert [usage.expanded for usage in document.usages] == [f"nginx:stable@{A}", "nginx:mainline"]
    digest = document.usages[0].segments[-1]
    assert (digest.document, digest.span.of(lock)) == ("a/moorage.lock", A)
    assert isinstance(rewrite(document.usages[0], f"nginx:stable@{B}", document.usages), Refused)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"""\nacme/build:2"""', '"""\nacme/build:3"""'),
        ('"""acme/\\\n  build:2"""', '"""acme/\\\n  build:3"""'),
        ('"acme\\u002fbuild:2"', '"acme\\u002fbuild:3"'),
        ("'''acme/build:2'''", "'''acme/build:3'''"),
        ('"acme/build:\\u0032"', None),
    ],
)
def test_an_edit_of_a_string_in_toml_leaves_its_escapes(written, expected):
    text = f"[io.buildpacks]\nbuilder = {written}\n"
    document = format_named("buildpacks").reader().read("project.toml", text)
    answer = rewrite(document.usages[0], "acme/build:3", document.usages)
    if expected is None:
        assert isinstance(answer, Refused)
    else:
        assert apply_edits(text, [Edit(e.span, e.new) for e in answer.edits]) == text.replace(written, expected)
