"""`moorage references` as a user calls it."""

import csv
import io
import json
import subprocess
import sys

import pytest

from moorage.cli.main import main

FILES = {
    "Dockerfile": "# syntax=docker/dockerfile:1\nARG V=16\nFROM node:$V AS Build\nCOPY --from=busybox a b\n",
    "api/Dockerfile": "FROM --platform=linux/arm64 ghcr.io/acme/base@sha256:" + "a" * 64 + "\nFROM node:latest\n",
    "web/Dockerfile": "FROM node:${NONE}\r\nFROM Bad\n",
}


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    """Runs `moorage references` in a folder with `FILES`; returns the exit code, the output and the messages."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, newline="")
    monkeypatch.chdir(tmp_path)

    def run(*args):
        code = main(["references", *args])
        out, err = capsys.readouterr()
        return code, out, err

    return run


def usages(run, *args):
    code, out, err = run("--format", "jsonl", *args)
    assert (code, err) == (0, "")
    return [json.loads(line) for line in out.splitlines()]


def test_every_field(run):
    assert usages(run, "Dockerfile")[1] == {
        "file": "Dockerfile",
        "format": "dockerfile",
        "role": "base",
        "line": 3,
        "column": 6,
        "end_line": 3,
        "end_column": 13,
        "stage": 0,
        "stage_name": "build",
        "platform": None,
        "written": "node:$V",
        "expanded": "node:16",
        "values": [],
        "registry": "docker.io",
        "repository": "library/node",
        "tag": "16",
        "digest": None,
        "editable": True,
        "built_by": None,
        "problem": None,
    }


def test_all_usages_in_order(run):
    rows = [(u["file"], u["role"], u["expanded"], u["platform"]) for u in usages(run)]
    assert rows == [
        ("./Dockerfile", "frontend", "docker/dockerfile:1", None),
        ("./Dockerfile", "base", "node:16", None),
        ("./Dockerfile", "copy-source", "busybox", None),
        ("./api/Dockerfile", "base", "ghcr.io/acme/base@sha256:" + "a" * 64, "linux/arm64"),
        ("./api/Dockerfile", "base", "node:latest", None),
        ("./web/Dockerfile", "base", "node:", None),
        ("./web/Dockerfile", "base", "Bad", None),
    ]


def test_problems_are_listed_with_their_reason(run):
    problems = [u["problem"] for u in usages(run, "web")]
    assert problems == [
        {"code": "unset-variable", "message": "NONE has no default before the first FROM"},
        {"code": "invalid-reference", "message": "the repository name 'Bad' must be lower case"},
    ]


def test_an_unset_variable_does_not_hide_what_can_be_read(run, tmp_path):
    (tmp_path / "web/Dockerfile").write_text("FROM node:1$X\n")
    (usage,) = usages(run, "web")
    assert (usage["repository"], usage["tag"], usage["problem"]["code"]) == ("library/node", "1", "unset-variable")


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["--repository", "node"], ["node:16", "node:latest"]),
        (["--repository", "library/node"], ["node:16", "node:latest"]),
        (["--repository", "docker.io/library/n*"], ["node:16", "node:latest"]),
        (["--repository", "ghcr.io/*"], ["ghcr.io/acme/base@sha256:" + "a" * 64]),
        (["--repository", "nod"], []),
        (["--repository", "busybox", "--repository", "node", "--where", "tag"], ["node:16", "node:latest"]),
        (["--where", "tag=latest"], ["node:latest"]),
        (["--where", "tag=1*", "--where", "role=base"], ["node:16"]),
        (["--where", "digest"], ["ghcr.io/acme/base@sha256:" + "a" * 64]),
        (["--where", "no-digest", "--where", "no-tag", "--where", "no-problem"], ["busybox"]),
        (["--where", "problem=unset*"], ["node:"]),
        (["--where", "problem"], ["node:", "Bad"]),
        (["--where", "stage=1"], ["node:latest", "Bad"]),
        (["--where", "registry!=docker.io", "--where", "no-problem"], ["ghcr.io/acme/base@sha256:" + "a" * 64]),
        (["--where", "editable=false"], []),
        (["--where", "file=*api*", "--where", "tag"], ["node:latest"]),
    ],
)
def test_conditions(run, args, expected):
    assert [u["expanded"] for u in usages(run, *args)] == expected


def test_text(run):
    code, out, err = run("web", "Dockerfile")
    assert out.splitlines() == [
        "web/Dockerfile:1:6: base node:${NONE} = node: (NONE has no default before the first FROM)",
        "web/Dockerfile:2:6: base Bad (the repository name 'Bad' must be lower case)",
        "Dockerfile:1:10: frontend docker/dockerfile:1",
        "Dockerfile:3:6: base node:$V = node:16",
        "Dockerfile:4:13: copy-source busybox",
    ]
    assert (code, err) == (0, "")


def test_json(run):
    _, out, _ = run("--format", "json", "Dockerfile", "missing")
    said = json.loads(out)
    assert said["version"] == 1
    assert [u["written"] for u in said["usages"]] == ["docker/dockerfile:1", "node:$V", "busybox"]
    assert said["notices"] == [{"file": "missing", "line": None, "message": "there is no such file or folder"}]


def test_csv(run):
    _, out, _ = run("--format", "csv", "web")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(r["written"], r["stage"], r["tag"], r["editable"]) for r in rows] == [
        ("node:${NONE}", "0", "", "true"),
        ("Bad", "1", "", "true"),
    ]
    assert rows[1]["problem"] == "invalid-reference: the repository name 'Bad' must be lower case"


class TestGroups:
    def test_text(self, run):
        _, out, _ = run("--group-by", "repository", "--where", "role=base")
        assert [line for line in out.splitlines() if not line.startswith(" ")] == [
            "node: 2",
            "(none): 2",
            "ghcr.io/acme/base: 1",
        ]

    @pytest.mark.parametrize(
        ("group", "expected"),
        [
            ("tag", [(None, 4), ("1", 1), ("16", 1), ("latest", 1)]),
            ("file", [("./Dockerfile", 3), ("./api/Dockerfile", 2), ("./web/Dockerfile", 2)]),
        ],
    )
    def test_json(self, run, group, expected):
        _, out, _ = run("--group-by", group, "--format", "json")
        groups = json.loads(out)["groups"]
        assert [(g["key"], g["count"]) for g in groups] == expected
        assert [len(g["usages"]) for g in groups] == [n for _, n in expected]

    def test_csv_and_jsonl(self, run):
        _, out, _ = run("--group-by", "tag", "--format", "csv")
        assert out.splitlines() == ["key,count", ",4", "1,1", "16,1", "latest,1"]
        _, out, _ = run("--group-by", "tag", "--format", "jsonl")
        assert json.loads(out.splitlines()[1])["usages"][0]["expanded"] == "docker/dockerfile:1"


class TestBadInput:
    def test_a_condition_about_no_field(self, run):
        code, out, err = run("--where", "colour=red")
        assert (code, out) == (2, "")
        assert err.startswith(
            "moorage: --where 'colour=red': there is no field 'colour' (there are: file, format, role,"
        )

    def test_what_cannot_be_read_gets_one_line_and_the_rest_goes_on(self, run, tmp_path):
        (tmp_path / "Dockerfile.bin").write_bytes(b"FROM a\0")
        code, out, err = run(".", "missing")
        assert len(out.splitlines()) == 7
        assert err.splitlines() == [
            "moorage: ./Dockerfile.bin: it is a binary file",
            "moorage: missing: there is no such file or folder",
        ]
        assert code == 2

    def test_what_is_refused_in_a_file_is_said_with_its_line(self, run, tmp_path):
        (tmp_path / "api/Dockerfile").write_text("FROM a\nFROM b c\n")
        code, _, err = run("api")
        assert code == 0
        assert err == (
            "moorage: api/Dockerfile:2: BuildKit refuses this FROM: it takes an image, or an image, AS and a name\n"
        )

    def test_bytes_that_are_no_text_and_characters_that_would_move_a_terminal(self, run, tmp_path):
        (tmp_path / "api/Dockerfile").write_bytes(b"FROM a\xff\x1b[2J\n")
        (usage,) = usages(run, "api")
        assert usage["written"] == "a\ufffd\x1b[2J"
        _, out, _ = run("api")
        assert out == "api/Dockerfile:1:6: base a\ufffd\\x1b[2J (a reference holds no blanks)\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\n" * 50_000)
    command = [sys.executable, "-m", "moorage", "references", "--format", "jsonl", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith(b'{"file": ')
        process.stdout.close()
        assert process.stderr.read() == b""


def test_the_help_names_what_it_takes(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["references", "--help"])
    assert stop.value.code == 0
    shown = capsys.readouterr().out
    assert all(flag in shown for flag in ("--format", "--repository", "--where", "--group-by"))


WORKFLOW = """\
on: push
jobs:
  test:
    strategy: {matrix: {python: ["3.12", "3.13"]}}
    container: python:${{ matrix.python }}
    services: {db: "postgres:17"}
"""


class TestPlacesWithSeveralValues:
    @pytest.fixture(autouse=True)
    def workflow(self, tmp_path):
        folder = tmp_path / "w/.github/workflows"
        folder.mkdir(parents=True)
        (folder / "test.yml").write_text(WORKFLOW)

    def test_a_place_is_one_row_with_its_values(self, run):
        place, other = usages(run, "w")
        assert (place["written"], place["expanded"]) == ("python:${{ matrix.python }}", None)
        assert (place["values"], place["editable"]) == (["python:3.12", "python:3.13"], True)
        assert place["problem"] == {"code": "variable", "message": "this reference takes its value from matrix.python"}
        assert (other["expanded"], other["values"], other["problem"]) == ("postgres:17", [], None)

    @pytest.mark.parametrize(
        "condition",
        [["--repository", "python"], ["--where", "values=python:3.13"], ["--where", "values"], ["--where", "problem"]],
    )
    def test_it_is_found_by_them(self, run, condition):
        assert [u["line"] for u in usages(run, "w", *condition)] == [5]

    def test_they_stand_in_the_text_and_in_a_cell(self, run):
        assert "= python:3.12, python:3.13 (this reference takes" in run("w")[1]
        row, _ = csv.DictReader(io.StringIO(run("w", "--format", "csv")[1]))
        assert row["values"] == "python:3.12 python:3.13"
