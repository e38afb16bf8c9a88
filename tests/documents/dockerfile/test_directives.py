"""Parser directives, the frontend's image, and comments that speak to Moorage."""

import pytest

from moorage.documents.dockerfile import read

FRONTENDS = [
    ("# syntax=docker/dockerfile:1\nFROM a", "docker/dockerfile:1"),
    ("#syntax = docker/dockerfile:1  \nFROM a", "docker/dockerfile:1"),
    ("# SYNTAX=docker/dockerfile:1\r\nFROM a", "docker/dockerfile:1"),
    ("# syntax=docker/dockerfile:1 --flag\nFROM a", "docker/dockerfile:1"),
    ("# escape=\\\n# check=skip=all\n# syntax=x\nFROM a", "x"),
    ("# syntax=x\n# syntax=y\nFROM a", "x"),
    ("#!/usr/bin/env x\n# syntax=x\nFROM a", "x"),
    ("// syntax=x\nFROM a", "x"),
    ('{"other": 1, "syntax": "x"}', "x"),
    ('#!/bin/x\n{"syntax": "x"}', "x"),
    ("# a comment\n# syntax=x\nFROM a", None),
    ("\n# syntax=x\nFROM a", None),
    (" # syntax=x\nFROM a", None),
    ("# other=1\n# syntax=x\nFROM a", None),
    ("# syntax=\nFROM a", None),
    ('{"syntax": 1}', None),
    ('{"syntax": "x"', None),
    ("FROM a\n# syntax=x", None),
]


@pytest.mark.parametrize(("text", "expected"), FRONTENDS)
def test_frontend(text, expected):
    found = [u for u in read("Dockerfile", text).usages if u.role == "frontend"]
    assert [u.expanded for u in found] == ([] if expected is None else [expected])
    assert all(u.span.of(text) == expected and u.stage is None for u in found)


@pytest.mark.parametrize(
    ("head", "backtick"),
    [
        ("# escape=`\n", True),
        ("  # escape = ` \n", True),
        ("# syntax=x\n# ESCAPE=`\n", True),
        ("# escape=``\n", False),
        ("# x\n# escape=`\n", False),
        ("\n# escape=`\n", False),
        ("#!/bin/x\n# escape=`\n", False),
        ("# escape=\\\n# escape=`\n", False),
    ],
)
def test_escape(images, head, backtick):
    found = [line for line in images(f"{head}FROM a\nRUN x `\nFROM b\n") if line.startswith("base")]
    assert found == (["base a"] if backtick else ["base a", "base b"])


def test_directives_that_buildkit_refuses_are_spoken_of():
    assert [n.message for n in read("Dockerfile", "# escape=x\nFROM a").notices] == [
        "the escape directive takes a backslash or a backtick"
    ]
    assert [n.message for n in read("Dockerfile", "# syntax=a\n# syntax=b\nFROM a").notices] == [
        "BuildKit refuses a second syntax directive"
    ]


@pytest.mark.parametrize(
    ("head", "rest"),
    [
        ("# syntax=x\n# escape=`\n", "# a comment\nFROM a\n"),
        ("#!/bin/x\n# syntax=x\n", "FROM a\n"),
        ("#!/bin/x\n", "FROM a\n"),
        ("", "# a comment\nFROM a\n"),
        ("", "FROM a\n"),
    ],
)
def test_new_comments_go_behind_the_directives(head, rest):
    assert read("Dockerfile", head + rest).directives_at == len(head)


def governed(text):
    document = read("Dockerfile", text)
    for comment in document.comments:
        assert comment.body.of(text) == comment.text
        assert comment.line.of(text).startswith("#")
    return [(c.text, c.target and c.target.of(text)) for c in document.comments]


def test_a_comment_governs_the_instruction_below():
    assert governed("# moorage: pin=off\n\n# other\n\nFROM a\nFROM b\n") == [("pin=off", "FROM a")]
    assert governed("FROM a\n  #moorage:ignore  \r\nCOPY --from=b c d\n") == [("ignore", "COPY --from=b c d")]


def test_a_comment_inside_a_continuation_governs_that_instruction():
    text = "FROM a\nRUN --mount=from=b \\\n  # moorage: ignore\n  true\nFROM c\n"
    assert governed(text) == [("ignore", "RUN --mount=from=b \\\n  # moorage: ignore\n  true")]


def test_a_comment_above_nothing_governs_nothing():
    assert governed("FROM a\n# moorage: ignore") == [("ignore", None)]


def test_trailing_and_other_comments_are_none():
    assert governed("FROM a # moorage: x\n") == []
    assert governed("RUN echo '# moorage: x'\n# about moorage: x\n") == []
