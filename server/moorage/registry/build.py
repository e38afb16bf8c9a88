"""A client put together from the user's settings and environment."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from moorage.registry.access.auth import Authenticator
from moorage.registry.access.credentials import Credentials
from moorage.registry.access.session import Session
from moorage.registry.client import Client
from moorage.registry.endpoints.mirrors import Endpoints
from moorage.registry.http.boundary import Boundary
from moorage.registry.http.sending import HostRules
from moorage.registry.http.transport import Transport
from moorage.registry.http.wire import Wiring
from moorage.settings import Settings


def build_client(
    settings: Settings, env: Mapping[str, str], credentials: Credentials, wiring: Wiring | None = None
) -> Client:
    """A client for one event loop. `wiring` replaces how names are resolved and connections made."""
    endpoints = Endpoints(settings, env)

    def named(host: str, port: int) -> bool:
        authorities = {host, f"{host}:{port}"} if port in (80, 443) else {f"{host}:{port}"}
        return any(endpoints.named(a) for a in authorities) or bool(authorities & credentials.named_hosts())

    boundary = Boundary(settings.network, named, endpoints.http)
    rules = HostRules(endpoints.slots, endpoints.certificates, settings.proxy, env)
    transport = Transport(boundary, rules, wiring)
    authenticator = Authenticator(transport, credentials, settings.realms, settings.file)
    return Client(Session(transport, authenticator), endpoints)


def build_credentials(env: Mapping[str, str], workspace: Sequence[Path] = ()) -> Credentials:
    """The user's credentials; no helper is run from the current folder, the workspace, or a repository around them."""
    return Credentials(env, workspace)
