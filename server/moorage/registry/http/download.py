"""Getting one public file by https, within every limit of the transport."""

from collections.abc import Mapping

from moorage.errors import UndecidedError, UsageError
from moorage.registry.endpoints.mirrors import Endpoints
from moorage.registry.failures import RegistryFailure
from moorage.registry.http import urls
from moorage.registry.http.boundary import Boundary
from moorage.registry.http.exchange import Ask
from moorage.registry.http.sending import HostRules
from moorage.registry.http.transport import Transport
from moorage.registry.http.wire import Wiring
from moorage.settings import Settings


async def download(
    text: str, limit: int, settings: Settings, env: Mapping[str, str], wiring: Wiring | None = None
) -> bytes:
    """What is at a URL, up to `limit` bytes. No credential is sent.

    Raises `UsageError` for what is no https URL, and `UndecidedError` with a sentence where nothing is to be had.
    `wiring` replaces how names are resolved and connections made.
    """
    try:
        url = urls.parse(text)
    except urls.BadUrl as error:
        # A user name, a password or a query may be secret.
        shown = text.rpartition("@")[2].partition("?")[0]
        raise UsageError(f"{shown} cannot be asked: {error}") from None
    if url.scheme != "https":
        raise UsageError(f"{url.public_text} is not asked: only https is")
    endpoints = Endpoints(settings, env)
    boundary = Boundary(settings.network, lambda _host, _port: False, lambda _authority: False)
    rules = HostRules(endpoints.slots, endpoints.certificates, settings.proxy, env)
    transport = Transport(boundary, rules, wiring)
    try:
        reply = await transport.exchange(Ask("GET", url, limit, (("accept", "application/json"),)))
    except RegistryFailure as failure:
        raise UndecidedError(str(failure)) from None
    finally:
        await transport.aclose()
    if reply.status != 200:
        raise UndecidedError(f"{url.public_text} was not given: {url.authority} answers with status {reply.status}")
    return reply.body
