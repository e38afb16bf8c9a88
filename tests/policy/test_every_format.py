"""A directive has its effect in every format that has comments."""

from datetime import date

import pytest

from moorage.analysis import analyse
from moorage.documents.detect import detect
from moorage.facts import FactsView
from moorage.project import Project

IGNORE = "# moorage: ignore[no-tag]\n"
FILES = {
    "Dockerfile": f"{IGNORE}FROM redis\n",
    "compose.yaml": f"services:\n  a:\n    {IGNORE}    image: redis\n",
    "pod.yaml": f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  {IGNORE}  - image: redis\n",
    ".github/workflows/ci.yml": f"on: push\njobs:\n  a:\n    {IGNORE}    container: redis\n    steps: []\n",
    ".gitlab-ci.yml": f"a:\n  {IGNORE}  image: redis\n  script: [x]\n",
    ".circleci/config.yml": f"jobs:\n  a:\n    docker:\n    {IGNORE}    - image: redis\n    steps: [checkout]\n",
    "bitbucket-pipelines.yml": f"{IGNORE}image: redis\npipelines:\n  default:\n  - step: {{script: [x]}}\n",
    "azure-pipelines.yml": f"{IGNORE}container: redis\nsteps:\n- script: x\n",
    ".woodpecker.yml": f"steps:\n- name: a\n  {IGNORE}  image: redis\n  commands: [x]\n",
    ".drone.yml": f"kind: pipeline\nsteps:\n- name: a\n  {IGNORE}  image: redis\n",
    "docker-bake.hcl": f'target "a" {{\n{IGNORE}  contexts = {{ b = "docker-image://redis" }}\n}}\n',
    "project.toml": f'[_]\nschema-version = "0.2"\n[io.buildpacks]\n{IGNORE}builder = "redis"\n',
    ".devcontainer/devcontainer.json": '{\n// moorage: ignore[no-tag]\n"image": "redis"\n}\n',
    "a.container": f"[Container]\n{IGNORE}Image=redis\n",
}


def rules(path, text):
    found = detect(path, text)
    assert found is not None
    document = found.reader().read(path, text)
    return [finding.rule for finding in analyse(document, Project(date(2026, 11, 24)), FactsView())]


@pytest.mark.parametrize(("path", "text"), FILES.items(), ids=FILES.keys())
def test_above_an_entry(path, text):
    assert rules(path, text.replace("moorage:", "another:")) == ["no-tag"]
    assert rules(path, text) == []


def test_above_an_image_of_helm_values_which_may_be_without_a_tag():
    text = "# moorage: ignore[end-of-life]\nimage: node:16.1.0\n"
    assert rules("chart/values.yaml", text.replace("moorage:", "another:")) == ["end-of-life"]
    assert rules("chart/values.yaml", text) == []


@pytest.mark.parametrize("path", ["compose.yaml", "pod.yaml", ".github/workflows/ci.yml", "docker-bake.hcl"])
def test_a_mistake_is_named(path):
    assert "directive-error" in rules(path, FILES[path].replace("no-tag", "no-tga"))


@pytest.mark.parametrize("path", ["compose.yaml", "pod.yaml", ".github/workflows/ci.yml"])
def test_behind_an_entry(path):
    text = FILES[path].replace(IGNORE, "\n").replace("redis\n", f"redis  {IGNORE}")
    assert rules(path, text) == []
