"""What is built around the files that were asked for: which files are read for that, and which are not."""

import pytest

from moorage.surroundings import build_files, may_build, read_document

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
