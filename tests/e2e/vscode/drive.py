"""VS Code with the packaged extension, in a real browser; run by `make e2e-vscode`, for it takes a large download.

Pictures of each step are put into the folder that the environment variable SCREENSHOTS names, else a temporary one.
"""

import json
import os
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from e2e.shop import DOCKERFILE, REPOSITORY, Shop
from e2e.vscode.fetch import CannotFetch, browser, fetch
from shared import missing

VSIX = REPOSITORY / "editors/vscode/moorage.vsix"
SCREENSHOTS = Path(os.environ.get("SCREENSHOTS") or Path(tempfile.gettempdir()) / "moorage-screenshots")


class Tools(NamedTuple):
    """Where VS Code and the client library are, and the browser."""

    folder: Path
    browser: Path


@pytest.fixture(scope="session")
def tools() -> Tools:
    assert VSIX.exists(), "the extension is not packaged: run `make vscode`"
    try:
        return Tools(fetch(), browser())
    except CannotFetch as error:
        missing(str(error))


@contextmanager
def served(tools: Tools, home: Path, *arguments: str) -> Iterator[str]:
    """VS Code with the extension, as a server; gives its address."""
    entry = tools.folder / "node_modules/code-server/out/node/entry.js"
    own = ["--user-data-dir", str(home / "code"), "--extensions-dir", str(home / "extensions")]
    subprocess.run(["node", entry, *own, "--install-extension", VSIX], check=True, capture_output=True, timeout=120)
    port = free_port()
    quiet = ["--auth", "none", "--disable-telemetry", "--disable-update-check", "--disable-getting-started-override"]
    with (home / "code-server.log").open("wb") as log:
        server = subprocess.Popen(
            ["node", entry, "--bind-addr", f"127.0.0.1:{port}", *quiet, *own, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        try:
            wait_until_up(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(30)


def log_in_with_path(path: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set PATH as a person does: VS Code takes its environment from the login shell."""
    monkeypatch.setenv("SHELL", "/bin/bash")
    (home / ".profile").write_text(f'PATH="{path}"\n', encoding="utf-8")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "code-server ended"
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    pytest.fail("code-server does not answer")


@contextmanager
def person(scenario: str, tools: Tools, url: str, shop: Shop, home: Path) -> Iterator[subprocess.Popen[str]]:
    """The script that acts in the browser."""
    task = {
        "scenario": scenario,
        "tools": str(tools.folder),
        "browser": str(tools.browser),
        "url": url,
        "folder": str(shop.folder),
        "file": str(shop.dockerfile),
        "profile": str(home / "browser"),
        "screenshots": str(SCREENSHOTS),
    }
    script = Path(__file__).with_name("drive.mjs")
    command = ["node", str(script), json.dumps(task)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
            assert process.wait(60) == 0
        finally:
            process.kill()


def hear(stream: IO[str] | None, event: str) -> dict:
    """The next thing that the script tells; it must be `event`."""
    assert stream is not None
    line = stream.readline()
    assert line, f"the script ended before {event!r}; see {SCREENSHOTS}"
    told = json.loads(line)
    assert told["event"] == event
    return told.get("seen", {})


def test_a_dockerfile_is_read_and_mended(
    tools: Tools, moorage: Path, shop: Shop, private_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_in_with_path(f"{moorage.parent}:$PATH", private_settings, monkeypatch)
    with (
        served(tools, private_settings, "--disable-workspace-trust") as url,
        person("mend", tools, url, shop, private_settings) as script,
    ):
        seen = hear(script.stdout, "done")
    assert any("16.44-alpine" in problem for problem in seen["problems"])
    assert "3.12.9-slim" in seen["completion"][0]
    assert "3.12.9-slim" in seen["hover"]
    assert any("3.12.9-slim" in action for action in seen["actions"])
    assert shop.dockerfile.read_text(encoding="utf-8") == DOCKERFILE.replace("3.12.4-slim", "3.12.9-slim")


def test_what_an_untrusted_workspace_may_not(
    tools: Tools, moorage: Path, shop: Shop, private_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = private_settings / "ran"
    planted = shop.folder / ".venv/bin/moorage"
    planted.parent.mkdir(parents=True)
    planted.write_text(f'#!/bin/sh\ntouch {ran}\nexec {moorage} "$@"\n', encoding="utf-8")
    planted.chmod(0o755)
    (shop.folder / ".vscode").mkdir()
    setting = json.dumps({"moorage.path": str(planted)})
    (shop.folder / ".vscode/settings.json").write_text(setting, encoding="utf-8")
    log_in_with_path(f".:{planted.parent}:{moorage.parent}:$PATH", private_settings, monkeypatch)
    with (
        served(tools, private_settings) as url,
        person("trust", tools, url, shop, private_settings) as script,
    ):
        hear(script.stdout, "restricted")
        assert not ran.exists()
        assert shop.registry.log == []
        assert script.stdin is not None
        script.stdin.write("go on\n")
        script.stdin.flush()
        seen = hear(script.stdout, "done")
    assert seen["squigglesBefore"] == 0
    assert ran.exists(), "the workspace's own environment counts once the workspace is trusted"
    assert shop.registry.log
