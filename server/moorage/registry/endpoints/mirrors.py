"""Which endpoints answer for a registry, and by which scheme.

A digest may come from anywhere, as its content is checked. What a tag means is an act of trust: only the registry
itself may say, or an endpoint that the user has marked for it.
"""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal, NamedTuple

from moorage.registry.endpoints.mirrorfiles import Mirror, MirrorFiles, Rule
from moorage.registry.endpoints.quirks import HUB_API, api_url
from moorage.registry.failures import Refused
from moorage.registry.http.addresses import is_loopback_host
from moorage.registry.http.certs import Certificates, certificates_of, certs_folders
from moorage.registry.http.urls import BadUrl, Url, escape, parse, root
from moorage.settings import MirrorSettings, Settings

DEFAULT_SLOTS = 6
Need = Literal["resolve", "content"]

_MIRROR_TO_HTTPS = "write https into its `url` under `mirrors:` of your settings"


class Endpoint(NamedTuple):
    """A place that speaks the registry API for `registry`. `root` is where the API begins: `https://ghcr.io/v2/`.

    `prefix` goes before the names of its repositories, of which `strip` is taken off the front.
    """

    root: Url
    registry: str
    prefix: str = ""
    strip: str = ""
    namespace: str = ""
    own: bool = True
    """Whether this is the registry itself."""
    located: bool = False
    """Whether a file says that the registry is here, so that this is no mirror of it."""
    replaceable: bool = False
    """Whether another endpoint is asked where this one gives no answer."""
    to_https: str = ""
    """What the user would do to have it asked by https, where it is asked by plain http."""

    def path(self, repository: str) -> str:
        """The name that a repository has here."""
        rest = repository.removeprefix(self.strip).strip("/") if self.strip else repository
        name = f"{self.prefix}/{rest}".strip("/") if self.prefix else rest
        # What takes a registry's place has names as they are written, and Docker Hub has a short form for some.
        return f"library/{name}" if self.root.host == HUB_API and name and "/" not in name else name

    def url(self, repository: str, rest: str) -> Url:
        """The URL of something in a repository: `manifests/latest`."""
        return self.root.at(f"{self.root.target}{self.path(repository)}/{rest}")

    def stamped(self, url: Url) -> Url:
        """`url` with the namespace that a mirror of several registries is told."""
        if not self.namespace or "?ns=" in url.target or "&ns=" in url.target:
            return url
        joint = "&" if "?" in url.target else "?"
        return url.at(f"{url.target}{joint}ns={escape(self.namespace)}")

    @property
    def name(self) -> str:
        """How the endpoint is called in messages."""
        return self.registry if self.own else f"{self.registry} (through {self.root.authority})"

    @property
    def credential_host(self) -> str:
        """The host whose credential may be used here: never the registry's for a mirror."""
        return self.registry if self.own else self.root.authority


class Endpoints:
    """Answers from the user's settings and the configuration of the user's other tools."""

    def __init__(self, settings: Settings, env: Mapping[str, str], system: Path = Path("/etc")) -> None:
        self._settings = settings
        self._env = env
        self._system = system

    @cached_property
    def files(self) -> MirrorFiles:
        """What other tools are told of mirrors."""
        return MirrorFiles(self._env, self._system)

    def of(self, registry: str, repository: str, need: Need) -> tuple[Endpoint, ...]:
        """The endpoints to ask for a repository, in order; never empty. Raises `Refused` where none may be asked.

        A mirror that the settings mark with `resolve` stands in for the registry altogether, so that nothing else is
        ever asked.
        """
        said = self._settings.mirrors.get(registry)
        rule = self._rule(registry, repository)
        if said is not None:
            mirror = _set_mirror(registry, said)
            if said.resolve:
                return (mirror,)
            own = self._primary(registry, None)
            return (mirror, own) if need == "content" else (own,)
        own = self._primary(registry, rule)
        if rule is None:
            return (own,)
        fit = [mirror for mirror in rule.mirrors if (mirror.resolve if need == "resolve" else mirror.content)]
        return (*(_endpoint(mirror, registry, rule) for mirror in fit), own)

    def pushed_to(self, registry: str, repository: str) -> Endpoint:
        """The endpoint that takes what is pushed to a repository: the registry itself, never a mirror.

        Raises `Refused` where the registry is blocked, or a mirror stands in for it altogether.
        """
        self._rule(registry, repository)
        said = self._settings.mirrors.get(registry)
        if said is not None and said.resolve:
            raise Refused(f"nothing is pushed to {registry}: {said.url} stands in for it, by your settings")
        return self._primary(registry, None)

    def http(self, authority: str) -> bool:
        """Whether a host is asked by plain http: loopback unless the user says no, others only if the user says so."""
        return bool(self._to_https(authority))

    def slots(self, authority: str) -> int:
        """How many requests a host gets at once."""
        said = self._settings.registries.get(authority)
        return said.max_concurrent if said is not None and said.max_concurrent is not None else DEFAULT_SLOTS

    def certificates(self, authority: str) -> Certificates:
        """What to trust for a host beyond the system's store."""
        said = self._settings.registries.get(authority)
        own = certificates_of(authority, said.ca if said is not None else None, self._env)
        theirs = self.files.certificates(authority)
        return Certificates((*own.authorities, *theirs.authorities), (*own.clients, *theirs.clients))

    def named(self, authority: str) -> bool:
        """Whether the user's settings, certificates or other tools name a host."""
        return (
            authority in self._settings.registries
            or any(_authority(mirror.url) == authority for mirror in self._settings.mirrors.values())
            or authority in self.files.hosts()
            or bool(certs_folders(authority, self._env))
        )

    def _to_https(self, authority: str) -> str:
        """What the user would do to have a host asked by https; empty where it is."""
        loopback = is_loopback_host(_host(authority))
        mend = f"write `http: false` for {authority} under `registries:` of your settings"
        said = self._settings.registries.get(authority)
        if said is not None and said.http is not None:
            kept = mend if loopback else f"take `http: true` for {authority} out of `registries:` of your settings"
            return kept if said.http else ""
        if any(_authority(m.url) == authority and m.url.startswith("http:") for m in self._settings.mirrors.values()):
            return _MIRROR_TO_HTTPS
        if loopback:
            return "" if self.files.secure(authority) or certs_folders(authority, self._env) else mend
        file = self.files.hosts().get(authority)
        return f"{mend}, or mend {file}, which wants http" if file else ""

    def _rule(self, registry: str, repository: str) -> Rule | None:
        rule = self.files.rule(registry, repository)
        if rule is not None and rule.blocked:
            _, mark, part = rule.prefix.partition("/")
            raise Refused(f"{registry}{mark}{part} is blocked by {rule.source}")
        return rule

    def _primary(self, registry: str, rule: Rule | None) -> Endpoint:
        try:
            to_https = self._to_https(registry.lower())
            usual = api_url(root(registry, http=bool(to_https))).at("/v2/")
        except BadUrl as error:
            raise Refused(f"{registry} cannot be asked: {error}") from None
        primary = rule.primary if rule is not None else None
        if rule is None or primary is None or (primary.root.origin == usual.origin and not primary.prefix):
            return Endpoint(usual, registry, to_https=to_https)
        return _endpoint(primary, registry, rule)._replace(located=True)


def _set_mirror(registry: str, said: MirrorSettings) -> Endpoint:
    try:
        url = api_url(parse(said.url))
    except BadUrl as error:
        raise Refused(f"the mirror of {registry} cannot be asked: {error}") from None
    prefix = url.target.partition("?")[0].strip("/")
    if prefix == "v2" or prefix.startswith("v2/"):
        prefix = prefix[2:].strip("/")
    return Endpoint(
        url.at("/v2/"), registry, prefix, own=False, to_https=_MIRROR_TO_HTTPS if url.scheme == "http" else ""
    )


def _endpoint(mirror: Mirror, registry: str, rule: Rule) -> Endpoint:
    taken = rule.prefix.partition("/")[2]
    # A rule for all registries names none of them to its mirrors.
    namespace = mirror.namespace if rule.prefix else registry
    to_https = f"mend {rule.source}, which wants http" if mirror.root.scheme == "http" else ""
    return Endpoint(mirror.root, registry, mirror.prefix, taken, namespace, own=False, to_https=to_https)


def _authority(url: str) -> str:
    try:
        return parse(url).authority
    except BadUrl:
        return ""


def _host(authority: str) -> str:
    head, colon, port = authority.rpartition(":")
    return head if colon and port.isdecimal() else authority
