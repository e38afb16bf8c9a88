"""Rules that need no registry."""

import pytest

from moorage.analysis import analyse
from moorage.documents.kubernetes import helm_values
from moorage.severity import Severity
from support.look import facts, fixes, found, look, marked, project


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FROM Python:3.12\n", ["invalid-reference: 'Python:3.12' is no image reference: the repository name"]),
        ("FROM python:\n", ["invalid-reference: 'python:' is no image reference: the tag after ':' is missing"]),
        ("ARG V=3\nFROM python:${V\n", ["invalid-reference: 'python:${V' is no image reference"]),
        ("ARG IMAGE\nFROM $IMAGE\n", []),
        ("ARG V\nFROM python:$V\n", []),
        ("FROM scratch\n", []),
        ("FROM scratch AS a\nCOPY --from=7 /a /b\n", ["unknown-stage: "]),
        ("FROM scratch AS a\nCOPY --from=$X /a /b\n", ["unknown-stage: "]),
        ("FROM python\n", ["no-tag: python has no tag, so it means python:latest"]),
        ("FROM python@sha256:" + "a" * 64 + "\n", []),
        ("FROM python:latest\n", ["channel-tag: 'latest' is a channel of python"]),
        ("FROM nginx:stable-alpine\n", ["channel-tag: 'stable-alpine' is a channel of nginx"]),
        ("FROM ubuntu:jammy\n", ["no-digest: ubuntu:jammy is not pinned to a digest"]),
        ("FROM python:3.12.4-slim\n", ["no-digest: python:3.12.4-slim is not pinned to a digest"]),
        ("# syntax=docker/dockerfile:1\nFROM scratch\n", []),
    ],
)
def test_what_is_said(text, says):
    said = look(text)
    assert len(said) == len(says), said
    for line, start in zip(said, says, strict=True):
        assert line.startswith(start), line


def test_findings_stand_at_the_part_that_is_wrong():
    assert marked("FROM Python:3.12\n") == [("invalid-reference", "Python")]
    assert marked("FROM nginx:stable-alpine\n") == [("channel-tag", "stable-alpine")]


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("FROM Python:3.12-Slim\n", "FROM python:3.12-Slim\n"),
        ("FROM ghcr.io/Acme/App:1 AS x\n", "FROM ghcr.io/acme/app:1 AS x\n"),
        ("FROM Python:\n", None),
        ("ARG V=3\nFROM Python:$V\n", None),
        ("FROM python:${V\n", None),
    ],
)
def test_a_repository_in_upper_case_may_be_written_in_lower_case(text, after):
    offered = fixes(text, "invalid-reference")
    assert [(safe, result) for _, safe, result in offered] == ([(False, after)] if after else [])


NEAR = "FROM golang:1.27.1@sha256:" + "a" * 64 + " AS builder\nFROM scratch\nCOPY --from={} /a /b\n"


@pytest.mark.parametrize("name", ["bulder", "bui1der", "builderr", "biulder"])
def test_a_source_one_letter_from_a_stage_is_renamed(name):
    text = NEAR.format(name)
    assert marked(text) == [("near-stage", name)]
    assert fixes(text, "near-stage") == [("Rename to the stage builder", False, NEAR.format("builder"))]


@pytest.mark.parametrize("name", ["builder", "BUILDER", "build", "alpine:3", "x/builder"])
def test_other_sources_are_left_alone(name):
    assert "near-stage" not in [f.rule for f in found(NEAR.format(name))]


def test_pins_are_wanted_required_or_off():
    text = "FROM python:3.12.4\n"
    assert [f.severity for f in found(text)] == [Severity.HINT]
    assert [f.severity for f in found(text, policy={"pin": "required"})] == [Severity.ERROR]
    assert found(text, policy={"pin": "off"}) == ()
    assert [f.severity for f in found(text, policy={"pin": "required", "rules": {"no-digest": "warning"}})] == [
        Severity.WARNING
    ]


def test_a_frontend_is_pinned_only_where_pins_are_required():
    text = "# syntax=docker/dockerfile:1\nFROM scratch\n"
    assert [f.rule for f in found(text, policy={"pin": "required"})] == ["no-digest"]


class TestDirectives:
    def test_a_directive_silences_the_instruction_below_it_and_no_other(self):
        text = "# moorage: ignore[no-tag]\nFROM python\n\nFROM redis\n"
        assert marked(text) == [("no-tag", "redis")]

    def test_a_directive_for_the_file(self):
        assert found("FROM python\nFROM redis\n# moorage: ignore-file[no-tag]\n") == ()

    def test_a_directive_above_an_argument_governs_who_reads_it(self):
        assert found("# moorage: ignore[channel-tag]\nARG V=latest\nFROM python:$V\n") == ()

    def test_a_directive_inside_a_continuation_or_a_heredoc_is_none_of_the_next_instruction(self):
        text = "FROM scratch\nRUN <<EOF\n# moorage: ignore[no-tag]\nEOF\nFROM python\n"
        assert marked(text) == [("no-tag", "python")]

    def test_mistakes_stand_at_the_word(self):
        assert marked("# moorage: ignore[no-tga]\nFROM python:3.14.1\n") == [
            ("directive-error", "no-tga"),
            ("no-digest", "python:3.14.1"),
        ]

    def test_one_that_ignores_nothing_is_removed(self):
        text = "FROM scratch AS x\n  # moorage: ignore[no-tag]\nFROM python@sha256:" + "a" * 64 + "\n"
        [(title, safe, after)] = fixes(text, "unused-directive")
        assert (title, safe) == ("Remove the directive", True)
        assert after == text.replace("  # moorage: ignore[no-tag]\n", "")

    def test_one_whose_facts_are_missing_is_kept(self):
        assert "unused-directive" not in [f.rule for f in found("# moorage: ignore[outdated]\nFROM python:3.12.4\n")]

    def test_one_that_ended_or_governs_nothing_is_said(self):
        said = look("# moorage: ignore[no-tag] until=2026-01-01\nFROM scratch\n")
        assert said == ["unused-directive: this directive ended on 2026-01-01"]
        said = look("FROM scratch\n# moorage: pin=off\n")
        assert said == ["unused-directive: no image is named in what stands below this directive"]


@pytest.mark.parametrize(
    "values",
    [
        'image:\n  repository: nginx\n  tag: ""\n',
        "image:\n  repository: nginx\n",
        "image: nginx\n",
        "image: nginx\nversion: 1.29.3\n",
    ],
)
def test_a_chart_puts_a_tag_behind_a_name_that_stands_alone(values):
    document = helm_values.read("values.yaml", values)
    assert len(document.usages) == 1
    assert analyse(document, project(), facts()) == ()
