"""What could be written at the cursor."""

import pytest

from support.edit import completed, completion, labels
from support.look import digest, facts

PY = ["3.9.1", "3.12.4-slim", "3.12.4", "3.13.0rc1", "3.13.1", "3.12.9-slim", "latest", f"sha256-{'a' * 64}.sig"]
VIEW = facts(tags={"python": PY, "ghcr.io/acme/api": ["1", "2"]})


@pytest.mark.parametrize(
    "text",
    [
        "FROM python:‸",
        "FROM python:‸\nRUN x\n",
        "FROM scratch\nCOPY --from=python:‸ /a /b\n",
        "FROM scratch\nRUN --mount=from=python:‸,target=/a true\n",
        "ARG R=python\nFROM ${R}:‸\n",
        "FROM docker.io/library/python:‸\n",
    ],
)
def test_tags_newest_first_without_attachments(text):
    found = labels(text, VIEW)
    assert found.index("3.13.1") < found.index("3.12.9-slim") < found.index("3.9.1")
    assert not [tag for tag in found if tag.startswith("sha256-")]


def test_the_line_being_edited_comes_first():
    assert labels("FROM python:3.12.4-slim‸\n", VIEW)[0] == "3.12.4-slim"
    assert labels("FROM python:‸3.12.4-slim\n", VIEW)[:2] == ["3.12.9-slim", "3.12.4-slim"]


def test_what_begins_with_the_typed_text_comes_before_what_holds_it():
    assert labels("FROM python:slim‸\n", VIEW) == ["3.12.9-slim", "3.12.4-slim"]
    assert labels("FROM python:3.1‸\n", VIEW)[-1] != "3.9.1"


def test_a_tag_that_is_typed_in_full_comes_first():
    view = facts(tags={"node": ["jod-alpine3.24", "jod", "jessie", "jod-slim"]})
    assert labels("FROM node:jod‸\n", view) == ["jod", "jod-alpine3.24", "jod-slim"]


@pytest.mark.parametrize(
    "text", ["FROM python:‸3.9.1 AS a\n", "FROM python:3.9‸.1 AS a\n", "FROM python:3.9.1‸ AS a\n"]
)
def test_the_whole_tag_is_replaced(text):
    if "3.13.1" in labels(text, VIEW):
        assert completed("3.13.1", text, VIEW) == "FROM python:3.13.1 AS a\n"
    assert completed("3.9.1", text, VIEW) == "FROM python:3.9.1 AS a\n"


def test_another_tag_drops_the_digest_unless_its_own_is_known():
    text = f"FROM python:‸3.9.1@{digest('a')} AS a\n"
    assert completed("3.13.1", text, VIEW) == "FROM python:3.13.1 AS a\n"
    assert completed("3.9.1", text, VIEW) == text.replace("‸", "")
    known = facts(tags={"python": PY}, digests={"python:3.13.1": digest("b")})
    assert completed("3.13.1", text, known) == f"FROM python:3.13.1@{digest('b')} AS a\n"


def test_at_most_200_and_then_incomplete():
    found = completion("FROM python:‸", facts(tags={"python": [f"1.{i}" for i in range(500)]}))
    assert (len(found.candidates), found.incomplete) == (200, True)
    assert found.candidates[0].label == "1.499"


@pytest.mark.parametrize(
    ("view", "incomplete"),
    [
        pytest.param(facts(final=False), True, id="facts may still come"),
        pytest.param(facts(final=True), False, id="nobody will fetch them"),
        pytest.param(facts(absent=["python"]), False, id="there is no such repository"),
        pytest.param(facts(unreachable=["python"]), False, id="no answer"),
        pytest.param(facts(tags={"python": ["1"]}, complete=False), True, id="a list that was cut short"),
        pytest.param(facts(tags={"python": ["1"]}), False, id="all is known"),
    ],
)
def test_incomplete_while_facts_arrive(view, incomplete):
    assert completion("FROM python:‸", view).incomplete is incomplete


STAGES = "FROM golang:1.25 AS builder\nFROM alpine:3.22 AS Test\nFROM debian:13\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("COPY --from=‸ /a /b\n", ["builder", "test"]),
        ("COPY --from=bu‸ /a /b\n", ["builder", "test"]),
        ("RUN --mount=from=‸,target=/a true\n", ["builder", "test"]),
    ],
)
def test_stages_above_and_repositories_of_the_file(line, expected):
    found = labels(STAGES + line)
    assert found[: len(expected)] == expected
    assert found[-3:] == ["golang", "alpine", "debian"]


def test_from_offers_the_stages_above_it():
    assert labels("FROM golang:1.25 AS builder\nFROM ‸\nFROM x AS later\n") == ["builder", "golang", "x"]


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("# moorage: ‸", {"ignore[]", "ignore-file[]", "range=", "pin=", "until="}),
        ("# moorage: ig‸", {"ignore[]"}),
        ("# moorage: ignore[‸]", {"outdated", "no-tag", "no-digest"}),
        ("# moorage: ignore[no-tag,out‸]", {"outdated"}),
        ("# moorage: pin=‸", {"off", "wanted", "required"}),
        ("# moorage: range=^3 update=‸", {"patch", "minor", "major"}),
    ],
)
def test_directives(line, some):
    assert some <= set(labels(line + "\nFROM python\n"))


def test_a_digest_can_be_completed_when_it_is_known():
    view = facts(digests={"python:3.9.1": digest("a")})
    assert completed(digest("a"), "FROM python:3.9.1@‸\n", view) == f"FROM python:3.9.1@{digest('a')}\n"


@pytest.mark.parametrize(
    ("before", "tag", "after"),
    [
        ("newTag: ‸", "3.10", 'newTag: "3.10"'),
        ("newTag: 3.1‸", "3.10", 'newTag: "3.10"'),
        ("newTag: '3.1‸'", "3.10", "newTag: '3.10'"),
        ("newTag: ‸", "22", 'newTag: "22"'),
        ("newTag: 3‸", "3.10.1", "newTag: 3.10.1"),
    ],
)
def test_a_tag_that_would_be_a_number_gets_quotes(before, tag, after):
    text = "images:\n- name: python\n  {}\n"
    view = facts(tags={"python": ["3.9", "3.10", "3.10.1", "22"]})
    assert completed(tag, text.format(before), view, "kustomization.yaml") == text.format(after)
