"""Values that come from elsewhere are mended where they stand, when that is right for everybody who reads them."""

import pytest

from moorage.analysis import analyse
from moorage.documents import bake, dockerfile
from moorage.features.fixall import fix_all
from moorage.features.hover import hover
from moorage.features.navigation import origin
from moorage.project.links import Links
from moorage.text import Edit, apply_edits
from support.files import Files
from support.look import SEEN, facts, project

DOCKERFILE = "ARG PY=3.11.1\nFROM python:${PY}-slim\nFROM base\n"
BAKE = """variable "PYTHON" { default = "3.12.4" }
target "app" {
  args     = { PY = PYTHON }
  contexts = { base = "target:base" }
}
target "base" { context = "base" }
"""
VIEW = facts(tags={"python": ["3.11.1-slim", "3.11.9-slim", "3.12.4-slim", "3.12.9-slim"]})


def linked(text, files):
    """A Bake file among the Dockerfiles of a project."""
    documents = {path: dockerfile.read(path, content) for path, content in files.items()}
    document = bake.read("docker-bake.hcl", text)
    return Links([document], documents.get)


def mended(text, files, view=VIEW):
    """What fixing all makes of a Bake file."""
    links = linked(text, files)
    given = project()._replace(links=links)

    def read(texts):
        return links.linked(bake.read("docker-bake.hcl", texts["docker-bake.hcl"]))

    document = read({"docker-bake.hcl": text})
    edits = fix_all(document, analyse(document, given, view), view, project=given, reread=read).edits
    return apply_edits(text, [Edit(e.span, e.new) for e in edits])


def test_the_default_of_the_variable_is_edited():
    assert mended(BAKE, {"Dockerfile": DOCKERFILE}) == BAKE.replace("3.12.4", "3.12.9")


def test_not_where_another_from_would_have_no_such_tag():
    files = {"Dockerfile": "ARG PY\nFROM python:${PY}-slim AS a\nFROM python:${PY}-alpine\n"}
    view = facts(tags={"python": ["3.12.4-slim", "3.12.9-slim", "3.12.4-alpine"]})
    assert mended(BAKE, files, view) == BAKE
    both = facts(tags={"python": ["3.12.4-slim", "3.12.9-slim", "3.12.4-alpine", "3.12.9-alpine"]})
    assert mended(BAKE, files, both) == BAKE.replace("3.12.4", "3.12.9")


def test_an_argument_that_is_a_whole_reference():
    text = 'target "app" { args = { BASE = "python:3.12.4-slim" } }\n'
    assert mended(text, {"Dockerfile": "ARG BASE\nFROM ${BASE}\n"}) == text.replace("3.12.4", "3.12.9")


def test_what_the_dockerfile_adds_is_not_edited_from_afar():
    files = {"Dockerfile": "ARG NAME\nFROM ${NAME}:3.12.4-slim\n"}
    text = 'target "app" { args = { NAME = "python" } }\n'
    assert mended(text, files) == text


def at(word):
    """What hovering over a word of the Dockerfile shows."""
    links = linked(BAKE, {"Dockerfile": DOCKERFILE})
    document = links.linked(dockerfile.read("Dockerfile", DOCKERFILE))
    found = hover(document, DOCKERFILE.index(word), project()._replace(links=links), VIEW, SEEN)
    return found.text.plain()


def test_hover_on_a_from_shows_the_default_and_what_bake_makes_of_it():
    shown = at("python:$")
    assert "python:3.11.1-slim" in shown
    assert "python:3.12.4-slim with PY=3.12.4 from target app in docker-bake.hcl" in shown


def test_hover_and_definition_on_what_is_built_here():
    assert "built here by target base in docker-bake.hcl" in at("base\n")
    links = linked(BAKE, {"Dockerfile": DOCKERFILE})
    found = origin(dockerfile.read("Dockerfile", DOCKERFILE), DOCKERFILE.index("base\n"), links)
    assert (found.path, found.span.of(BAKE), BAKE[: found.span.start].count("\n")) == ("docker-bake.hcl", "base", 5)


def test_a_default_that_every_build_overrides_is_neither_asked_for_nor_judged():
    files = {"Dockerfile": DOCKERFILE}
    links = linked(BAKE, files)
    given = project()._replace(links=links)
    document = links.linked(dockerfile.read("Dockerfile", DOCKERFILE))
    assert [(u.expanded, u.overridden) for u in document.usages] == [("python:3.11.1-slim", True), ("base", False)]
    view = facts(tags={"python": ["3.11.1-slim", "3.11.9-slim"]})
    assert analyse(document, given, view) == ()
    assert not view.asked
    shown = at("python:$")
    assert "python:3.11.1-slim" in shown
    assert "sets another image, so no registry is asked" in shown


def test_a_default_that_one_build_takes_is_judged():
    plain = BAKE + 'target "plain" {}\n'
    links = linked(plain, {"Dockerfile": DOCKERFILE})
    document = links.linked(dockerfile.read("Dockerfile", DOCKERFILE))
    found = analyse(document, project()._replace(links=links), VIEW)
    assert "outdated" in [f.rule for f in found]


def test_hover_lists_which_builds_explain_a_name():
    plain = BAKE + 'target "plain" {}\n'
    links = linked(plain, {"Dockerfile": DOCKERFILE})
    document = links.linked(dockerfile.read("Dockerfile", DOCKERFILE))
    shown = hover(document, DOCKERFILE.index("base\n"), project()._replace(links=links), VIEW, SEEN).text.plain()
    assert "built here by target base in docker-bake.hcl; no registry is asked about it" in shown
    assert "given by target app in docker-bake.hcl" in shown
    assert "not given by target plain in docker-bake.hcl" in shown
    assert "given by" not in at("base\n")


def test_an_argument_of_a_dockerfile_that_is_written_inside():
    text = BAKE.replace(
        'context = "base"', 'dockerfile-inline = "ARG PY=3.11.1\\nFROM python:$${PY}-slim\\n"\n args = { PY = PYTHON }'
    )
    assert mended(text, {}) == text.replace("3.12.4", "3.12.9")


def hover_at(files, path, words):
    """What is shown where `words` stand in a file of a project, and where that leads: a path and the text there."""
    links, document = files.links(), files.links().linked(files.read(path))
    offset = files.texts[path].index(words)
    shown = hover(document, offset, project()._replace(links=links), VIEW, SEEN)
    found = origin(document, offset, links)
    return shown.text.plain(), found and (found.path, found.span.of(files.texts[found.path]))


@pytest.mark.parametrize(
    ("path", "text", "words", "built", "where"),
    [
        ("docker-bake.hcl", BAKE, "target:base", "target base", "base"),
        (
            "compose.yaml",
            'services:\n  api: {build: {additional_contexts: ["b=service:base"]}}\n  base: {build: base}\n',
            "service:base",
            "service base",
            "base",
        ),
    ],
)
def test_a_context_that_is_a_build_leads_to_it(path, text, words, built, where):
    shown, found = hover_at(Files({path: text}), path, words)
    assert shown == f"{words}\n\nbuilt here by {built} in {path}"
    assert found == (path, where)


def test_a_name_that_stands_for_an_image_says_which():
    bakefile = 'target "app" { contexts = { r = "docker-image://redis:7.2" } }\n'
    shown, found = hover_at(Files({"docker-bake.hcl": bakefile, "Dockerfile": "FROM r\n"}), "Dockerfile", "r\n")
    assert (
        shown == "r\n\ndocker-image://redis:7.2 under the name that context r of target app in docker-bake.hcl gives it"
    )
    assert found == ("docker-bake.hcl", "docker-image://redis:7.2")


def test_what_builds_set_is_said_once_and_what_no_default_makes_is_not_an_image():
    files = {
        "Dockerfile": "ARG GO\nFROM golang:${GO}-alpine\n",
        "docker-bake.hcl": 'target "app" { args = { GO = "1.24" } }\n',
        "docker-bake.override.hcl": 'target "app" { tags = ["acme"] }\n',
    }
    shown, _ = hover_at(Files(files), "Dockerfile", "golang")
    assert shown.startswith("golang:${GO}-alpine\n")
    assert shown.count("golang:1.24-alpine with GO=1.24") == 1
