"""`moorage facts`, and `moorage check` with facts of a file or of a day, as processes."""

import gzip
import json
import shutil
import sqlite3
import time
from datetime import UTC, datetime

import pytest

from moorage.cli.demo import example
from moorage.embedded.auth import Basic
from moorage.embedded.images import ImageSpec, build
from moorage.embedded.server import EmbeddedRegistry
from moorage.embedded.shop import shop
from moorage.facts import Absent, Known, Question, TagListing
from moorage.store.sqlite import Store
from support.command import mirrored, moorage
from support.secrets import PASSWORD, USER, basic, leak

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PYTHON = ("docker.io", "library/python")


def day(text):
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


class Dated(EmbeddedRegistry):
    """A registry that tells of the tags of `acme/app` when they came, as Google's do."""

    def __init__(self, contents, dates):
        super().__init__(contents)
        self._dates = dates

    async def _answer(self, request):
        answer = await super()._answer(request)
        if request.path != "/v2/acme/app/tags/list":
            return answer
        told = {f"sha256:{at:064}": {"tag": [tag], "timeUploadedMs": str(at * 1000)} for tag, at in self._dates.items()}
        body = json.dumps(json.loads(answer.body) | {"manifest": told}).encode()
        return answer._replace(body=body)


def unworded(report):
    """A report without the words in which registries said that they do not have something: these do not travel."""
    hidden = [f | {"message": ""} if f["rule"] == "unknown-repository" else f for f in report["findings"]]
    return report | {"findings": hidden}


@pytest.fixture
def store(private_settings):
    """The user's store, seen on the 1st and the 8th of November: 3.12.9 came, 3.12.1 went, and 3.12.4 was rebuilt."""
    store, notices = Store.open(private_settings / "cache" / "facts.sqlite")
    assert notices == ()
    for date, tags, digest in (("2026-11-01", "3.12.1 3.12.4", A), ("2026-11-08", "3.12.4 3.12.9", B)):
        store.put(Question("tags", *PYTHON), Known(TagListing(tuple(tags.split())), day(date), endpoint="docker.io"))
        store.put(Question("digest", *PYTHON, "3.12.4"), Known(digest, day(date), endpoint="docker.io"))
    yield store
    store.close()


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM python:3.12.1\nFROM python:3.12.4\n")
    return folder


class TestShow:
    def test_what_is_known_since_when_and_from_whom(self, store):
        ran = moorage("facts", "show", "python:3.12.4")
        assert ran.code == 0
        lines = ran.out.splitlines()
        assert lines[:3] == [
            "docker.io/library/python:3.12.4",
            "  tags       2 tags",
            "             3.12.4 is among them",
        ]
        assert lines[3].startswith("             seen 2026-11-08T00:00:00Z, ")
        assert lines[3].endswith(" ago, from docker.io")
        assert lines[4] == f"  digest     {B}"
        assert lines[-3:] == [
            "what the tag has meant",
            f"  2026-11-01T00:00:00Z to 2026-11-01T00:00:00Z  {A}, from docker.io",
            f"  2026-11-08T00:00:00Z to 2026-11-08T00:00:00Z  {B}, from docker.io",
        ]

    def test_json(self, store):
        said = moorage("facts", "show", "python:3.12.4", "--format", "json").json
        assert said["facts"][1] == {
            "fact": "digest", "seen": "2026-11-08T00:00:00Z", "endpoint": "docker.io", "digest": B,
        }  # fmt: skip
        assert [seen["digest"] for seen in said["history"]] == [A, B]

    def test_content_and_attachments(self, private_settings):
        with EmbeddedRegistry({"app": {"1.0": build(ImageSpec("app"))}}) as registry:
            moorage("inspect", f"{registry.host}/app:1.0")
            ran = moorage("facts", "show", f"{registry.host}/app:1.0")
        assert "linux/amd64, linux/arm64" in ran.out
        assert "nothing is attached" in ran.out

    def test_nothing_is_known(self, private_settings):
        assert moorage("facts", "show", "python").out == "docker.io/library/python:latest\n  nothing is known of it\n"

    def test_no_reference(self):
        ran = moorage("facts", "show", "Python")
        assert (ran.code, ran.err) == (2, "moorage: the repository name 'Python' must be lower case\n")


class TestPrune:
    def test_what_is_old(self, store):
        store.put(Question("digest", *PYTHON, "3.12.9"), Known(A, day("2030-01-01")))
        ran = moorage("facts", "prune", "--older-than", "0s")
        assert ran.code == 0
        assert ran.out.startswith("removed 2 answers, 2 observed digests; the store holds ")
        assert moorage("facts", "show", "python:3.12.4").out.endswith("nothing is known of it\n")
        assert A in moorage("facts", "show", "python:3.12.9").out

    def test_what_makes_room_is_never_history(self, store):
        ran = moorage("facts", "prune", "--max-size", "1K")
        assert ran.out.startswith("removed 2 answers; ")
        assert "history, and stay" in ran.out
        assert f"{A}, from docker.io" in moorage("facts", "show", "python:3.12.4").out

    def test_nothing_to_do(self, private_settings):
        assert moorage("facts", "prune").out.startswith("nothing was removed; the store holds ")

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["--older-than", "long"], "--older-than: 'long' is no time; write for example 12h or 90d"),
            (["--max-size", "-1"], None),
            (["--max-size", "big"], "--max-size: 'big' is no size; write for example 50MiB or 1GiB"),
        ],
    )
    def test_mistakes(self, arguments, complaint):
        ran = moorage("facts", "prune", *arguments)
        assert ran.code == 2
        if complaint is not None:
            assert ran.err == f"moorage: {complaint}\n"


class TestExport:
    def test_a_file_for_a_check(self, store, project, tmp_path):
        path = tmp_path / "facts.jsonl"
        ran = moorage("facts", "export", path, project)
        assert (ran.code, ran.err) == (0, "")
        assert ran.out == f"{len(path.read_text().splitlines()) - 1} lines of facts are in {path}\n"
        assert moorage("facts", "export", "-", project).out == path.read_text()
        moorage("facts", "export", tmp_path / "facts.gz", project)
        assert gzip.decompress((tmp_path / "facts.gz").read_bytes()) == path.read_bytes()

    def test_only_what_the_images_of_a_path_need(self, store, project):
        store.put(Question("tags", "docker.io", "library/redis"), Known(TagListing(("7",)), 5))
        assert "redis" in moorage("facts", "export", "-").out
        assert "redis" not in moorage("facts", "export", "-", project).out

    def test_what_nothing_is_known_of_is_said(self, store, project, tmp_path):
        (project / "Dockerfile.dev").write_text("FROM busybox:1\n")
        ran = moorage("facts", "export", tmp_path / "f", project)
        assert ran.err == "moorage: nothing is known of docker.io/library/busybox: run `moorage check` first\n"

    def test_only_a_file_of_facts_is_overwritten(self, store, project, tmp_path):
        path = tmp_path / "precious"
        path.write_text("FROM python\n")
        ran = moorage("facts", "export", path)
        assert (ran.code, ran.err) == (2, f"moorage: {path} is no file of facts, and is left as it is\n")
        assert path.read_text() == "FROM python\n"
        assert moorage("facts", "export", project).code == 2
        assert moorage("facts", "export", tmp_path / "none" / "f").code == 2
        path.write_text("")
        assert moorage("facts", "export", path).code == 0
        assert moorage("facts", "export", path).code == 0

    def test_a_path_that_is_not_there(self, store, tmp_path):
        ran = moorage("facts", "export", tmp_path / "f", tmp_path / "none")
        assert (ran.code, ran.err) == (2, f"moorage: {tmp_path / 'none'}: there is no such file or folder\n")

    def test_what_is_private_leaves_for_the_project_that_names_it_alone(self, private_settings, tmp_path):
        config = private_settings / ".docker" / "config.json"
        config.parent.mkdir()
        project = tmp_path / "project"
        project.mkdir()
        image = build(ImageSpec("secret", annotations=(("org.opencontainers.image.title", "tip-top"),)))
        with EmbeddedRegistry({"team/app": {"1.0": image}}, auth=Basic(USER, PASSWORD)) as registry:
            config.write_text(json.dumps({"auths": {registry.host: {"auth": basic()}}}))
            (project / "Dockerfile").write_text(f"FROM {registry.host}/team/app:1.0\n")
            moorage("inspect", f"{registry.host}/team/app:1.0")
            moorage("check", project)
        everything = moorage("facts", "export", "-").out
        assert "team/app" not in everything
        assert "tip-top" not in everything
        told = moorage("facts", "export", tmp_path / "f")
        assert "left out, as they may be private" in told.out
        needed = moorage("facts", "export", "-", project).out
        assert "team/app" in needed
        assert "tip-top" in needed
        assert leak(needed.encode()) is None
        assert USER not in needed

    def test_what_a_registry_hides_is_private(self, private_settings):
        store, _ = Store.open(private_settings / "cache" / "facts.sqlite")
        store.put(Question("tags", "ghcr.io", "acme/plan"), Absent("it is not shown", 5, True, "ghcr.io"))
        store.close()
        assert "acme" not in moorage("facts", "export", "-").out


class TestCheckWithFacts:
    @pytest.mark.parametrize(
        ("date", "rules", "said"),
        [
            ("2026-10-31", [], "Nothing is known of 2"),
            ("2026-11-01", ["outdated"], "3.12.4 is the newest patch"),
            ("2026-11-07", ["outdated"], "3.12.4 is the newest patch"),
            ("2026-11-08", ["unknown-tag", "outdated"], "3.12.9 is the newest patch"),
        ],
    )
    def test_good_on_the_first_bad_on_the_eighth(self, store, project, tmp_path, date, rules, said):
        moorage("facts", "export", tmp_path / "f", project)
        options = ["--select", "unknown-tag,outdated", project]
        for facts in (["--facts", tmp_path / "f"], []):
            ran = moorage("check", *facts, "--at", date, "--format", "json", *options)
            assert ran.rules == rules
            assert said in moorage("check", *facts, "--at", date, *options).out
            assert ran.code == (1 if "unknown-tag" in rules else 0)
            assert ran.err == ("" if facts else f"moorage: no registry is asked: what was known on {date} counts\n")

    def test_the_same_report_everywhere(self, store, project, tmp_path, private_settings):
        facts = tmp_path / "facts.gz"
        moorage("facts", "export", facts, project)
        (project / "Dockerfile.é").write_text("FROM python:3.12.1 AS é\n")
        elsewhere = tmp_path / "elsewhere" / "deeper"
        elsewhere.mkdir(parents=True)
        for file in project.iterdir():
            (elsewhere / file.name).write_bytes(file.read_bytes())
        (private_settings / "cache" / "lifecycle.json").write_text("{}")
        homes = [
            {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
            {"TZ": "Pacific/Midway", "LC_ALL": "tr_TR.UTF-8", "PYTHONIOENCODING": "latin-1", "PYTHONHASHSEED": "2"},
        ]
        (private_settings / "other.yaml").write_text("policy:\n  rules: {outdated: error}\n")
        homes[1]["MOORAGE_CONFIG"] = str(private_settings / "other.yaml")
        homes[1]["MOORAGE_CACHE_DIR"] = str(private_settings / "nothing")
        for form in ("text", "json"):
            for at in ("2026-11-01", "2026-11-08", "2030-01-01"):
                arguments = ("check", "--facts", facts, "--at", at, "--hints", "--format", form, ".")
                one, two = (
                    moorage(*arguments, cwd=folder, env=env)
                    for folder, env in zip((project, elsewhere), homes, strict=True)
                )
                assert one == two
                assert "Dockerfile" in one.out
        assert not (private_settings / "nothing").exists()

    def test_what_a_check_says_it_says_again_from_the_file(self, project, tmp_path, private_settings):
        (project / "Dockerfile").write_text(
            f"FROM python:3.12.4\nFROM python:3.12.4@{A}\nFROM python:3.12.99\nFROM python\nFROM redis:latest\n"
        )
        tags = ["3.13.1", "3.12.9", "3.12.4", "latest", "3.12.4-slim", "4.0.0"]
        contents = {
            "library/python": tags,
            "library/redis": {"latest": build(ImageSpec("redis")), "7.4": ImageSpec("7.4")},
        }
        options = (
            "--hints",
            "--format",
            "json",
            "--select",
            "outdated,moved-tag,unknown-tag,no-tag,channel-tag,no-digest",
        )
        with EmbeddedRegistry(contents) as registry:
            mirrored(private_settings, registry)
            moorage("check", "--diff", "--unsafe-fixes", project)  # How much can be mended is known from then on.
            said = moorage("check", *options, project)
            diff = moorage("check", "--diff", "--unsafe-fixes", project)
        moorage("facts", "export", tmp_path / "f", project)
        assert "moved-tag" in said.rules
        assert moorage("check", "--facts", tmp_path / "f", *options, project) == said
        assert moorage("check", "--facts", tmp_path / "f", "--diff", "--unsafe-fixes", project) == diff

    def test_the_example_shop_is_judged_from_a_file_as_by_its_registries(self, tmp_path, private_settings, monkeypatch):
        """And what the shop lacks: what has ended or moved, a digest of one platform, a release that is too young."""
        monkeypatch.setenv("TZ", "UTC")
        project = tmp_path / "shop"
        shutil.copytree(example(), project)
        single = build(ImageSpec("one platform")).manifests[0].digest
        (project / "Dockerfile").write_text(
            "FROM python:3.8.1\nFROM debian:buster\nFROM k8s.gcr.io/pause:3.9\nFROM centos:7\nFROM nginx\n"
            f"FROM acme/none\nFROM registry:2@{single}\n# moorage: min-age=30d\nFROM acme/app:7.0.0\n"
        )
        contents = shop()
        contents.repository("library/debian")
        contents.repository("library/registry").tag("2", build(ImageSpec("one platform")))
        now = int(time.time())
        dates = {"7.0.0": day("2026-01-01"), "7.0.1": day("2026-02-01"), "7.0.2": now - 86400}
        for tag in dates:
            contents.repository("acme/app").tag(tag)
        diff = ("check", "--diff", "--unsafe-fixes", project)
        text = ("check", "--hints", "--ignore", "unknown-repository", project)
        form = ("check", "--hints", "--format", "json", project)
        with Dated(contents, dates) as registry:
            mirrored(private_settings, registry, ("docker.io", "ghcr.io", "k8s.gcr.io"))
            told = [moorage(*arguments) for arguments in (diff, text, form)]
        moorage("facts", "export", tmp_path / "facts.gz", project)
        bound = ("--facts", tmp_path / "facts.gz", "--at", datetime.now(UTC).date())
        again = [moorage(*arguments, *bound) for arguments in (diff, text, form)]
        assert again[:2] == told[:2]
        assert unworded(again[2].json) == unworded(told[2].json)
        assert "acme/app:7.0.0 is behind: 7.0.1 is the newest patch" in told[1].out
        expected = {"end-of-life", "moved-repository", "deprecated-image", "platform-digest", "moved-tag", "outdated"}
        assert expected < set(told[2].rules)

    def test_nobody_is_asked_and_no_store_is_made(self, project, tmp_path, private_settings):
        facts = tmp_path / "f"
        facts.write_text('{"moorage-facts": 1, "lines": 0}\n')
        with EmbeddedRegistry({"library/python": ["3.12.4"]}) as registry:
            mirrored(private_settings, registry)
            ran = moorage("check", "--facts", facts, project)
        assert "Nothing is known of 2 of them" in ran.out
        assert registry.log == []
        assert not (private_settings / "cache").exists()

    def test_life_cycles_count_from_the_day(self, project, tmp_path):
        facts = tmp_path / "f"
        facts.write_text('{"moorage-facts": 1, "lines": 0}\n')
        (project / "Dockerfile").write_text("FROM python:3.9\n")
        assert "end-of-life" not in moorage("check", "--facts", facts, "--at", "2024-01-01", project).out
        assert "end-of-life" in moorage("check", "--facts", facts, "--at", "2026-01-01", project).out

    def test_fixes_come_from_the_facts_too(self, store, project, tmp_path):
        moorage("facts", "export", tmp_path / "f", project)
        moorage("check", "--facts", tmp_path / "f", "--at", "2026-11-07", "--fix", project)
        assert (project / "Dockerfile").read_text() == "FROM python:3.12.4\nFROM python:3.12.4\n"

    def test_the_settings_may_name_the_file(self, store, project, tmp_path, private_settings):
        moorage("facts", "export", private_settings / "f", project)
        (private_settings / "moorage.yaml").write_text("facts: {path: f}\n")
        assert "unknown-tag" in moorage("check", project).out

    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            (["--facts", "none"], "none: no such file or directory"),
            (["--facts", "Dockerfile"], "Dockerfile:1: this is no file of facts, as `moorage facts export` writes it"),
            (["--facts", "."], ".: is a directory"),
            (["--at", "yesterday"], "--at: 'yesterday' is no date such as 2026-01-31"),
            (["--at", "20260131"], "--at: '20260131' is no date such as 2026-01-31"),
            (["--at", "2026-01-01", "--refresh"], "--refresh asks registries, and --facts and --at ask nobody"),
        ],
    )
    def test_mistakes(self, project, arguments, complaint):
        ran = moorage("check", *arguments, cwd=project)
        assert (ran.code, ran.out, ran.err) == (2, "", f"moorage: {complaint}\n")


def test_the_last_day_there_is(store, project):
    assert moorage("check", "--at", "9999-12-31", project).code == 1


def test_explain_takes_its_tags_from_the_facts_too(store, project, tmp_path):
    moorage("facts", "export", tmp_path / "f", project)
    for at, expected in (("2026-11-07", []), ("2026-11-08", ["3.12.9"])):
        ran = moorage("explain", "python:3.12.4", "--facts", tmp_path / "f", "--at", at, "--format", "json")
        assert [offer["tag"] for offer in ran.json["offers"]] == expected


@pytest.mark.parametrize("args", [["show", "python:3.12.4"], ["prune"], ["export", "-"]])
def test_a_store_that_cannot_be_used_is_not_spoken_of_as_empty(private_settings, args):
    file = private_settings / "cache" / "facts.sqlite"
    file.parent.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    ran = moorage("facts", *args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"moorage: the fact store {file} is from a newer version of moorage and is left alone\n"
