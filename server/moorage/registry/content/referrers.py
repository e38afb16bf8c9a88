"""What refers to a digest: the referrers API, and the tag that stands in where a registry does not have it.

The rules are those of the OCI distribution specification 1.1, "Listing Referrers" and "Referrers Tag Schema".
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, NamedTuple, Protocol
from urllib.parse import quote

from moorage.registry.content.descriptors import MAX_ENTRIES, Descriptor, Entries, read_artifact, read_index
from moorage.registry.content.documents import OCI_INDEX, BadDocument, digest_of
from moorage.registry.failures import Refused, RegistryFailure
from moorage.registry.http import links
from moorage.registry.http.exchange import Reply
from moorage.registry.http.urls import Url

Via = Literal["api", "tag", "none", "unknown"]

NO_API = (400, 404, 405, 406, 501)
MISSING = (404, 410)
_NO_TYPE = ("", "application/vnd.oci.empty.v1+json")
_MAX_PAGES = 50
_DEEPEST = 8
_TOO_LONG = f"the list of referrers is longer than the {MAX_ENTRIES} entries that are looked at"
_unfit = re.compile(r"[^A-Za-z0-9_.-]")


class Repository(Protocol):
    """One repository at one endpoint."""

    def url(self, rest: str) -> Url:
        """The URL of something in it: `manifests/latest`."""
        ...

    async def get(self, url: Url) -> Reply:
        """Read a document, whatever its status; raises `RegistryFailure` where there is no answer."""
        ...


class Declined(RegistryFailure):
    """The registry does not say what refers to a digest. `reply` is its answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"{reply.url.authority} answered status {reply.status} when asked for referrers")
        self.reply = reply


class Listed(NamedTuple):
    """What refers to a digest. `via` says who told; `dropped` counts entries that cannot be used.

    `complete` says that everything is here, and of the type that it has.
    """

    via: Via
    descriptors: tuple[Descriptor, ...] = ()
    complete: bool = True
    dropped: int = 0
    notes: tuple[str, ...] = ()


class Tree(NamedTuple):
    """What refers to a digest, and what refers to that; `cycle` says that something refers to itself this way."""

    branches: Mapping[str, "Tree"]
    cycle: bool = False


def fallback_tag(digest: str) -> str:
    """The tag under which referrers of a digest are kept where there is no API."""
    algorithm, _, encoded = digest.partition(":")
    return f"{_unfit.sub('-', algorithm[:32])}-{_unfit.sub('-', encoded[:64])}"


def cosign_tag(digest: str, suffix: str) -> str:
    """The tag under which cosign keeps signatures (`sig`), attestations (`att`) and SBOMs (`sbom`) of a digest."""
    return f"{digest.replace(':', '-', 1)}.{suffix}"


async def list_referrers(
    repository: Repository, subject: str, artifact_type: str = "", reads: int = MAX_ENTRIES
) -> Listed:
    """Everything that refers to `subject`, or only what is of one type.

    Where the list does not tell the type of something, its manifest is read, at most `reads` of them. What lies beyond
    is listed without a type.
    Raises `RegistryFailure` where the registry cannot be asked or refuses: that is never reported as none.
    """
    query = f"?artifactType={quote(artifact_type, safe='')}" if artifact_type else ""
    reply = await repository.get(repository.url(f"referrers/{subject}{query}"))
    if reply.status == 200 and reply.media_type == OCI_INDEX:
        listed = await _pages(repository, reply)
    elif reply.status == 200 or reply.status in NO_API:
        listed = await _from_tag(repository, subject)
    elif reply.status == 403:
        listed = await _from_tag(repository, subject)
        if listed.via == "none":
            listed = listed._replace(via="unknown", complete=False)
    else:
        raise Declined(reply)
    typed: list[Descriptor] = []
    for descriptor in listed.descriptors:
        if descriptor.digest == subject:
            continue
        if descriptor.artifact_type in _NO_TYPE and not reads:
            descriptor = descriptor._replace(artifact_type="")
            listed = listed._replace(complete=False)
        elif descriptor.artifact_type in _NO_TYPE:
            reads -= 1
            found = await confirm(repository, descriptor, subject)
            if found is None:
                listed = listed._replace(dropped=listed.dropped + 1)
                continue
            descriptor = found
        if not artifact_type or descriptor.artifact_type == artifact_type:
            typed.append(descriptor)
    return listed._replace(descriptors=tuple(typed))


async def confirm(repository: Repository, descriptor: Descriptor, subject: str) -> Descriptor | None:
    """The descriptor with the type that its manifest has; None where the manifest does not refer to `subject`.

    Whoever can push a tag can list anything below it: only the manifest itself says what it belongs to.
    """
    reply = await repository.get(repository.url(f"manifests/{descriptor.digest}"))
    if reply.status in MISSING:
        return None
    if reply.status != 200:
        raise Declined(reply)
    try:
        artifact = read_artifact(reply.body, descriptor.digest)
    except BadDocument:
        return None
    if artifact.subject != subject:
        return None
    annotations = {**artifact.annotations, **descriptor.annotations}
    return descriptor._replace(artifact_type=artifact.artifact_type, annotations=annotations)


async def referrer_tree(list_of: Callable[[str], Awaitable[Listed]], subject: str) -> Tree:
    """What refers to `subject`, and what refers to that, and so on: at most eight levels, each digest once."""
    seen = {subject}

    async def below(digest: str, depth: int) -> Tree:
        branches: dict[str, Tree] = {}
        cycle = False
        for descriptor in (await list_of(digest)).descriptors if depth < _DEEPEST else ():
            if descriptor.digest in seen:
                cycle = True
                continue
            seen.add(descriptor.digest)
            branches[descriptor.digest] = await below(descriptor.digest, depth + 1)
        return Tree(branches, cycle or any(branch.cycle for branch in branches.values()))

    return await below(subject, 0)


async def _pages(repository: Repository, reply: Reply) -> Listed:
    found: dict[str, Descriptor] = {}
    dropped = beyond = 0
    complete = False
    for _ in range(_MAX_PAGES):
        entries = _read(reply, "the list of referrers")
        dropped += entries.dropped
        beyond += entries.beyond
        for descriptor in entries.descriptors:
            found.setdefault(descriptor.digest, descriptor)
        try:
            url = links.next_page(reply.lines("link"), reply.url)
        except links.BadLink:
            break
        complete = url is None
        if url is None:
            break
        if len(found) >= MAX_ENTRIES:
            beyond += 1
            break
        reply = await repository.get(url)
        if reply.status != 200:
            break
    beyond += max(0, len(found) - MAX_ENTRIES)
    notes = (_TOO_LONG,) if beyond else ()
    return Listed("api", tuple(found.values())[:MAX_ENTRIES], complete and not beyond, dropped, notes)


async def _from_tag(repository: Repository, subject: str) -> Listed:
    reply = await repository.get(repository.url(f"manifests/{fallback_tag(subject)}"))
    if reply.status in (*MISSING, 403):
        return Listed("none", complete=reply.status != 403)
    if reply.status != 200:
        raise Declined(reply)
    # Some registries answer this tag with the image itself.
    if digest_of(reply.body, subject.partition(":")[0]) == subject:
        return Listed("none")
    if reply.media_type != OCI_INDEX:
        note = f"the tag {fallback_tag(subject)} is there, and is no list of referrers"
        return Listed("none", notes=(note,))
    entries = _read(reply, "the list of referrers")
    notes = (_TOO_LONG,) if entries.beyond else ()
    return Listed("tag", entries.descriptors, not notes, entries.dropped, notes)


def _read(reply: Reply, what: str) -> Entries:
    try:
        return read_index(reply.body, reply.media_type)
    except BadDocument as error:
        raise Refused(f"{what} from {reply.url.authority} {error}") from None
