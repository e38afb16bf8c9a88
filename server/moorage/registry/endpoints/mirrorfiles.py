"""Mirrors as other tools are told of them: containers' `registries.conf`, containerd's `hosts.toml`, Docker's
`daemon.json`.

Only files of the user and of the system are read, never the workspace's, and nothing is written. A file that cannot be
read counts as not there; `troubles` says so. What would make a connection less safe than it looks is not followed:
unverified certificates and headers of somebody's own (`ignored` says so).
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

from moorage.registry.content.documents import list_of, mapping_of
from moorage.registry.endpoints.quirks import api_url
from moorage.registry.http.certs import Certificates
from moorage.registry.http.urls import BadUrl, Url, parse

_MAX_FILE = 1 << 20
_NONE = Certificates()
_NOTHING: Mapping[str, object] = {}


class Mirror(NamedTuple):
    """An endpoint that answers for (a part of) a registry.

    `root` is where its API begins, `prefix` goes before the repository's name; `resolve` says that it may tell what a
    tag means, `content` that it serves what digests name. `namespace` is sent along as `ns` (containerd's way).
    `certificates` are those that the file names for its host.
    """

    root: Url
    prefix: str = ""
    resolve: bool = True
    content: bool = True
    namespace: str = ""
    certificates: Certificates = Certificates()


class Rule(NamedTuple):
    """What a file says of the repositories below `prefix`: `docker.io`, `ghcr.io/acme`, `*.corp`; empty for all others.

    `primary` is asked instead of the registry itself; None leaves it. `insecure` is None where nothing is said.
    """

    prefix: str
    mirrors: tuple[Mirror, ...] = ()
    primary: Mirror | None = None
    blocked: bool = False
    insecure: bool | None = None
    source: str = ""


class MirrorFiles:
    """The rules in all files, read once."""

    def __init__(self, env: Mapping[str, str], system: Path = Path("/etc")) -> None:
        home = Path(env.get("HOME") or Path.home())
        config = Path(env["XDG_CONFIG_HOME"]) if env.get("XDG_CONFIG_HOME") else home / ".config"
        self.troubles: list[str] = []
        self.ignored: list[str] = []
        cache = Path(env["XDG_CACHE_HOME"]) if env.get("XDG_CACHE_HOME") else home / ".cache"
        self._answered = cache / "containers" / "short-name-aliases.conf"
        self._rules = [
            *self._registries_conf(env, config, system),
            *self._hosts_toml(system / "containerd" / "certs.d"),
            *self._daemon_json((home / ".docker", config / "docker", system / "docker")),
        ]

    def rule(self, registry: str, repository: str = "") -> Rule | None:
        """The rule for a repository: the longest prefix counts, and of equals the first."""
        fitting = [rule for rule in self._rules if _covers(rule.prefix, registry, repository)]
        return max(fitting, key=lambda rule: len(rule.prefix.lstrip("*")), default=None)

    def parts(self, registry: str) -> tuple[str, ...]:
        """The parts of a registry, `acme` or `acme/team`, that have rules of their own."""
        split = (rule.prefix.partition("/") for rule in self._rules)
        paths = (path for host, _, path in split if path and _covers(host, registry, ""))
        return tuple(dict.fromkeys(paths))

    def hosts(self) -> dict[str, str]:
        """The hosts that the files name, by authority, and the file that wants one asked by plain http, if one does."""
        found: dict[str, str] = {}
        for rule in self._rules:
            host = rule.prefix.partition("/")[0]
            if host and not host.startswith("*"):
                found.setdefault(host, rule.source if rule.insecure else "")
            for mirror in (*rule.mirrors, *([rule.primary] if rule.primary else [])):
                found[mirror.root.authority] = rule.source if mirror.root.scheme == "http" else ""
        return found

    def certificates(self, authority: str) -> Certificates:
        """What the files name for a host beyond the system's store."""
        places = (place for rule in self._rules for place in (*rule.mirrors, *([rule.primary] if rule.primary else [])))
        named = [place.certificates for place in places if place.root.authority == authority]
        return Certificates(
            tuple(dict.fromkeys(file for found in named for file in found.authorities)),
            tuple(dict.fromkeys(pair for found in named for pair in found.clients)),
        )

    def short_names(self) -> tuple[str, ...]:
        """Where Podman looks for names without a registry: of its files, the last one that says it counts."""
        said = [self._toml(file, b"unqualified").get("unqualified-search-registries") for file in self._containers]
        lists = [hosts for hosts in said if hosts is not None]
        return tuple(_texts(lists[-1])) if lists else ()

    def aliases(self) -> dict[str, str]:
        """What Podman takes names without a registry for, and what it was answered when it asked; the last one counts.

        An empty text takes an alias of another file away.
        """
        found: dict[str, str] = {}
        for file in (*self._containers, self._answered):
            found |= {name: _text(to) for name, to in mapping_of(self._toml(file, b"aliases").get("aliases")).items()}
        return {name: to for name, to in found.items() if to}

    def secure(self, authority: str) -> bool:
        """Whether a file says of a host that it is not to be asked by plain http."""
        return any(rule.insecure is False and rule.prefix == authority for rule in self._rules)

    def _registries_conf(self, env: Mapping[str, str], config: Path, system: Path) -> list[Rule]:
        named = env.get("CONTAINERS_REGISTRIES_CONF") or env.get("REGISTRIES_CONFIG_PATH")
        own = Path(named) if named else config / "containers" / "registries.conf"
        self._containers = [own if named or os.access(own, os.F_OK) else system / "containers" / "registries.conf"]
        for folder in (system / "containers", config / "containers"):
            self._containers += _matching(folder / "registries.conf.d", "*.conf")
        rules: dict[str, Rule] = {}
        for file in self._containers:
            for entry in _tables(self._toml(file, b"[[registry]]").get("registry")):
                rule = _registry_rule(entry, str(file))
                if rule is not None:
                    rules[rule.prefix] = rule
        return list(rules.values())

    def _hosts_toml(self, folder: Path) -> list[Rule]:
        rules: list[Rule] = []
        for file in _matching(folder, "*/hosts.toml"):
            name = file.parent.name
            host, mark, port = name.removesuffix("_").rpartition("_")
            prefix = f"{host}:{port}" if mark and port.isdecimal() else name
            rules.append(self._hosts_rule(self._toml(file), "" if prefix == "_default" else prefix, file))
        return rules

    def _hosts_rule(self, content: Mapping[str, object], prefix: str, file: Path) -> Rule:
        """What a `hosts.toml` says (https://github.com/containerd/containerd/blob/main/docs/hosts.md)."""
        mirrors: list[Mirror] = []
        hosts = content.get("host")
        for url, table in cast(dict[str, object], hosts).items() if isinstance(hosts, dict) else ():
            mirror = self._host(url, mapping_of(table), prefix, file)
            if mirror is not None:
                mirrors.append(mirror)
        said = _text(content.get("server")) or (f"https://{prefix}" if _certificates(content, file) != _NONE else "")
        primary = self._host(said, content, "", file)
        return Rule(prefix.lower(), tuple(mirrors), primary, source=str(file))

    def _host(self, url: str, fields: Mapping[str, object], namespace: str, file: Path) -> Mirror | None:
        found = _url_mirror(url, whole_path=fields.get("override_path") is True)
        able = _texts(fields.get("capabilities")) or ["pull", "resolve"]
        if found is None or not ("pull" in able or "resolve" in able):
            return None
        host = found.root.authority
        if fields.get("skip_verify") is True and found.root.scheme == "https":
            self.ignored.append(f"{file}: `skip_verify` of {host} is not followed: name its authority in `ca` instead")
        if mapping_of(fields.get("header")):
            self.ignored.append(f"{file}: the headers for {host} are not sent: a credential belongs into Docker's file")
        certificates = _certificates(fields, file)
        return found._replace(
            resolve="resolve" in able, content="pull" in able, namespace=namespace, certificates=certificates
        )

    def _daemon_json(self, folders: tuple[Path, ...]) -> list[Rule]:
        rules: list[Rule] = []
        for file in (folder / "daemon.json" for folder in folders):
            text = self._read(file)
            if text is None:
                continue
            try:
                content: object = json.loads(text)
            except (ValueError, RecursionError):
                self.troubles.append(f"{file} is no JSON")
                continue
            fields = cast(dict[str, object], content) if isinstance(content, dict) else {}
            mirrors = [m for url in _texts(fields.get("registry-mirrors")) if (m := _url_mirror(url)) is not None]
            if mirrors:
                rules.append(Rule("docker.io", tuple(mirrors), source=str(file)))
            for host in _texts(fields.get("insecure-registries")):
                if "/" not in host:  # A range of addresses names no host.
                    rules.append(Rule(host.lower(), insecure=True, source=str(file)))
        return rules

    def _toml(self, file: Path, only_with: bytes = b"") -> Mapping[str, object]:
        text = self._read(file)
        if text is None or only_with not in text:
            return _NOTHING
        import tomllib

        try:
            return tomllib.loads(text.decode())
        except (ValueError, RecursionError):
            self._trouble(f"{file} is no TOML")
            return _NOTHING

    def _read(self, file: Path) -> bytes | None:
        try:
            with file.open("rb") as stream:
                data = stream.read(_MAX_FILE + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._trouble(f"{file} cannot be read: {error.strerror}")
            return None
        return data if len(data) <= _MAX_FILE else None

    def _trouble(self, sentence: str) -> None:
        # A file may be read more than once.
        if sentence not in self.troubles:
            self.troubles.append(sentence)


def _matching(folder: Path, pattern: str) -> list[Path]:
    """The files of a folder, in order; none where it is not there or cannot be looked into."""
    try:
        return sorted(folder.glob(pattern))
    except OSError:
        return []


def _covers(prefix: str, registry: str, repository: str) -> bool:
    host, _, path = prefix.partition("/")
    if not prefix:
        return True
    if host.startswith("*."):
        if not registry.endswith(host[1:]):
            return False
    elif host != registry:
        return False
    return not path or repository == path or repository.startswith(path + "/")


def _registry_rule(entry: Mapping[str, object], source: str) -> Rule | None:
    location = _text(entry.get("location"))
    prefix = _text(entry.get("prefix")) or location
    if not prefix:
        return None
    insecure = entry.get("insecure")
    flag = insecure if isinstance(insecure, bool) else None
    digest_only = entry.get("mirror-by-digest-only") is True
    mirrors: list[Mirror] = []
    for table in _tables(entry.get("mirror")):
        where = _location(_text(table.get("location")), table.get("insecure") is True)
        pull = _text(table.get("pull-from-mirror")) or ("digest-only" if digest_only else "all")
        if where is not None:
            mirrors.append(where._replace(resolve=pull != "digest-only", content=pull != "tag-only"))
    primary = None if location in ("", prefix) else _location(location, flag is True)
    return Rule(prefix.lower(), tuple(mirrors), primary, entry.get("blocked") is True, flag, source)


def _certificates(fields: Mapping[str, object], file: Path) -> Certificates:
    """`ca` and `client` of a host: paths, relative to the file; a client's certificate alone holds its key too."""
    said, named = fields.get("ca"), fields.get("client")
    authorities = [said] if isinstance(said, str) else _texts(said)
    clients: list[tuple[Path, Path]] = []
    for entry in [named] if isinstance(named, str) else list_of(named):
        pair = [entry, entry] if isinstance(entry, str) else _texts(entry)
        if pair:
            clients.append((file.parent / pair[0], file.parent / (pair[1] if len(pair) > 1 and pair[1] else pair[0])))
    return Certificates(tuple(file.parent / name for name in authorities), tuple(clients))


def _location(text: str, http: bool) -> Mirror | None:
    """A `location` of registries.conf: a host and the path before the repository."""
    host, _, path = text.partition("/")
    try:
        return Mirror(api_url(parse(f"{'http' if http else 'https'}://{host}/v2/")), path.strip("/"))
    except BadUrl:
        return None


def _url_mirror(text: str, *, whole_path: bool = False) -> Mirror | None:
    """A mirror's URL: its API is below `/v2`, unless the path is said to be the whole of it."""
    try:
        url = api_url(parse(text))
    except BadUrl:
        return None
    path = url.target.partition("?")[0].strip("/")
    if not whole_path and path != "v2" and not path.endswith("/v2"):
        path = f"{path}/v2".strip("/")
    return Mirror(url.at(f"/{path}/" if path else "/"))


def _tables(value: object) -> list[Mapping[str, object]]:
    entries = cast(list[object], value) if isinstance(value, list) else []
    return [cast(dict[str, object], entry) for entry in entries if isinstance(entry, dict)]


def _texts(value: object) -> list[str]:
    entries = cast(list[object], value) if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, str)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
