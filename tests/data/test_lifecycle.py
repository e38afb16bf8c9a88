"""The table of life cycles: the shipped one, other people's, and endoflife.date's own answer."""

import json
from datetime import date

import pytest

from moorage.data import endoflife, lifecycle
from moorage.data.lifecycle import Cycle, DataError, Product, read, shipped, table_of, written
from shared import shared

GOOD = {
    "form": 1,
    "source": "here",
    "licence": "MIT",
    "date": "2026-01-31",
    "products": {
        "thing": {
            "images": ["docker.io/library/thing"],
            "cycles": [["2", "", "2025-01-01", None, 0, "2.1"], ["1", "Old", "", True, 1, ""]],
        }
    },
}


def test_the_shipped_table_is_of_the_form_and_says_where_it_is_from():
    table = shipped()
    again = read(written(table))
    assert (again.source, again.licence, again.date) == ("https://endoflife.date", "MIT", table.date)
    assert again.entries == table.entries
    assert len(table.images) > 200


def test_products_are_found_by_the_canonical_names_of_their_images():
    product = shipped().product_of("docker.io/library/python")
    assert product is not None
    assert Cycle("3.8", "", "2019-10-14", "2024-10-07", False, False, "3.8.20") in product.cycles
    assert shipped().product_of("docker.io/library/nothing-like-it") is None


def test_a_cycle_is_over_on_its_last_day_or_where_only_the_fact_is_known():
    assert Cycle("1", ends="2026-01-31").is_over(date(2026, 1, 31))
    assert not Cycle("1", ends="2026-01-31").is_over(date(2026, 1, 30))
    assert Cycle("1", ended=True).is_over(date(2000, 1, 1))
    assert not Cycle("1").is_over(date(2100, 1, 1))


def test_a_table_reads_as_it_was_written():
    product = Product(
        "thing", ("ghcr.io/a/thing",), (Cycle("2"), Cycle("1", "Old", "2020-02-02", "", True, True, "1.9"))
    )
    table = read(written(table_of("here", "MIT", "2026-01-31", [product])))
    assert table.product("thing") == product


def changed(path, value):
    content = json.loads(json.dumps(GOOD))
    *keys, last = path
    place = content
    for key in keys:
        place = place[key]
    place[last] = value
    return json.dumps(content)


CYCLES = ["products", "thing", "cycles"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "the table is no JSON"),
        ("[" * 100_000, "the table is no JSON"),
        ("[]", "the table is no JSON object"),
        (changed(["form"], 2), "the table is not of form 1"),
        (changed(["products"], []), "the table has no products"),
        (changed(["products"], {str(n): {} for n in range(6000)}), "the table has more than 5000 products"),
        (changed(["date"], ""), "the table does not say of which day it is"),
        (changed(["date"], "soon"), "'date' has 'soon' for a day"),
        (changed(["source"], "a\x1bb"), "'source' has something that is no short text"),
        (changed(["products", "thing"], 7), "'thing' has no lists of images and cycles"),
        (changed(["products", "thing", "images"], ["UPPER"]), "'thing' names 'UPPER', which is no image"),
        (changed(["products", "thing", "images"], ["python:3"]), "no canonical name without a tag"),
        (changed(CYCLES, [["1"]]), "'thing' has a cycle that is no row of 6"),
        (changed(CYCLES, [["1", "", "", "never", 0, ""]]), "'thing' has 'never' for a day"),
        (changed(CYCLES, [["x" * 300, "", "", None, 0, ""]]), "'thing' has something that is no short text"),
        (changed(CYCLES, [["1"]] * 3000), "'thing' has more than 2000 images or cycles"),
    ],
)
def test_what_is_wrong_is_said(text, says):
    with pytest.raises(DataError) as caught:
        read(text)
    assert says in str(caught.value)


def test_the_good_one_is_good():
    assert read(json.dumps(GOOD)).images == {"docker.io/library/thing": "thing"}


ANSWER = {
    "schema_version": "1.2.0",
    "generated_at": "2026-10-01T00:08:50+00:00",
    "result": [
        {
            "name": "python",
            "identifiers": [
                {"type": "purl", "id": "pkg:generic/python"},
                {"type": "purl", "id": "pkg:docker/library/python"},
                {"type": "purl", "id": "pkg:docker/airflow?repository_url=cgr.dev/chainguard"},
                {"type": "purl", "id": "pkg:docker/envoy?arch=amd64&repository_url=docker.io/envoyproxy/envoy"},
                {"type": "purl", "id": "pkg:docker/Not%20an%20Image"},
            ],
            "releases": [
                {
                    "name": "3.14",
                    "codename": None,
                    "releaseDate": "2025-10-07",
                    "isLts": False,
                    "isEol": False,
                    "eolFrom": "2030-10-31",
                    "latest": {"name": "3.14.7", "date": "2026-08-01"},
                },
                {"name": "1", "isEol": True, "eolFrom": None, "latest": None},
            ],
        },
        {"name": "no-image", "identifiers": [], "releases": [{"name": "1"}]},
        {"name": "debian", "identifiers": [{"id": "pkg:docker/library/debian"}], "releases": [
            {"name": "12", "eolFrom": "2026-07-11"}, {"name": "99", "eolFrom": "2090-01-01"}]},
        "nonsense",
    ],
}  # fmt: skip


class TestEndOfLifeDate:
    def test_its_answer_makes_a_table(self):
        table = endoflife.from_api(json.dumps(ANSWER), date(2026, 11, 24))
        assert (table.source, table.licence, table.date) == ("https://endoflife.date", "MIT", "2026-10-01")
        python = table.product("python")
        assert python.images == (
            "cgr.dev/chainguard/airflow",
            "docker.io/envoyproxy/envoy",
            "docker.io/library/python",
        )
        assert python.cycles == (
            Cycle("3.14", "", "2025-10-07", "2030-10-31", False, False, "3.14.7"),
            Cycle("1", ended=True),
        )
        assert set(table.entries) == {"python", "debian"}
        assert read(written(table)).entries == table.entries

    def test_debians_long_term_support_counts(self):
        table = endoflife.from_api(json.dumps(ANSWER), date(2026, 11, 24))
        assert [c.ends for c in table.product("debian").cycles] == ["2028-06-30", "2090-01-01"]

    @pytest.mark.parametrize("text", ["", "{}", '{"result": 7}', "[]", "[" * 100_000])
    def test_another_answer_is_none(self, text):
        with pytest.raises(DataError):
            endoflife.from_api(text, date(2026, 11, 24))


class TestCycles:
    """A file that maps products to images and cycles, in the words of endoflife.date's older API."""

    def test_it_makes_a_table(self):
        row = {"releaseCycle": "3.14", "releaseDate": "2025-10-07", "eol": "2030-10-31", "latest": "3.14.7"}
        images = ["docker.io/library/python", "docker.io/redislabs/redis"]
        content = {"python": {"images": images, "cycles": [row, {"releaseCycle": "1", "eol": True}, {"eol": False}]}}
        table = endoflife.from_cycles(json.dumps(content), "2026-11-24")
        assert (table.source, table.licence, table.date) == ("https://endoflife.date", "MIT", "2026-11-24")
        assert table.product("python").images == ("docker.io/library/python",)
        assert table.product("python").cycles == (
            Cycle("3.14", "", "2025-10-07", "2030-10-31", False, False, "3.14.7"),
            Cycle("1", ended=True),
            Cycle(""),
        )

    @pytest.mark.parametrize(
        "text", ["", "[" * 100_000, '{"a": 1}', '{"a": {"images": []}}', '{"a": {"images": 1, "cycles": []}}']
    )
    def test_another_file_is_none(self, text):
        with pytest.raises(DataError):
            endoflife.from_cycles(text, "2026-11-24")

    def test_the_shipped_table_is_made_of_one(self):
        text = shared("vectors/lifecycle.json").read_text()
        assert endoflife.from_cycles(text, shipped().date).entries == shipped().entries


def test_images_whose_tags_count_something_else_are_left_out():
    named = set(shipped().images)
    assert not named & endoflife.LEFT_OUT
    assert "docker.io/apache/kafka" in named
    assert lifecycle.FORM == 1
