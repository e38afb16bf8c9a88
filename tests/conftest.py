"""What every test runs under: sockets reach loopback only, and nothing touches the user's own files."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401  (the guard of tests/guard, for this process; others find it by PYTHONPATH)

from support.leaks import LeakWatch  # noqa: E402

# CI tries the same examples every time, so that its answer is about the change; everybody else looks for new ones.
hypothesis.settings.register_profile("ci", derandomize=True, database=None)
if os.environ.get("CI"):
    hypothesis.settings.load_profile("ci")


@pytest.fixture(autouse=True)
def private_settings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, store and credentials of nobody; returns the folder that holds them."""
    home = tmp_path_factory.mktemp("home")
    for name in [n for n in os.environ if n.startswith(("MOORAGE_", "DOCKER_", "REGISTRY_AUTH"))]:
        monkeypatch.delenv(name)
    for name in [n for n in os.environ if n.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
    monkeypatch.setenv("MOORAGE_CONFIG", str(home / "moorage.yaml"))
    monkeypatch.setenv("MOORAGE_CACHE_DIR", str(home / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PYTHONPATH", str(GUARD))
    (home / "moorage.yaml").write_text("")
    return home


@pytest.fixture(autouse=True)
def nothing_unexpected(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Errors that nobody has foreseen are sentences for users; here they are failures.

    A test that provokes one looks at the log and clears it.
    """
    name = "moorage.registry.unexpected"
    caplog.set_level(logging.DEBUG, logger=name)
    yield
    found = [record for when in ("setup", "call") for record in caplog.get_records(when) if record.name == name]
    assert not found, found[0].getMessage()


def pytest_configure(config: pytest.Config) -> None:
    """Look for secrets in what the run leaves behind."""
    config.pluginmanager.register(LeakWatch(config), "leaks")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--slow` runs the longer drives too."""
    parser.addoption("--slow", action="store_true", help="run the longer drives too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the slow tests unless they are asked for, and always run them in CI."""
    if config.getoption("--slow") or os.environ.get("CI"):
        return
    skip = pytest.mark.skip(reason="slow: run with --slow")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(skip)
