"""Unpack a newer Neovim than the machine's own, from a later suite of the same Debian, without installing anything.

    python tests/e2e/neovim/fetch.py [SUITE]        prints the path of a program that starts it

apt is given sources of its own (the machine's, with another suite) and an empty list of installed packages, so it
downloads Neovim with everything that it needs, the C library included; the program starts it with that library.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / ".tools"
SOURCES = Path("/etc/apt")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class CannotFetch(Exception):
    """Neovim cannot be had here; the message says why."""


def fetch(suite: str = "trixie") -> Path:
    """The program that starts the Neovim of Debian's `suite`; unpacked into `.tools` when it is not there yet."""
    folder = TOOLS / f"neovim-{suite}"
    program = folder / "nvim"
    if program.exists():
        return program
    for tool in ("apt-get", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise CannotFetch(f"{tool} is missing: Neovim is unpacked from Debian's packages")
    unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
    try:
        root = unfinished / "root"
        for package in _download(suite, unfinished / "apt"):
            _run("dpkg-deb", "-x", str(package), str(root))
        shutil.rmtree(unfinished / "apt")
        _write_launcher(unfinished / "nvim", root)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return program


def _download(suite: str, folder: Path) -> list[Path]:
    """The packages of Neovim and of all that it depends on."""
    for name in ("state/lists/partial", "cache/archives/partial", "etc/preferences.d"):
        (folder / name).mkdir(parents=True)
    status = folder / "status"
    status.touch()
    sources = folder / "etc/debian.sources"
    sources.write_text(
        f"Types: deb\nURIs: {_mirror()}\nSuites: {suite}\nComponents: main\nSigned-By: {KEYRING}\n", encoding="utf-8"
    )
    options = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferencesparts": folder / "etc/preferences.d",
        "Dir::State": folder / "state",
        "Dir::State::status": status,
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root",
        "APT::Install-Recommends": "false",
        "APT::Update::Post-Invoke": "",
        "DPkg::Post-Invoke": "",
        "Binary::apt-get::APT::Keep-Downloaded-Packages": "true",
    }
    apt = ["apt-get", "-qq", *(f"-o{key}={value}" for key, value in options.items())]
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--download-only", "neovim")
    return sorted((folder / "cache/archives").glob("*.deb"))


def _mirror() -> str:
    """Where this machine has its Debian packages from."""
    own = _own_suite()
    for file in sorted(SOURCES.glob("sources.list.d/*.sources")):
        for paragraph in file.read_text(encoding="utf-8").split("\n\n"):
            fields = dict(
                line.split(":", 1) for line in paragraph.splitlines() if ":" in line and not line.startswith("#")
            )
            if own in fields.get("Suites", "").split():
                return fields["URIs"].split()[0]
    for file in [SOURCES / "sources.list", *sorted(SOURCES.glob("sources.list.d/*.list"))]:
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        for words in (line.split("]", 1)[-1].removeprefix("deb ").split() for line in lines if line.startswith("deb ")):
            if own in words[1:2]:
                return words[0]
    raise CannotFetch(f"no source of Debian packages for {own} in {SOURCES}")


def _own_suite() -> str:
    release = Path("/etc/os-release")
    lines = release.read_text(encoding="utf-8").splitlines() if release.exists() else []
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    if fields.get("ID") != "debian":
        raise CannotFetch("this machine is no Debian: Neovim is unpacked from Debian's packages")
    return fields["VERSION_CODENAME"].strip('"')


def _write_launcher(file: Path, root: Path) -> None:
    """A script beside `root` that starts Neovim with the loader and the libraries that were unpacked with it."""
    loader = next(root.glob("usr/lib*/ld-linux*.so.*"), None)
    libraries = next(root.glob("usr/lib/*/libc.so.6"), None)
    if loader is None or libraries is None:
        raise CannotFetch("the packages of Neovim hold no C library")
    file.write_text(
        "#!/bin/sh\n"
        'root=$(dirname "$(readlink -f "$0")")/root\n'
        'export VIMRUNTIME="$root/usr/share/nvim/runtime"\n'
        f'exec "$root/{loader.relative_to(root)}" --library-path "$root/{libraries.parent.relative_to(root)}" '
        '"$root/usr/bin/nvim" "$@"\n',
        encoding="utf-8",
    )
    file.chmod(0o755)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise CannotFetch(f"{command[0]} failed: {last}")


if __name__ == "__main__":
    try:
        print(fetch(*sys.argv[1:2]))
    except CannotFetch as error:
        sys.exit(str(error))
