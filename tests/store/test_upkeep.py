"""Limits of age and size: what can be asked for again goes first, history goes with its age alone."""

import pytest

from moorage.facts import Known, Question, TagListing
from moorage.settings import FactsSettings
from moorage.store.past import ListChange, Observation
from moorage.store.sqlite import Store
from moorage.store.upkeep import Removed, compact, file_size, prune, tidy

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
TAG = Question("digest", "docker.io", "library/python", "3.12")
TAGS = Question("tags", "docker.io", "library/python")
NOW = 2_000_000_000
LIMITS = FactsSettings()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "facts.sqlite"


@pytest.fixture
def store(path):
    store, notices = Store.open(path)
    assert notices == ()
    yield store
    assert store.trouble is None
    store.close()


def list_of(*tags):
    return TagListing(tags)


class TestAge:
    def test_what_was_seen_last_before(self, store):
        store.put(TAG, Known(A, 100))
        store.put(TAGS, Known(list_of("3.12"), 300))
        removed = prune(store.database, 200, None)
        assert (removed.answers, removed.observations) == (1, 1)
        assert set(store.get([TAG, TAGS])) == {TAGS}
        assert store.history(TAG) == ()

    def test_history_goes_entry_by_entry(self, store):
        for at, digest in ((100, A), (300, B)):
            store.put(TAG, Known(digest, at, endpoint="e"))
        assert prune(store.database, 200, None) == Removed(0, 1, 0, 0)
        assert store.history(TAG) == (Observation(B, 300, 300, "e"),)

    def test_what_is_left_of_a_list_s_past_has_a_beginning(self, store):
        for at, tags in ((100, "a"), (200, "a b"), (300, "a b c"), (400, "a b c d")):
            store.put(TAGS, Known(list_of(*tags.split()), at))
        prune(store.database, 350, None)
        assert store.changes(TAGS) == (ListChange(None, 300), ListChange(300, 400, True, ("d",)))

    def test_a_list_goes_with_its_past(self, store):
        store.put(TAGS, Known(list_of("a"), 100))
        prune(store.database, 200, None)
        for table in ("answers", "listings", "changes"):
            assert store.database.query(f"SELECT count(*) FROM {table}") == [(0,)]


class TestSize:
    @pytest.fixture
    def full(self, store):
        for n in range(60):
            question = TAGS._replace(repository=f"a/{n:02}")
            store.put(question, Known(list_of(*(f"{n}.{i}" for i in range(3000))), NOW + n))
            store.put(TAG._replace(repository=f"a/{n:02}"), Known(A, NOW + n))
        return store

    def test_the_oldest_go_until_it_is_small_enough(self, full):
        assert file_size(full.database) > 1_000_000
        removed = prune(full.database, None, 400_000)
        assert removed.answers > 0
        assert removed.size > 600_000
        assert file_size(full.database) <= 400_000

    def test_history_makes_no_room(self, full):
        prune(full.database, None, 1)
        assert full.database.query("SELECT count(*) FROM observations") == [(60,)]
        assert full.database.query("SELECT count(*) FROM answers") == [(0,)]

    def test_space_goes_back_to_the_disk(self, full, path):
        compact(full.database)
        before = path.stat().st_size
        prune(full.database, None, 1)
        compact(full.database)
        assert path.stat().st_size < before / 4

    def test_what_is_small_enough_is_left(self, full):
        assert prune(full.database, None, 1 << 30) == Removed()


class TestByItself:
    def test_once_a_day(self, store, path):
        store.put(TAG, Known(A, NOW - LIMITS.keep - 10))
        assert tidy(path, NOW, LIMITS).answers == 1
        store.put(TAG, Known(A, NOW - LIMITS.keep - 10))
        assert tidy(path, NOW + 86_399, LIMITS) == Removed()
        assert tidy(path, NOW + 86_400, LIMITS).answers == 1

    def test_a_clock_that_was_wrong_does_not_stop_it(self, store, path):
        tidy(path, NOW + 10_000_000, LIMITS)
        store.put(TAG, Known(A, NOW - LIMITS.keep - 10))
        assert tidy(path, NOW, LIMITS).answers == 1

    def test_it_stops_when_it_is_asked_to(self, store, path):
        store.put(TAG, Known(A, NOW - LIMITS.keep - 10))
        assert tidy(path, NOW, LIMITS, lambda: True).answers == 0

    def test_pauses_that_are_over_are_forgotten(self, store, path):
        store.pause("ghcr.io", NOW - 5)
        store.pause("quay.io", NOW + 5)
        tidy(path, NOW, LIMITS)
        assert store.pauses(0) == {"quay.io": NOW + 5}


def test_a_row_that_was_refreshed_meanwhile_stays(store, path):
    other, _ = Store.open(path)
    store.put(TAG, Known(A, 100))
    store.put(TAGS, Known(list_of("a"), 100))

    class Watching:
        """Somebody asks again while the old rows are being removed."""

        asked = False

        def __call__(self):
            if not self.asked:
                self.asked = True
                other.put(TAG, Known(A, NOW))
            return False

    prune(store.database, 200, None, Watching())
    assert store.get([TAG])[TAG] == Known(A, NOW)
    other.close()
