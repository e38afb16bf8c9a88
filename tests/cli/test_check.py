"""`moorage check` as a process, against the embedded registry."""

import os
import stat
import subprocess
import sys

import pytest

from moorage.cli.files import write_atomically
from moorage.embedded.images import ImageSpec
from moorage.embedded.server import EmbeddedRegistry
from moorage.errors import UsageError
from support.command import mirrored, moorage

PY = ["3.12.3-slim", "3.12.4-slim", "3.12.9-slim", "3.13.1-slim", "4.0.0-slim"]


@pytest.fixture
def registry(private_settings):
    with EmbeddedRegistry({"library/python": PY, "library/redis": ["7.4.1"]}) as registry:
        mirrored(private_settings, registry)
        yield registry


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def test_findings_with_place_source_and_caret(project, registry):
    (project / "Dockerfile").write_text("FROM scratch\nFROM  python:3.12.99-slim AS x\n")
    ran = moorage("check", ".", cwd=project)
    assert ran.code == 1
    assert ran.out == (
        "./Dockerfile:2:14: error: python has no tag 3.12.99-slim; the nearest is 3.12.9-slim [unknown-tag]\n"
        "  2 | FROM  python:3.12.99-slim AS x\n"
        "    |              ^^^^^^^^^^^^\n"
        "Found 1 error in 1 file, 1 image reference.\n"
    )


def test_check_is_also_spelled_as_a_flag(project, registry):
    (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
    assert moorage("--check", project) == moorage("check", project)


def test_json_says_how_much_was_read(project, registry):
    (project / "Dockerfile").write_text("FROM python:3.12.4-slim\nFROM redis:7.4.1\n")
    (project / "Dockerfile.dev").write_text("FROM python:3.12.99-slim\n")
    ran = moorage("check", "--format", "json", project)
    assert (ran.json["version"], ran.json["files"], ran.json["usages"]) == (1, 2, 3)
    assert ran.rules == ["outdated", "no-digest", "unknown-tag"]
    assert ran.json["findings"][2]["image"] == "docker.io/library/python:3.12.99-slim"
    assert ran.json["findings"][2]["file"] == f"{project}/Dockerfile.dev"


def test_each_repository_costs_one_list_and_each_missing_tag_one_head(project, registry):
    for i in range(4):
        (project / f"Dockerfile.{i}").write_text(
            "FROM python:3.12.4-slim\nFROM python:3.12.99-slim\nFROM redis:7.4.1\n"
        )
    moorage("check", project)
    assert registry.count("GET", "python/tags/list") == 1
    assert registry.count("GET", "redis/tags/list") == 1
    assert registry.count("HEAD") == 1
    moorage("check", project)
    assert registry.count("GET", "tags/list") == 2
    moorage("check", "--refresh", project)
    assert registry.count("GET", "tags/list") == 4


def test_offline_asks_nobody_and_still_knows_what_was_seen(project, registry):
    (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
    ran = moorage("check", "--offline", project)
    assert ran.code == 0
    assert "Nothing is known of 1 of them: no registry was asked." in ran.out
    assert registry.log == []
    moorage("check", project)
    asked = len(registry.log)
    ran = moorage("check", "--offline", "--format", "json", project)
    assert (ran.code, ran.rules) == (1, ["unknown-tag"])
    assert len(registry.log) == asked


class TestExitCodes:
    def test_clean(self, project, registry):
        (project / "Dockerfile").write_text("FROM redis:7.4.1\n")
        assert moorage("check", project).code == 0

    def test_information_does_not_fail_unless_asked_for(self, project, registry):
        (project / "Dockerfile").write_text("FROM python:3.12.4-slim\n")
        assert moorage("check", project).code == 0
        assert moorage("check", "--fail-on", "information", project).code == 1

    def test_nothing_fails_when_that_is_off(self, project, registry):
        (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
        assert moorage("check", "--fail-on", "off", project).code == 0

    def test_the_policy_of_the_folder_decides(self, project, registry):
        (project / "Dockerfile").write_text("FROM python:3.12.4-slim\n")
        (project / "moorage.yaml").write_text("policy: {fail-on: information}\n")
        assert moorage("check", project).code == 1
        assert moorage("check", "--fail-on", "warning", project).code == 0

    @pytest.mark.parametrize(
        ("args", "says"),
        [
            (["--select", "outdatd"], "did you mean 'outdated'?"),
            (["--format", "xml"], "invalid choice"),
            (["--output", "json"], "NAME=FILE"),
            (["--output", "xml=f"], "there is no form 'xml'"),
            (["--max-age", "soon"], "is no time"),
        ],
    )
    def test_a_mistake_in_the_call(self, project, args, says):
        ran = moorage("check", *args, project)
        assert ran.code == 2
        assert says in ran.err

    def test_a_mistake_in_a_policy_file_is_named_and_the_rest_is_done(self, project, registry):
        (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
        (project / "moorage.yaml").write_text("policy:\n  updat: minor\n")
        ran = moorage("check", project)
        assert ran.code == 2
        assert f"{project}/moorage.yaml:2:3: there is no setting 'updat'; did you mean 'update'?" in ran.err
        assert "unknown-tag" in ran.out

    def test_a_mistake_in_the_users_file(self, project, private_settings):
        (private_settings / "moorage.yaml").write_text("policy: {update: huge}\n")
        ran = moorage("check", project)
        assert (ran.code, ran.out) == (2, "")
        assert "policy.update" in ran.err

    def test_a_registry_without_answer_matters_only_where_that_is_asked_for(self, project):
        (project / "Dockerfile").write_text("FROM localhost:9/x/y:1.2.3\n")
        ran = moorage("check", project)
        assert ran.code == 0
        assert ran.out.count("localhost:9") == 2  # the message and the source line, and not once more at the end
        assert moorage("check", "--format", "json", project).json["undecided"][0]["registry"] == "localhost:9"
        assert moorage("check", "--strict-network", project).code == 3
        assert moorage("check", "--strict-network", "--offline", project).code == 0
        (project / "Dockerfile.b").write_text("FROM Python\n")
        assert moorage("check", "--strict-network", project).code == 1


class TestFix:
    TEXT = "ARG PY=3.12.4\r\nFROM python:${PY}-slim # x\r\nFROM redis:7.4.1\r\n"

    def test_safe_fixes_are_made_and_nothing_is_left_for_a_second_run(self, project, registry):
        file = project / "Dockerfile"
        file.write_bytes(b"\xef\xbb\xbf" + b"ARG PY=3.12.4\r\nFROM python:${PY}-slim\r\nLABEL x=\xff\r\n")
        file.chmod(0o640)
        ran = moorage("check", "--fix", "--format", "json", project)
        assert (ran.json["fixed"], ran.rules) == (1, ["outdated"])  # 3.13 is another line, and left to the author
        assert file.read_bytes() == b"\xef\xbb\xbf" + b"ARG PY=3.12.9\r\nFROM python:${PY}-slim\r\nLABEL x=\xff\r\n"
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        before = file.stat()
        again = moorage("check", "--fix", "--format", "json", project)
        assert again.json["fixed"] == 0
        assert file.stat().st_mtime_ns == before.st_mtime_ns

    COMPOSE = "services:\n  app:\n    image: python:${PY}-slim\n"

    def test_a_value_is_mended_in_the_variables_beside_a_compose_file(self, project, registry):
        (project / "compose.yaml").write_text(self.COMPOSE)
        (project / "compose.prod.yaml").write_text(self.COMPOSE.replace("app", "web"))
        file = project / ".env"
        file.write_bytes(b"\xef\xbb\xbfA=1\r\nPY='3.12.4' # pinned\r\n")
        shown = moorage("check", "--diff", ".", cwd=project)
        assert "--- a/.env" in shown.out
        assert "+PY='3.12.9' # pinned" in shown.out
        said = moorage("check", "--format", "json", ".", cwd=project).json["findings"]
        assert [(f["file"], f["line"]) for f in said if f["rule"] == "outdated"] == [
            ("./compose.prod.yaml", 3),
            ("./compose.yaml", 3),
        ]
        assert said[0]["message"].endswith("; PY is set in ./.env")
        ran = moorage("check", "--fix", "--format", "json", ".", cwd=project)
        assert file.read_bytes() == b"\xef\xbb\xbfA=1\r\nPY='3.12.9' # pinned\r\n"
        assert (ran.json["fixed"], ran.json["findings"][0]["image"]) == (1, "docker.io/library/python:3.12.9-slim")
        assert (project / "compose.yaml").read_text() == self.COMPOSE

    def test_a_value_that_another_file_reads_for_another_image_is_left_alone(self, project, registry):
        (project / "compose.yaml").write_text(self.COMPOSE)
        (project / "compose.prod.yaml").write_text(self.COMPOSE.replace("python:${PY}-slim", "redis:${PY}"))
        (project / ".env").write_text("PY=3.12.4\n")
        assert moorage("check", "--fix", "--format", "json", ".", cwd=project).json["fixed"] == 0

    @pytest.mark.parametrize(
        ("included", "mended"),
        [
            ("", True),
            ("a:\n  script: x\n  image: python:$PY-slim\n", True),
            ("a:\n  script: x\n  image: redis:$PY\n", False),
            ("a:\n  script: x\n  rules: [{if: $PY == '3.12.4'}]\n", False),
        ],
    )
    def test_a_value_is_mended_in_a_file_that_a_pipeline_includes(self, project, registry, included, mended):
        (project / ".gitlab-ci.yml").write_text("include: ci/a.yml\nb:\n  script: x\n  image: python:$PY-slim\n")
        (project / "ci").mkdir()
        file = project / "ci" / "a.yml"
        file.write_text("variables:\n  PY: 3.12.4 # pinned\n" + included)
        assert ("a/ci/a.yml" in moorage("check", "--diff", ".", cwd=project).out) is mended
        moorage("check", "--fix", ".", cwd=project)
        assert ("PY: 3.12.9 # pinned\n" in file.read_text()) is mended
        assert ("PY: 3.12.4 # pinned\n" in file.read_text()) is not mended

    def test_a_file_that_reads_a_value_of_a_mended_one_is_read_again(self, project, registry):
        (project / ".gitlab-ci.yml").write_text(
            "include: ci/a.yml\nvariables:\n  PY: 3.12.4\nb:\n  script: x\n  image: python:$PY-slim\n"
        )
        (project / "ci").mkdir()
        (project / "ci" / "a.yml").write_text("a:\n  script: x\n  image: python:$PY-slim\n")
        ran = moorage("check", "--fix", ".", cwd=project)
        assert "PY: 3.12.9" in (project / ".gitlab-ci.yml").read_text()
        assert "3.12.4" not in ran.out
        assert "this changes another file" not in ran.out

    def test_variables_outside_of_what_was_named_are_left_alone(self, project, registry):
        (project / "compose.yaml").write_text(self.COMPOSE)
        (project / ".env").write_text("PY=3.12.4\n")
        assert moorage("check", "--fix", "--format", "json", "compose.yaml", cwd=project).json["fixed"] == 0

    def test_majors_only_when_unsafe_fixes_are_asked_for(self, project, registry):
        file = project / "Dockerfile"
        file.write_text("FROM python:3.13.1-slim\n")
        moorage("check", "--fix", project)
        assert file.read_text() == "FROM python:3.13.1-slim\n"
        moorage("check", "--fix", "--unsafe-fixes", project)
        assert file.read_text() == "FROM python:3.13.1-slim\n"
        (project / "moorage.yaml").write_text("policy: {fail-on: hint}\n")
        ran = moorage("check", "--unsafe-fixes", project)
        assert ran.code == 2
        assert "--unsafe-fixes goes with --fix or --diff" in ran.err

    def test_a_diff_changes_nothing(self, project, registry):
        file = project / "Dockerfile"
        file.write_text("FROM scratch\nFROM python:3.12.4-slim")
        ran = moorage("check", "--diff", "Dockerfile", cwd=project)
        assert ran.out == (
            "--- a/Dockerfile\n+++ b/Dockerfile\n@@ -1,2 +1,2 @@\n FROM scratch\n"
            "-FROM python:3.12.4-slim\n\\ No newline at end of file\n"
            "+FROM python:3.12.9-slim\n\\ No newline at end of file\n"
        )
        assert file.read_text() == "FROM scratch\nFROM python:3.12.4-slim"

    def test_pins_are_written_where_other_rules_would_speak(self, project, registry):
        file = project / "Dockerfile"
        file.write_text("FROM python:3.12.4-slim\n")
        moorage("check", "--fix", "--select", "no-digest", project)
        assert file.read_text().startswith("FROM python:3.12.4-slim@sha256:")

    def test_a_byte_order_mark_is_in_the_diff(self, project, registry):
        (project / "Dockerfile").write_text("\ufeffFROM python:3.12.4-slim\n")
        ran = moorage("check", "--diff", "Dockerfile", cwd=project)
        assert "-\ufeffFROM python:3.12.4-slim\n+\ufeffFROM python:3.12.9-slim\n" in ran.out

    @pytest.mark.parametrize("argument", [None, ".", "project", "project/Dockerfile"])
    def test_git_can_apply_the_diff(self, project, registry, tmp_path, argument):
        folder = project if argument in (None, ".") else tmp_path
        subprocess.run(["git", "init", "-q", folder], check=True)
        (project / "Dockerfile").write_text("FROM python:3.12.4-slim\n")
        ran = moorage("check", "--diff", *([argument] if argument else []), cwd=folder)
        subprocess.run(["git", "apply"], input=ran.out, text=True, cwd=folder, check=True)
        assert (project / "Dockerfile").read_text() == "FROM python:3.12.9-slim\n"

    def test_pins_are_written_when_selected_or_required(self, project, registry):
        file = project / "Dockerfile"
        file.write_text("FROM redis:7.4.1\n")
        moorage("check", "--fix", project)
        assert file.read_text() == "FROM redis:7.4.1\n"
        moorage("check", "--fix", "--select", "no-digest", project)
        pinned = file.read_text()
        assert pinned.startswith("FROM redis:7.4.1@sha256:")
        file.write_text("FROM redis:7.4.1\n")
        (project / "moorage.yaml").write_text("policy: {pin: required}\n")
        moorage("check", "--fix", project)
        assert file.read_text() == pinned

    def test_a_moved_digest_is_refreshed(self, project, registry):
        file = project / "Dockerfile"
        file.write_text("FROM redis:7.4.1\n")
        moorage("check", "--fix", "--select", "no-digest", project)
        old = file.read_text()
        registry.contents.repository("library/redis").tag("7.4.1", ImageSpec("rebuilt"))
        ran = moorage("check", "--refresh", "--format", "json", project)
        assert ran.rules == ["moved-tag"]
        moorage("check", "--fix", project)
        assert file.read_text() != old
        assert moorage("check", "--format", "json", project).rules == []

    def test_a_link_stays_a_link(self, project, registry):
        file = project / "Dockerfile"
        file.write_text("FROM python:3.12.4-slim\n")
        link = project / "Dockerfile.link"
        link.symlink_to(file)
        moorage("check", "--fix", link)
        assert link.is_symlink()
        assert file.read_text() == "FROM python:3.12.9-slim\n"

    def test_why_something_is_left_is_said(self, project, registry):
        (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
        ran = moorage("check", "--fix", project)
        assert "Dockerfile:1: not mended: Use python:3.12.9-slim: this changes what is meant" in ran.out


def test_a_file_that_cannot_be_replaced_stays_as_it_is(tmp_path, monkeypatch):
    file = tmp_path / "Dockerfile"
    file.write_text("old")

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(UsageError, match=r"Dockerfile cannot be written: No space left on device"):
        write_atomically(file, b"new")
    assert file.read_text() == "old"
    assert os.listdir(tmp_path) == ["Dockerfile"]


class TestBadInput:
    def test_every_kind_gets_one_line_and_the_run_goes_on(self, project, registry):
        (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
        (project / "Dockerfile.bin").write_bytes(b"\0\1\2")
        (project / "Dockerfile.gone").symlink_to(project / "nowhere")
        with (project / "Dockerfile.big").open("wb") as file:
            file.truncate(50 * 1024 * 1024)
        ran = moorage("check", "--format", "json", project)
        assert ran.rules == ["unknown-tag"]
        assert sorted(os.path.basename(s["file"]) for s in ran.json["skipped"]) == [
            "Dockerfile.big",
            "Dockerfile.bin",
            "Dockerfile.gone",
        ]

    def test_a_path_that_is_not_there_is_a_mistake_in_the_call(self, project):
        ran = moorage("check", project / "nothing")
        assert (ran.code, ran.err) == (2, "")
        assert ran.out.startswith(f"{project}/nothing: not read: there is no such file or folder\n")

    def test_nothing_of_a_file_reaches_the_terminal_raw(self, project, registry):
        (project / "Dockerfile").write_text("FROM Python:\x1b]0;pwn\x07\u202e\x1b[31m\n")
        ran = moorage("check", project)
        assert "\x1b" not in ran.out
        assert "\u202e" not in ran.out
        assert "\\x1b" in ran.out

    def test_a_corrupt_store_is_set_aside_with_a_notice(self, project, registry, private_settings):
        cache = private_settings / "cache"
        cache.mkdir(parents=True)
        (cache / "facts.sqlite").write_bytes(b"this is no database" * 100)
        (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
        ran = moorage("check", "--format", "json", project)
        assert ran.rules == ["unknown-tag"]
        assert "facts.sqlite" in ran.err


def test_output_goes_to_files_too(project, registry, tmp_path):
    (project / "Dockerfile").write_text("FROM python:3.12.99-slim\n")
    target = tmp_path / "out.json"
    ran = moorage("check", "--output", f"json={target}", project)
    assert ran.out.startswith(f"{project}/Dockerfile:1:13: error")
    assert '"rule": "unknown-tag"' in target.read_text()


def test_hints_are_shown_when_asked_for(project, registry):
    (project / "Dockerfile").write_text("FROM redis:7.4.1\n")
    assert "[no-digest]" not in moorage("check", project).out
    assert "[no-digest]" in moorage("check", "--hints", project).out
    assert "[no-digest]" in moorage("check", "--select", "no-digest", project).out


def test_a_pipe_that_closes_early_is_no_error(project, registry):
    for i in range(50):
        (project / f"Dockerfile.{i}").write_text("FROM Python\n" * 50)
    ran = subprocess.run(
        f"{sys.executable} -m moorage check {project} | head -n 1", shell=True, capture_output=True, text=True
    )
    assert ran.stderr == ""


def test_a_mistake_in_the_policy_is_a_finding_at_its_place(project, registry):
    (project / "moorage.yaml").write_text("policy:\n  pni: off\n")
    ran = moorage("check", ".", "--offline", cwd=project)
    assert ran.code == 2
    assert "./moorage.yaml:2:3: error: there is no setting 'pni'; did you mean 'pin'? [manifest-error]" in ran.out
