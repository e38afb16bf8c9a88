"""The certificates that the user has put down for a host: settings and `certs.d` folders."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple


class Certificates(NamedTuple):
    """Further authorities and client certificates (with their keys) for one host."""

    authorities: tuple[Path, ...] = ()
    clients: tuple[tuple[Path, Path], ...] = ()


def certificates_of(authority: str, ca: Path | None, env: Mapping[str, str]) -> Certificates:
    """What stands for a host (`registry.corp:5000`): the `ca` of the settings, and every `certs.d` folder."""
    authorities = [ca] if ca is not None else []
    clients: list[tuple[Path, Path]] = []
    for folder in certs_folders(authority, env):
        try:
            files = sorted(folder.iterdir())
        except OSError:
            continue
        authorities += [file for file in files if file.suffix == ".crt"]
        keys = {file.stem: file for file in files if file.suffix == ".key"}
        clients += [(file, keys[file.stem]) for file in files if file.suffix == ".cert" and file.stem in keys]
    return Certificates(tuple(authorities), tuple(clients))


def certs_folders(authority: str, env: Mapping[str, str]) -> list[Path]:
    """The `certs.d` folders that exist for a host, as containers and Docker have them."""
    home = Path(env.get("HOME") or Path.home())
    config = Path(env["XDG_CONFIG_HOME"]) if env.get("XDG_CONFIG_HOME") else home / ".config"
    bases = (
        config / "containers" / "certs.d",
        config / "docker" / "certs.d",
        Path("/etc/containers/certs.d"),
        Path("/etc/docker/certs.d"),
    )
    return [folder for base in bases if os.access(folder := base / authority, os.F_OK)]
