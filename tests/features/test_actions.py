"""What can be done at a place."""

import pytest

from support.edit import act, actions, check_fix
from support.look import digest, facts

TAGS = {"python": ["3.11.9-slim", "3.12.4-slim", "3.12.9-slim", "3.13.1-slim", "4.0.0-slim", "4.0.0"]}
DIGESTS = {
    "python:3.12.4-slim": digest("a"),
    "python:3.12.9-slim": digest("b"),
    "python:3.13.1-slim": digest("c"),
}


def titles(text, **given):
    return list(actions(text, facts(**given)))


def test_an_image_is_updated_pinned_or_ignored():
    assert titles("FROM python:3.12.4‸-slim\n", tags=TAGS, digests=DIGESTS) == [
        "Update python to 3.13.1-slim (newest 3.x)",
        "Update python to 3.12.9-slim (newest patch of 3.12)",
        "Update python to 4.0.0-slim (newest release)",
        "Pin python:3.12.4-slim to sha256:aaaaaaaaaaaa",
        "Ignore outdated here",
    ]


@pytest.mark.parametrize(
    ("title", "after"),
    [
        ("Update python to 3.12.9-slim", "FROM python:3.12.9-slim AS a\n"),
        ("Update python to 3.13.1-slim", "FROM python:3.13.1-slim AS a\n"),
        ("Update python to 4.0.0-slim", "FROM python:4.0.0-slim AS a\n"),
        ("Pin python", f"FROM python:3.12.4-slim@{digest('a')} AS a\n"),
    ],
)
def test_what_each_does(title, after):
    check_fix(title, before="FROM python:3.12.4‸-slim AS a\n", after=after, view=facts(tags=TAGS, digests=DIGESTS))


def test_the_cursor_may_stand_anywhere_on_the_line_but_a_closer_image_wins():
    two = "RUN --mount=from=busybox:1.36,target=/b --mount=from=alpi‸ne:3.19,target=/a true\n"
    view = facts(digests={"busybox:1.36": digest("a"), "alpine:3.19": digest("b")})
    assert [t for t in actions("‸FROM alpine:3.19\n", view) if t.startswith("Pin")] == [
        "Pin alpine:3.19 to sha256:bbbbbbbbbbbb"
    ]
    pins = [t for t in actions("FROM scratch\n" + two, view) if t.startswith("Pin")]
    assert pins == ["Pin alpine:3.19 to sha256:bbbbbbbbbbbb", "Pin every image in this file to its digest"]


def test_a_selection_offers_what_can_be_done_to_all_that_it_meets():
    found = titles("‸FROM python:3.12.4-slim\nFROM redis:7\n‸", digests={"redis:7": digest("a"), **DIGESTS})
    assert found[:2] == ["Pin python:3.12.4-slim to sha256:aaaaaaaaaaaa", "Pin redis:7 to sha256:aaaaaaaaaaaa"]


def test_an_arg_is_edited_at_its_default():
    check_fix(
        "Update python to 3.12.9-slim",
        before="ARG PY=3.12‸.4\nFROM python:${PY}-slim\n",
        after="ARG PY=3.12.9\nFROM python:${PY}-slim\n",
        view=facts(tags=TAGS),
    )


def test_tag_and_digest_move_together():
    check_fix(
        "Update python to 3.12.9-slim and its digest",
        before=f"FROM python:3.12.4‸-slim@{digest('a')}\n",
        after=f"FROM python:3.12.9-slim@{digest('b')}\n",
        view=facts(tags=TAGS, digests=DIGESTS),
    )


def test_what_needs_a_digest_is_listed_once_it_is_known_and_asked_for_until_then():
    view = facts(tags=TAGS, final=False)
    found = list(actions(f"FROM python:3.12.4‸-slim@{digest('a')}\n", view))
    assert not [t for t in found if "digest" in t]
    assert {q.key for q in view.asked if q.kind == "digest"} == {
        "3.12.4-slim", "3.12.9-slim", "3.13.1-slim", "4.0.0-slim",
    }  # fmt: skip


def test_a_moved_tag_is_refreshed():
    check_fix(
        "Refresh the digest of python:3.12.4-slim",
        before=f"FROM python:3.12.4‸-slim@{digest('e')}\n",
        after=f"FROM python:3.12.4-slim@{digest('a')}\n",
        view=facts(digests=DIGESTS),
    )


def test_no_pin_is_offered_where_the_policy_wants_none():
    assert not [
        t for t in actions("FROM redis:‸7\n", facts(digests={"redis:7": digest("a")}), {"pin": "off"}) if "Pin" in t
    ]


def test_updates_go_as_far_as_the_policy():
    found = actions("FROM python:3.12.4‸-slim\n", facts(tags=TAGS), {"update": "patch"})
    assert [t for t in found if "Update" in t] == ["Update python to 3.12.9-slim (newest patch of 3.12)"]


def test_nothing_is_offered_for_a_stage_or_for_an_image_that_is_built_here():
    assert actions("FROM redis:7 AS b\nFROM ‸b\n") == {}


THREE = f"FROM python:3.12.4-slim\nFROM pyth‸on:3.12.4-slim\nFROM redis:7@{digest('1')}\n"
WIDE = facts(tags={**TAGS, "redis": ["7"]}, digests={**DIGESTS, "redis:7": digest("2")})


@pytest.mark.parametrize(
    ("title", "after"),
    [
        (
            "Update every image",
            f"FROM python:3.12.9-slim\nFROM python:3.12.9-slim\nFROM redis:7@{digest('1')}\n",
        ),
        (
            "Pin every image",
            f"FROM python:3.12.4-slim@{digest('a')}\n" * 2 + f"FROM redis:7@{digest('1')}\n",
        ),
    ],
)
def test_what_is_done_to_one_image_can_be_done_to_the_whole_file(title, after):
    assert act(title, THREE, WIDE) == after


def test_every_digest_is_refreshed_from_the_one_at_the_cursor():
    text = f"FROM redis:7‸@{digest('1')}\nFROM redis:7@{digest('3')}\n"
    assert act("Refresh every digest", text, WIDE) == f"FROM redis:7@{digest('2')}\nFROM redis:7@{digest('2')}\n"


def test_a_shared_default_is_edited_once():
    text = "ARG PY=3.12.4\nFROM python:${PY}-sl‸im\nFROM python:${PY}-slim\n"
    assert act("Update every image", text, facts(tags=TAGS)).startswith("ARG PY=3.12.9\n")


def test_the_list_computes_no_edit_of_the_whole_file():
    found = actions(THREE, WIDE)["Pin every image in this file to its digest"]
    assert found.kind == "everywhere"
    assert found.edits(facts()) == ()


def test_the_first_safe_fix_of_a_finding_is_preferred():
    found = actions("FROM python:3.12.4‸-slim\n", facts(tags=TAGS)).values()
    assert [a.title for a in found if a.preferred] == ["Update python to 3.12.9-slim (newest patch of 3.12)"]
