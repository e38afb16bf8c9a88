"""How to connect, and what the user prefers: the user's own file and environment, never the workspace.

The keys are explained in `docs/settings.md`.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path
from typing import Literal, NamedTuple, cast
from urllib.parse import urlsplit

from moorage.documents.values import Value
from moorage.errors import UsageError
from moorage.reference import is_registry
from moorage.units import byte_size, duration

Network = Literal["names", "named", "never"]

_NETWORKS = ("names", "named", "never")
_MAX_FILE = 1 << 20
_MAX_CONCURRENT = 16
_DEEPEST = 32
ANSWERS = "answers.yaml"
"""The file beside the settings for answers to questions (`moorage.answers`); the settings go over it."""


class RegistrySettings(NamedTuple):
    """How to reach one host. None means: as the host's own rules say."""

    http: bool | None = None
    ca: Path | None = None
    max_concurrent: int | None = None


class MirrorSettings(NamedTuple):
    """An endpoint that stands in for a registry; `resolve` says that it may also tell what a tag means."""

    url: str
    resolve: bool = False


class FactsSettings(NamedTuple):
    """How old facts may be, in seconds, and a file to take them from; None where the user does not say.

    `keep` is how long they are kept after they were seen last, in seconds, and `max_size` how large the store may be.
    """

    max_age: int | None = None
    path: Path | None = None
    keep: int = 400 * 86400
    max_size: int = 512 << 20


_NO_FACTS = FactsSettings()


@dataclass(frozen=True, slots=True)
class Settings:
    """The user's settings. `path` is the file they were read from, None where there is none; `file` where it would be.

    `realms` names no token server for a registry for which the user wants none.
    `policy` is the section of that name, all scalars as text; `policy_line` is where it begins.
    """

    registries: Mapping[str, RegistrySettings] = field(default_factory=dict[str, RegistrySettings])
    mirrors: Mapping[str, MirrorSettings] = field(default_factory=dict[str, MirrorSettings])
    realms: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    proxy: str | None = None
    network: Network = "names"
    facts: FactsSettings = _NO_FACTS
    policy: Value = None
    policy_line: int = 0
    cache_dir: Path = Path()
    offline: bool = False
    path: Path | None = None
    file: Path = Path()

    @property
    def store_path(self) -> Path:
        """The file of the fact store."""
        return self.cache_dir / "facts.sqlite"


def load(env: Mapping[str, str] = os.environ) -> Settings:
    """The settings that hold for a user with this environment.

    Reads `$MOORAGE_CONFIG`, else `moorage/config.yaml` in the user's configuration folder; a file that is not there
    means defaults, unless the variable names it. Raises `UsageError` that names file, line and key where the file
    cannot be used.
    """
    from platformdirs import user_cache_path, user_config_path

    chosen = env.get("MOORAGE_CONFIG")
    path = Path(chosen).expanduser() if chosen else user_config_path("moorage", appauthor=False) / "config.yaml"
    cache = env.get("MOORAGE_CACHE_DIR")
    base = Settings(
        cache_dir=Path(cache).expanduser() if cache else user_cache_path("moorage", appauthor=False),
        offline=env.get("MOORAGE_OFFLINE", "").strip().lower() not in ("", "0", "false", "no", "off"),
        file=path,
    )
    answers = path.with_name(ANSWERS)
    said = read_text(answers)
    if said is not None:
        base = replace(base, realms=from_text(said, answers).realms)
    text = read_text(path)
    if text is None and chosen:
        raise UsageError(f"{path}: there is no such file, and $MOORAGE_CONFIG names it")
    return base if text is None else from_text(text, path, base)


def from_text(text: str, path: Path, base: Settings | None = None) -> Settings:
    """The settings that the YAML `text` of the file `path` states, over those of `base`; raises `UsageError`."""
    content = _yaml(text, path)
    settings = replace(base or Settings(), path=path)
    return settings if content is None else _Reader(str(path), path.parent).settings(content, settings)


def with_section(settings: Settings, section: object, where: str = "settings") -> Settings:
    """`settings` with what an editor's configuration section says over them; raises `UsageError`, naming `where`.

    The keys are those of the file; keys that mean something to the editor alone must be taken out before.
    """
    return _Reader(where, Path.cwd()).settings(section, settings)


def read_text(path: Path) -> str | None:
    """The text of a file of settings, None where there is none; raises `UsageError` for what cannot be one."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        if not os.access(path.parent, os.X_OK):
            return None  # A home without rights, as programs in containers have it, holds no settings.
        raise UsageError(f"{path}: the settings cannot be read: {error.strerror or error}") from None
    if len(data) > _MAX_FILE:
        raise UsageError(f"{path}: the settings are larger than 1 MiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path}: the settings are not UTF-8") from None


def _yaml(text: str, path: Path) -> object:
    # Loaded by name: the library has no types, and start-up must not wait for it where there is no file.
    yaml = import_module("ruamel.yaml")
    errors = import_module("ruamel.yaml.error")
    try:
        return yaml.YAML(typ="rt", pure=True).load(text)
    except errors.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark else ""
        raise UsageError(f"{path}{line}: this is no YAML: {error.problem or error.context}") from None
    except (errors.YAMLError, RecursionError, ValueError) as error:
        raise UsageError(f"{path}: this is no YAML: {str(error).splitlines()[0]}") from None


class _At(NamedTuple):
    """A value, the keys that lead to it, and its line (0 where lines are not known)."""

    value: object
    keys: tuple[str, ...]
    line: int = 0


class _Reader:
    """Reads the sections, and says where a wrong one stands."""

    def __init__(self, where: str, folder: Path) -> None:
        self._where = where
        self._folder = folder

    def settings(self, content: object, base: Settings) -> Settings:
        changed: dict[str, object] = {}
        for at in self._entries(_At(content, ())):
            match at.keys[-1]:
                case "registries":
                    changed["registries"] = {k: self._registry(v) for k, v in self._hosts(at)}
                case "mirrors":
                    changed["mirrors"] = {k: self._mirror(v) for k, v in self._hosts(at)}
                case "realms":
                    changed["realms"] = {**base.realms, **{k: self._realms(v) for k, v in self._hosts(at)}}
                case "proxy":
                    changed["proxy"] = self._url(at)
                case "network":
                    if at.value not in _NETWORKS:
                        raise self._wrong(at, f"must be one of {', '.join(_NETWORKS)}")
                    changed["network"] = at.value
                case "facts":
                    changed["facts"] = self._facts(at, base.facts)
                case "policy":
                    changed["policy"] = None if at.value is None else _plain(self._mapping(at))
                    changed["policy_line"] = at.line
                case _:
                    raise self._unknown(at, "registries, mirrors, realms, proxy, network, facts, policy")
        return replace(base, **changed)  # type: ignore[arg-type]

    def _registry(self, section: _At) -> RegistrySettings:
        found = RegistrySettings()
        for at in self._entries(section):
            match at.keys[-1]:
                case "http":
                    found = found._replace(http=self._bool(at))
                case "ca":
                    found = found._replace(ca=self._path(at))
                case "max-concurrent":
                    found = found._replace(max_concurrent=self._int(at, 1, _MAX_CONCURRENT))
                case _:
                    raise self._unknown(at, "http, ca, max-concurrent")
        return found

    def _mirror(self, section: _At) -> MirrorSettings:
        if isinstance(section.value, str):
            return MirrorSettings(self._url(section))
        url, resolve = None, False
        for at in self._entries(section):
            match at.keys[-1]:
                case "url":
                    url = self._url(at)
                case "resolve":
                    resolve = self._bool(at)
                case _:
                    raise self._unknown(at, "url, resolve")
        if url is None:
            raise self._wrong(section, "needs a url")
        return MirrorSettings(url, resolve)

    def _realms(self, at: _At) -> tuple[str, ...]:
        value = at.value
        if value == "never":
            return ()
        values = cast(list[object], value) if isinstance(value, list) else [value]
        hosts: list[str] = []
        for value in values:
            if not isinstance(value, str) or not is_registry(value):
                raise self._wrong(at, "must be the host of a token server, a list of them, or never")
            hosts.append(value.lower())
        return tuple(hosts)

    def _facts(self, section: _At, found: FactsSettings) -> FactsSettings:
        for at in self._entries(section):
            match at.keys[-1]:
                case "max-age":
                    found = found._replace(max_age=self._duration(at))
                case "path":
                    found = found._replace(path=self._path(at))
                case "keep":
                    found = found._replace(keep=self._duration(at))
                case "max-size":
                    found = found._replace(max_size=self._size(at))
                case _:
                    raise self._unknown(at, "max-age, path, keep, max-size")
        return found

    def _hosts(self, section: _At) -> Iterator[tuple[str, _At]]:
        for at in self._entries(section):
            host = at.keys[-1]
            if not is_registry(host):
                raise self._wrong(at, f"{host!r} is no registry host")
            yield host.lower(), at

    def _entries(self, at: _At) -> Iterator[_At]:
        if at.value is None:
            return
        mapping = self._mapping(at)
        lines = getattr(mapping, "lc", None)
        for key, value in mapping.items():
            line: int = lines.key(key)[0] + 1 if lines else 0
            yield _At(value, (*at.keys, str(key)), line)

    def _mapping(self, at: _At) -> Mapping[object, object]:
        value = at.value
        if not isinstance(value, Mapping):
            raise self._wrong(at, "must be a mapping")
        return cast(Mapping[object, object], value)

    def _bool(self, at: _At) -> bool:
        if not isinstance(at.value, bool):
            raise self._wrong(at, "must be true or false")
        return at.value

    def _int(self, at: _At, low: int, high: int) -> int:
        if not isinstance(at.value, int) or isinstance(at.value, bool) or not low <= at.value <= high:
            raise self._wrong(at, f"must be a number from {low} to {high}")
        return int(at.value)

    def _path(self, at: _At) -> Path:
        if not isinstance(at.value, str) or not at.value:
            raise self._wrong(at, "must be the path of a file")
        return self._folder / Path(at.value).expanduser()

    def _url(self, at: _At) -> str:
        if isinstance(at.value, str):
            try:
                parts = urlsplit(at.value)
                if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0:
                    return at.value
            except ValueError:
                pass
        raise self._wrong(at, "must be a URL that begins with http:// or https://")

    def _duration(self, at: _At) -> int:
        value = at.value
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        found = duration(value) if isinstance(value, str) else None
        if found is None:
            raise self._wrong(at, "must be a time such as 90s, 15m, 6h or 2d")
        return found

    def _size(self, at: _At) -> int:
        size = byte_size(str(at.value)) if isinstance(at.value, str | int) else None
        if size is None:
            raise self._wrong(at, "must be a size such as 50MiB or 1GiB")
        return size

    def _unknown(self, at: _At, known: str) -> UsageError:
        return self._wrong(at, f"there is no such key (there are: {known})")

    def _wrong(self, at: _At, why: str) -> UsageError:
        line = f":{at.line}" if at.line else ""
        key = ".".join(at.keys)
        return UsageError(f"{self._where}{line}: {key}: {why}" if key else f"{self._where}: the settings {why}")


def _plain(value: object, depth: int = 0) -> Value:
    """What came from YAML or JSON as mappings and tuples of text: `off` and `3` are text, as in every policy."""
    if value is None or depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        items = cast(Mapping[object, object], value).items()
        return {str(k): _plain(v, depth + 1) for k, v in items}
    if isinstance(value, list):
        return tuple(_plain(v, depth + 1) for v in cast(list[object], value))
    return str(value).lower() if isinstance(value, bool) else str(value)
