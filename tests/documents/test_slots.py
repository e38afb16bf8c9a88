"""What could be written at a cursor (`‸`) in the smaller formats."""

import pytest

from moorage.documents.detect import format_named

CURSOR = "‸"
A = "sha256:" + "a" * 64
FLUX = (
    "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec:\n  images:\n  - {name: redis, newTag: %s}\n"
)
PATCHED = "patches:\n- patch: |-\n    - op: replace\n      path: /spec/containers/0/image\n      value: %s\n"


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("circleci", "jobs: {a: {docker: [{image: cimg/node:2‸0}]}}", ("tag", "2", "20", "cimg/node")),
        ("bitbucket", "image: ‸\n", ("repository", "", "", None)),
        ("azure", "container: redis:‸\n", ("tag", "", "", "redis")),
        ("drone", "steps:\n- name: a\n  image: ‸\n", ("repository", "", "", None)),
        ("woodpecker", "steps:\n- image: alpine:3.‸\n", ("tag", "3.", "3.", "alpine")),
        ("kustomize", "images:\n- name: redis\n  newTag: ‸\n", ("tag", "", "", "redis")),
        ("kustomize", "images:\n- name: redis\n  newTag: '7.‸2'\n", ("tag", "7.", "7.2", "redis")),
        ("kustomize", 'images:\n- name: a\n  newName: b/c\n  newTag: "‸"\n', ("tag", "", "", "b/c")),
        ("kustomize", f"images: [{{name: a, digest: {A}‸}}]\n", ("digest", A, A, "a")),
        (
            "kustomize",
            "images:\n- name: a\n  newName: ghcr.io/‸\n  newTag: 1\n",
            ("repository", "ghcr.io/", "ghcr.io/", None),
        ),
        ("kustomize", "images:\n- name: redis\n  other: ‸\n", None),
        ("kustomize", PATCHED % "redis:7.‸", ("tag", "7.", "7.", "redis")),
        ("kustomize", "helmCharts: [{valuesInline: {image: {repository: a, tag: '‸'}}}]", ("tag", "", "", "a")),
        ("kubernetes", FLUX % "7.‸", ("tag", "7.", "7.", "redis")),
        ("package", "images: {edge: {image: nginx, tag: ‸}}\n", ("tag", "", "", "nginx")),
        ("package", "images:\n  edge:\n    image: ngi‸\n", ("repository", "ngi", "ngi", None)),
        ("buildpacks", '[io.buildpacks]\nbuilder = "acme/builder:‸"\n', ("tag", "", "", "acme/builder")),
        ("buildpacks", '[io.buildpacks]\nbuilder = "‸\n', ("repository", "", "", None)),
        ("quadlet", "[Container]\nImage=redis:‸\n", ("tag", "", "", "redis")),
        ("quadlet", "[Container]\nImage=‸\n", ("repository", "", "", None)),
        ("quadlet", "[Service]\nImage=‸\n", None),
        ("quadlet", "[Container]\n# moorage: pi‸\n", ("directive", "pi", "pi", None)),
        ("text", f"X = redis:7‸@{A}\n", ("tag", "7", "7", "redis")),
        ("text", "X = redis:‸\n", None),
    ],
)
def test_slot(name, text, found):
    reader = format_named(name).reader()
    offset = text.index(CURSOR)
    text = text.replace(CURSOR, "")
    slot = reader.slot_at(reader.read("x", text), offset)
    assert (None if slot is None else (slot.kind, slot.prefix, slot.span.of(text), slot.repository)) == found
