"""Set up VS Code as a server for the browser (code-server) with the client library that drives the browser.

    python tests/e2e/vscode/fetch.py        prints the folder that holds both

The packages' own install scripts would fetch headers and browsers; what is needed of them is done here instead.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / ".tools"
PACKAGES = ("code-server@4.100.3", "playwright-core@1.65.1")
NODE = "v20."
NATIVE = ("@vscode/spdlog", "native-watchdog", "@vscode/native-watchdog", "node-pty")


class CannotFetch(Exception):
    """VS Code or the browser cannot be had here; the message says why."""


def fetch() -> Path:
    """The folder whose `node_modules` hold code-server and playwright-core; made when it is not there yet."""
    folder = TOOLS / "code-server"
    finished = folder / "finished"
    if finished.exists():
        return folder
    if not _node_version().startswith(NODE):
        raise CannotFetch(f"{PACKAGES[0]} runs on Node {NODE}x, and `node --version` says {_node_version()!r}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _npm(folder, "install", *PACKAGES)
    server = folder / "node_modules/code-server"
    code = server / "lib/vscode"
    _npm(code, "install", "--omit=dev")
    _npm(code / "extensions", "install", "--omit=dev")
    _rebuild(code, *(name for name in NATIVE if (code / "node_modules" / name).exists()))
    _rebuild(folder, "argon2")
    for place in (code, code / "extensions"):
        _link(place / "node_modules.asar", "node_modules")
    _link(code / "bin/remote-cli/code-server", "code-linux.sh")
    _link(code / "bin/helpers/browser.sh", "browser-linux.sh")
    finished.touch()
    return folder


def browser() -> Path:
    """Chromium, as the machine has it."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise CannotFetch("there is no Chromium: apt-get install -y --no-install-recommends chromium")
    return Path(found)


def _node_version() -> str:
    return _run(Path.cwd(), {}, "node", "--version") if shutil.which("node") else ""


def _npm(folder: Path, *arguments: str) -> None:
    _run(folder, {}, "npm", *arguments, "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def _rebuild(folder: Path, *names: str) -> None:
    """Compile native modules with the headers beside Node itself, so that none are downloaded."""
    prefix = Path(shutil.which("node") or "").resolve().parents[1]
    # node-pty ends by calling node-gyp through npx, which asks whether it may.
    _run(
        folder,
        {"npm_config_nodedir": str(prefix), "npm_config_yes": "true"},
        "npm",
        "rebuild",
        *names,
        "--loglevel=error",
    )


def _link(link: Path, target: str) -> None:
    link.unlink(missing_ok=True)
    link.symlink_to(target)


def _run(folder: Path, environment: dict[str, str], *command: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
        check=False,
    )
    if done.returncode:
        output = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()
        raise CannotFetch(f"{' '.join(command[:3])} failed: {' / '.join(output[-3:])}")
    return done.stdout.strip()


if __name__ == "__main__":
    try:
        print(fetch())
        browser()
    except CannotFetch as error:
        sys.exit(str(error))
