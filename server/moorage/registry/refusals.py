"""What an answer means that does not hold what was asked for: one sentence each.

A 404 may stand for a wrong Accept header, a 401 for what is private and for what does not exist; the body tells more
where there is one (the error codes of the OCI distribution specification, or plain text).
"""

import time

from moorage.facts import Absent, Unreachable
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.exchange import Reply

_MISSING = (404, 410)
_HIDDEN = (401, 403)
_START = 2048
"""How much of a body is looked at."""


def refusal(endpoint: Endpoint, reply: Reply, repository: str, what: str, advice: str = "") -> Absent | Unreachable:
    """What an answer without the thing asked for means. `what` begins with an article.

    `advice` is the end of the sentence about a credential, for answers that may be due to it.
    """
    host, name = endpoint.root.authority, endpoint.name
    if reply.url.origin != endpoint.root.origin:
        name = f"{reply.url.authority}, where {name} leads,"
    body = reply.body[:_START].lower()
    if reply.status == 406 or (reply.status in _MISSING and b"accept header" in body):
        why = "it, or something in between, does not take the Accept header that names every form"
        return Unreachable(f"{name} does not give {what} (status {reply.status}): {why}", _now())
    if reply.status in _MISSING:
        if b"name_unknown" in body:
            what = f"the repository {repository}"
        only = "" if endpoint.own else "; the registry itself was not asked"
        return Absent(f"{name} does not have {what} (status {reply.status}){only}", _now(), endpoint=host)
    if reply.status in _HIDDEN:
        message = f"{name} does not show {what}: it does not exist, or needs a login (status {reply.status})"
        return Absent(message + advice, _now(), private=True, endpoint=host)
    if b"http request to an https server" in body:
        return Unreachable(f"{name} speaks https, not http: take `http: true` for it out of `registries:`", _now())
    if reply.status == 200:
        return nonsense(endpoint, repository, what)
    return Unreachable(f"{name} answered status {reply.status} when asked for {what}", _now())


def nonsense(endpoint: Endpoint, repository: str, what: str) -> Unreachable:
    """What an answer means that claims to hold the thing asked for, and does not."""
    why = "it may be no registry, or a login page stands in between"
    return Unreachable(f"{endpoint.name} did not answer with {what} for {repository}: {why}", _now())


def _now() -> int:
    return int(time.time())
