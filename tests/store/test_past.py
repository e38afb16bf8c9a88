"""What was known at a time: never more than was seen or is dated, and never called complete where it may not be."""

import pytest

from moorage.facts import Absent, Attachments, Config, Known, Question, TagListing
from moorage.store.past import ListChange, Observation, Record, as_of
from moorage.store.records import record_of
from moorage.store.sqlite import Store

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
TAGS = Question("tags", "docker.io", "library/python")
TAG = Question("digest", "docker.io", "library/python", "3.12")
CONFIG = Question("config", "", "", A)
REFERRERS = Question("referrers", "docker.io", "library/python", A)


def known_list(record, end):
    """The tags (`tag` or `tag=date`) that were known before a time, with `+` where there may be more."""
    answer = as_of(record, end)
    if answer is None:
        return None
    dates = answer.value.dates
    words = [f"{tag}={dates[tag]}" if tag in dates else tag for tag in sorted(answer.value.tags)]
    return " ".join([*words, *([] if answer.complete else ["+"])])


class TestLists:
    # Seen with a and b from 100 to 200; with a and c from 300 to 400. c was pushed at 250.
    record = Record(
        TAGS,
        Known(TagListing(("a", "c"), {"c": 250}), 400, True, "e"),
        changes=(ListChange(None, 100), ListChange(200, 300, True, ("c",), ("b",))),
    )

    @pytest.mark.parametrize(
        ("end", "expected"),
        [
            (401, "a c=250"),
            (301, "a c=250"),
            (300, "a b c=250"),  # c had been pushed, and nobody had looked yet
            (251, "a b c=250"),
            (250, "a b +"),  # c was pushed later, perhaps not for the first time
            (201, "a b"),  # the list of that very moment
            (101, "a b"),
            (100, None),
            (0, None),
        ],
    )
    def test_a_list_is_what_was_seen_and_what_is_dated(self, end, expected):
        assert known_list(self.record, end) == expected

    def test_before_the_first_look_only_dated_tags_count_and_there_may_be_more(self):
        record = Record(
            TAGS, Known(TagListing(("a", "b", "c"), {"a": 50, "b": 90}), 400), changes=(ListChange(None, 100),)
        )
        assert known_list(record, 80) == "a=50 +"
        assert known_list(record, 100) == "a=50 b=90 +"
        assert known_list(record, 40) is None

    def test_a_tag_that_was_pushed_again_was_there_before(self):
        record = Record(TAGS, Known(TagListing(("a",), {"a": 350}), 400), changes=(ListChange(None, 100),))
        assert known_list(record, 200) == "a"

    def test_an_undated_tag_may_have_come_between_two_looks(self):
        record = Record(
            TAGS,
            Known(TagListing(("a", "new")), 400),
            changes=(ListChange(None, 100), ListChange(200, 300, True, ("new",))),
        )
        assert known_list(record, 250) == "a +"
        assert known_list(record, 200) == "a"

    def test_a_part_of_a_list_stays_a_part(self):
        record = Record(
            TAGS,
            Known(TagListing(("a", "b")), 400),
            changes=(ListChange(None, 100), ListChange(200, 300, False, ("b",))),
        )
        assert known_list(record, 200) == "a +"

    def test_without_any_history_the_last_look_is_the_first(self):
        record = Record(TAGS, Known(TagListing(("a",)), 400))
        assert known_list(record, 401) == "a"
        assert known_list(record, 400) is None

    def test_the_answer_is_no_newer_than_the_time_asked_for(self):
        assert as_of(self.record, 250).seen_at == 200
        assert as_of(self.record, 1000).seen_at == 400


class TestDigests:
    record = Record(TAG, Known(B, 400), (Observation(A, 100, 200, "e"), Observation(B, 300, 400, "f")))

    @pytest.mark.parametrize(
        ("end", "expected"),
        [(100, None), (101, A), (250, A), (300, A), (301, B), (1000, B)],
    )
    def test_a_digest_counts_from_when_it_was_seen(self, end, expected):
        answer = as_of(self.record, end)
        assert (None if answer is None else answer.value) == expected

    def test_a_tag_that_has_gone_was_there_before(self):
        gone = Absent("it is gone", 500)
        record = Record(TAG, gone, self.record.observations)
        assert as_of(record, 501) == gone
        assert as_of(record, 450).value == B

    def test_it_says_who_answered(self):
        assert as_of(self.record, 150) == Known(A, 149, endpoint="e")


def test_content_is_the_same_at_any_time():
    answer = Known(Config(A, "linux/amd64"), 400)
    assert as_of(Record(CONFIG, answer), 1) == answer


@pytest.mark.parametrize("answer", [Known(Attachments(), 400), Absent("it is not there", 400)])
def test_what_was_asked_later_was_not_known(answer):
    record = Record(REFERRERS, answer)
    assert as_of(record, 401) == answer
    assert as_of(record, 400) is None


def test_a_store_tells_how_its_lists_came_about(tmp_path):
    store, _ = Store.open(tmp_path / "facts.sqlite")
    looks = [(100, "a b", True), (200, "a b", True), (300, "a c", False), (400, "a b c d", True)]
    for at, tags, complete in looks:
        store.put(TAGS, Known(TagListing(tuple(tags.split())), at, complete))
    record = record_of(store, TAGS, lambda _: "")
    assert record.changes == (
        ListChange(None, 100),
        ListChange(200, 300, True, ("c",), ("b",)),
        ListChange(300, 400, False, ("b", "d"), ()),
    )
    for at, tags, complete in looks:
        assert known_list(record, at + 1) == (tags if complete else tags + " +")
