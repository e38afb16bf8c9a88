"""Workflows that call one of their own repository: what they give it names images where it is written."""

import pytest

from moorage.documents.ci import github_actions
from moorage.documents.rewrite import Refused, rewrite
from moorage.text import apply_edits

CALLED = """\
on:
  workflow_call:
    inputs:
      image: {type: string, required: true}
      node: {type: string}
      os: {type: string, default: slim}
jobs:
  a:
    strategy: {matrix: {base: [alpine, debian]}}
    container: ${{ inputs.image }}
    services:
      n: {image: "node:${{ inputs.node }}-${{ inputs.os }}"}
      m: {image: "acme/app:${{ inputs.Node }}-${{ matrix.base }}"}
      o: {image: "redis:${{ inputs.os }}"}
    steps:
      - uses: docker://${{ inputs.image }}
"""


def workflow(given, uses="./.github/workflows/called.yml", strategy=""):
    return f"on: push\njobs:\n  call:\n    {strategy}\n    uses: {uses}\n    with: {{{given}}}\n"


def read(text, path=".github/workflows/ci.yml"):
    return github_actions.read(path, text, {"called.yml": CALLED}.get)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("image: 'python:3.12.1'", [("python:3.12.1", "python:3.12.1")]),
        ("IMAGE: docker://python:3.12", [("python:3.12", "python:3.12")]),
        (
            "node: 22.1.0",
            [("22.1.0", name) for name in ("node:22.1.0-slim", "acme/app:22.1.0-alpine", "acme/app:22.1.0-debian")],
        ),
        ("node: '22', os: bookworm, image: ''", [
            ("22", "acme/app:22-alpine"), ("22", "acme/app:22-debian"),
            ("bookworm", "node:22-bookworm"), ("bookworm", "redis:bookworm"),
        ]),
        ("image: '${{ needs.x.outputs.y }}'", []),
        ("other: 'node:22'", []),
    ],
)  # fmt: skip
def test_what_is_given(given, names):
    assert [(usage.written, usage.expanded) for usage in read(workflow(given)).usages] == names


@pytest.mark.parametrize(
    ("uses", "path"),
    [
        ("./.github/workflows/missing.yml", ".github/workflows/ci.yml"),
        ("acme/shared/.github/workflows/called.yml@main", ".github/workflows/ci.yml"),
        ("./.github/workflows/../called.yml", ".github/workflows/ci.yml"),
        ("./.github/workflows/called.yml", "workflows/ci.yml"),
    ],
)
def test_other_workflows_are_not_followed(uses, path):
    assert not read(workflow("image: 'node:22'", uses), path).usages


def test_a_matrix_of_the_caller_gives_each_of_its_values():
    text = workflow("image: 'php:${{ matrix.v }}'", strategy="strategy: {matrix: {v: ['8.3.1', '8.4.1']}}")
    document = read(text)
    assert [usage.choice for usage in document.usages] == ["matrix.v = 8.3.1", "matrix.v = 8.4.1"]
    answer = rewrite(document.usages[1], "php:8.4.9", document.usages)
    assert apply_edits(text, answer.edits) == text.replace("8.4.1", "8.4.9")


def test_only_what_stands_in_the_caller_is_edited():
    text = workflow("node: 22.1.0")
    usage = read(text).usages[0]
    answer = rewrite(usage, "node:22.9.0-slim")
    assert [edit.document for edit in answer.edits] == [None]
    assert apply_edits(text, answer.edits) == text.replace("22.1.0", "22.9.0")
    assert isinstance(rewrite(usage, "node:22.1.0-alpine"), Refused)
