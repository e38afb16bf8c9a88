"""The search for secrets that a run leaves behind: it finds them in every form, and fails the run."""

import base64
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import pytest

from support.leaks import leaks_below
from support.secrets import PASSWORD, PROXY_PASSWORD, SECRETS, basic, leak


@pytest.fixture(autouse=True)
def swept(tmp_path):
    """What these tests leave behind on purpose is gone when the run is looked at."""
    yield
    shutil.rmtree(tmp_path)


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "hide",
    [
        str,
        lambda secret: f"GET /?token={quote(secret, safe='')} HTTP/1.1",
        lambda secret: secret.encode().hex(),
        *(lambda secret, n=n: base64.b64encode(f"{'u' * n}:{secret}!".encode()).decode() for n in range(6)),
        lambda secret: base64.b64encode(secret.encode()).decode(),
    ],
)
def test_every_form_is_found(secret, hide):
    assert leak(f"some text {hide(secret)} and more")
    assert leak(f"some text {hide(secret)} and more".encode())


@pytest.mark.parametrize("text", ["", "alice", "s3cret", "Basic YWxpY2U6", "embedded-token", "t0ken", "\ud800"])
def test_what_is_none_is_not(text):
    assert leak(text) is None


def test_files_that_hold_credentials_on_purpose_are_left_out(tmp_path):
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(basic())
    (tmp_path / "docker-credential-x").write_text(PASSWORD)
    assert leaks_below(tmp_path) == []


def test_a_store_and_a_log_are_searched(tmp_path):
    with sqlite3.connect(tmp_path / "facts.sqlite") as store:
        store.execute("CREATE TABLE answers (value BLOB)")
        store.execute("INSERT INTO answers VALUES (?)", (f"Basic {basic()}".encode(),))
    store.close()
    (tmp_path / "moorage.log").write_text(f"asked through http://bob:{quote(PROXY_PASSWORD, safe='')}@proxy\n")
    (tmp_path / PASSWORD).write_text("")
    assert sorted(path.rpartition("/")[2] for path, _ in leaks_below(tmp_path)) == [
        "facts.sqlite",
        "moorage.log",
        PASSWORD,
    ]


RUN = """
from support.leaks import LeakWatch
from support.secrets import PASSWORD

def pytest_configure(config):
    config.pluginmanager.register(LeakWatch(config))
"""
TESTS = """
import logging, sys
from support.secrets import PASSWORD

def test_lock(tmp_path):
    (tmp_path / "moorage.lock").write_text(PASSWORD)

def test_out():
    print(PASSWORD)

def test_err():
    print(PASSWORD, file=sys.stderr)

def test_log():
    logging.getLogger("x").error(PASSWORD)

def test_clean(tmp_path):
    (tmp_path / "moorage.lock").write_text("fine")
"""


@pytest.mark.parametrize("chosen, code", [("not clean", 1), ("clean", 0)])
def test_a_run_that_leaves_one_behind_fails(tmp_path, chosen, code):
    (tmp_path / "conftest.py").write_text(RUN)
    (tmp_path / "test_it.py").write_text(TESTS)
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-k", chosen, "-p", "no:cacheprovider", "--basetemp=below"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == code, ran.stdout + ran.stderr
    told = ran.stdout.partition("secrets left behind")[2]
    wanted = ("moorage.lock", "capstdout", "capstderr", "caplog") if code else ()
    assert [where for where in ("moorage.lock", "capstdout", "capstderr", "caplog") if where in told] == list(wanted)
