"""Requests to an endpoint with whatever proof of identity it wants."""

import asyncio

from moorage.registry.access.auth import Authenticator
from moorage.registry.access.tokens import Scopes
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.exchange import Ask, Reply
from moorage.registry.http.transport import Transport

_ATTEMPTS = 3


class Session:
    """Sends requests, and answers when a registry asks who is there."""

    def __init__(self, transport: Transport, authenticator: Authenticator) -> None:
        self.transport = transport
        self.authenticator = authenticator
        self._first: dict[str, asyncio.Lock] = {}
        self._met: set[str] = set()

    async def send(self, endpoint: Endpoint, repository: str, ask: Ask, scopes: Scopes | None = None) -> Reply:
        """Send a request about a repository; `scopes` are those of reading where nothing is said.

        Returns any answer, also a refusal. Raises `RegistryFailure` where there is none. The first request to a host
        goes alone, so that all others know what it wants.
        """
        wanted = (f"repository:{endpoint.path(repository)}:pull",) if scopes is None else scopes
        host = endpoint.root.authority
        if host in self._met:
            return await self._send(endpoint, repository, ask, wanted)
        async with self._first.setdefault(host, asyncio.Lock()):
            if host not in self._met:
                reply = await self._send(endpoint, repository, ask, wanted)
                self._met.add(host)
                return reply
        return await self._send(endpoint, repository, ask, wanted)

    async def _send(self, endpoint: Endpoint, repository: str, ask: Ask, scopes: Scopes) -> Reply:
        authenticator = self.authenticator
        proof = await authenticator.known(endpoint, repository, scopes, ask.urgency)
        reply = await authenticator.exchange(endpoint, repository, ask, proof)
        tried = {proof.header}
        for _ in range(_ATTEMPTS - 1):
            if reply.status != 401:
                break
            answer = await authenticator.respond(endpoint, repository, scopes, reply, proof, ask.urgency)
            if answer is None or answer.header in tried:
                break
            proof = answer
            tried.add(proof.header)
            reply = await authenticator.exchange(endpoint, repository, ask, proof)
        if reply.status == 403 and authenticator.expired(endpoint):
            proof = await authenticator.known(endpoint, repository, scopes, ask.urgency)
            if proof.header not in tried:
                reply = await authenticator.exchange(endpoint, repository, ask, proof)
        return reply
