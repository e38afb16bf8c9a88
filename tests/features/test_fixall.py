"""Fix all: each place once, and nothing left for a second time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.edit import after_all, mended
from support.look import digest, facts

TAGS = {"python": ["3.12.4-slim", "3.12.9-slim", "3.13.1-slim", "4.0.0-slim"], "redis": ["7.4.1", "7.4.2", "8.0.0"]}
TAGS |= {"node": ["22.1.0", "22.3.1", "24.0.0"], "haproxy": ["2.8", "2.9"]}
TAGS |= {"nginx": ["stable", "1.30.4", "1.31.4"]}
DIGESTS = {"python:3.13.1-slim": digest("c"), "redis:7.4.2": digest("d"), "python:latest": digest("4")}
DIGESTS |= {"nginx:stable": digest("5"), "nginx:1.30.4": digest("5")}
VIEW = facts(tags=TAGS, digests=DIGESTS | {"python:4.0.0-slim": digest("4")})

CASES = {
    "safe updates, majors left alone": (
        {}, {}, "FROM python:3.12.4-slim\nFROM redis:7.4.1\n", "FROM python:3.12.9-slim\nFROM redis:7.4.2\n",
    ),
    "another line of releases where the policy says so": (
        {"update": "minor"}, {}, "FROM python:3.12.4-slim\n", "FROM python:3.13.1-slim\n",
    ),
    "another minor of an image whose minors have no life of their own": (
        {}, {}, "FROM node:22.1.0\n", "FROM node:22.3.1\n",
    ),
    "a channel is named, and nothing more": ({}, {}, "FROM nginx:stable\n", "FROM nginx:1.30.4\n"),
    "a line that has ended is led to by nothing": ({}, {}, "FROM haproxy:2.8\n", "FROM haproxy:2.8\n"),
    "no further than the policy": (
        {"update": "patch"}, {}, "FROM python:3.12.4-slim\n", "FROM python:3.12.9-slim\n",
    ),
    "a stated range makes majors safe": (
        {"range": ">=3"}, {}, "FROM python:3.12.4-slim\n", "FROM python:4.0.0-slim\n",
    ),
    "no pins unless they are required": ({}, {}, "FROM redis:7.4.2\n", "FROM redis:7.4.2\n"),
    "required pins": ({"pin": "required"}, {}, "FROM redis:7.4.2\n", f"FROM redis:7.4.2@{digest('d')}\n"),
    "an update and the digest of what it leads to": (
        {"pin": "required"}, {}, "FROM redis:7.4.1 AS a\n", f"FROM redis:7.4.2@{digest('d')} AS a\n",
    ),
    "only the rules that are named": (
        {}, {"select": frozenset({"no-digest"})}, "FROM redis:7.4.1\nFROM redis:7.4.2\n",
        f"FROM redis:7.4.1\nFROM redis:7.4.2@{digest('d')}\n",
    ),
    "a shared default once": (
        {}, {}, "ARG V=3.12.4\nFROM python:${V}-slim\nFROM python:${V}-slim\n",
        "ARG V=3.12.9\nFROM python:${V}-slim\nFROM python:${V}-slim\n",
    ),
    "what is ignored stays": (
        {}, {}, "# moorage: ignore[outdated]\nFROM redis:7.4.1\n", "# moorage: ignore[outdated]\nFROM redis:7.4.1\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("policy", "choice", "before", "after"), CASES.values(), ids=CASES.keys())
def test_fix_all(policy, choice, before, after):
    once = after_all(before, VIEW, policy, **choice)
    assert once == after
    assert after_all(once, VIEW, policy, **choice) == once


def test_unsafe_fixes_on_request():
    before = "FROM python:3.12.5-slim\n"
    assert after_all(before, VIEW) == before
    (refused,) = mended(before, VIEW).refused
    assert refused.finding.rule == "unknown-tag"
    assert refused.reason.endswith("this changes what is meant, so it is left to you")
    assert after_all(before, VIEW, unsafe=True) != before


def test_what_was_done_is_told():
    done = mended("FROM redis:7.4.1\n", VIEW, {"pin": "required"})
    assert [finding.rule for finding, _ in done.applied] == ["outdated", "no-digest"]
    assert len(done.edits) == 1
    assert done.refused == ()


_LINES = st.sampled_from(
    [
        "FROM python:3.12.4-slim",
        "FROM python:3.12.9-slim AS a",
        "FROM python:latest",
        "FROM redis",
        "FROM redis:7.4.1",
        f"FROM redis:7.4.1@{digest('1')}",
        "ARG V=7.4.1",
        "FROM redis:${V}",
        "FROM Redis",
        "COPY --from=redis:7.4.1 / /",
        "RUN --mount=from=python:3.12.4-slim true",
        "# moorage: ignore[outdated]",
        "# moorage: pin=off",
    ]
)
_POLICY = st.fixed_dictionaries(
    {"update": st.sampled_from(["patch", "minor", "major"]), "pin": st.sampled_from(["off", "wanted", "required"])}
)


@given(st.lists(_LINES, max_size=8), _POLICY, st.booleans())
def test_a_second_time_changes_nothing(lines, policy, unsafe):
    once = after_all("\n".join(lines), VIEW, policy, unsafe=unsafe)
    assert after_all(once, VIEW, policy, unsafe=unsafe) == once
