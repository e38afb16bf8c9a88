"""Neovim with the plugin of `editors/neovim`, headless, as a person would use it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from e2e.neovim.fetch import CannotFetch, fetch
from e2e.shop import DOCKERFILE, REPOSITORY, Shop
from shared import missing

pytestmark = pytest.mark.slow

OLDEST, NEWEST = "trixie", "forky"
"""Debian's suites with Neovim 0.10, the oldest that the plugin knows, and with the newest that is released."""


SUITES = [OLDEST] if os.environ.get("CI") else [OLDEST, NEWEST]
"""What is in a suite that still moves may not fit together on a given day, so CI does without it."""


@pytest.fixture(scope="session", params=SUITES)
def nvim(request: pytest.FixtureRequest) -> Path:
    try:
        return fetch(request.param)
    except CannotFetch as error:
        missing(str(error))


def drive(nvim: Path, moorage: Path, shop: Shop, *, trusted: str = "true") -> dict:
    """What the person in Neovim saw."""
    report = shop.folder.parent / "report.json"
    script = Path(__file__).parent / "neovim/drive.lua"
    plugin = REPOSITORY / "editors/neovim"
    done = subprocess.run(
        [nvim, "-l", script, plugin, moorage, shop.dockerfile, report, trusted],
        cwd=shop.folder,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(report.read_text(encoding="utf-8"))


def test_a_dockerfile_is_read_and_mended(nvim: Path, moorage: Path, shop: Shop) -> None:
    seen = drive(nvim, moorage, shop)
    found = {(d["line"], d["code"], d["text"]) for d in seen["diagnostics"]}
    assert {(1, "outdated", "3.12.4-slim"), (4, "unknown-tag", "16.44-alpine")} <= found
    assert seen["completion"][:2] == ["3.12.9-slim", "3.12.4-slim"]
    assert "3.12.9-slim" in seen["hover"]
    assert shop.dockerfile.read_text(encoding="utf-8") == DOCKERFILE.replace("3.12.4-slim", "3.12.9-slim")


def test_without_trust_no_registry_is_asked(nvim: Path, moorage: Path, shop: Shop) -> None:
    seen = drive(nvim, moorage, shop, trusted="false")
    assert shop.registry.log == []
    assert {d["code"] for d in seen["diagnostics"]}.isdisjoint({"outdated", "unknown-tag", "unreachable"})
    assert shop.dockerfile.read_text(encoding="utf-8") == DOCKERFILE


def test_trust_may_come_later(nvim: Path, moorage: Path, shop: Shop) -> None:
    seen = drive(nvim, moorage, shop, trusted="later")
    assert "outdated" not in {d["code"] for d in seen["diagnostics"]}
    assert shop.registry.log


def run_lua(nvim: Path, lua: str) -> str:
    """What Neovim with the plugin in its runtime path shows and prints while it runs a line of Lua."""
    plugin = f"set runtimepath^={REPOSITORY}/editors/neovim"
    done = subprocess.run(
        [nvim, "--headless", "--clean", "--cmd", plugin, "-c", f"lua {lua}", "-c", "qall!"],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    return done.stderr + done.stdout


@pytest.mark.parametrize(
    ("name", "filetype"),
    [
        ("Dockerfile", "dockerfile"),
        ("Dockerfile-dev", "dockerfile"),
        ("dockerfile_arm64", "dockerfile"),
        ("Containerfile-dev", "dockerfile"),
        ("api.Containerfile", "dockerfile"),
        ("Dockerfile-dev.dockerignore", "nil"),
        ("dockerfile.py", "python"),
    ],
)
def test_file_types(nvim: Path, moorage: Path, name: str, filetype: str) -> None:
    setup = f"require('moorage').setup({{ cmd = {{ '{moorage}', 'lsp' }} }})"
    found = f"io.stdout:write(tostring((vim.filetype.match({{ filename = '/shop/{name}' }}))))"
    assert run_lua(nvim, f"{setup} {found}") == filetype


def test_a_missing_program_is_said_with_what_to_type(nvim: Path) -> None:
    shown = run_lua(nvim, "require('moorage').setup({ cmd = { '/nowhere/moorage', 'lsp' } })")
    assert '"/nowhere/moorage"' in shown
    assert "pipx install moorage" in shown
