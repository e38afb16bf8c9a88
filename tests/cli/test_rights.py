"""Homes without rights, as programs in containers have them, and folders that may not be read."""

import os
import shutil

import pytest

from moorage.embedded.server import EmbeddedRegistry
from support.command import moorage

AS_ANYBODY = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search", "--")
"""Root without its privilege to read and write everything."""

pytestmark = pytest.mark.skipif(
    os.name != "posix" or (os.getuid() == 0 and shutil.which("setpriv") is None),
    reason="rights are POSIX's, and root has them all",
)


def bare(*args, **options):
    """Run a command with no more rights than those that files give."""
    return moorage(*args, under=AS_ANYBODY if os.getuid() == 0 else (), **options)


@pytest.fixture
def home(private_settings, monkeypatch):
    """A home that nobody may enter; everything of the user's would lie in it."""
    folder = private_settings / "locked"
    folder.mkdir()
    for name in ("MOORAGE_CONFIG", "MOORAGE_CACHE_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(folder))
    folder.chmod(0o000)
    yield folder
    folder.chmod(0o700)


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "Dockerfile").write_text("FROM python:3.12\n")
    return folder


NO_STORE = "cannot be written, so facts are kept in memory: permission denied\n"


def test_a_check_goes_on_with_one_sentence(home, project):
    with EmbeddedRegistry({"app": ["1.0.0", "1.0.1"]}) as registry:
        (project / "Dockerfile").write_text(f"FROM {registry.host}/app:1.0.0\n")
        ran = bare("check", "--format", "json", project)
    assert ran.err.startswith("moorage: the fact store ")
    assert ran.err.endswith(NO_STORE)
    assert ran.err.count("\n") == 1
    assert "outdated" in ran.rules


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "--offline", "PROJECT"], 0),
        (["check", "--at", "2026-01-01", "PROJECT"], 0),
        (["references", "PROJECT"], 0),
        (["explain", "--offline", "python:3.12"], 3),
        (["inspect", "--offline", "python:3.12"], 3),
        (["facts", "show", "python"], 2),
        (["facts", "prune"], 2),
        (["facts", "export", "-", "PROJECT"], 2),
        (["config", "show", "PROJECT"], 0),
        (["data"], 0),
        (["doctor"], 1),
    ],
)
def test_every_command_goes_on_or_says_why_not(home, project, arguments, code):
    ran = bare(*(project if word == "PROJECT" else word for word in arguments), env={"MOORAGE_OFFLINE": "1"})
    assert ran.code == code


def test_a_home_that_can_only_be_read(home, project):
    home.chmod(0o500)
    with EmbeddedRegistry({"app": ["1.0.0", "1.0.1"]}) as registry:
        (project / "Dockerfile").write_text(f"FROM {registry.host}/app:1.0.0\n")
        ran = bare("check", "--format", "json", project)
    assert ran.err.endswith(NO_STORE)
    assert "outdated" in ran.rules


def test_settings_that_are_there_and_cannot_be_read_are_no_small_matter(home, project):
    home.chmod(0o700)
    settings = home / ".config" / "moorage" / "config.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("proxy: http://proxy.corp:3128\n")
    settings.chmod(0o000)
    ran = bare("check", project)
    assert (ran.code, ran.err) == (2, f"moorage: {settings}: the settings cannot be read: Permission denied\n")


def test_a_folder_below_one_that_may_not_be_read(project):
    (project / "locked" / "below").mkdir(parents=True)
    (project / "locked").chmod(0o000)
    try:
        ran = bare("check", "--offline", project / "locked" / "below")
    finally:
        (project / "locked").chmod(0o700)
    assert (ran.code, ran.out.splitlines()[0]) == (2, f"{project}/locked/below: not read: it may not be read")
