"""Kustomizations and the manifests that they take in: what does not run is not judged."""

import pytest

from moorage.analysis import analyse
from moorage.documents.kubernetes import helm_values, kustomize
from moorage.documents.kubernetes import manifests as kubernetes
from moorage.features.hover import hover
from moorage.project.links import Links
from support.look import SEEN, facts, project

MANIFEST = """\
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
    - {name: a, image: "acme/api"}
    - {name: b, image: "busybox:1.36"}
"""
BASE = "resources:\n  - pod.yaml\n"


def overlay(images, resources="../../base"):
    return f"resources: [{resources}]\nimages:\n{images}"


API = "  - {name: acme/api, newTag: 1.4.2}\n"


def links(**overlays):
    """The links of a base and overlays over it, by their names."""
    files = {"base/kustomization.yaml": BASE}
    files |= {f"overlays/{name}/kustomization.yaml": text for name, text in overlays.items()}
    return Links([kustomize.read(path, text) for path, text in files.items()])


def overridden(found):
    document = found.linked(kubernetes.read("base/pod.yaml", MANIFEST))
    return [usage.overridden for usage in document.usages]


@pytest.mark.parametrize(
    ("overlays", "expected"),
    [
        ({}, [False, False]),
        ({"prod": overlay(API)}, [True, False]),
        ({"prod": overlay(API), "dev": overlay("  - {name: busybox, newTag: '1.37'}\n")}, [False, False]),
        ({"prod": overlay(API), "dev": overlay("  - {name: acme/api, newName: acme/dev}\n")}, [True, False]),
        ({"prod": overlay(API.replace("acme/api", "docker.io/acme/api"))}, [False, False]),
        ({"prod": overlay(API, "https://example.com/base")}, [False, False]),
        ({"prod": overlay(API, "../../other")}, [False, False]),
    ],
)
def test_an_image_that_everything_which_is_applied_replaces(overlays, expected):
    assert overridden(links(**overlays)) == expected


PATCH = """\
  - patch: |-
      - {op: replace, path: /spec/containers/0/image, value: "acme/api:1"}
"""
ADDED = (
    "resources: [../../base]\npatches:\n  - path: ../../base/pod.yaml\n",
    "patchesStrategicMerge: [../../base/pod.yaml]\n",
)


@pytest.mark.parametrize("added", ADDED)
@pytest.mark.parametrize(("images", "expected"), [("images:\n" + API, True), ("", False)])
def test_a_file_with_a_patch_has_the_images_that_are_laid_over_it(added, images, expected):
    found = Links([kustomize.read("overlays/prod/kustomization.yaml", added + images)])
    assert overridden(found) == [expected, False]


@pytest.mark.parametrize(
    "added",
    [
        "patches:\n" + PATCH,
        "patchesJson6902:\n" + PATCH,
        "patchesStrategicMerge:\n  - |-\n" + "".join(f"    {line}\n" for line in MANIFEST.splitlines()),
        "helmCharts:\n  - valuesInline: {image: {repository: acme/api, tag: 1}}\n",
    ],
)
def test_what_a_kustomization_holds_itself_has_its_images_and_those_above(added):
    here, above = kustomize.read("a/kustomization.yaml", added), kustomize.read("kustomization.yaml", overlay(API, "a"))
    same = kustomize.read("a/kustomization.yaml", added + "images:\n" + API)
    for document, others in ((same, ()), (here, (above,))):
        (first, *_) = Links([document, *others]).linked(document).usages
        assert (first.expanded or "").startswith("acme/api") and first.overridden
    assert not Links([here]).linked(here).usages[0].overridden
    assert not Links([same]).linked(same).usages[-1].overridden


def test_values_of_a_chart():
    text = "helmCharts:\n  - {name: web, valuesFile: values.yaml}\nimages:\n" + API
    values = helm_values.read("values.yaml", "image: {repository: acme/api, tag: dev}\n")
    linked = Links([kustomize.read("kustomization.yaml", text)]).linked(values)
    assert [usage.overridden for usage in linked.usages] == [True]


@pytest.mark.parametrize(
    ("overlay", "expected"),
    [
        ("resources: [base]\ncomponents: [c]\n", True),
        # What an overlay puts over its resources comes after its components.
        ("patches: [{path: base/pod.yaml}]\ncomponents: [c]\n", False),
        # A component works on what was there before it, and on what it takes in itself.
        ("components: [other, c]\n", True),
        ("components: [c, other]\n", False),
        ("components: [nested, other]\n", False),
        ("components: [other, nested]\n", True),
    ],
)
def test_components(overlay, expected):
    files = {
        "c/kustomization.yaml": "images:\n" + API,
        "nested/kustomization.yaml": "components: [../c]\n",
        "other/kustomization.yaml": "resources: [../base]\n",
        "base/kustomization.yaml": BASE,
    }
    named = (kustomize.read(path, text) for path, text in files.items() if path.partition("/")[0] in overlay + "c base")
    assert overridden(Links([kustomize.read("kustomization.yaml", overlay), *named])) == [expected, False]


def test_entries_for_images_work_one_after_the_other():
    text = overlay("  - {name: acme/api, newName: b}\n  - {name: b, newTag: '2'}\n")
    found = links(prod=text)
    document = kubernetes.read("base/pod.yaml", MANIFEST)
    assert [words for words, _ in found.kustomizations.replacing(document, document.usages[0])] == ["newTag 2"]


def test_an_overlay_of_an_overlay_knows_an_image_by_its_new_name():
    middle = overlay("  - {name: acme/api, newName: ghcr.io/acme/api}\n")
    top = overlay("  - {name: ghcr.io/acme/api, newTag: '2'}\n", "../middle")
    found = links(middle=middle, top=top)
    document = kubernetes.read("base/pod.yaml", MANIFEST)
    assert found.kustomizations.replacing(document, document.usages[0]) == (
        ("newTag 2", "overlays/top/kustomization.yaml"),
    )


def test_kustomizations_that_take_each_other_in():
    circle = "resources: [../a, ../b, ../../base]\nimages:\n" + API
    assert overridden(links(a=circle, b=circle)) == [True, False]


def test_very_many_of_them_end():
    everyone = ", ".join(f"../o{i}" for i in range(30))
    many = {f"o{i}": f"resources: [{everyone}, ../../base]\nimages:\n{API}" for i in range(30)}
    assert overridden(links(**many)) == [False, False]


def test_no_rule_speaks_of_it_and_hover_says_what_runs():
    found = links(prod=overlay(API))
    given, view = project()._replace(links=found), facts()
    document = found.linked(kubernetes.read("base/pod.yaml", MANIFEST))
    assert {f.usage.expanded for f in analyse(document, given, view)} <= {"busybox:1.36"}
    assert not any(question.repository == "acme/api" for question in view.asked)
    shown = hover(document, MANIFEST.index("acme/api"), given, view, SEEN).text.plain()
    assert "newTag 1.4.2 from overlays/prod/kustomization.yaml" in shown
