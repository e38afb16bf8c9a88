"""What is shown under the cursor."""

import pytest

from moorage.documents.kubernetes import helm_values
from moorage.features.hover import ago, hover
from support.edit import shown
from support.look import SEEN, digest, facts, project

TAGS = {"python": ["3.12.4-slim", "3.12.9-slim"]}


def test_an_image_with_everything_that_is_known():
    view = facts(
        tags=TAGS,
        digests={"python:3.12.4-slim": digest("a")},
        indexes={("python", digest("a")): {"linux/amd64": digest("b"), "linux/arm64/v8": digest("c")}},
    )
    assert shown("FROM python:3.12.4‸-slim\n", view, {"update": "minor"}, now=SEEN + 7200) == (
        "python:3.12.4-slim\n"
        "docker.io/library/python\n"
        "\n"
        "version 3.12.4, variant slim\n"
        f"digest {digest('a')}\n"
        "platforms linux/amd64, linux/arm64/v8\n"
        "newer: 3.12.9-slim, the newest patch of 3.12\n"
        "python 3.12 is supported until 2028-10-31\n"
        "2 tags seen 2 hours ago\n"
        "\n"
        "update up to minor, from the user's file\n"
        "\n"
        "python:3.12.4-slim is behind: 3.12.9-slim is the newest patch of 3.12"
    )


@pytest.mark.parametrize(
    ("text", "view", "line"),
    [
        ("FROM python:3.12.9-sl‸im\n", facts(tags=TAGS), "the newest on its line"),
        ("FROM pyt‸hon\n", facts(), "no tag, so latest"),
        ("FROM python:lat‸est\n", facts(), "channel"),
        ("FROM python:3.13.0rc‸1\n", facts(), "version 3.13.0, prerelease rc.1"),
        ("FROM python:‸3\n", facts(), "docker.io has not been asked yet"),
        (
            "FROM python:‸3\n",
            facts(unreachable=["python"]),
            "docker.io could not be asked just now: no answer within 30 s",
        ),
        (
            "FROM python:‸3\n",
            facts(absent=["python"]),
            "docker.io/library/python is not there, or not for us (asked just now)",
        ),
        (
            f"FROM python:‸3@{digest('a')}\n",
            facts(digests={"python:3": digest("b")}),
            "pinned to sha256:aaaaaaaaaaaa; the tag means sha256:bbbbbbbbbbbb now",
        ),
        (f"FROM python@{digest('a')}‸\n", facts(), f"pinned to {digest('a')}"),
        ("# moorage: range=^3.12\nFROM python:‸3\n", facts(), "range ^3.12, from a directive"),
        ("# moorage: ignore[no-digest]\nFROM python:‸3\n", facts(), "ignored here: no-digest"),
        ("ARG V=3\nFROM python:${V}‸\n", facts(), "V=3"),
        ("ARG V=‸3\nFROM python:${V}\n", facts(), "python:3"),
        ("FROM go:1 AS build\nFROM ‸build\n", facts(), "stage build, from go:1"),
        ("FROM go:1 AS build\nFROM x\nCOPY --from=‸0 / /\n", facts(), "stage build, from go:1"),
        ("FROM Py‸thon\n", facts(), "the repository name 'Python' must be lower case"),
    ],
)
def test_one_line_of_it(text, view, line):
    assert line in shown(text, view).splitlines()


@pytest.mark.parametrize("text", ["FROM scratch‸\n", "FROM python:3\nRUN ec‸ho\n", "‸\nFROM python:3\n"])
def test_nothing_is_shown_where_no_image_is_named(text):
    assert shown(text) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "just now"),
        (-5, "just now"),
        (59, "just now"),
        (60, "1 minute ago"),
        (7200, "2 hours ago"),
        (90000, "1 day ago"),
    ],
)
def test_ages(seconds, words):
    assert ago(seconds) == words


def test_a_name_to_which_a_chart_gives_the_tag_does_not_mean_latest():
    document = helm_values.read("values.yaml", "image: {repository: python}\n")
    view = facts(tags=TAGS, digests={"python:latest": digest("a")})
    text = hover(document, document.usages[0].span.start, project(), view, SEEN).text.plain()
    assert "a chart puts its own behind it" in text and "latest" not in text and digest("a") not in text
