"""Which credential stood for us where, for the sentence that tells of it."""

import re
from typing import NamedTuple

from moorage.registry.access.dockerconfig import Trouble
from moorage.registry.access.standing import Judged, Standing
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.exchange import Reply
from moorage.registry.http.urls import Url

_SHOWN = 3
_in_repository = re.compile(r"(.+)/(?:tags/list|manifests/|blobs/|referrers/)").match


class _Use(NamedTuple):
    """A credential, and whether it was not accepted, or not sent because of that."""

    judged: Judged
    refused: bool


class Uses:
    """The credential of each repository: the entries of one host may hold several."""

    def __init__(self, standing: Standing) -> None:
        self._standing = standing
        self._uses: dict[tuple[str, str], _Use] = {}
        self._last: dict[str, _Use] = {}
        self._troubles: dict[tuple[str, str], tuple[Trouble, ...]] = {}

    def note_troubles(self, endpoint: Endpoint, repository: str, troubles: tuple[Trouble, ...]) -> None:
        """Take in what was wrong on the way to the credential of a repository, now."""
        self._troubles[endpoint.root.authority, endpoint.path(repository)] = troubles

    def note(self, endpoint: Endpoint, repository: str, judged: Judged, *, refused: bool | None) -> None:
        """Take in which credential belongs to a repository, and whether it was refused; None where that is not new."""
        host, path = endpoint.root.authority, endpoint.path(repository)
        if judged.credential.kind == "anonymous":
            self._uses.pop((host, path), None)
            return
        if refused is None:
            before = self._uses.get((host, path))
            refused = before is not None and before.judged == judged and before.refused
        self._uses[host, path] = self._last[host] = _Use(judged, refused)

    def advice(self, endpoint: Endpoint, reply: Reply) -> str:
        """What to say of the credential after an answer, as the end of its sentence; empty where there is nothing.

        A helper or a file that could not be used may be why a repository is not shown, or seems not to be there.
        """
        host, path = endpoint.root.authority, _path(endpoint, reply.url)
        said = self._about_credential(self._last.get(host) if path is None else self._uses.get((host, path)), reply)
        if path is None or path == endpoint.path("") or reply.status not in (401, 403, 404):
            return said
        return said + "".join(f"; {trouble.message}" for trouble in self._troubles.get((host, path), ())[:_SHOWN])

    def _about_credential(self, use: _Use | None, reply: Reply) -> str:
        if use is None:
            return ""
        place = use.judged.credential.place
        may_be_good = self._standing.ever_accepted(use.judged) and self._standing.of(use.judged) != "stopped"
        if use.refused and may_be_good:
            return f"; the credential from {place} was not accepted for it"
        if use.refused:
            return f"; the credential from {place} was not accepted: it is wrong, or has run out"
        if reply.status not in (401, 403):
            return ""
        if b"expired" in reply.body[:1024].lower():
            return f"; the credential from {place} has run out: log in again"
        return f"; the credential from {place} was used"


def _path(endpoint: Endpoint, url: Url) -> str | None:
    """The name that a repository has at an endpoint, from a URL of something in it; None where that cannot be told."""
    if url.origin != endpoint.root.origin or not url.target.startswith(endpoint.root.target):
        return None
    rest = url.target.removeprefix(endpoint.root.target).partition("?")[0]
    found = _in_repository(rest)
    return found[1] if found is not None else None if rest else endpoint.path("")
