"""Whom to trust: the system's store, and the certificates that the user has put down for a host."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from moorage.registry.failures import Refused


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
    return [folder for base in bases if (folder := base / authority).is_dir()]


def context(certificates: Certificates) -> ssl.SSLContext:
    """A context that trusts the system's store (`SSL_CERT_FILE` and `SSL_CERT_DIR` too) and `certificates`.

    Raises `Refused` with a sentence that names the file that cannot be used.
    """
    import truststore

    found = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in certificates.authorities:
        try:
            found.load_verify_locations(cafile=file)
        except (OSError, ValueError) as error:
            raise Refused(f"{file} cannot be used as a certificate authority: {_why(error)}") from None
    for file, key in certificates.clients:
        try:
            found.load_cert_chain(file, key)
        except (OSError, ValueError) as error:
            raise Refused(f"{file} cannot be used as a client certificate: {_why(error)}") from None
    return found


def explain(error: BaseException | None, host: str) -> str | None:
    """One sentence for a failed handshake, and what would mend it; None where it failed for another reason."""
    while error is not None and not isinstance(error, ssl.SSLError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    text = str(error)
    if "WRONG_VERSION_NUMBER" in text or "HTTP_REQUEST" in text:
        return f"{host} does not speak https: if that is meant, set `http: true` for it under `registries:`"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message or "it cannot be verified"
        mend = f"put its authority into certs.d/{host}/ca.crt, or set `ca:` for it under `registries:`"
        return f"the certificate of {host} is not trusted ({why}): {mend}"
    return f"{host} could not be reached by https: {error.reason or 'the handshake failed'}"


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
