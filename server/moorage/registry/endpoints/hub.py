"""Docker Hub's own API: the newest tags of a repository with the times of their last push, in one request.

It is apart from the registry API, counts as no pull, and wants no token for public repositories. It is an extra, too:
where it does not answer, the list of the registry serves.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, cast

from moorage.reference import is_digest, is_tag
from moorage.registry.content.documents import timestamp
from moorage.registry.failures import RegistryFailure
from moorage.registry.http.exchange import Ask, Reply
from moorage.registry.http.gates import Urgency
from moorage.registry.http.urls import Url, escape, parse

PAGE = 100
_LIMIT = 4 << 20
_PATIENCE = 3.0
_FIRST_REST = 60.0
_LONGEST_REST = 3600.0
# An answer about one repository, private or gone; any other refusal is about us.
_UNKNOWN = 404


class NewestTags(NamedTuple):
    """The newest tags, newest first, with what is known of each."""

    tags: tuple[str, ...] = ()
    dates: Mapping[str, int] = {}
    digests: Mapping[str, str] = {}


class Newest:
    """Asks for the newest tags, with little patience; after a failure it asks nobody for a while, longer each time.

    `exchange` sends a request; `clock` tells seconds. An answer may take `patience` of them, and waiting for a turn as
    many again.
    """

    def __init__(
        self,
        exchange: Callable[[Ask], Awaitable[Reply]],
        clock: Callable[[], float] = time.monotonic,
        patience: float = _PATIENCE,
    ) -> None:
        self._exchange = exchange
        self._clock = clock
        self._patience = patience
        self._rest = _FIRST_REST
        self._asks_again = clock()

    async def of(self, host: str, repository: str, urgency: Urgency) -> NewestTags:
        """The newest tags of a repository; none where they are not told."""
        if self._clock() < self._asks_again:
            return NewestTags()
        ask = Ask("GET", newest_url(host, repository), _LIMIT, urgency=urgency, seconds=self._patience)
        reply: Reply | None = None
        try:
            async with asyncio.timeout(2 * self._patience):
                reply = await self._exchange(ask)
        except TimeoutError:
            return NewestTags()  # Too many want to know: that is no failure.
        except RegistryFailure:
            pass
        if reply is not None and reply.status == _UNKNOWN:
            return NewestTags()
        if reply is None or reply.status != 200 or reply.media_type == "text/html":
            self._leave_alone()
            return NewestTags()
        self._rest = _FIRST_REST
        return read_newest(reply.body)

    def _leave_alone(self) -> None:
        """Rest; of many that fail at once only the first counts."""
        now = self._clock()
        if now >= self._asks_again:
            self._asks_again = now + self._rest
            self._rest = min(2 * self._rest, _LONGEST_REST)


def newest_url(host: str, repository: str) -> Url:
    """Where the newest tags of a repository (`library/python`) are asked for."""
    namespace, _, name = repository.partition("/")
    path = f"/v2/namespaces/{escape(namespace)}/repositories/{escape(name)}/tags"
    return parse(f"https://{host}{path}?page_size={PAGE}&ordering=last_updated")


def read_newest(body: bytes) -> NewestTags:
    """Read an answer; what cannot be used is left out."""
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        return NewestTags()
    results = cast(dict[str, object], content).get("results") if isinstance(content, dict) else None
    dates: dict[str, int] = {}
    digests: dict[str, str] = {}
    tags: list[str] = []
    for entry in cast(list[object], results) if isinstance(results, list) else []:
        fields = cast(dict[str, object], entry) if isinstance(entry, dict) else {}
        name, digest = fields.get("name"), fields.get("digest")
        if not isinstance(name, str) or not is_tag(name):
            continue
        tags.append(name)
        pushed = timestamp(fields.get("tag_last_pushed")) or timestamp(fields.get("last_updated"))
        if pushed is not None:
            dates[name] = pushed
        if isinstance(digest, str) and is_digest(digest):
            digests[name] = digest
    return NewestTags(tuple(tags), dates, digests)
