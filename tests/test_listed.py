"""Text files that a policy lists under `files.text`."""

import pytest

from moorage.discover import find
from moorage.listed import Listed
from support.command import moorage

DIGEST = "sha256:" + "a" * 64
LINE = f"IMAGE = redis:7@{DIGEST}\n"


def manifest(*patterns):
    return "policy:\n  files:\n    text: [" + ", ".join(f"'{p}'" for p in patterns) + "]\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder that commands are called in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*paths):
    paths = paths or (".",)
    return sorted(item.path for item in find(paths, Listed(paths).texts) if getattr(item, "format", None))


def files(folder, text=LINE):
    for name in ("Makefile", "a/Makefile", "a/run.sh", "a/b/main.tf"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_patterns_are_those_of_gitignore_from_the_folder_of_the_policy(here):
    files(here)
    (here / "moorage.yaml").write_text(manifest("/Makefile", "*.tf"))
    assert found() == ["./Makefile", "./a/b/main.tf", "./moorage.yaml"]
    (here / "moorage.yaml").write_text(manifest("a/**"))
    assert found() == ["./a/Makefile", "./a/b/main.tf", "./a/run.sh", "./moorage.yaml"]


def test_the_nearest_policy_counts_and_none_beyond_a_repository(here):
    files(here)
    (here / "moorage.yaml").write_text(manifest("*.tf", "Makefile"))
    (here / "a/moorage.yaml").write_text(manifest("*.sh"))
    assert found() == ["./Makefile", "./a/moorage.yaml", "./a/run.sh", "./moorage.yaml"]
    (here / "a/moorage.yaml").unlink()
    (here / "a/.git").mkdir()
    assert found() == ["./Makefile", "./moorage.yaml"]


def test_a_policy_above_holds_within_its_repository(here, monkeypatch):
    files(here)
    (here / ".git").mkdir()
    (here / "moorage.yaml").write_text(manifest("*.tf"))
    monkeypatch.chdir(here / "a")
    assert found() == ["./b/main.tf"]
    assert found("b/main.tf") == ["b/main.tf"]


def test_without_a_policy_nothing_is_read(here):
    files(here)
    assert found() == []
    assert found("Makefile") == []


def test_a_known_format_stays_what_it_is(here):
    (here / "moorage.yaml").write_text(manifest("*"))
    (here / "Dockerfile").write_text("FROM redis\n")
    (here / "notes.yml").write_text(LINE)
    read = {item.path: item.format.id for item in find(["."], Listed(["."]).texts)}
    assert read == {"./Dockerfile": "dockerfile", "./moorage.yaml": "package", "./notes.yml": "text"}


def test_what_git_ignores_is_left_alone_unless_it_is_named(here):
    files(here)
    (here / "moorage.yaml").write_text(manifest("*.tf", "Makefile"))
    (here / ".gitignore").write_text("*.tf\n")
    assert found() == ["./Makefile", "./a/Makefile", "./moorage.yaml"]
    assert found("a/b/main.tf") == ["a/b/main.tf"]


def test_commands_read_them(here):
    (here / "moorage.yaml").write_text(manifest("Makefile"))
    (here / "Makefile").write_text(LINE)
    listed = moorage("references", "--format", "json", cwd=here).json["usages"]
    assert [(row["format"], row["written"], row["line"], row["column"]) for row in listed] == [
        ("text", f"redis:7@{DIGEST}", 1, 9)
    ]
    report = moorage("check", "--offline", "--format", "json", cwd=here)
    assert report.json["files"] == 2
    assert moorage("references", "Makefile", cwd=here).out.startswith("Makefile:1:9: image redis:7@")


def test_a_binary_file_that_is_listed_gets_one_line(here):
    (here / "moorage.yaml").write_text(manifest("*.bin"))
    (here / "x.bin").write_bytes(b"\0\1")
    ran = moorage("references", cwd=here)
    assert ran.code == 0
    assert ran.err == "moorage: ./x.bin: it is a binary file\n"


def test_references_leaves_out_what_the_policy_leaves_out(here):
    files(here)
    for name in ("Dockerfile", "a/Dockerfile", "a/b/Dockerfile"):
        (here / name).write_text("FROM redis:7\n")
    (here / "moorage.yaml").write_text("policy: {files: {exclude: [a/b/, /Dockerfile]}}\n")
    assert moorage("references", cwd=here).out == "./a/Dockerfile:1:6: base redis:7\n"
    assert moorage("references", "a", cwd=here).out == "a/Dockerfile:1:6: base redis:7\n"
    assert moorage("references", "a/b/Dockerfile", cwd=here).out == "a/b/Dockerfile:1:6: base redis:7\n"
    (here / "a/moorage.yaml").write_text("policy: {files: {include: ['*.sh']}}\n")
    assert moorage("references", "a", cwd=here).out == ""
