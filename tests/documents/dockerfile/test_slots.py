"""What can be written at the cursor (‸)."""

import pytest

from moorage.documents.dockerfile import read, slot_at

SLOTS = [
    # the text, the kind of slot, what it replaces, what stands before the cursor, the repository of a tag
    ("FROM python:3.1‸2-slim", "tag", "3.12-slim", "3.1", "python"),
    ("FROM python:‸", "tag", "", "", "python"),
    ("FROM python:‸\nRUN x", "tag", "", "", "python"),
    ("FROM --platform=linux/amd64 ghcr.io/a/b:1‸@sha256:00 AS x", "tag", "1", "1", "ghcr.io/a/b"),
    ("FROM localhost:5000/a:‸1", "tag", "1", "", "localhost:5000/a"),
    ("ARG R=ghcr.io\nFROM ${R}/a:1‸", "tag", "1", "1", "ghcr.io/a"),
    ('FROM "python:3‸"', "tag", "3", "3", "python"),
    ("FROM python:3.12@sha‸", "digest", "sha", "sha", "python:3.12"),
    ("FROM ‸", "repository", "", "", None),
    ("FROM pyt‸hon:3", "repository", "python", "pyt", None),
    ("FROM localhost:5000/‸", "repository", "localhost:5000/", "localhost:5000/", None),
    ("from py‸", "repository", "py", "py", None),
    ("FROM a AS build\nFROM bu‸", "stage", "bu", "bu", None),
    ("FROM a AS build\nFROM ‸", "stage", "", "", None),
    ("FROM a AS build\nFROM x‸", "repository", "x", "x", None),
    ("FROM a\nCOPY --from=‸", "stage", "", "", None),
    ("FROM a\nCOPY --chown=x --from=bu‸ild a b", "stage", "build", "bu", None),
    ("FROM a\nCOPY --from=golang:‸ a b", "tag", "", "", "golang"),
    ("FROM a\nCOPY --from=ghcr.io/‸ a b", "repository", "ghcr.io/", "ghcr.io/", None),
    ("FROM a\nRUN --mount=type=bind,from=‸,target=/x true", "stage", "", "", None),
    ("FROM a\nRUN --mount=type=bind,from=x:1‸ \\\n true", "tag", "1", "1", "x"),
    ("FROM a\nONBUILD COPY --from=b‸ x y", "stage", "b", "b", None),
    ("# syntax=docker/dockerfile:1‸\nFROM a", "tag", "1", "1", "docker/dockerfile"),
    ("ARG V=3.1‸2\nFROM python:${V}", "tag", "3.12", "3.1", "python"),
    ("ARG V=3.1‸\nFROM python:${V}@sha256:00", "tag", "3.1", "3.1", "python"),
    ('ARG V="3.1‸"\nFROM python:${V}', "tag", "3.1", "3.1", "python"),
    ("ARG R=a.example\nARG V=3.1‸\nFROM $R/x:$V\nFROM $R/x:$V AS b", "tag", "3.1", "3.1", "a.example/x"),
    ("ARG IMAGE=python:3.1‸2\nFROM $IMAGE", "tag", "3.12", "3.1", "python"),
    ("ARG IMAGE=pyt‸hon:3.12\nFROM $IMAGE", "repository", "python", "pyt", None),
    ("# moorage: ‸\nFROM a", "directive", "", "", None),
    ("# moorage: ran‸", "directive", "ran", "ran", None),
]

NOTHING = [
    "‸FROM a",
    "FR‸OM a",
    "FROM a AS b‸",
    "FROM python:${V‸",
    "FROM python:${V‸}",
    "FROM a\nRUN echo FROM b‸",
    "FROM a\nRUN <<EOF\nFROM b‸\nEOF\n",
    "FROM a\n‸\nFROM b",
    "# FROM a‸",
    "ARG V=3.1‸\nFROM python:3",
    "ARG V=3.1‸\nFROM python:${V}-slim",
    "ARG V=3.1‸\nFROM python:${V}\nFROM node:${V}",
    "ENV A=b‸",
    "‸",
]


def at_cursor(marked):
    offset = marked.index("‸")
    text = marked.replace("‸", "")
    return text, slot_at(read("Dockerfile", text), offset)


@pytest.mark.parametrize(("marked", "kind", "replaces", "prefix", "repository"), SLOTS)
def test_slot(marked, kind, replaces, prefix, repository):
    text, slot = at_cursor(marked)
    assert slot is not None
    got = (slot.kind, slot.span.of(text), slot.prefix, slot.repository if kind in ("tag", "digest") else None)
    expected = "python" if kind == "digest" else repository
    assert got == (kind, replaces, prefix, got[3] if kind == "digest" else expected)


@pytest.mark.parametrize("marked", NOTHING)
def test_no_slot(marked):
    assert at_cursor(marked)[1] is None


def test_the_slot_knows_its_usage():
    text, slot = at_cursor("FROM python:3‸.12\n")
    assert slot.usage.span.of(text) == "python:3.12"
