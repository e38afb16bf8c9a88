"""Words for what stands between the user and a registry, with the file, variable or setting that would mend it."""

from collections.abc import Mapping
from pathlib import Path

from moorage.reference import InvalidReference, parse
from moorage.registry.access.dockerconfig import Trouble
from moorage.registry.endpoints.mirrorfiles import MirrorFiles
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.certs import Certificates
from moorage.registry.http.proxies import Choice
from moorage.registry.refusals import meaning

_SHOWN = 5
_ADVICE = {
    "helper-missing": "install it, or take it out of the file that names it",
    "helper-in-workspace": "install it elsewhere, or take it out of the file that names it",
    "helper-timeout": "run it by hand, it may wait for a keyring to be unlocked or for a password",
    "helper-failed": "run it by hand with `get` to see why",
    "helper-bad-output": "it may be another program of that name",
}


def about_trouble(trouble: Trouble) -> str:
    """What was wrong with a credential, and what would mend it; public images are looked up all the same."""
    advice = _ADVICE.get(trouble.code)
    return f"{trouble.message}: {advice}" if advice else trouble.message


def about_proxy(choice: Choice) -> str:
    """Which proxy leads to a host and who says so, without a user name and password."""
    if choice.url is None:
        return f"none: {choice.why}" if choice.why else "none"
    scheme, mark, rest = choice.url.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}, {choice.why}"


def about_tls(certificates: Certificates, env: Mapping[str, str]) -> str:
    """Whose certificates are trusted, and which are our own."""
    variables = [f"${name} ({env[name]})" for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if env.get(name)]
    store = " and ".join(variables) or "the system's certificates"
    trusted = " and ".join((store, *map(str, certificates.authorities)))
    ours = ", ".join(str(file) for file, _ in certificates.clients)
    return f"{trusted}; this machine shows {ours}" if ours else trusted


def missing_files(certificates: Certificates, env: Mapping[str, str]) -> list[str]:
    """A sentence for each file of certificates that is named and is not there."""
    named = [(f"${name}", Path(env[name])) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if env.get(name)]
    named += [("a file of certificates", file) for file in certificates.authorities]
    named += [("a file of certificates", file) for pair in certificates.clients for file in dict.fromkeys(pair)]
    return [f"{what} names {path}, which is not there" if what[0] == "$" else f"{what}, {path}, is not there"
            for what, path in named if not path.exists()]  # fmt: skip


def about_answer(endpoint: Endpoint, status: int) -> str:
    """What it means that a registry answers a request for its version with this status, or with a web page."""
    if status == 200:
        return f"{endpoint.name} answers with a web page: a login page of the network may stand in between"
    if status == 404:
        return f"{endpoint.name} does not speak the registry protocol at {endpoint.root}"
    if status == 403:
        return f"{endpoint.name} refuses to be asked (status 403): the credential or the address is not let in"
    return f"{endpoint.name} answered {endpoint.root} with status {status}: {meaning(status)}"


def file_notes(files: MirrorFiles) -> list[str]:
    """What in other tools' files is not followed, though they follow it."""
    notes = list(files.ignored)
    elsewhere = [host for host in files.short_names() if host != "docker.io"]
    if elsewhere:
        notes.append(
            f"a name without a registry is one of Docker Hub's here, as Docker reads it; Podman would look in"
            f" {', '.join(elsewhere[:10])} (unqualified-search-registries): name the registry to mean the same in both"
        )
    other = [f"{name} is {to}" for name, to in sorted(files.aliases().items()) if _elsewhere(name, to)]
    if other:
        more = f" and {len(other) - _SHOWN} more" if len(other) > _SHOWN else ""
        notes.append(
            f"for Podman {', '.join(other[:_SHOWN])}{more} (aliases); here they are Docker Hub's, as Docker reads"
            " them: name the registry to mean the same in both"
        )
    return notes


def _elsewhere(name: str, to: str) -> bool:
    """Whether a name without a registry means another repository where it stands for `to`."""
    try:
        return parse(name).name != parse(to).name
    except InvalidReference:
        return False
