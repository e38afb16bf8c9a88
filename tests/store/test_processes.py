"""One file, several processes, several versions of the program, and what a machine can do to it."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from moorage.facts import Known, Question, TagListing
from moorage.store.past import ListChange, Observation
from moorage.store.sqlite import Store

A = "sha256:" + "a" * 64
TAG = Question("digest", "docker.io", "library/python", "3.12")
TAGS = Question("tags", "docker.io", "library/python")

VERSION_1 = """
CREATE TABLE answers (
    id TEXT PRIMARY KEY, form INTEGER NOT NULL, state TEXT NOT NULL, value TEXT NOT NULL,
    seen_at INTEGER NOT NULL, complete INTEGER NOT NULL, private INTEGER NOT NULL, endpoint TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE listings (id TEXT PRIMARY KEY, revision TEXT NOT NULL, tags TEXT NOT NULL, dates TEXT NOT NULL);
CREATE TABLE observations (
    id TEXT NOT NULL, digest TEXT NOT NULL, first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,
    endpoint TEXT NOT NULL, PRIMARY KEY (id, first_seen, digest)
) WITHOUT ROWID;
CREATE TABLE hosts (name TEXT PRIMARY KEY, paused_until INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE identities (source TEXT PRIMARY KEY, identity TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
INSERT INTO secrets VALUES ('identity', x'00112233');
INSERT INTO identities VALUES ('source', 'someone');
INSERT INTO listings VALUES ('tags|docker.io|library/python||', 'r', '3.11 3.12', '');
INSERT INTO answers VALUES ('tags|docker.io|library/python||', 1, 'known', 'r', 100, 1, 0, 'docker.io');
INSERT INTO answers VALUES ('digest|docker.io|library/python|3.12|', 1, 'known', 'DIGEST', 100, 1, 0, 'docker.io');
INSERT INTO observations VALUES ('digest|docker.io|library/python|3.12|', 'DIGEST', 50, 100, 'docker.io');
PRAGMA user_version = 1;
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "facts.sqlite"


def version_1(path):
    """A store as the first version made it, with a list, a digest and its history."""
    with sqlite3.connect(path) as connection:
        connection.executescript(VERSION_1.replace("DIGEST", A).replace("3.11 3.12", "3.11\n3.12"))
        for table in ("answers", "listings", "observations"):
            connection.execute(f"UPDATE {table} SET id = replace(id, '|', char(10))")
    connection.close()


def start(script, path, *arguments):
    """A process that runs `script` with an open `store` and what was wrong with it in `notices`."""
    whole = (
        "import sys; from pathlib import Path; from moorage.facts import *; from moorage.store.sqlite import Store\n"
        "store, notices = Store.open(Path(sys.argv[1]))\n" + script
    )
    return subprocess.Popen(
        [sys.executable, "-c", whole, str(path), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(processes):
    """What each process printed; a traceback fails."""
    ended = [process.communicate() for process in processes]
    assert [err for _, err in ended if err] == []
    return [out for out, _ in ended]


WRITE = """
for n in range(30):
    store.put(Question("digest", sys.argv[2], "a/b", str(n)), Known("d", n))
print(notices, store.trouble)
"""


def written_by(store, count):
    return [len(store.history(Question("digest", str(n), "a/b", str(i)))) for n in range(count) for i in range(30)]


@pytest.mark.parametrize("make", [lambda path: None, version_1], ids=["new", "version 1"])
def test_processes_that_open_it_at_once(path, make):
    make(path)
    assert finish([start(WRITE, path, n) for n in range(5)]) == ["() None\n"] * 5
    store, notices = Store.open(path)
    assert notices == ()
    assert written_by(store, 5) == [1] * 150
    store.close()


def test_a_broken_file_is_set_aside_once(path):
    path.write_bytes(b"this is no database" * 1000)
    said = finish([start(WRITE, path, n) for n in range(4)])
    assert all(out.endswith(" None\n") for out in said)
    assert sum("set aside" in out for out in said) == 1
    assert len(list(path.parent.glob("*.broken-*"))) == 1
    store, notices = Store.open(path)
    assert notices == ()
    assert written_by(store, 4) == [1] * 120
    store.close()


def test_a_process_that_is_killed_leaves_a_good_store(path):
    script = (
        "for n in range(10**6):\n"
        "    store.put(Question('digest', 'r', 'a/b', 't'), Known(str(n), n))\n"
        "    print('on', flush=True) if n == 50 else None\n"
    )
    process = start(script, path)
    assert process.stdout.readline() == "on\n"
    store, _ = Store.open(path)
    assert len(store.history(Question("digest", "r", "a/b", "t"))) > 50
    process.send_signal(signal.SIGKILL)
    process.communicate()
    store.put(TAG, Known(A, 5))
    assert store.trouble is None
    assert store.database.query("PRAGMA integrity_check") == [("ok",)]
    store.close()


def test_what_another_process_has_set_aside_is_not_set_aside_again(path):
    store, _ = Store.open(path)
    store.put_all((TAG._replace(key=str(n)), Known(A, n)) for n in range(2000))
    store.close()
    first, second = Store.open(path)[0], Store.open(path)[0]
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * (size - 3 * 4096))
    asked = [TAG._replace(key=str(n)) for n in range(2000)]
    for store in (first, second):
        assert store.get(asked) == {}
        assert "malformed" in store.trouble
    first.close()
    assert first.trouble.startswith("the fact store was broken: it is set aside as ")
    third, notices = Store.open(path)
    assert notices == ()
    third.put(TAG, Known(A, 5))
    second.close()
    assert [file.name for file in path.parent.glob("*.broken-*")] == ["facts.sqlite.broken-1"]
    assert Store.open(path)[0].history(TAG)
    third.close()


class TestVersions:
    def test_what_the_first_version_kept_is_there(self, path):
        version_1(path)
        store, notices = Store.open(path)
        assert notices == ()
        assert store.get([TAGS])[TAGS].value.tags == ("3.11", "3.12")
        assert store.history(TAG) == (Observation(A, 50, 100, "docker.io"),)
        assert store.changes(TAGS) == (ListChange(None, 100),)
        store.put(TAGS, Known(TagListing(("3.12", "3.13")), 200))
        assert store.changes(TAGS)[1] == ListChange(100, 200, True, ("3.13",), ("3.11",))
        assert store.known_identity("x") == ""
        store.close()

    def test_identities_stay_the_same(self, path):
        version_1(path)
        stores = [Store.open(path)[0] for _ in range(2)]
        assert len({store.identity("alice") for store in stores}) == 1
        for store in stores:
            store.close()

    def test_an_older_program_that_has_it_open_goes_on(self, path):
        version_1(path)
        older = sqlite3.connect(path, isolation_level=None)
        older.execute("PRAGMA journal_mode = WAL")
        store, _ = Store.open(path)
        older.execute(
            "INSERT OR REPLACE INTO answers VALUES (?, 1, 'known', ?, 300, 1, 0, 'e')",
            (f"digest\n{TAG.registry}\n{TAG.repository}\n3.13\n", A),
        )
        older.execute("INSERT OR REPLACE INTO observations VALUES ('x', 'd', 1, 1, 'e')")
        older.close()
        assert store.get([TAG._replace(key="3.13")])[TAG._replace(key="3.13")].value == A
        store.close()

    def test_a_newer_store_is_not_touched(self, path):
        Store.open(path)[0].close()
        with sqlite3.connect(path) as connection:
            connection.execute("ALTER TABLE answers RENAME TO replies")
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        before = path.read_bytes()
        out = finish([start(WRITE, path, n) for n in range(2)])
        expected = f"('the fact store {path} is from a newer version of moorage and is left alone',) None\n"
        assert out == [expected] * 2
        assert path.read_bytes() == before
        assert [file.name for file in path.parent.iterdir()] == [path.name]


class TestTroubles:
    def test_a_full_disk(self, path):
        """A limit on the size of files is a full disk to SQLite."""
        script = (
            "import resource, signal\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "store.put(Question('digest', 'r', 'a/b', 't'), Known('before', 5))\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))\n"
            "tags = TagListing(tuple(map(str, range(100_000))))\n"
            "store.put(Question('tags', 'r', 'a/b'), Known(tags, 5))\n"
            "print(store.trouble)\n"
            "print(store.get([Question('digest', 'r', 'a/b', 't')])[Question('digest', 'r', 'a/b', 't')].value)\n"
        )
        pytest.importorskip("resource", reason="limits on files are POSIX's")
        (out,) = finish([start(script, path)])
        trouble, before = out.splitlines()
        assert trouble.startswith("the fact store does not work, so some facts are not kept: ")
        assert before == "before"
        store, notices = Store.open(path)
        assert notices == ()
        assert store.database.query("PRAGMA integrity_check") == [("ok",)]
        store.close()

    @pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can become nobody")
    @pytest.mark.parametrize("mode", [0o000, 0o500])
    def test_a_folder_without_rights(self, tmp_path, mode):
        folder = tmp_path / "home"
        folder.mkdir()
        tmp_path.chmod(0o755)
        folder.chmod(mode)
        script = (
            f"import os; os.setuid(65534)\nstore, notices = Store.open(Path({str(folder / 'cache' / 'f')!r}))\n" + WRITE
        )
        (out,) = finish([start(script, tmp_path / "mine.sqlite", 1)])
        assert "cannot be written, so facts are kept in memory: permission denied" in out
        assert out.endswith(" None\n")
