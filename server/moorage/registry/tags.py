"""Reading the list of a repository's tags, page after page."""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, cast

from moorage.reference import is_digest, is_tag
from moorage.registry.failures import RegistryFailure
from moorage.registry.http.exchange import Reply
from moorage.registry.http.links import BadLink, next_page
from moorage.registry.http.urls import Url, escape

PAGE = 1000
_MAX_PAGES = 200
_MAX_BYTES = 32 << 20
SECONDS = 35.0
"""How long one run may take: whoever waits for a list does so for a minute, and other things take time before it."""
_BIG = 256 << 10
# The tags under which signatures, attestations and SBOMs are kept beside an image: nobody runs them.
_attachment = re.compile(r"sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?").fullmatch

Get = Callable[[Url, int], Awaitable[Reply]]


class TagPages(NamedTuple):
    """The tags that were read, in the registry's order, without attachments.

    `complete` is false where pages are missing. `digests` and `dates` are filled where the registry tells them along.
    `refusal` is the answer that was no list, for the first page only.
    """

    tags: tuple[str, ...] = ()
    complete: bool = True
    digests: Mapping[str, str] = {}
    dates: Mapping[str, int] = {}
    refusal: Reply | None = None


_KEYS = frozenset(("name", "tags", "child", "manifest"))
"""What a list of tags has, one at least: a repository without tags has a name, one of Google's folders has children."""


class NoList(ValueError):
    """An answer that is no list of tags."""


async def read_tags(
    get: Get, first: Url, page: int = PAGE, so_far: tuple[str, ...] = (), seconds: float = SECONDS
) -> TagPages:
    """Read all pages of a list.

    `get` asks a URL, given how many bytes the answer may have. `first` is the URL of the list without a query. With
    `so_far`, tags that an earlier run has read, the list is resumed after the last of them. A list that is too long
    for one run, in pages, bytes or `seconds`, or of which a page fails or hangs, ends incomplete. Raises
    `RegistryFailure` where not even the first page could be had, and `NoList` where it is no list.
    """
    reading, began = _Reading(so_far), time.monotonic()
    url = first.at(f"{first.target}?n={page}" + (f"&last={escape(so_far[-1])}" if so_far else ""))
    for number in range(_MAX_PAGES):
        # The first page has the time that any request has; without it there is nothing to give.
        left = None if number == 0 else began + seconds - time.monotonic()
        try:
            async with asyncio.timeout(left):
                reply = await get(url, _MAX_BYTES - reading.bytes)
                if reply.status == 400 and number and not url.target.startswith(first.target):
                    # Behind a path of their own, some registries name the next page by where it is inside.
                    url = first.at(f"{first.target}?n={page}&last={escape(reading.last)}")
                    reply = await get(url, _MAX_BYTES - reading.bytes)
        except (RegistryFailure, TimeoutError):
            if number == 0:
                raise
            return reading.result(complete=False)
        if reply.status != 200:
            return reading.result(complete=False) if number else TagPages(refusal=reply)
        try:
            count, new = await reading.add(reply)
        except NoList:
            if number == 0:
                raise
            return reading.result(complete=False)
        try:
            link = next_page(reply.lines("link"), url)
        except BadLink:
            return reading.result(complete=False)
        if link is not None:
            if not new and count:
                return reading.result(complete=False)
            url = link
        elif count == page and new:
            url = first.at(f"{first.target}?n={page}&last={escape(reading.last)}")
        else:
            return reading.result(complete=True)
        if reading.bytes >= _MAX_BYTES:
            break
    return reading.result(complete=False)


class _Reading:
    """The pages so far."""

    def __init__(self, so_far: tuple[str, ...]) -> None:
        self._tags: dict[str, None] = dict.fromkeys(so_far)
        self._digests: dict[str, str] = {}
        self._dates: dict[str, int] = {}
        self.bytes = 0
        self.last = so_far[-1] if so_far else ""

    async def add(self, reply: Reply) -> tuple[int, bool]:
        """Take in a page: how many entries it had, and whether any was new."""
        self.bytes += len(reply.body)
        big = len(reply.body) > _BIG
        content = await asyncio.to_thread(_page, reply.body) if big else _page(reply.body)
        before = len(self._tags)
        names = content.names
        self._tags.update(dict.fromkeys(name for name in names if is_tag(name)))
        if names:
            self.last = names[-1]
        self._digests.update(content.digests)
        self._dates.update(content.dates)
        return content.size, len(self._tags) > before

    def result(self, *, complete: bool) -> TagPages:
        tags = tuple(tag for tag in self._tags if not _attachment(tag))
        return TagPages(tags, complete, self._digests, self._dates)


class _Page(NamedTuple):
    names: list[str]
    size: int
    digests: Mapping[str, str]
    dates: Mapping[str, int]


def _page(body: bytes) -> _Page:
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        raise NoList from None
    if not isinstance(content, dict):
        raise NoList
    fields = cast(dict[str, object], content)
    entries = fields.get("tags")
    if _KEYS.isdisjoint(fields):
        raise NoList  # What a login page or an error says in JSON is no empty list.
    listed = cast(list[object], entries) if isinstance(entries, list) else []
    names = [entry for entry in listed if isinstance(entry, str)]
    digests: dict[str, str] = {}
    dates: dict[str, int] = {}
    manifests = fields.get("manifest")
    if isinstance(manifests, dict):
        # Google's registries tell the digest and the time of every tag along.
        for digest, about in cast(dict[str, object], manifests).items():
            _read_google(digest, about, digests, dates)
    return _Page(names, len(listed), digests, dates)


def _read_google(digest: str, about: object, digests: dict[str, str], dates: dict[str, int]) -> None:
    if not isinstance(about, dict):
        return
    fields = cast(dict[str, object], about)
    tags = fields.get("tag")
    uploaded = fields.get("timeUploadedMs")
    at = int(uploaded) // 1000 if isinstance(uploaded, str) and uploaded.isdecimal() and len(uploaded) < 16 else 0
    for tag in cast(list[object], tags) if isinstance(tags, list) else []:
        if isinstance(tag, str) and is_tag(tag):
            if is_digest(digest):
                digests[tag] = digest
            if at > 0:
                dates[tag] = at
