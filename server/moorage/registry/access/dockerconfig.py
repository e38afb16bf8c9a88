"""The files in which Docker and Podman keep credentials, and the entry in them that belongs to a repository.

Reading never fails: one broken entry does not keep the others from being used.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

HUB_SERVER = "https://index.docker.io/v1/"
_HUB_HOSTS = frozenset(("docker.io", "index.docker.io", "registry-1.docker.io"))
_HUB_PATHS = frozenset(("", "v1", "v2"))
_MAX_FILE = 4 << 20
_NOTHING: Mapping[str, object] = {}
WITH_COLON = "holds a colon, and cannot be sent: Basic authentication ends the name there"
"""What is wrong with such a user name (https://www.rfc-editor.org/rfc/rfc7617#section-2)."""
is_token = re.compile(r"[\x21-\x7e]*").fullmatch
"""Whether a text can stand in a header as a token."""


class Trouble(NamedTuple):
    """Something in the way of a credential: a code, and a sentence for the user."""

    code: str
    message: str


class ConfigPlace(NamedTuple):
    """Where a configuration may be: a file, or the text of an environment variable.

    `source` is a short word for the kind of place, `legacy` says that the whole file is a list of credentials.
    """

    name: str
    source: str
    path: Path | None
    text: str | None = None
    legacy: bool = False

    def stamp(self) -> object:
        """What changes when the place does."""
        if self.path is None:
            return self.text
        try:
            stat = self.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino


class ConfigFile(NamedTuple):
    """What a configuration says of credentials."""

    label: str
    source: str
    present: bool = False
    auths: Mapping[str, object] = _NOTHING
    helpers: Mapping[str, str] = cast(Mapping[str, str], _NOTHING)
    store: str | None = None
    trouble: Trouble | None = None


class Found(NamedTuple):
    """The entry for a repository, in its parts; all empty where there is none."""

    key: str = ""
    username: str = ""
    password: str = ""
    identity_token: str = ""
    registry_token: str = ""
    troubles: tuple[Trouble, ...] = ()


def config_places(env: Mapping[str, str]) -> list[ConfigPlace]:
    """Where to look, in order."""
    home = Path(env.get("HOME") or Path.home())
    places: list[ConfigPlace] = []
    if env.get("DOCKER_AUTH_CONFIG"):
        places.append(ConfigPlace("DOCKER_AUTH_CONFIG", "DOCKER_AUTH_CONFIG", None, env["DOCKER_AUTH_CONFIG"]))
    docker = Path(env["DOCKER_CONFIG"]) if env.get("DOCKER_CONFIG") else home / ".docker"
    places.append(_file(docker / "config.json", "docker"))
    if env.get("REGISTRY_AUTH_FILE"):
        places.append(_file(Path(env["REGISTRY_AUTH_FILE"]), "REGISTRY_AUTH_FILE"))
    if env.get("XDG_RUNTIME_DIR"):
        places.append(_file(Path(env["XDG_RUNTIME_DIR"]) / "containers" / "auth.json", "podman"))
    config = Path(env["XDG_CONFIG_HOME"]) if env.get("XDG_CONFIG_HOME") else home / ".config"
    places.append(_file(config / "containers" / "auth.json", "podman"))
    places.append(_file(home / ".dockercfg", "dockercfg")._replace(legacy=True))
    return places


def read_config(place: ConfigPlace) -> ConfigFile:
    """Read a place; what is wrong with it is in `trouble`."""
    empty = ConfigFile(place.name, place.source)
    text = place.text
    if place.path is not None:
        try:
            if not place.path.is_file():
                return empty
            with place.path.open("rb") as file:
                text = file.read(_MAX_FILE + 1).decode("utf-8-sig", "replace")
        except OSError as error:
            return empty._replace(trouble=Trouble("config-invalid", f"{place.name} cannot be read: {error.strerror}"))
    if text is None or not text.strip():
        return empty
    content = _json_object(text) if len(text) <= _MAX_FILE else None
    if content is None:
        return empty._replace(trouble=_broken(place.name, _fault(text)))
    if place.legacy:
        return empty._replace(present=True, auths=content)
    auths, helpers, store = content.get("auths"), content.get("credHelpers"), content.get("credsStore")
    whole = _is(auths, dict) and _is(helpers, dict) and _is(store, str)
    found = empty._replace(
        present=True,
        auths=cast(dict[str, object], auths) if isinstance(auths, dict) else _NOTHING,
        trouble=None if whole else _broken(place.name),
    )
    if place.path is None:
        return found  # The variable holds entries only: Docker reads no helper from it.
    named = cast(dict[str, object], helpers) if isinstance(helpers, dict) else _NOTHING
    return found._replace(
        helpers={key: name for key, name in named.items() if isinstance(name, str)},
        store=store if isinstance(store, str) and store else None,
    )


def match_auths(file: ConfigFile, host: str, repository: str) -> Found:
    """The entry of a file for a repository on a host: the most specific key that has a credential."""
    troubles: list[Trouble] = []
    ranked = sorted((rank, key) for key in file.auths if (rank := _rank(key, host, repository)) is not None)
    for _, key in ranked:
        found = _read_entry(file.auths[key])
        if found is None:
            troubles.append(Trouble("config-invalid", f"{file.label}: the entry {key!r} cannot be read"))
        elif ":" in found.username and not (found.identity_token or found.registry_token):
            troubles.append(Trouble("user-invalid", f"{file.label}: the user name of the entry {key!r} {WITH_COLON}"))
        elif found != Found():
            return found._replace(key=key, troubles=tuple(troubles))
    return Found(troubles=tuple(troubles))


def hosts_named(file: ConfigFile) -> Iterator[str]:
    """The hosts that a file speaks of, in lower case."""
    for key in (*file.auths, *file.helpers):
        host = _split(key)[1]
        if host:
            yield host


def keys_below(file: ConfigFile, host: str) -> list[str]:
    """The keys of a file that are for some repositories of a host only."""
    parts = ((key, *_split(key)) for key in file.auths)
    return sorted(key for key, url, of, path in parts if not url and path and of == host)


def is_hub(key: str) -> bool:
    """Whether a host, or the key of an entry, means Docker Hub."""
    url, host, path = _split(key)
    return host in _HUB_HOSTS and path in (_HUB_PATHS if url else ("",))


def can_be_sent(text: str) -> bool:
    """Whether a text of a JSON document can be written as UTF-8: half a pair of surrogates cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _file(path: Path, source: str) -> ConfigPlace:
    return ConfigPlace(str(path), source, path)


def _is(value: object, kind: type) -> bool:
    return value is None or isinstance(value, kind)


def _broken(name: str, why: str = "`auths` and `credHelpers` must be objects, `credsStore` a text") -> Trouble:
    return Trouble("config-invalid", f"{name} is not a configuration that can be read: {why}")


def _fault(text: str) -> str:
    """Why a text is no JSON object, without a word of it: it may hold a secret."""
    if len(text) > _MAX_FILE:
        return f"it is larger than {_MAX_FILE >> 20} MiB"
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"{error.msg} at line {error.lineno}"
    except (ValueError, RecursionError):
        return "it is nested too deep"
    return "it is no JSON object"


def _json_object(text: str) -> dict[str, object] | None:
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return cast(dict[str, object], content) if isinstance(content, dict) else None


def _split(key: str) -> tuple[bool, str, str]:
    """Whether a key is a URL (`https://host/v1/`), its host, and its path without slashes at the ends."""
    scheme, mark, rest = key.partition("://")
    url = bool(mark) and scheme in ("http", "https")
    host, _, path = (rest if url else key).partition("/")
    return url, host.lower(), path.strip("/")


def _rank(key: str, host: str, repository: str) -> tuple[int, int, int] | None:
    """How well a key fits, lower is better; None where it does not.

    A longer path is better, the host itself better than another name for Docker Hub, a plain key better than a URL,
    `https` better than `http`.
    """
    url, of, path = _split(key)
    alias = of != host
    if alias and not (of in _HUB_HOSTS and host in _HUB_HOSTS):
        return None
    form = 0
    if url:
        if of in _HUB_HOSTS and path not in _HUB_PATHS:
            return None  # `docker login` keeps tokens of its own beside the entry.
        path, form = "", 2 if key.startswith("http:") else 1
    if path and repository != path and not repository.startswith(path + "/"):
        return None
    return -len(path), int(alias), form


def _read_entry(entry: object) -> Found | None:
    """An entry's parts; None where it is broken."""
    if not isinstance(entry, dict):
        return None
    fields = cast(dict[str, object], entry)
    names = ("auth", "username", "password", "identitytoken", "registrytoken")
    values = {name: fields.get(name) or "" for name in names}
    if not all(isinstance(value, str) for value in values.values()):
        return None
    auth, username, password, identity, registry = cast(list[str], list(values.values()))
    if auth:
        decoded = _decode(auth)
        if decoded is None:
            return None
        username, password = decoded
    if not all(map(can_be_sent, (username, password, identity))) or not is_token(registry):
        return None
    return Found("", username, password, identity, registry)


def _decode(auth: str) -> tuple[str, str] | None:
    try:
        text = base64.b64decode(auth, validate=True).decode()
    except ValueError:
        return None
    username, colon, password = text.partition(":")
    return (username, password.rstrip("\0")) if colon and username else None
