"""`moorage data`: what there is, and refreshing it."""

import json

import pytest

from support.command import moorage
from support.secrets import PASSWORD, USER

API_ANSWER = {
    "schema_version": "1.2.0",
    "generated_at": "2030-01-01T00:00:00+00:00",
    "result": [
        {
            "name": "python",
            "identifiers": [{"type": "purl", "id": "pkg:docker/library/python"}],
            "releases": [{"name": "3.14", "releaseDate": "2025-10-07", "isEol": True, "eolFrom": "2026-01-01"}],
        }
    ],
}


def table(date, ends="2026-01-01"):
    product = {"images": ["docker.io/library/python"], "cycles": [["3.14", "", "2025-10-07", ends, 0, ""]]}
    return {"form": 1, "source": "ourselves", "licence": "MIT", "date": date, "products": {"python": product}}


@pytest.fixture
def source(tmp_path):
    def write(content):
        path = tmp_path / "new.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_what_ships_is_listed_with_its_day_source_and_licence():
    rows = {row["name"]: row for row in moorage("data", "--format", "json").json["data"]}
    assert rows["life cycles"]["source"] == "https://endoflife.date"
    assert rows["life cycles"]["licence"] == "MIT"
    assert rows["life cycles"]["count"] > 200
    assert {"ladders", "deprecated images", "moved repositories"} <= rows.keys()
    assert all(row["date"].startswith("20") for row in rows.values())
    assert "https://endoflife.date (MIT), shipped" in moorage("data").out


@pytest.mark.parametrize("content", [table("2030-01-01"), API_ANSWER], ids=["our form", "endoflife.date's API"])
def test_newer_life_cycles_are_taken_and_used(content, source, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python:3.14\n")
    assert "end-of-life" not in moorage("check", "--offline", tmp_path, "--format", "json").rules
    ran = moorage("data", "update", "--from", source(content))
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("1 images with life cycles of 2030-01-01 are in ")
    assert "end-of-life" in moorage("check", "--offline", tmp_path, "--format", "json").rules
    used = {row["from"] == "shipped": row["used"] for row in moorage("data", "--format", "json").json["data"][:2]}
    assert used == {True: False, False: True}


def test_cycles_by_product_are_taken_to_be_of_today(source, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python:3.14\n")
    cycle = {"releaseCycle": "3.14", "releaseDate": "2025-10-07", "eol": "2026-01-01"}
    content = {"python": {"images": ["docker.io/library/python"], "cycles": [cycle]}}
    ran = moorage("data", "update", "--from", source(content))
    assert (ran.code, ran.err) == (0, "")
    assert "end-of-life" in moorage("check", "--offline", tmp_path, "--format", "json").rules


def test_older_ones_are_kept_but_not_used(source, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python:3.14\n")
    ran = moorage("data", "update", "--from", source(table("2020-01-01")))
    assert (ran.code, "They are not used" in ran.out) == (0, True)
    assert "end-of-life" not in moorage("check", "--offline", tmp_path, "--format", "json").rules


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "the table is no JSON"),
        ("{}", "the table is not of form 1"),
        (table("soon"), "'date' has 'soon' for a day"),
        ({"result": []}, "no product in it names an image"),
        ({"x": {"images": [], "cycles": 1}}, "'x' has no lists of images and cycles"),
        ({"x": {"images": ["a b"], "cycles": [{}]}}, "'x' names 'a b', which is no image"),
        (table("2030-01-01", ends="\x1b[31m"), "'python' has something that is no short text"),
    ],
)
def test_what_cannot_be_used_is_said_and_changes_nothing(content, says, source, private_settings):
    ran = moorage("data", "update", "--from", source(content))
    assert (ran.code, says in ran.err) == (2, True), ran.err
    assert not (private_settings / "cache" / "lifecycle.json").exists()


@pytest.mark.parametrize(
    ("origin", "code", "says"),
    [
        ("missing.json", 2, "missing.json: no such file or directory"),
        ("http://endoflife.date/x", 2, "only https is"),
        ("ftp://endoflife.date/x", 2, "not an absolute http(s) URL"),
        (f"https://{USER}:{PASSWORD}@endoflife.date/x", 2, "userinfo"),
        ("https://169.254.169.254/x", 3, "is never asked"),
        ("https://10.0.0.1/x", 3, "is a private address"),
    ],
)
def test_where_it_may_not_come_from(origin, code, says):
    ran = moorage("data", "update", "--from", origin)
    assert (ran.code, says in ran.err) == (code, True), ran.err


def test_nothing_is_downloaded_offline():
    ran = moorage("data", "update", "--from", "https://endoflife.date/x", env={"MOORAGE_OFFLINE": "1"})
    assert (ran.code, "MOORAGE_OFFLINE is set" in ran.err) == (2, True)


def test_a_damaged_table_in_the_cache_is_passed_over_with_a_notice(private_settings, tmp_path):
    folder = private_settings / "cache"
    folder.mkdir(exist_ok=True)
    (folder / "lifecycle.json").write_text("{")
    (tmp_path / "Dockerfile").write_text("FROM python:3.8\n")
    ran = moorage("check", "--offline", tmp_path, "--format", "json")
    assert "end-of-life" in ran.rules
    assert "lifecycle.json is not used (the table is no JSON); `moorage data update` writes it anew" in ran.err
    assert "is not used" in moorage("data").err
