"""What stands between the user and a registry, in words: endpoints, credential, TLS, proxy, an answer, the quota.

Nothing here holds a secret: a credential is known by its kind, its user name and where it was found.
"""

from collections.abc import Mapping
from typing import NamedTuple

from moorage.registry.client import Client
from moorage.registry.credentials import Credentials
from moorage.registry.documents import ACCEPT
from moorage.registry.exchange import Ask
from moorage.registry.failures import Refused, RegistryFailure
from moorage.registry.limits import Limits
from moorage.registry.mirrors import Endpoint, Endpoints
from moorage.registry.proxies import proxy_for
from moorage.registry.quirks import quirk_of
from moorage.settings import Settings

_NO_QUOTA = Limits()


class Route(NamedTuple):
    """An endpoint of a registry. `resolves` says whether it may tell what a tag means; `proxy` and `tls` are words."""

    url: str
    mirror: bool
    resolves: bool
    proxy: str
    tls: str


class Who(NamedTuple):
    """The credential that is used, without its secret, and each step that led to it."""

    kind: str
    username: str
    source: str
    steps: tuple[str, ...]


class Checkup(NamedTuple):
    """Everything about one registry. `answer` is None where nobody was asked; `problems` are sentences."""

    registry: str
    routes: tuple[Route, ...]
    who: Who
    answer: str | None
    quota: Limits
    problems: tuple[str, ...]


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
        """What cannot be read in the files that other tools keep about mirrors."""
        return tuple(self._endpoints.files.troubles)

    async def examine(self, registry: str) -> Checkup:
        """Look at one registry; asks it for its version, where there is a client. Never raises for what it says."""
        problems: list[str] = []
        try:
            resolving = self._endpoints.of(registry, "", "resolve")
            content = self._endpoints.of(registry, "", "content")
        except Refused as error:
            resolving, content = (), ()
            problems.append(str(error))
        routes = tuple(self._route(e, e in resolving, problems) for e in dict.fromkeys((*resolving, *content)))
        found = await self._credentials.find(resolving[0].credential_host if resolving else registry, "")
        problems += [warning.message for warning in found.warnings]
        credential = found.credential
        who = Who(credential.kind, credential.username, credential.source, found.steps)
        answer, quota = None, _NO_QUOTA
        if self._client is not None and resolving:
            answer, quota = await self._ask(self._client, resolving[0], problems)
        return Checkup(registry, routes, who, answer, quota, tuple(dict.fromkeys(problems)))

    def _route(self, endpoint: Endpoint, resolves: bool, problems: list[str]) -> Route:
        authority = endpoint.root.authority
        proxy = "none"
        try:
            found = proxy_for(endpoint.root, self._settings.proxy, self._env)
        except Refused as error:
            problems.append(str(error))
        else:
            if found is not None:
                whence = "the settings" if self._settings.proxy else "the environment"
                proxy = f"{_without_user(found)}, from {whence}"
        if endpoint.root.scheme == "http":
            tls = "none: it is asked by plain http"
        else:
            certificates = self._endpoints.certificates(authority)
            files = [*map(str, certificates.authorities), *(str(file) for file, _ in certificates.clients)]
            variables = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if self._env.get(name)]
            store = f"${' and $'.join(variables)}" if variables else "the system's certificates"
            tls = " and ".join((store, *files))
        return Route(str(endpoint.root), not endpoint.own, resolves, proxy, tls)

    async def _ask(self, client: Client, endpoint: Endpoint, problems: list[str]) -> tuple[str | None, Limits]:
        authority = endpoint.root.authority
        session = client.session
        try:
            reply = await session.send(endpoint, "", Ask("GET", endpoint.stamped(endpoint.root)), ())
        except RegistryFailure as error:
            problems.append(str(error))
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
            problems.append(_no_registry(endpoint, reply.status))
        probe = quirk_of(endpoint.registry).quota_probe
        if probe is not None and endpoint.own and reply.status in (200, 401):
            try:
                # HEAD is free, and its answer tells what is left.
                url = endpoint.url(probe, "manifests/latest")
                await session.send(endpoint, probe, Ask("HEAD", url, headers=(("accept", ACCEPT),)))
            except RegistryFailure as error:
                problems.append(str(error))
        return answer, session.transport.limits.get(authority, _NO_QUOTA)


def _no_registry(endpoint: Endpoint, status: int) -> str:
    if status == 200:
        return f"{endpoint.name} answers with a web page: a login page of the network may stand in between"
    if status == 404:
        return f"{endpoint.name} does not speak the registry protocol at {endpoint.root}"
    if status == 403:
        return f"{endpoint.name} refuses to be asked (status 403): the credential or the address is not let in"
    return f"{endpoint.name} answered {endpoint.root} with status {status}"


def _without_user(url: str) -> str:
    """A proxy's URL without a user name and password."""
    scheme, mark, rest = url.partition("://")
    return scheme + mark + rest.rpartition("@")[2]
