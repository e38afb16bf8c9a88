"""What an answer means that does not hold what was asked for: one sentence each.

A 404 may stand for a wrong Accept header, a 401 for what is private and for what does not exist; the body tells more
where there is one (the error codes of the OCI distribution specification, or plain text).
"""

import time

from moorage.facts import Absent, Unreachable
from moorage.registry.content.documents import BadDocument
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.http.exchange import Reply
from moorage.registry.http.proxies import LOGIN

_MISSING = (404, 410)
_HIDDEN = (401, 403)
_START = 2048
"""How much of a body is looked at."""
_NOT_OFFERED = "it does not offer that; it may be no registry, or something in between forbids it"
_MEANINGS = {
    400: "it takes that for a malformed request; it may not allow such a name",
    405: _NOT_OFFERED,
    407: LOGIN,
    418: "it, or a filter before it, turns programs like this one away; whoever runs it can let them in",
    451: "it is withheld for legal reasons, perhaps only where you are",
    501: _NOT_OFFERED,
    511: "the network wants a login first; open any page in a browser",
}
# Nothing about these is found out by looking closer.
_PLAIN = frozenset((407, 418, 451, 511))
# What Go's server, nginx and Apache answer on a port for TLS, in lower case.
_HTTPS_WORDS = (
    b"http request to an https server",
    b"plain http request was sent to https port",
    b"speaking plain http to an ssl-enabled server port",
)
_PAGES = ("text/html", "application/xhtml+xml")


def refusal(endpoint: Endpoint, reply: Reply, repository: str, what: str, advice: str = "") -> Absent | Unreachable:
    """What an answer without the thing asked for means. `what` begins with an article.

    `advice` is the end of the sentence about a credential, for answers that may be due to it.
    """
    host, name = endpoint.root.authority, _speaker(endpoint, reply)
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
    https = about_https(endpoint, reply)
    if https:
        return Unreachable(https, _now())
    if reply.status == 200:
        return nonsense(endpoint, repository, what)
    closer = "" if reply.status in _PLAIN else _closer(endpoint)
    why = f"{meaning(reply.status)}{closer}"
    return Unreachable(f"{name} answered status {reply.status} when asked for {what}: {why}", _now())


def about_https(endpoint: Endpoint, reply: Reply) -> str:
    """The sentence where an answer says that https is spoken here and not http; empty where it does not."""
    body = reply.body[:_START].lower()
    if reply.url.scheme != "http" or not any(words in body for words in _HTTPS_WORDS):
        return ""
    led = reply.url.origin != endpoint.root.origin
    mend = f"{endpoint.name} leads to the wrong scheme" if led else endpoint.to_https
    return f"{_speaker(endpoint, reply)} speaks https, not http: {mend}"


def meaning(status: int) -> str:
    """What a status means that a registry has no reason to answer, and what to do."""
    found = _MEANINGS.get(status)
    if found is not None:
        return found
    if status == 408 or status >= 500:
        return "something is wrong there, or at a proxy before it; try again later"
    if 300 <= status < 400 and status != 304:
        return "it leads elsewhere without saying where; it, or a proxy before it, is set up wrongly"
    return "registries do not answer so; something else may stand in its place"


def nonsense(endpoint: Endpoint, repository: str, what: str) -> Unreachable:
    """What an answer means that claims to hold the thing asked for, and does not. `what` begins with an article."""
    why = f"it may be no registry, or a login page stands in between{_closer(endpoint)}"
    return Unreachable(f"{endpoint.name} did not answer with {what} for {repository}: {why}", _now())


def damaged(endpoint: Endpoint, reply: Reply, repository: str, what: str, error: BadDocument) -> Unreachable:
    """What an answer means that is not the document `what`, "manifest sha256:…", that it should be."""
    if reply.media_type in _PAGES:
        return nonsense(endpoint, repository, f"the {what}")
    return Unreachable(f"the {what} of {repository} from {endpoint.name} {error}", _now())


def _speaker(endpoint: Endpoint, reply: Reply) -> str:
    """Who gave an answer."""
    if reply.url.origin == endpoint.root.origin:
        return endpoint.name
    return f"{reply.url.authority}, where {endpoint.name} leads,"


def _closer(endpoint: Endpoint) -> str:
    return f"; `moorage doctor {endpoint.registry}` looks closer"


def _now() -> int:
    return int(time.time())
