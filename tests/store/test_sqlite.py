"""The fact store: what goes in comes out, for every process of the user, whatever happens to the file."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.facts import Absent, Config, Known, Manifest, PlatformManifest, Question, TagListing, Unreachable
from moorage.store import encoding
from moorage.store.sqlite import Observation, Store

DIGEST = "sha256:" + "a" * 64
TAGS = Question("tags", "docker.io", "library/python")
TAG = Question("digest", "docker.io", "library/python", "3.12")
MANIFEST = Question("manifest", "docker.io", "library/python", DIGEST)
CONFIG = Question("config", "docker.io", "library/python", DIGEST)

ANSWERS = {
    TAG: Known(DIGEST, 100, endpoint="docker.io"),
    MANIFEST: Known(
        Manifest(DIGEST, "t", 7, (PlatformManifest("linux/amd64", DIGEST, 3),), None, (("a", "b"),), "x", 9),
        5,
        True,
        "e",
    ),
    CONFIG: Known(Config(DIGEST, "linux/amd64", 123, (("a", "ü"),)), 5, True, "e"),
    Question("tags", "ghcr.io", "a/b"): Absent("it is not there", 7, True, "ghcr.io"),
}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "facts.sqlite"


def opened(path):
    store, notices = Store.open(path)
    assert notices == ()
    return store


def test_what_goes_in_comes_out(path):
    opened(path).put_all(ANSWERS.items())
    assert opened(path).get([*ANSWERS, TAGS]) == ANSWERS


def test_a_list_of_tags_is_one_object_while_it_stays_the_same(path):
    store = opened(path)
    store.put(TAGS, Known(TagListing(("3.12", "3.13"), {"3.13": 5}), 100, False, "e"))
    other = opened(path)
    first = other.get([TAGS])[TAGS]
    assert (first.value.tags, dict(first.value.dates), first.seen_at, first.complete) == (
        ("3.12", "3.13"), {"3.13": 5}, 100, False,
    )  # fmt: skip
    store.put(TAGS, Known(TagListing(("3.12", "3.13"), {"3.13": 5}), 200))
    second = other.get([TAGS])[TAGS]
    assert second.value is first.value
    assert (second.seen_at, second.complete) == (200, True)
    store.put(TAGS, Known(TagListing(("3.12", "3.13", "3.14")), 300))
    assert other.get([TAGS])[TAGS].value.tags == ("3.12", "3.13", "3.14")


def test_what_is_said_to_one_credential_is_not_said_to_another(path):
    store = opened(path)
    alice, bob = store.identity("basic\ndocker\nalice"), store.identity("basic\ndocker\nbob")
    store.put(TAG, ANSWERS[TAG], lambda _: alice)
    assert store.get([TAG], lambda _: alice) == {TAG: ANSWERS[TAG]}
    assert store.get([TAG], lambda _: bob) == store.get([TAG]) == {}
    assert len({alice, bob, ""}) == 3
    assert "alice" not in alice


def test_content_is_shared_by_digest(path):
    store = opened(path)
    store.put(MANIFEST, ANSWERS[MANIFEST], lambda _: "alice")
    elsewhere = MANIFEST._replace(registry="ghcr.io", repository="x/y")
    assert store.get([MANIFEST, elsewhere], lambda _: "bob") == {
        MANIFEST: ANSWERS[MANIFEST],
        elsewhere: ANSWERS[MANIFEST],
    }


def test_a_failure_is_not_kept(path):
    store = opened(path)
    store.put(TAG, Unreachable("no network", 5))
    assert store.get([TAG]) == {}


def test_a_moved_tag_leaves_a_history(path):
    store = opened(path)
    other = "sha256:" + "b" * 64
    for at, digest in ((10, DIGEST), (20, DIGEST), (30, other), (40, DIGEST)):
        store.put(TAG, Known(digest, at, endpoint="e"))
    assert opened(path).history(TAG) == (
        Observation(DIGEST, 10, 20, "e"),
        Observation(other, 30, 30, "e"),
        Observation(DIGEST, 40, 40, "e"),
    )


def test_hosts_that_want_to_be_left_alone_are_remembered(path):
    opened(path).pause("ghcr.io", 200)
    opened(path).pause("ghcr.io", 150)
    assert opened(path).pauses(100) == {"ghcr.io": 200}
    assert opened(path).pauses(300) == {}


def test_more_questions_than_one_query_holds(path):
    store = opened(path)
    answers = {Question("digest", "docker.io", "a/b", str(n)): Known(DIGEST, n) for n in range(1200)}
    store.put_all(answers.items())
    assert store.get(answers) == answers


def test_a_broken_store_is_set_aside(path):
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 1000)
    store, notices = Store.open(path)
    assert len(notices) == 1
    assert notices[0].startswith("the fact store was broken: it is set aside as ")
    assert (path.parent / "facts.sqlite.broken-1").exists()
    store.put(TAG, ANSWERS[TAG])
    assert opened(path).get([TAG]) == {TAG: ANSWERS[TAG]}


def test_a_store_torn_while_it_is_read_knows_nothing(path):
    store = opened(path)
    store.put_all(ANSWERS.items())
    store.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    store, _ = Store.open(path)
    assert isinstance(store.get(ANSWERS), dict)


def test_a_newer_store_is_left_alone(path):
    opened(path).put(TAG, ANSWERS[TAG])
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    store, notices = Store.open(path)
    assert notices == (f"the fact store {path} is from a newer version of moorage and is left alone",)
    assert store.get([TAG]) == {}
    store.put(TAG, ANSWERS[TAG])
    assert store.get([TAG]) == {TAG: ANSWERS[TAG]}
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (99,)


def test_a_store_that_cannot_be_written_is_kept_in_memory(tmp_path):
    (tmp_path / "file").write_text("")
    store, notices = Store.open(tmp_path / "file" / "facts.sqlite")
    assert len(notices) == 1
    assert "so facts are kept in memory" in notices[0]
    store.put_all(ANSWERS.items())
    assert store.get(ANSWERS) == ANSWERS


@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_the_folder_is_private(path):
    opened(path)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_two_threads_and_another_process(path):
    store = opened(path)
    script = (
        "import sys; from pathlib import Path; from moorage.store.sqlite import Store; from moorage.facts import *\n"
        "store, _ = Store.open(Path(sys.argv[1]))\n"
        "for n in range(50): store.put(Question('digest', 'other', 'a/b', str(n)), Known('d', n))\n"
        "assert store.trouble is None, store.trouble\n"
    )
    other = subprocess.Popen([sys.executable, "-c", script, str(path)])

    def write():
        for n in range(50):
            store.put(Question("digest", "r", "a/b", str(n)), Known("d", n))

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert other.wait() == 0
    assert store.trouble is None
    for registry in ("other", "r"):
        assert len(store.get([Question("digest", registry, "a/b", str(n)) for n in range(50)])) == 50


text = st.text(max_size=20)
digests = st.just(DIGEST)


@given(
    st.builds(
        Manifest,
        digests,
        text,
        st.integers(0, 1 << 50),
        st.lists(st.builds(PlatformManifest, text, digests, st.integers(0, 1 << 50)), max_size=3).map(tuple),
        st.none() | digests,
        st.lists(st.tuples(text, text), max_size=3).map(tuple),
        st.none() | text,
        st.integers(0, 1 << 50),
    )
)
def test_manifests_survive_encoding(manifest):
    assert encoding.decode_manifest(encoding.encode_manifest(manifest)) == manifest


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,10}", fullmatch=True), st.none() | st.integers(1, 1 << 40)
    )
)
def test_lists_survive_encoding(tags):
    listing = TagListing(tuple(tags), {tag: at for tag, at in tags.items() if at})
    names, dates, _ = encoding.encode_listing(listing)
    found = encoding.decode_listing(names, dates)
    assert (found.tags, dict(found.dates)) == (listing.tags, dict(listing.dates))


def test_a_store_that_is_closed_knows_nothing_and_breaks_nothing(path):
    store = opened(path)
    store.put(TAG, ANSWERS[TAG])
    store.close()
    assert store.get([TAG]) == {}
    store.put(TAG, ANSWERS[TAG])
    store.close()
    assert "closed" in store.trouble
    assert opened(path).get([TAG]) == {TAG: ANSWERS[TAG]}
