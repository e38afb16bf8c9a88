"""Stages: where they are defined, used, and how they are renamed."""

import pytest

from moorage.documents import dockerfile
from moorage.errors import MoorageError
from moorage.features.navigation import definition, references, rename, renameable
from moorage.text import Edit, apply_edits
from support.edit import read

FILE = """FROM golang:1.25 AS Build
FROM build AS test
COPY --chown=1 --from=BUILD /a /b
COPY --from=0 /a /b
RUN --mount=type=bind,from=build,target=/x true
FROM test
"""


def at(text, word, occurrence=0):
    offset = -1
    for _ in range(occurrence + 1):
        offset = text.index(word, offset + 1)
    return offset + 1


@pytest.mark.parametrize("word", ["Build", "build AS", "BUILD", "0 /a", "build,target"])
def test_definition_of_each_word_that_means_the_stage(word):
    assert definition(dockerfile.read("Dockerfile", FILE), at(FILE, word) - 1).of(FILE) == "Build"


def test_a_stage_without_a_name_is_defined_by_its_from():
    text = "FROM golang:1.25\nFROM alpine:3\nCOPY --from=0 / /\n"
    assert definition(dockerfile.read("Dockerfile", text), at(text, "=0")).of(text) == "FROM golang:1.25"


def test_references_in_the_order_of_the_text():
    document = dockerfile.read("Dockerfile", FILE)
    words = [span.of(FILE) for span in references(document, at(FILE, "Build"))]
    assert words == ["Build", "build", "BUILD", "0", "build"]
    assert len(references(document, at(FILE, "Build"), declaration=False)) == 4


def renamed(text, name):
    document, place = read(text)
    edits = rename(document, place.start, name, lambda changed: dockerfile.read("Dockerfile", changed))
    return apply_edits(document.text, [Edit(e.span, e.new) for e in edits])


def test_rename_changes_every_word_but_numbers():
    assert renamed(FILE.replace("Build", "Bu‸ild", 1), "Compile") == (
        FILE.replace("Build", "compile").replace("BUILD", "compile").replace("build", "compile")
    )


@pytest.mark.parametrize(
    ("text", "name", "why"),
    [
        ("FROM a AS b‸\n", "1x", "is no stage name"),
        ("FROM a AS b‸\n", "", "is no stage name"),
        ("FROM a AS b‸\nFROM c AS d\n", "D", "there is a stage 'd' already"),
        ("FROM a AS b‸\nFROM c\n", "c", "another line would mean something else"),
        ("FROM a AS b\nFROM c\nCOPY --from=‸0 / /\n", "x", "no stage name here"),
        ("FROM ‸a AS b\n", "x", "no stage name here"),
    ],
)
def test_a_rename_that_would_go_wrong_is_refused(text, name, why):
    with pytest.raises(MoorageError, match=why):
        renamed(text, name)


def test_what_can_be_renamed():
    document, place = read("FROM a AS b\nCOPY --from=b‸ / /\n")
    assert renameable(document, place.start).of(document.text) == "b"
    document, place = read("FROM a\nCOPY --from=0‸ / /\n")
    assert renameable(document, place.start) is None
