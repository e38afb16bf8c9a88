"""Places with a value for each run of a matrix: little is said of them, and each value stays on its line."""

from moorage.analysis import analyse
from moorage.documents.ci import github_actions
from moorage.documents.detect import detect, format_named
from moorage.features.actions import actions_at
from moorage.project.links import Links
from moorage.text import Edit, Span, apply_edits
from support.look import facts, project

PYTHON = [
    "3.9",
    "3.9.1-slim",
    "3.9.25-slim",
    "3.11.1-slim",
    "3.11.14-slim",
    "3.14.2-slim",
    "3.14",
    "4.0.0-slim",
    "latest",
]


def workflow(values, image="python:${{ matrix.v }}"):
    return f"on: push\njobs:\n  a:\n    strategy: {{matrix: {{v: [{values}]}}}}\n    container: {image}\n"


def findings(text, view, policy=None):
    document = github_actions.read("w.yml", text)
    return [f"{f.rule}: {f.message}" for f in analyse(document, project(policy), view)]


def after(text, view, title):
    """The text after the action whose title begins so."""
    document = github_actions.read("w.yml", text)
    place = document.usages[0].span
    action = next(a for a in actions_at(document, Span(place.start, place.end), project(), view) if title in a.title)
    return apply_edits(text, [Edit(e.span, e.new) for e in action.edits(view)])


def test_a_finding_says_which_value_it_is_about():
    said = findings(workflow("3.9.99-slim, 3.11.14-slim"), facts(tags={"python": PYTHON}))
    assert len(said) == 1
    assert said[0].startswith("unknown-tag: python has no tag 3.9.99-slim")
    assert said[0].endswith("(for matrix.v = 3.9.99-slim)")


def test_each_value_stays_on_its_line_and_is_edited_where_it_stands():
    text = workflow("3.9.1-slim, '3.11.1-slim'")
    view = facts(tags={"python": PYTHON})
    first, second = findings(text, view)
    assert first.startswith("outdated: python:3.9.1-slim is behind: 3.9.25-slim is")
    assert "3.11.14" not in first and "3.14" not in first
    assert second.startswith("outdated: python:3.11.1-slim is behind: 3.11.14-slim is")
    assert after(text, view, "3.11.14-slim") == text.replace("3.11.1-slim", "3.11.14-slim")


def test_a_line_that_is_tested_on_purpose_is_no_finding():
    assert findings(workflow('"3.9", "3.14"'), facts(tags={"python": PYTHON})) == []
    assert findings(workflow("python, 'python:latest'", "${{ matrix.v }}"), facts(tags={"python": PYTHON})) == []


def test_what_is_no_matrix_but_one_value_is_judged_as_ever():
    said = findings(workflow("'3.9'"), facts(tags={"python": PYTHON}))
    assert [line.partition(":")[0] for line in said] == ["end-of-life", "outdated"]


def test_no_value_becomes_another_one_of_the_same_place():
    view = facts(tags={"acme/x": ["1.2.3", "1.2.4", "1.2.5"]})
    said = findings(workflow("1.2.4, 1.2.5", "acme/x:${{ matrix.v }}"), view)
    assert said == []


def test_other_pipelines_are_judged_alike():
    text = "matrix: {V: ['3.9', '3.14']}\nsteps: [{image: 'python:${V}'}]\n"
    document = format_named("woodpecker").reader().read(".woodpecker.yml", text)
    assert [u.choices for u in document.usages] == [("python:3.9", "python:3.14")] * 2
    assert list(analyse(document, project(), facts(tags={"python": PYTHON}))) == []


MATRIX = """variable "LATEST" { default = "3.11.1" }
target "app" {
  name = "app-${replace(py, ".", "-")}"
  matrix = { py = ["3.9.1", LATEST] }
  contexts = { python = "docker-image://python:${py}-slim" }
  args = { PY = py }
}
"""


def bake_findings(view):
    """What is said of a Bake file whose target has a Dockerfile that reads an argument."""
    files = {"docker-bake.hcl": MATRIX, "Dockerfile": "ARG PY=3\nFROM python:${PY}-slim\n"}
    documents = {path: detect(path, text).reader().read(path, text) for path, text in files.items()}
    links = Links(documents.values(), documents.get)
    document = links.linked(documents["docker-bake.hcl"])
    return [f"{f.rule}: {f.message}" for f in analyse(document, project()._replace(links=links), view)]


def test_values_of_a_matrix_of_bake_are_told_apart_and_stay_on_their_lines():
    said = bake_findings(facts(tags={"python": PYTHON}))
    assert [line[: line.index(":", 10)] for line in said] == ["outdated: python"] * 4
    for old, new in (("3.9.1", "3.9.25"), ("3.11.1", "3.11.14")):
        of_this = [line for line in said if line.startswith(f"outdated: python:{old}-slim is behind: {new}-slim is")]
        assert len(of_this) == 2
        assert all(f"= {old}" in line[line.rindex("(for ") :] for line in of_this)
