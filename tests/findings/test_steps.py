"""Lines and distributions that lead nowhere are not offered."""

from datetime import date

import pytest

from moorage.data.lifecycle import Cycle, Product, shipped, table_of
from moorage.findings.life import life_of, successor_of
from moorage.findings.steps import living_lines
from moorage.reference import parse
from moorage.versions import TagTable, judge

TODAY = date(2026, 11, 24)
LIVES = table_of(
    "a test",
    "none",
    "2026-11-24",
    [
        Product(
            "acme",
            ("docker.io/acme/app",),
            (
                Cycle("4", released="2026-12-01", ends="2028-12-01"),
                Cycle("3.1", released="2026-01-01"),
                Cycle("3.0", released="2025-01-01", ends="2026-02-01"),
                Cycle("2.1", released="2024-06-01", ends="2026-12-31"),
                Cycle("2.0", released="2024-01-01", ends="2025-01-01"),
                Cycle("1", released="2020-01-01", ended=True),
            ),
        )
    ],
)


def judged(image, tags, lives=LIVES, *, ranged=False):
    reference = parse(image)
    admissions = living_lines(reference, lives, TODAY, ranged=ranged)
    return judge(reference.tag, TagTable(tags), repository=reference.repository, at=TODAY, admissions=admissions)


def offered(*args, **options):
    return [offer.tag for offer in judged(*args, **options).offers]


def test_lines_that_have_ended_or_are_not_out_are_passed_over():
    found = judged("acme/app:2.0.1", ["2.0.2", "2.1.0", "3.0.1", "3.1.0", "4.0.0"])
    assert [offer.tag for offer in found.offers] == ["2.1.0", "2.0.2", "3.1.0"]
    assert dict(found.dropped) == {"4.0.0": "4 is released on 2026-12-01", "3.0.1": "3.0 ended on 2026-02-01"}


def test_a_range_says_which_lines_are_wanted():
    assert offered("acme/app:3.1.0", ["4.0.0"], ranged=True) == ["4.0.0"]


def test_a_tag_that_floats_over_lines_is_out_with_the_first_of_them():
    assert offered("acme/app:1", ["2", "3"]) == ["3", "2"]


def test_a_successor_is_out():
    reference = parse("acme/app:3.0.1")
    life = life_of(reference, LIVES)
    assert life is not None
    assert successor_of(life, reference, LIVES, TODAY).name == "3.1"
    reference = parse("acme/app:3.1.0")
    assert successor_of(life_of(reference, LIVES), reference, LIVES, TODAY) is None


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["1.0-slim-bullseye"], []),
        (["1.0-slim-bullseye", "1.0-slim-bookworm"], ["1.0-slim-bookworm"]),
        (["1.1-slim-buster"], ["1.1-slim-buster"]),
    ],
)
def test_no_step_to_a_distribution_that_has_ended(tags, expected):
    assert offered("acme/other:1.0-slim-buster", ["1.0-slim-buster", *tags], shipped()) == expected


def test_why_a_distribution_is_passed_over():
    found = judged("acme/other:1.0-buster", ["1.0-bullseye"], shipped())
    assert dict(found.dropped) == {"1.0-bullseye": "Debian 11 (bullseye) has ended"}
