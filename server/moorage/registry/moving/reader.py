"""One repository at one endpoint, read document by document."""

from collections.abc import Awaitable, Callable

from moorage.registry.content.documents import ACCEPT
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.exchange import MANIFEST_LIMIT, Ask, Reply
from moorage.registry.http.gates import Urgency
from moorage.registry.http.urls import Url

Send = Callable[[Endpoint, str, Ask], Awaitable[Reply]]
ACCEPTING = (("accept", ACCEPT),)


class RepositoryReader:
    """One repository at one endpoint, for the search for referrers. What was read once is not asked for again."""

    def __init__(self, send: Send, endpoint: Endpoint, repository: str, urgency: Urgency) -> None:
        self._send = send
        self._endpoint = endpoint
        self._repository = repository
        self._urgency = urgency
        self._read: dict[Url, Reply] = {}

    def url(self, rest: str) -> Url:
        """The URL of something in the repository."""
        return self._endpoint.url(self._repository, rest)

    async def get(self, url: Url) -> Reply:
        """Read a document, whatever its status."""
        found = self._read.get(url)
        if found is None:
            ask = Ask("GET", url, MANIFEST_LIMIT, ACCEPTING, urgency=self._urgency)
            found = self._read[url] = await self._send(self._endpoint, self._repository, ask)
        return found

    async def head(self, url: Url) -> Reply:
        """Ask whether a document is there."""
        ask = Ask("HEAD", url, headers=ACCEPTING, urgency=self._urgency)
        return await self._send(self._endpoint, self._repository, ask)
