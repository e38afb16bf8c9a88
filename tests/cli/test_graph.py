"""`moorage graph`: what is drawn, and that nothing in a file's names gets out of its quotes."""

import json

import pytest

from support.command import moorage

FILES = {
    "docker-bake.hcl": 'target "base" { context = "base" }\n'
    'target "app" {\n  contexts = { base = "target:base" }\n  target = "run"\n  tags = ["acme/app:1"]\n}\n',
    "Dockerfile": "FROM golang:1.25 AS build\nFROM base AS run\nCOPY --from=build / /\nCOPY --from=busybox:1 / /\n",
    "base/Dockerfile": "FROM debian:12\n",
    "compose.yaml": "services:\n  app: {image: acme/app:1}\n  db: {image: postgres:16}\n",
}

TEXT = """./compose.yaml
  service app
    uses target app in ./docker-bake.hcl
  service db
    uses postgres:16
./docker-bake.hcl
  target base
    reads ./base/Dockerfile
  target app
    reads ./Dockerfile
    builds stage run in ./Dockerfile
    takes target base
    gives acme/app:1
./Dockerfile
  stage build
    from golang:1.25
  stage run
    from target base in ./docker-bake.hcl
    copies from busybox:1
    copies from stage build
./base/Dockerfile
  stage 0
    from debian:12
"""


@pytest.fixture
def shop(tmp_path):
    """A folder with the files above."""
    for name, text in FILES.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return tmp_path


def blocks(text):
    """The blocks of the text form, in any order: a line that is not indented begins one."""
    return sorted(("\n" + text).replace("\n./", "\n\n./").split("\n\n"))


def test_text(shop):
    ran = moorage("graph", cwd=shop)
    assert blocks(ran.out) == blocks(TEXT)
    assert ran.code == 0


def test_json(shop):
    graph = moorage("graph", ".", "--format", "json", cwd=shop).json
    assert graph["version"] == 1
    kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
    assert set(kinds.values()) == {"file", "service", "target", "stage", "image"}
    assert all(edge["from"] in kinds and edge["to"] in kinds for edge in graph["edges"])
    edge = {"from": "target:./docker-bake.hcl#app", "to": "target:./docker-bake.hcl#base", "kind": "context"}
    assert edge in graph["edges"]


@pytest.mark.parametrize(("form", "first"), [("dot", "digraph moorage {"), ("mermaid", "flowchart LR")])
def test_drawings_begin_as_they_must(shop, form, first):
    lines = moorage("graph", "--format", form, cwd=shop).out.splitlines()
    assert lines[0] == first
    assert any("golang:1.25" in line for line in lines)


CONTEXTS = {
    "docker-bake.hcl": """\
group "default" { targets = ["web", "ci"] }
group "ci" { targets = ["lint", "nowhere"] }
target "web" {
  contexts = { src = "./src", base = "docker-image://alpine:3.20", up = "../shared", far = "https://example.com/x.git" }
  args = { NODE = "22.1" }
}
target "lint" {
  dockerfile-inline = "FROM golangci/golangci-lint:v2.1\\nCOPY --from=web / /\\n"
  contexts = { web = "target:web" }
}
""",
    "Dockerfile": "ARG NODE=20\nFROM node:${NODE} AS b\nFROM base\nCOPY --from=src / /\nRUN --mount=from=up true\n",
}

CONTEXTS_TEXT = """./Dockerfile
  stage b
    from node:22.1
  stage 1
    from alpine:3.20
    copies from ./src
    mounts ../shared
./docker-bake.hcl
  target web
    reads ./Dockerfile
    takes ./src
    takes alpine:3.20
    takes ../shared
    takes https://example.com/x.git
    from node:22.1
  target lint
    takes target web
    from golangci/golangci-lint:v2.1
    copies from target web
  group default
    builds target web
    builds group ci
  group ci
    builds target lint
"""


def test_contexts_arguments_and_groups_hang_on_their_targets(tmp_path):
    for name, text in CONTEXTS.items():
        (tmp_path / name).write_text(text)
    assert moorage("graph", cwd=tmp_path).out == CONTEXTS_TEXT
    assert '["stage b"]' in moorage("graph", "--format", "mermaid", cwd=tmp_path).out
    assert 'label="stage b"' in moorage("graph", "--format", "dot", cwd=tmp_path).out


def test_names_stay_in_their_quotes(tmp_path):
    (tmp_path / 'a"b <script>').mkdir()
    (tmp_path / 'a"b <script>' / "Dockerfile").write_text("FROM alpine:3\n")
    assert 'a\\"b <script>' in moorage("graph", "--format", "dot", cwd=tmp_path).out
    drawn = moorage("graph", "--format", "mermaid", cwd=tmp_path).out
    assert "a#34;b #60;script#62;" in drawn
    assert "<script>" not in drawn
    assert json.loads(moorage("graph", "--format", "json", cwd=tmp_path).out)["nodes"]


def test_nothing_to_draw(tmp_path):
    ran = moorage("graph", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "")


def test_what_is_not_known_is_drawn_as_it_is_written_and_nothing_is_not_drawn(tmp_path):
    (tmp_path / "docker-bake.hcl").write_text(
        'target "app" {\n  contexts = { base = "docker-image://" }\n  tags = ["", false ? "x" : ""]\n}\n'
    )
    (tmp_path / "Dockerfile").write_text("ARG V\nFROM python:${V}\n")
    drawn = json.loads(moorage("graph", "--format", "json", cwd=tmp_path).out)
    assert [node["name"] for node in drawn["nodes"] if node["kind"] == "image"] == ["python:${V}"]
