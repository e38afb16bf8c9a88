"""Compose files beside other files, and Dockerfiles within them."""

import pytest

from moorage.documents import compose
from moorage.documents.usage import Segment
from moorage.text import Edit, apply_edits


def roles(text, **files):
    return [(u.role, u.expanded) for u in compose.read("shop/compose.yaml", text, lambda path: files.get(path)).usages]


CHILD = "services:\n  web:\n    image: acme/web:1\n    extends: {file: base/common.yaml, service: app}\n"


def test_a_service_extends_one_of_another_file_that_is_built():
    assert roles(CHILD) == [("service", "acme/web:1")]
    assert roles(CHILD, **{"base/common.yaml": "services: {app: {build: .}}"}) == [("build-output", "acme/web:1")]
    assert roles(CHILD, **{"base/common.yaml": "services: {app: {image: a}}"}) == [("service", "acme/web:1")]
    far = {
        "base/common.yaml": "services: {app: {extends: {file: ../far.yaml, service: x}}}",
        "far.yaml": "services: {x: {build: {context: .}}}",
    }
    assert roles(CHILD, **far) == [("build-output", "acme/web:1")]


def test_files_that_extend_each_other_end():
    circle = "services: {app: {extends: {file: common.yaml, service: app}}}"
    assert roles(CHILD, **{"base/common.yaml": circle}) == [("service", "acme/web:1")]


INLINE = """\
services:
  web:
    build:
      dockerfile_inline: |
        ARG PY=3.12
        # moorage: pin=off
        FROM python:${PY}-slim AS base
        FROM base
        COPY --from=golang:1.23 /a /b
    image: acme/web
"""


def test_a_dockerfile_inside():
    document = compose.read("compose.yaml", INLINE.replace("${PY}", "$${PY}"))
    text = document.text
    python, golang, web = document.usages
    assert [(u.role, u.expanded, u.format) for u in document.usages] == [
        ("base", "python:3.12-slim", "compose"),
        ("copy-source", "golang:1.23", "compose"),
        ("build-output", "acme/web", "compose"),
    ]
    assert (golang.written, golang.segments, golang.span.of(text)) == ("golang:1.23", (), "golang:1.23")
    assert python.written == "python:$${PY}-slim"
    (version,) = [s for s in python.segments if s.name == "PY"]
    assert version.span is not None
    assert version.span.of(text) == "3.12"
    (comment,) = document.comments
    assert comment.target is not None
    assert comment.target.holds(python.span)
    assert not comment.target.holds(golang.span)
    assert web.span.of(text) == "acme/web"
    after = apply_edits(text, [Edit(version.span, "3.13")])
    assert compose.read("compose.yaml", after).usages[0].expanded == "python:3.13-slim"


def test_compose_fills_in_variables_before_the_dockerfile_is_read():
    python, *_ = compose.read("compose.yaml", INLINE, {".env": "PY=3.11"}.get).usages
    assert python.expanded == "python:3.11-slim"
    assert Segment("3.11", (3, 7), True, "PY", ".env") in python.segments
    python, golang, _ = compose.read("compose.yaml", INLINE).usages
    assert python.problem is not None
    assert python.problem.code == "unset-variable"
    assert golang.problem is None


@pytest.mark.parametrize(
    ("written", "expanded", "problem"),
    [
        ("alpine:${V}", None, "unset-variable"),
        ("${V}/alpine", None, "unset-variable"),
        ("alpine:${V:-3.20}", "alpine:3.20", None),
        ("${R:-docker.io}/a:${SET}-slim", "docker.io/a:7-slim", None),
        ("alpine:$${IN}", "alpine:9", None),
    ],
)
def test_a_variable_in_a_dockerfile_inside_is_shown_whole(written, expanded, problem):
    text = f"services:\n  a:\n    build:\n      dockerfile_inline: |\n        ARG IN=9\n        FROM {written}\n"
    (usage,) = compose.read("compose.yaml", text, {".env": "SET=7"}.get).usages
    assert (usage.written, usage.span.of(text), usage.expanded) == (written, written, expanded)
    assert (usage.problem and usage.problem.code) == problem


def test_a_dockerfile_in_quotes():
    text = 'services: {web: {build: {dockerfile_inline: "FROM alpine:3.20\\nCOPY --from=busybox a b\\n"}}}'
    alpine, busybox = compose.read("compose.yaml", text).usages
    assert (alpine.span.of(text), busybox.span.of(text)) == ("alpine:3.20", "busybox")


def test_who_names_what():
    text = (
        "x-db: &db {image: 'postgres:16'}\n"
        "services:\n  a: {<<: *db}\n  b: {<<: *db}\n"
        "  c: {build: {dockerfile_inline: FROM alpine}, image: c}\n"
    )
    document = compose.read("compose.yaml", text)
    assert [(u.expanded, u.owners) for u in document.usages] == [
        ("postgres:16", ("a", "b")),
        ("alpine", ("c",)),
        ("c", ("c",)),
    ]
