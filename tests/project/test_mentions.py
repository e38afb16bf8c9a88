"""Which build files can lead to a Dockerfile, as far as their texts tell: none that does is ever left out."""

import posixpath

import pytest

from moorage.documents import dockerfile
from moorage.documents.detect import detect
from moorage.project.links import Links
from moorage.project.mentions import mentions_of

DOCKERFILE = dockerfile.read("/srv/shop/services/one/Dockerfile", "ARG V=1\nFROM acme/big-base:${V}\nFROM tool\n")

LEADS = [
    ("compose.a.yaml", "services: {x: {build: services/one}}\n"),
    ("compose.a.yaml", "services:\n  x:\n    build:\n      context: services\n      dockerfile: one/Dockerfile\n"),
    ("compose.a.yaml", "services: {x: {build: 'services/${WHICH:-one}'}}\n"),
    ("compose.a.yaml", 'services: {x: {build: "services/\\x6fne"}}\n'),
    ("compose.a.yaml", "services:\n  x:\n    build:\n      context:\n        services/${W:-one}\n"),
    ("compose.a.yaml", "services:\n  x:\n    environment: {A: &a 'services/${W:-one}'}\n    build: *a\n"),
    ("compose.a.yaml", "services: {x: {build: other, image: tool}}\n"),
    ("compose.a.yaml", "services: {x: {build: other, image: 'to${O:-o}l'}}\n"),
    ("compose.a.yaml", "services:\n  x:\n    build:\n      context: other\n      tags:\n        - ${T:-tool}\n"),
    ("compose.a.yaml", "name: acme/big\nservices: {base: {build: other}}\n"),
    ("compose.a.yaml", "services: {x: {extends: {file: other.yaml, service: y}}}\n"),
    ("a.bake.hcl", 'target "x" {\n  context = "services/one"\n}\n'),
    ("a.bake.hcl", 'target "x" {\n  context = "services/${"o"}ne"\n}\n'),
    ("a.bake.hcl", 'target "x" {\n  context = join("/", ["services", replace("xne", "x", "o")])\n}\n'),
    ("a.bake.json", '{"target": {"x": {"context": "services/\\u006fne"}}}'),
    ("a.bake.hcl", 'target "x" {\n  tags = ["docker.io/library/tool:latest"]\n}\n'),
]
LEADS_NOT = [
    ("compose.a.yaml", "services: {x: {build: services/two, image: acme/other}}\n"),
    (
        "compose.a.yaml",
        "services:\n  x:\n    build: .\n    environment:\n      - A=$B\n      - 'C=${D}'\n      E: \"\\n\"\n",
    ),
    ("compose.a.yaml", "services:\n  x:\n    build: {context: ., args: {V: 2}}\n    command: run $$HOME\n"),
    ("a.bake.hcl", 'target "x" {\n  context = "services/two"\n  args = { V = 2 }\n}\n'),
]


def leading(name, text, document=DOCKERFILE):
    """The files named as those that may lead to `document`, of one in /srv/shop."""
    form = "bake" if "bake" in name else "compose"
    return mentions_of([document], posixpath.normpath).leading("/srv/shop", form, {name: text})


@pytest.mark.parametrize(("name", "text"), LEADS)
def test_what_may_lead_to_a_document_is_read(name, text):
    assert leading(name, text) == [name]


@pytest.mark.parametrize(("name", "text"), LEADS_NOT)
def test_what_cannot_lead_to_it_is_not(name, text):
    assert leading(name, text) == []
    build_file = detect(f"/srv/shop/{name}", text).reader().read(f"/srv/shop/{name}", text)
    assert build_file.builds
    assert Links([build_file], {DOCKERFILE.path: DOCKERFILE}.get).linked(DOCKERFILE) == DOCKERFILE


def test_a_file_leads_to_the_dockerfile_of_its_own_folder_by_no_name_at_all():
    beside = dockerfile.read("/srv/shop/Dockerfile", "FROM python\n")
    above = dockerfile.read("/srv/Dockerfile", "FROM python\n")
    text = "services: {x: {build: .}}\n"
    assert leading("compose.a.yaml", text, beside) == leading("compose.a.yaml", text, above) == ["compose.a.yaml"]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ({"compose.yaml": "{x: services/one}", "compose.a.yaml": ""}, ["compose.yaml", "compose.a.yaml"]),
        ({"compose.b.yaml": "{x: services/one}", "compose.a.yaml": ""}, ["compose.b.yaml"]),
        ({"compose.b.yaml": "[services/one, 'service:z']", "compose.a.yaml": ""}, ["compose.b.yaml", "compose.a.yaml"]),
    ],
)  # fmt: skip
def test_files_that_are_read_together_lead_there_together(texts, expected):
    assert mentions_of([DOCKERFILE], posixpath.normpath).leading("/srv/shop", "compose", texts) == expected


@pytest.mark.parametrize("folder", ["a b", "it's", "x=1", "17", "k: v/one"])
def test_nothing_is_told_of_folders_that_may_be_written_in_several_ways(folder):
    document = dockerfile.read(f"/srv/shop/{folder}/Dockerfile", "FROM python\n")
    assert mentions_of([document], posixpath.normpath) is None
