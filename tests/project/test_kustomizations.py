"""Kustomizations and the manifests that they take in: what does not run is not judged."""

import pytest

from moorage.analysis import analyse
from moorage.documents.kubernetes import kustomize
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
