"""Which endpoints answer for a registry, and by which scheme.

A digest may come from anywhere, as its content is checked. What a tag means is an act of trust: only the registry
itself may say, or an endpoint that the user has marked for it (`resolve`).
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from moorage.registry.addresses import is_loopback_host
from moorage.registry.certs import Certificates, certificates_of, certs_folders
from moorage.registry.failures import Refused
from moorage.registry.urls import BadUrl, Url, parse, root
from moorage.settings import Settings

DEFAULT_SLOTS = 6
Need = Literal["resolve", "content"]

_API_HOSTS = {"docker.io": "registry-1.docker.io"}


class Endpoint(NamedTuple):
    """A place that speaks the registry API. `prefix` goes before the names of its repositories."""

    root: Url
    registry: str
    prefix: str = ""
    own: bool = True
    """Whether this is the registry itself."""

    def path(self, repository: str) -> str:
        """The name that a repository has here."""
        return f"{self.prefix}/{repository}" if self.prefix else repository

    def url(self, repository: str, rest: str) -> Url:
        """The URL of something in a repository: `manifests/latest`."""
        return self.root.at(f"/v2/{self.path(repository)}/{rest}")

    @property
    def name(self) -> str:
        """How the endpoint is called in facts and messages."""
        return self.registry if self.own else f"{self.registry} (through {self.root.authority})"

    @property
    def credential_host(self) -> str:
        """The host whose credential may be used here: never the registry's for a mirror."""
        return self.registry if self.own else self.root.authority


class Endpoints:
    """Answers from the user's settings."""

    def __init__(self, settings: Settings, env: Mapping[str, str]) -> None:
        self._settings = settings
        self._env = env

    def of(self, registry: str, need: Need) -> tuple[Endpoint, ...]:
        """The endpoints to ask for a registry, in order; never empty. Raises `Refused` for a host that is none.

        A mirror marked `resolve` stands in for the registry altogether, so that nothing else is ever asked.
        """
        mirror = self._settings.mirrors.get(registry)
        own = Endpoint(self._own_root(registry), registry)
        if mirror is None:
            return (own,)
        try:
            url = parse(mirror.url)
        except BadUrl as error:
            raise Refused(f"the mirror of {registry} cannot be asked: {error}") from None
        prefix = url.target.partition("?")[0].strip("/")
        if prefix == "v2" or prefix.startswith("v2/"):
            prefix = prefix[2:].strip("/")
        found = Endpoint(url.at("/"), registry, prefix, own=False)
        if mirror.resolve:
            return (found,)
        return (found, own) if need == "content" else (own,)

    def http(self, authority: str) -> bool:
        """Whether a host is asked by plain http: loopback unless the user says no, others only if the user says so."""
        said = self._settings.registries.get(authority)
        if said is not None and said.http is not None:
            return said.http
        if authority in self._http_mirrors():
            return True
        return is_loopback_host(_host(authority)) and not certs_folders(authority, self._env)

    def slots(self, authority: str) -> int:
        """How many requests a host gets at once."""
        said = self._settings.registries.get(authority)
        return said.max_concurrent if said is not None and said.max_concurrent is not None else DEFAULT_SLOTS

    def certificates(self, authority: str) -> Certificates:
        """What to trust for a host beyond the system's store."""
        said = self._settings.registries.get(authority)
        return certificates_of(authority, said.ca if said is not None else None, self._env)

    def named_hosts(self) -> frozenset[str]:
        """The hosts that the settings name, as authorities."""
        mirrors = {_authority(mirror.url) for mirror in self._settings.mirrors.values()}
        return frozenset({*self._settings.registries, *mirrors} - {""})

    def named(self, authority: str) -> bool:
        """Whether the user's own files of certificates or settings name a host."""
        return authority in self.named_hosts() or bool(certs_folders(authority, self._env))

    def _own_root(self, registry: str) -> Url:
        try:
            return root(_API_HOSTS.get(registry, registry), http=self.http(registry.lower()))
        except BadUrl as error:
            raise Refused(f"{registry} cannot be asked: {error}") from None

    def _http_mirrors(self) -> set[str]:
        urls = (mirror.url for mirror in self._settings.mirrors.values())
        return {_authority(url) for url in urls if url.startswith("http://")}


def _authority(url: str) -> str:
    try:
        return parse(url).authority
    except BadUrl:
        return ""


def _host(authority: str) -> str:
    head, colon, port = authority.rpartition(":")
    return head if colon and port.isdecimal() else authority
