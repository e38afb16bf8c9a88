"""Docker Hub's own API: the newest tags of a repository with the times of their last push, in one request.

It is apart from the registry API, counts as no pull, and wants no token for public repositories.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple, cast

from moorage.reference import is_digest, is_tag
from moorage.registry.content.documents import timestamp
from moorage.registry.http.urls import Url, escape, parse

PAGE = 100
LIMIT = 4 << 20


class NewestTags(NamedTuple):
    """The newest tags, newest first, with what is known of each."""

    tags: tuple[str, ...] = ()
    dates: Mapping[str, int] = {}
    digests: Mapping[str, str] = {}


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
