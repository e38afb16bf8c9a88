"""`moorage explain`, as a user calls it."""

import json

import pytest

from moorage.embedded.server import EmbeddedRegistry
from support.command import mirrored, moorage

TAGS = [
    "3.11-slim",
    "3.12-slim",
    "3.12.1-slim",
    "3.12.4-slim",
    "3.12.10-slim",
    "3.13.0-slim",
    "3.14.0rc1-slim",
    "latest",
]


@pytest.fixture
def listed(tmp_path):
    """A file of tags."""
    file = tmp_path / "python.tags"
    file.write_text("\n".join(TAGS) + "\n")
    return file


def test_explains_a_tag(listed):
    ran = moorage("explain", "python:3.12.4-slim", "--tags-from", listed)
    assert ran.code == 0
    assert ran.out == (
        "docker.io/library/python:3.12.4-slim\n"
        "  read as   version 3.12.4, variant slim\n"
        "  line      N.N.N-slim, 5 of 8 tags\n"
        "  life      python 3.12 is supported until 2028-10-31\n"
        "\n"
        "offers\n"
        "  minor         3.13.0-slim   newest 3.x\n"
        "  patch         3.12.10-slim  newest patch of 3.12\n"
        "\n"
        "not offered\n"
        "  3.14.0rc1-slim  a prerelease\n"
    )


def test_verbose_lists_every_tag_once(listed):
    ran = moorage("explain", "python:3.12.4-slim", "--tags-from", listed, "--verbose")
    for tag in TAGS:
        assert ran.out.count(f"  {tag} ") == (0 if tag == "3.12.4-slim" else 1)
    assert "3.12.1-slim     not newer\n" in ran.out
    assert "3.12-slim       another precision, 2 numbers\n" in ran.out
    assert "latest          a channel, not a version\n" in ran.out


def test_json(listed):
    ran = moorage("explain", "python:3.12-slim", "--tags-from", listed, "--range", "<3.12", "--format", "json")
    assert ran.code == 0
    assert ran.json["version"] == 1
    assert ran.json["repository"] == "library/python"
    assert ran.json["line"] == "N.N-slim"
    assert ran.json["release"] == [3, 12]
    assert ran.json["range"] == "<3.12"
    assert ran.json["at"] is None
    assert ran.json["offers"] == []


def test_range_and_day(tmp_path):
    file = tmp_path / "tags"
    file.write_text("1.0\t2024-01-01\n1.1\t2024-06-01\n1.2\t2025-01-01T12:00:00Z\n2.0\t1735732800\n1.3\n")
    at = moorage("explain", "app:1.0", "--tags-from", file, "--at", "2024-12-31", "--format", "json").json
    assert [offer["tag"] for offer in at["offers"]] == ["1.3", "1.1"]
    within = moorage("explain", "app:1.0", "--tags-from", file, "--range", "~1.2 || 2").out
    assert "  range     ~1.2 || 2, which is >=1.2.0 <1.3.0-0||>=2.0.0 <3.0.0-0\n" in within
    assert "  major         2.0  newest that ~1.2 || 2 allows\n" in within


def test_tags_from_standard_input():
    ran = moorage("explain", "app:1.0", "--tags-from", "-", stdin="1.0\n1.1\n")
    assert "1.1  newest 1.x" in ran.out


def test_without_a_tag_it_names_the_newest_version(listed):
    listed.write_text("3.12.4\n3.12\nlatest\n")
    ran = moorage("explain", "python", "--tags-from", listed)
    assert ran.out == "docker.io/library/python has no tag, so it means python:latest\nnewest version: 3.12.4\n"
    ran = moorage("explain", "python", "--tags-from", listed, "--format", "json")
    assert ran.json == {"version": 1, "reference": "python", "tag": None, "newest": "3.12.4"}


def test_what_dependabot_was_told_in_this_folder_counts(listed, tmp_path, monkeypatch):
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / ".github").mkdir()
    (folder / ".github" / "dependabot.yml").write_text(
        "version: 2\nupdates:\n  - package-ecosystem: docker\n    directory: /\n"
        "    ignore: [{dependency-name: app, versions: [2.x]}]\n"
    )
    monkeypatch.chdir(folder)
    listed.write_text("1.0.0\n1.1.0\n2.0.0\n3.0.0\n")
    ran = moorage("explain", "app:1.0.0", "--tags-from", listed)
    assert "  policy    excluded 2.x, from .github/dependabot.yml\n" in ran.out
    assert "  2.0.0  2.x is ignored\n" in ran.out
    assert "  major         3.0.0  newest release\n" in ran.out


def test_of_a_channel_it_names_the_version_to_write(listed):
    listed.write_text("3.12.4-slim\n3.13.1-slim\nlatest\nslim\n")
    ran = moorage("explain", "python:slim", "--tags-from", listed)
    assert "  newest    3.13.1-slim, the version to write instead\n" in ran.out
    ran = moorage("explain", "python:slim", "--tags-from", listed, "--range", "~3.12", "--format", "json")
    assert ran.json["newest"] == "3.12.4-slim"


def test_asks_the_registry_where_no_list_is_given(private_settings):
    with EmbeddedRegistry({"library/python": TAGS}) as registry:
        mirrored(private_settings, registry)
        assert "  minor         3.13.0-slim" in moorage("explain", "python:3.12.4-slim").out
        absent = moorage("explain", "nobody/knows:1")
    assert absent.code == 3
    assert "nobody/knows" in absent.err
    assert "  minor         3.13.0-slim" in moorage("explain", "python:3.12.4-slim", "--offline").out


def test_offline_with_nothing_known():
    ran = moorage("explain", "python:3.12", "--offline")
    assert (ran.code, ran.err) == (3, "moorage: the tags of python are not known; give them with --tags-from\n")


@pytest.mark.parametrize(
    ("args", "code", "message"),
    [
        ([], 2, "give a reference such as python:3.12-slim, or --pairs FILE"),
        (["UPPER", "--tags-from", "TAGS"], 2, "the repository name 'UPPER' must be lower case"),
        (["app:1", "--tags-from", "/nowhere"], 2, "/nowhere: no such file or directory"),
        (["app:1", "--tags-from", "TAGS", "--range", "^1 latest"], 2, "'latest' at character 4 is no version"),
        (["app:1", "--tags-from", "TAGS", "--at", "soon"], 2, "--at: 'soon' is no date such as 2026-01-31"),
        (["app:1", "--tags-from", "BAD"], 2, "BAD:2: 'yesterday' is no date such as 2026-01-31"),
        (["app:1", "--tags-from", "LONG"], 2, "is no tag"),
        (["app:1", "--pairs", "TAGS"], 2, "give either a reference or --pairs"),
        (["--pairs", "/nowhere"], 2, "/nowhere: no such file or directory"),
    ],
)
def test_bad_input_is_one_sentence(args, code, message, tmp_path, listed):
    bad, long = tmp_path / "BAD", tmp_path / "LONG"
    bad.write_text("1\n2\tyesterday\n")
    long.write_text("1" * 200)
    names = {"TAGS": str(listed), "BAD": str(bad), "LONG": str(long)}
    ran = moorage("explain", *[names.get(a, a) for a in args])
    assert ran.code == code
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_an_untrusted_tag_cannot_command_the_terminal(tmp_path):
    file = tmp_path / "tags"
    file.write_bytes(b"1.0\n1.1\x1b[31m\n1.2\n")
    ran = moorage("explain", "app:1.0", "--tags-from", file, "--verbose")
    assert "\x1b" not in ran.out
    assert "1.1\\x1b[31m" in ran.out


class TestPairs:
    """Many questions in a file, one JSON object a line."""

    def ask(self, tmp_path, *questions, verbose=False):
        file = tmp_path / "pairs.jsonl"
        file.write_text("\n".join(q if isinstance(q, str) else json.dumps(q) for q in questions) + "\n")
        ran = moorage("explain", "--pairs", file, *(["--verbose"] if verbose else []))
        return ran, [json.loads(line) for line in ran.out.splitlines()]

    def test_answers_in_order(self, tmp_path, listed):
        ran, answers = self.ask(
            tmp_path,
            {"repository": "docker.io/library/python", "current": "3.12-slim", "tags": ["3.12-slim", "3.13-slim"]},
            {"repository": "python", "current": "3.12.4-slim", "tags_from": str(listed), "range": "~3.12"},
            {"repository": "node", "current": "18", "tags": ["18", "19"], "at": "2024-01-01"},
        )
        assert ran.code == 0
        assert answers[0] == {
            "repository": "docker.io/library/python",
            "current": "3.12-slim",
            "kind": "version",
            "line": "N.N-slim",
            "offers": [{"step": "minor", "tag": "3.13-slim", "reason": "newest 3.x"}],
        }
        assert answers[1]["offers"] == [{"step": "patch", "tag": "3.12.10-slim", "reason": "newest that ~3.12 allows"}]
        assert answers[2]["offers"] == []

    def test_verbose_adds_what_was_dropped(self, tmp_path):
        _, answers = self.ask(
            tmp_path, {"repository": "node", "current": "18", "tags": ["18", "19", "20-slim"]}, verbose=True
        )
        assert answers[0]["dropped"] == [
            {"tag": "19", "reason": "not a long-term line, as the current one is"},
            {"tag": "20-slim", "reason": "another variant, slim"},
        ]

    def test_a_day_bounds_a_dated_file(self, tmp_path):
        file = tmp_path / "tags"
        file.write_text("1.0\t2024-01-01\n1.1\t2024-06-01\n")
        ask = {"repository": "a/b", "current": "1.0", "tags_from": str(file)}
        _, answers = self.ask(tmp_path, {**ask, "at": "2024-05-31"}, {**ask, "at": "2024-06-01"}, ask)
        assert [len(a["offers"]) for a in answers] == [0, 1, 1]

    @pytest.mark.parametrize(
        ("question", "message"),
        [
            ("{", "line 2: no JSON"),
            ("[" * 100_000, "line 2: no JSON"),
            ("[]", "line 2: not a JSON object"),
            ({}, "line 2: repository is missing or no text"),
            ({"repository": "A"}, "line 2: current is missing or no text"),
            ({"repository": "A", "current": "1"}, "line 2: the repository name 'A' must be lower case"),
            ({"repository": "a", "current": "1"}, "line 2: neither tags nor tags_from is given"),
            ({"repository": "a", "current": "1", "tags": "1"}, "line 2: tags is no list"),
            ({"repository": "a", "current": "1", "tags": ["1", 2]}, "line 2: tags: 2 is no tag"),
            ({"repository": "a", "current": "1", "tags_from": "/nowhere"}, "line 2: /nowhere: no such file"),
            ({"repository": "a", "current": "1", "tags": [], "range": "^"}, "line 2: '^' at character 1"),
            ({"repository": "a", "current": "1", "tags": [], "range": 1}, "line 2: range is no text"),
            ({"repository": "a", "current": "1", "tags": [], "at": "x"}, "line 2: at: 'x' is no date"),
        ],
    )
    def test_a_bad_line_is_answered_with_its_error(self, tmp_path, question, message):
        good = {"repository": "a/b", "current": "1", "tags": ["1", "2"]}
        ran, answers = self.ask(tmp_path, good, question, good)
        assert ran.code == 2
        assert ran.err == "moorage: 1 line could not be answered\n"
        assert answers[0] == answers[2]
        assert answers[1]["error"].startswith(message)
