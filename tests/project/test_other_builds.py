"""Builds that devcontainer.json files and workflows say."""

import pytest

from moorage.documents import devcontainer
from moorage.documents.ci.github_builds import builds_of
from support.files import Files

DOCKERFILE = "ARG PY=3.11\nFROM python:${PY}-slim\nCOPY --from=assets / /\n"


def usages(files, path):
    """What a file names, and who makes it."""
    project = Files(files)
    linked = project.links().linked(project.read(path))
    return [(u.written, u.expanded, u.built_by, u.overridden) for u in linked.usages]


@pytest.mark.parametrize(
    ("text", "dockerfile", "target"),
    [
        ('{"build": {"dockerfile": "Dockerfile", "context": ".."}}', "Dockerfile", None),
        ('{"build": {"dockerfile": "../app/Dockerfile", "target": "dev"}} // comment', "../app/Dockerfile", "dev"),
        ('{"dockerFile": "Dockerfile.dev", "context": ".."}', "Dockerfile.dev", None),
        ('{"build": {"dockerfile": "${localEnv:FILE}"}}', None, None),
    ],
)
def test_what_a_devcontainer_is_built_from(text, dockerfile, target):
    (build,) = devcontainer.read(".devcontainer/devcontainer.json", text).builds
    assert (build.context, build.dockerfile, build.target) == (".", dockerfile, target)


def test_a_devcontainer_without_a_build():
    assert devcontainer.read("devcontainer.json", '{"image": "alpine:3", "build": {"context": "."}}').builds == ()


def test_an_argument_of_a_devcontainer_is_a_usage():
    files = {
        ".devcontainer/devcontainer.json": '{\n  "build": {"dockerfile": "../Dockerfile", "args": {"PY": "3.12"}}\n}\n',
        "Dockerfile": DOCKERFILE,
    }
    assert usages(files, ".devcontainer/devcontainer.json") == [("3.12", "python:3.12-slim", None, False)]
    assert usages(files, "Dockerfile")[0] == ("python:${PY}-slim", "python:3.11-slim", None, True)


@pytest.mark.parametrize(
    ("arguments", "expanded", "shown"),
    [
        ('"IMG": "${localEnv:IMG}"', None, "${localEnv:IMG}:2"),
        ('"IMG": "${localEnv:IMG}", "TAG": "1"', None, "${localEnv:IMG}:1"),
        ('"IMG": "acme", "TAG": "${localEnv:TAG}"', None, "acme:${localEnv:TAG}"),
        ('"IMG": "acme"', "acme:2", "acme:2"),
    ],
)
def test_a_value_that_is_not_known_is_shown_as_it_is_written(arguments, expanded, shown):
    files = {
        ".devcontainer/devcontainer.json": f'{{"build": {{"dockerfile": "../Dockerfile", "args": {{{arguments}}}}}}}',
        "Dockerfile": "ARG IMG=node\nARG TAG=2\nFROM ${IMG}:${TAG}\n",
    }
    ((_, value, _, _),) = usages(files, ".devcontainer/devcontainer.json")
    document, links = Files(files).read("Dockerfile"), Files(files).links()
    assert (value, [given.expanded for given in links.given(document, document.usages[0])]) == (expanded, [shown])


WORKFLOW = """\
on: push
jobs:
  publish:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Image
        uses: docker/build-push-action@v6
        with:
          context: ./app
          file: app/docker/Dockerfile
          target: run
          tags: |
            ghcr.io/acme/app:edge
            ghcr.io/acme/app:${{ github.sha }}
          build-args: |
            PY=3.12
            VERSION=${{ github.ref_name }}
          build-contexts: |
            assets=./assets
"""
PATH = ".github/workflows/ci.yml"


def test_what_a_step_builds():
    (build,) = builds_of(PATH, WORKFLOW)
    assert (build.kind, build.name, build.target) == ("step", "publish/Image", "run")
    assert (build.context, build.dockerfile) == ("../..", "app/docker/Dockerfile")
    assert build.images == ("ghcr.io/acme/app:edge",)
    assert build.span.of(WORKFLOW) == "docker/build-push-action@v6"
    assert [(a.name, a.span.of(WORKFLOW), a.problem and a.problem.code) for a in build.arguments] == [
        ("PY", "3.12", None),
        ("VERSION", "${{ github.ref_name }}", "variable"),
    ]


def test_a_step_explains_names_and_sets_arguments():
    files = {
        PATH: WORKFLOW,
        "app/docker/Dockerfile": DOCKERFILE,
        "test/Dockerfile": "FROM ghcr.io/acme/app:edge\nFROM ghcr.io/acme/app:1\n",
    }
    made = "step publish/Image in .github/workflows/ci.yml"
    assert usages(files, PATH) == [("3.12", "python:3.12-slim", None, False)]
    assert usages(files, "app/docker/Dockerfile") == [
        ("python:${PY}-slim", "python:3.11-slim", None, True),
        ("assets", "assets", f"context assets of {made}", False),
    ]
    assert [maker for _, _, maker, _ in usages(files, "test/Dockerfile")] == [made, None]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("context: ./app", "context: '{{defaultContext}}:app'", "app/docker/Dockerfile"),
        ("          file: app/docker/Dockerfile\n", "", "./app/Dockerfile"),
        ("context: ./app", "context: ${{ matrix.app }}", None),
        ("context: ./app", "context: https://github.com/acme/app.git", None),
        ("file: app/docker/Dockerfile", "file: ${{ inputs.file }}", None),
    ],
)
def test_where_its_dockerfile_lies(before, after, found):
    (build,) = builds_of(PATH, WORKFLOW.replace(before, after))
    assert build.dockerfile == found


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("action.yml", WORKFLOW),
        (PATH, WORKFLOW.replace("checkout@v4", "checkout@v4\n        with: {path: src}")),
        (PATH, WORKFLOW.replace("docker/build", "acme/build")),
        (PATH, "docker/build-push-action@ : [\n"),
    ],
)
def test_steps_that_are_left_alone(path, text):
    assert builds_of(path, text) == ()


def test_steps_of_one_name_are_told_apart():
    step = WORKFLOW[WORKFLOW.index("      - name: Image") :]
    assert [b.name for b in builds_of(PATH, WORKFLOW + step)] == ["publish/Image", "publish/Image 2"]
