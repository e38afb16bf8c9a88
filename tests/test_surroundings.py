"""What is built around the files that were asked for: which files are read for that, and which are not."""

import pytest

from moorage import surroundings
from moorage.documents import dockerfile
from moorage.surroundings import Surroundings, build_files, may_build, read_document

BUILDS = "services: {a: {build: .}}\n"
RUNS = "services: {a: {image: acme/a}}\n"


@pytest.mark.parametrize(
    ("path", "form", "text", "expected"),
    [
        ("compose.yaml", "compose", BUILDS, True),
        ("compose.yaml", "compose", RUNS, False),
        ("compose.prod.yaml", "compose", RUNS, False),
        ("base/compose.prod.yaml", "compose", RUNS, True),
        ("compose.yaml", "compose", "services: {a: {extends: {file: x.yaml, service: a}}}\n", True),
        (".github/workflows/ci.yml", "github-actions", "jobs: {}\n", False),
        (".github/workflows/ci.yml", "github-actions", "uses: docker/build-push-action@v6\n", True),
        ("docker-bake.hcl", "bake", "", True),
        ("pod.yaml", "kubernetes", "", False),
    ],
)
def test_what_may_say_a_build(tmp_path, path, form, text, expected):
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "compose.yaml").write_text(BUILDS)
    assert may_build(str(tmp_path / path), form, text) == expected


def test_files_that_speak_of_the_folder_above_them(tmp_path):
    for name in ("compose.yaml", ".devcontainer/devcontainer.json", ".github/workflows/ci.yml", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(RUNS)
    found = [path.removeprefix(tmp_path.as_posix()) for path in build_files(tmp_path.as_posix())]
    assert found == ["/compose.yaml", "/.devcontainer/devcontainer.json", "/.github/workflows/ci.yml"]
    assert read_document((tmp_path / "compose.yaml").as_posix()) is None


def test_of_many_build_files_those_that_may_lead_to_the_named_file_are_read(tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    for n in range(20):
        (tmp_path / f"compose.s{n}.yaml").write_text(
            f"services: {{a{n}: {{build: {{context: d{n}, args: {{V: '{n}'}}}}}}}}\n"
        )
    named = tmp_path / "d7" / "Dockerfile"
    read = []
    monkeypatch.setattr(surroundings, "read_document", lambda path: read.append(path) or read_document(path))
    document = dockerfile.read(named.as_posix(), "ARG V=1\nFROM acme:$V\n")
    links = Surroundings([(named.as_posix(), document)], [named.as_posix()]).links()
    assert [path.rpartition("/")[2] for path in read] == ["compose.s7.yaml"]
    assert [given.expanded for given in links.given(document, document.usages[0])] == ["acme:7"]
