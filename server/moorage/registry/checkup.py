"""What stands between the user and a registry, in words: endpoints, credential, TLS, proxy, an answer, the quota.

Nothing here holds a secret: a credential is known by its kind, its user name and where it was found.
"""

import asyncio
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from moorage.registry import unexpected
from moorage.registry.access.credentials import Credentials
from moorage.registry.client import Client
from moorage.registry.content.documents import ACCEPT
from moorage.registry.endpoints.mirrors import Endpoint, Endpoints
from moorage.registry.endpoints.quirks import quirk_of
from moorage.registry.failures import Refused, RegistryFailure
from moorage.registry.http.exchange import Ask
from moorage.registry.http.limits import Limits
from moorage.registry.http.proxies import choose
from moorage.registry.mending import about_answer, about_proxy, about_tls, about_trouble, file_notes, missing_files
from moorage.registry.refusals import about_https
from moorage.settings import Settings

_NO_QUOTA = Limits()


class Who(NamedTuple):
    """The credential that is used, without its secret, and each step that led to it."""

    kind: str
    username: str
    source: str
    steps: tuple[str, ...]


class Route(NamedTuple):
    """An endpoint of a registry. `resolves` says whether it may tell what a tag means; `proxy` and `tls` are words.

    One that is neither the registry's `own` nor a `mirror` is where a file says that the registry is. `url` ends with
    the path that goes before the names of its repositories. `who` and `answer` are None for the last that may tell what
    a tag means: that one stands for the registry, which has them.
    """

    url: str
    own: bool
    mirror: bool
    resolves: bool
    proxy: str
    tls: str
    who: Who | None = None
    answer: str | None = None


class Part(NamedTuple):
    """A part of a registry, `docker.io/acme`, that is asked elsewhere, or not at all; `source` says so."""

    name: str
    routes: tuple[Route, ...]
    source: str

    @property
    def blocked(self) -> bool:
        """Whether it is not asked."""
        return not self.routes


class Checkup(NamedTuple):
    """Everything about one registry. `answer` is None where none came; `problems` are sentences.

    `who`, `answer` and `quota` are of the endpoint that stands for the registry; others have their own.
    """

    registry: str
    routes: tuple[Route, ...]
    parts: tuple[Part, ...]
    who: Who
    answer: str | None
    quota: Limits
    problems: tuple[str, ...]


class _Look(NamedTuple):
    """What one endpoint has to say."""

    who: Who
    answer: str | None = None
    quota: Limits = _NO_QUOTA


class Examiner:
    """Looks at registries the way the client would ask them."""

    def __init__(
        self, settings: Settings, env: Mapping[str, str], credentials: Credentials, client: Client | None
    ) -> None:
        self._settings = settings
        self._env = env
        self._credentials = credentials
        self._client = client
        self._endpoints = Endpoints(settings, env)

    def file_troubles(self) -> tuple[str, ...]:
        """What cannot be read in the files that other tools keep about mirrors, of those that were read so far."""
        return tuple(self._endpoints.files.troubles)

    def file_notes(self) -> tuple[str, ...]:
        """What in these files is not followed, though other tools follow it."""
        return tuple(file_notes(self._endpoints.files))

    async def examine(self, registry: str) -> Checkup:
        """Look at one registry; asks it for its version, where there is a client. Never raises for what it says."""
        problems: list[str] = []
        endpoints: dict[Endpoint, bool] = {}
        try:
            endpoints = self._all(registry, "")
        except Refused as error:
            problems.append(str(error))
        bare = tuple(self._route(endpoint, resolves, problems) for endpoint, resolves in endpoints.items())
        parts = tuple(self._parts(registry, bare, problems))
        last = next((endpoint for endpoint, resolves in reversed(endpoints.items()) if resolves), None)
        looks = await asyncio.gather(*(self._look(e, problems, replaceable=e != last) for e in endpoints))
        pairs = list(zip(endpoints, bare, looks, strict=True))
        routes = tuple(r if e == last else r._replace(who=look.who, answer=look.answer) for e, r, look in pairs)
        itself = next((look for endpoint, _, look in pairs if endpoint == last), None)
        who, answer, quota = itself or _Look(await self._who(registry, problems))
        return Checkup(registry, routes, parts, who, answer, quota, tuple(dict.fromkeys(problems)))

    async def _look(self, endpoint: Endpoint, problems: list[str], *, replaceable: bool) -> "_Look":
        """Who we are at an endpoint, and what it answers."""
        who = await self._who(endpoint.credential_host, problems)
        if self._client is None:
            return _Look(who, "nobody was asked")
        try:
            return _Look(who, *await self._ask(self._client, endpoint._replace(replaceable=replaceable), problems))
        except Exception as error:  # Whatever went wrong, the rest is worth being told.
            problems.append(unexpected.sentence(error, f"{endpoint.name} was asked for its version"))
            return _Look(who)

    async def _who(self, host: str, problems: list[str]) -> Who:
        found = await self._credentials.find(host, "")
        problems += map(about_trouble, found.warnings)
        credential = found.credential
        return Who(credential.kind, credential.username, credential.place, found.steps)

    def _all(self, registry: str, repository: str) -> dict[Endpoint, bool]:
        """The endpoints of a repository in order, and whether each may tell what a tag means; raises `Refused`."""
        resolving = self._endpoints.of(registry, repository, "resolve")
        content = self._endpoints.of(registry, repository, "content")
        return {endpoint: endpoint in resolving for endpoint in (*resolving, *content)}

    def _parts(self, registry: str, rest: tuple[Route, ...], problems: list[str]) -> Iterator[Part]:
        files = self._endpoints.files
        for path in files.parts(registry):
            rule = files.rule(registry, path)
            try:
                routes = tuple(self._route(e, resolves, problems) for e, resolves in self._all(registry, path).items())
            except Refused:
                routes = ()
            if rule is not None and routes != rest:
                yield Part(f"{registry}/{path}", routes, rule.source)

    def _route(self, endpoint: Endpoint, resolves: bool, problems: list[str]) -> Route:
        authority = endpoint.root.authority
        proxy = "none"
        try:
            proxy = about_proxy(choose(endpoint.root, self._settings.proxy, self._env))
        except Refused as error:
            problems.append(str(error))
        if endpoint.root.scheme == "http":
            tls = "none: it is asked by plain http"
        else:
            certificates = self._endpoints.certificates(authority)
            tls = about_tls(certificates, self._env)
            problems += missing_files(certificates, self._env)
        prefix = f"{endpoint.prefix}/" if endpoint.prefix else ""
        mirror = not (endpoint.own or endpoint.located)
        return Route(f"{endpoint.root}{prefix}", endpoint.own, mirror, resolves, proxy, tls)

    def _by_way_of(self, endpoint: Endpoint) -> str:
        """The end of a sentence about a host that cannot be reached: it may be the proxy that cannot."""
        try:
            choice = choose(endpoint.root, self._settings.proxy, self._env)
        except Refused:
            return ""
        return "" if choice.url is None else f" (through the proxy {about_proxy(choice)})"

    async def _ask(self, client: Client, endpoint: Endpoint, problems: list[str]) -> tuple[str | None, Limits]:
        authority = endpoint.root.authority
        session = client.session
        try:
            reply = await session.send(endpoint, "", Ask("GET", endpoint.stamped(endpoint.root)), ())
        except RegistryFailure as error:
            problems.append(str(error) + self._by_way_of(endpoint))
            return None, session.transport.limits.get(authority, _NO_QUOTA)
        advice = session.authenticator.advice(endpoint, reply)
        if advice:
            problems.append(f"{endpoint.name} does not know you{advice}")
        if reply.status == 401:
            answer = "it answers, and wants a login"
        elif reply.status == 200 and reply.media_type != "text/html":
            answer = "it answers"
        else:
            answer = f"it answers with status {reply.status}"
            problems.append(about_https(endpoint, reply) or about_answer(endpoint, reply.status))
        probe = quirk_of(endpoint.registry).quota_probe
        if probe is not None and endpoint.own and reply.status in (200, 401):
            try:
                # HEAD is free, and its answer tells what is left.
                url = endpoint.url(probe, "manifests/latest")
                await session.send(endpoint, probe, Ask("HEAD", url, headers=(("accept", ACCEPT),)))
            except RegistryFailure as error:
                problems.append(str(error))
        return answer, session.transport.limits.get(authority, _NO_QUOTA)
