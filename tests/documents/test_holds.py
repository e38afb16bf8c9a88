"""A literal that other words of its file hold to: an edit that would break these, or make them mean another thing."""

import pytest

from moorage.documents.detect import format_named
from moorage.documents.rewrite import Refused, rewrite
from moorage.text import apply_edits

DIGEST = "sha256:" + "a" * 64

GITLAB = """\
variables:
  NODE: {{value: 22.1.0, options: [22.1.0, 22.2.0]}}
  PY: 3.12.1
a: {{image: 'node:$NODE', script: x}}
b: {{image: 'python:$PY', {}script: x}}
"""
INPUTS = """\
spec:
  inputs:
    node: {default: 22.1.0, options: [22.1.0, 22.2.0]}
    py: {default: 3.12.1, regex: '^3\\.12\\.\\d$'}
---
a: {image: 'node:$[[ inputs.node ]]', script: x}
b: {image: 'python:$[[ inputs.py ]]', script: x}
"""
NEEDED = """\
f: {{parallel: {{matrix: [{{P: [3.11.1], Q: x}}]}}, image: 'python:$P', script: x}}
g: {{needs: {}, script: y}}
"""
GITHUB = """\
on: {{workflow_dispatch: {{inputs: {{v: {{type: choice, default: 22.1.0, options: [22.1.0, 20.1.0]}}}}}}}}
jobs:
  a: {{container: 'node:${{{{ inputs.v }}}}'}}
  b:
    strategy: {{matrix: {{tag: [7.2.1]}}}}
    container: redis:${{{{ matrix.tag }}}}
    steps: [{}]
"""
AZURE = """\
parameters:
- {{name: node, type: string, default: 22.1.0, values: [22.1.0, 20.1.0]}}
- {{name: py, type: string, default: 3.12.1}}
jobs:
- {{job: a, container: 'node:${{{{ parameters.node }}}}'}}
- {{job: b, container: 'python:${{{{ parameters.py }}}}-slim'}}
- {}: [{{job: c}}]
"""
CIRCLE = """\
parameters:
  node: {{type: enum, enum: [22.1.0, 20.1.0], default: 22.1.0}}
jobs:
  a: {{docker: [{{image: 'node:<< pipeline.parameters.node >>'}}]}}
  b: {{parameters: {{go: {{type: string}}}}, docker: [{{image: 'golang:<< parameters.go >>'}}]}}
workflows:
  w: {{jobs: [{{b: {{matrix: {{parameters: {{go: [1.24.1, 1.25.1]}}{}}}}}}}{}]}}
"""
WOODPECKER = "matrix: {{GO: [1.24.1]}}\nsteps:\n- {{image: 'golang:${{GO}}'}}\n- {{image: 'x:1', {}}}\n"
BAKE = """\
variable "V" {{ default = "3.12.1" }}
target "a" {{
  contexts = {{ base = "docker-image://python:${{V}}" }}
  {}
}}
"""
COMPOSE = """\
services:
  a: {{image: "redis:${{TAG:-7.2.1}}", {}}}
"""
DOCKERFILE = "ARG V=3.12.1\nFROM python:${{V}} AS v3.12.1\n{}"


@pytest.mark.parametrize(
    ("name", "text", "number", "wanted", "reason"),
    [
        # What may stand there is listed or matched beside it.
        ("gitlab-ci", GITLAB.format(""), 0, "node:22.21.1", "`options` beside NODE names the values that it may have"),
        ("gitlab-ci", GITLAB.format(""), 0, "node:22.2.0", None),
        ("gitlab-ci", INPUTS, 0, "node:22.21.1", "`options` beside inputs.node names the values that it may have"),
        ("gitlab-ci", INPUTS, 0, "node:22.2.0", None),
        ("gitlab-ci", INPUTS, 1, "python:3.12.12", "3.12.12 does not match the `regex` of inputs.py"),
        ("gitlab-ci", INPUTS, 1, "python:3.12.2", None),
        ("github-actions", GITHUB.format(""), 0, "node:22.2.0", "`options` beside inputs.v names the values that"),
        ("azure", AZURE.format("x"), 0, "node:22.2.0", "`values` beside node names the values that it may have"),
        ("circleci", CIRCLE.format("", ""), 0, "node:22.2.0", "`enum` beside node names the values that it may have"),
        # It is compared with words that fit the old value and not the new one, or the other way round.
        ("gitlab-ci", GITLAB.format("rules: [{if: $PY == '3.12.1'}], "), 1, "python:3.12.9", "3.12.1 stands beside PY"),
        ("gitlab-ci", GITLAB.format("rules: [{if: $PY == '3.12.9'}], "), 1, "python:3.12.9", "3.12.9 stands beside PY"),
        ("gitlab-ci", GITLAB.format("rules: [{if: '$PY =~ /^3\\.12/'}], "), 1, "python:3.12.9", None),
        ("gitlab-ci", GITLAB.format("rules: [{if: '$PY =~ /^3\\.12/'}], "), 1, "python:3.13.1", "3.12 stands beside"),
        ("gitlab-ci", GITLAB.format("before_script: [echo $PY on 1 of 12], "), 1, "python:3.12.9", None),
        ("gitlab-ci", GITLAB.format("rules: [{if: $PYPY == '3.12.1'}], "), 1, "python:3.12.9", None),
        ("gitlab-ci", GITLAB.format("variables: {X: 3.12.1}, "), 1, "python:3.12.9", None),
        ("github-actions", GITHUB.format("{if: \"contains('7.2.1', matrix.tag)\"}"), 1, "redis:7.2.9", "7.2.1 stands"),
        ("github-actions", GITHUB.format("{if: \"matrix['tag'] == '7.2.1'\"}"), 1, "redis:7.2.9", "7.2.1 stands"),
        ("github-actions", GITHUB.format("{run: docker tag x y:7.2.1}"), 1, "redis:7.2.9", None),
        ("azure", AZURE.format("${{ if eq(parameters.py, '3.12.1') }}"), 1, "python:3.12.9-slim", "3.12.1 stands"),
        ("woodpecker", WOODPECKER.format("commands: [test $GO = 1.24.1]"), 0, "golang:1.24.9", "1.24.1 stands beside"),
        ("dockerfile", DOCKERFILE.format('RUN if [ "$V" = 3.12.1 ]; then x; fi'), 0, "python:3.12.9", "3.12.1 stands"),
        ("dockerfile", DOCKERFILE.format("RUN echo 3.12.1"), 0, "python:3.12.9", None),
        ("bake", BAKE.format('target = V == "3.12.1" ? "x" : "y"'), 0, "python:3.12.9", "3.12.1 stands beside V"),
        ("bake", BAKE.format('target = V == "3.11.1" ? "x" : "y"'), 0, "python:3.12.9", None),
        ("bake", BAKE.format('context = "./3.12.1"'), 0, "python:3.12.9", None),
        ("compose", COMPOSE.format('environment: {V: "${TAG:-7.2.1}"}'), 0, "redis:7.2.9", "7.2.1 stands beside TAG"),
        ("compose", COMPOSE.format('environment: {V: "7.2.1"}'), 0, "redis:7.2.9", None),
        # Something is picked out by it.
        ("gitlab-ci", NEEDED.format("[{job: f, parallel: {matrix: [{P: [3.11.1], Q: x}]}}]"), 0, "python:3.11.9",
         "`needs` repeats the value of P"),
        ("gitlab-ci", NEEDED.format("['f: [3.11.1, x]']"), 0, "python:3.11.9", "`needs` repeats the value of P"),
        ("gitlab-ci", NEEDED.format("[f]"), 0, "python:3.11.9", None),
        ("circleci", CIRCLE.format(", exclude: [{go: 1.25.1}, {go: 1.24.1, os: x}]", ""), 1, "golang:1.24.9",
         "`exclude` repeats the value of go"),
        ("circleci", CIRCLE.format("", ", {d: {requires: [b-1.24.1]}}"), 1, "golang:1.24.9",
         "`requires` repeats the value of go"),
        ("circleci", CIRCLE.format("", ", {d: {requires: [b]}}"), 1, "golang:1.24.9", None),
        ("dockerfile", DOCKERFILE.format("FROM v${V}"), 0, "python:3.12.9", "the name of a stage repeats"),
        # A digest is wrong for whoever reads it as something else than an image.
        ("gitlab-ci", GITLAB.format(""), 1, f"python:3.12.1@{DIGEST}", None),
        ("gitlab-ci", GITLAB.format("before_script: [echo $PY], "), 1, f"python:3.12.1@{DIGEST}", "PY is also read"),
        ("gitlab-ci", GITLAB.format("rules: [{variables: {PY: 3.11.1}}], "), 1, f"python:3.12.1@{DIGEST}", None),
        ("bake", BAKE.format('context = "V"'), 0, f"python:3.12.1@{DIGEST}", None),
        ("bake", BAKE.format('tags = ["x:${V}"]'), 0, f"python:3.12.1@{DIGEST}", "V is also read"),
        ("bake", BAKE.format("args = {X = V}"), 0, f"python:3.12.1@{DIGEST}", "V is also read"),
        ("compose", COMPOSE.format("command: x"), 0, f"redis:7.2.1@{DIGEST}", None),
        ("compose", COMPOSE.format("environment: [TAG]"), 0, f"redis:7.2.1@{DIGEST}", "TAG is also read"),
        ("dockerfile", DOCKERFILE.format("ARG V=1\nARG W"), 0, f"python:3.12.1@{DIGEST}", None),
        ("dockerfile", DOCKERFILE.format("ARG W V\nRUN x"), 0, f"python:3.12.1@{DIGEST}", "V is also read"),
        ("dockerfile", DOCKERFILE.format("LABEL from=$V"), 0, f"python:3.12.1@{DIGEST}", "V is also read"),
    ],
)  # fmt: skip
def test_holds(name, text, number, wanted, reason):
    reader = format_named(name).reader()
    document = reader.read("x", text)
    usage = document.usages[number]
    answer = rewrite(usage, wanted, document.usages)
    if reason is None:
        assert not isinstance(answer, Refused), answer.message
        after = apply_edits(text, answer.edits)
        assert reader.read("x", after).usages[number].expanded == wanted
    else:
        assert isinstance(answer, Refused)
        assert answer.message.startswith(reason)
