"""Tokens: how a token server is asked for them and what it answers, and for how long they are used."""

import base64
import json
import re
from collections.abc import Callable
from typing import NamedTuple, cast
from urllib.parse import quote, urlencode

from moorage.registry.access.credentials import Credential
from moorage.registry.failures import Refused
from moorage.registry.http.boundary import Origin
from moorage.registry.http.exchange import SMALL_LIMIT, Ask, Reply
from moorage.registry.http.gates import Urgency
from moorage.registry.http.urls import Url

_CLIENT = "moorage"
_LIFETIME = 60
_LONGEST = 86_400
_EARLY = 10
_RENEWAL = 60.0
_token = re.compile(r"[\x21-\x7e]+").fullmatch

Scopes = tuple[str, ...]


class TokenKey(NamedTuple):
    """What a token is for, and who asked."""

    realm: str
    service: str
    scopes: Scopes
    credential: Credential


class Token(NamedTuple):
    """A token, or with the value None that there is none; times by the clock of its `TokenCache`.

    `refused` says that the credential was not accepted, so that it is anybody's; `worked` that a registry took it.
    """

    value: str | None
    since: float
    expires: float
    refused: bool = False
    worked: bool = False


class TokenCache:
    """The tokens in use. `clock` gives seconds that only grow."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._tokens: dict[TokenKey, Token] = {}
        self._renewed: dict[TokenKey, float] = {}

    def usable(self, key: TokenKey, refused: str | None = None) -> Token | None:
        """The token to use; None where a new one is to be asked for.

        `refused` is a token that a registry has just refused. It may have been revoked, or the registry's clock may
        differ; then it is given up, but no more than once a minute, and not if it is fresh and never worked: a new one
        would fare no better.
        """
        token, now = self._tokens.get(key), self._clock()
        if token is None or token.expires <= now:
            return None
        if token.value is None or token.value != refused or not (token.worked or token.since + _RENEWAL <= now):
            return token
        if key in self._renewed and now < self._renewed[key] + _RENEWAL:
            return token
        self._renewed[key] = now
        del self._tokens[key]
        return None

    def keep(self, key: TokenKey, value: str | None, seconds: float = _RENEWAL, *, refused: bool = False) -> Token:
        """Take in a token that is good for `seconds`, or that there is none."""
        now = self._clock()
        token = self._tokens[key] = Token(value, now, now + seconds, refused)
        return token

    def worked(self, key: TokenKey, value: str) -> None:
        """Take in that a registry took a token."""
        token = self._tokens.get(key)
        if token is not None and token.value == value and not token.worked:
            self._tokens[key] = token._replace(worked=True)


def token_request(realm: Url, key: TokenKey, origin: Origin, urgency: Urgency) -> Ask:
    """The usual request for a token, with Basic where there is a credential."""
    fields = [("service", key.service)] if key.service else []
    fields += [("scope", scope) for scope in key.scopes]
    fields.append(("client_id", _CLIENT))
    joint = "&" if "?" in realm.target else "?"
    url = realm.at(f"{realm.target}{joint}{urlencode(fields, quote_via=quote)}")
    header = None if key.credential.kind == "anonymous" else basic(key.credential)
    return Ask("GET", url, SMALL_LIMIT, authorization=header, origin=origin, urgency=urgency)


def refresh_request(realm: Url, key: TokenKey, origin: Origin, urgency: Urgency) -> Ask:
    """The request for a token in exchange for an identity token."""
    fields = {
        "grant_type": "refresh_token",
        "service": key.service,
        "scope": " ".join(key.scopes),
        "client_id": _CLIENT,
        "refresh_token": key.credential.secret,
    }
    form = ("content-type", "application/x-www-form-urlencoded")
    return Ask("POST", realm, SMALL_LIMIT, (form,), body=urlencode(fields).encode(), origin=origin, urgency=urgency)


def verdict(reply: Reply) -> bool | None:
    """Whether a token server accepts the credential that it was sent, None where that cannot be told.

    A refresh token that is no longer good is refused with 400 and `invalid_grant` (RFC 6749, section 5.2).
    """
    if reply.status == 200:
        return True
    if reply.status in (401, 403) or (reply.status == 400 and b"invalid_grant" in reply.body):
        return False
    return None


def read_token(reply: Reply, registry: str) -> tuple[str, float]:
    """The token in an answer, and for how many seconds it is good; raises `Refused`, which names the registry."""
    try:
        content: object = json.loads(reply.body)
    except (ValueError, RecursionError):
        content = None
    fields = cast(dict[str, object], content) if isinstance(content, dict) else {}
    value = fields.get("token") or fields.get("access_token")
    if not isinstance(value, str) or not _token(value):
        raise Refused(f"the token server {reply.url.authority} of {registry} did not answer with a token")
    lifetime = fields.get("expires_in")
    seconds = min(lifetime, _LONGEST) if isinstance(lifetime, int) and lifetime > 0 else _LIFETIME
    return value, max(seconds - _EARLY, 1)


def basic(credential: Credential) -> str:
    """User and password as a header."""
    pair = f"{credential.username}:{credential.secret}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def merge(scopes: Scopes) -> Scopes:
    """One scope per resource, with every action asked for: some token servers let the last of two win."""
    actions: dict[str, dict[str, None]] = {}
    for scope in scopes:
        resource, _, verbs = scope.rpartition(":")
        actions.setdefault(resource, {}).update(dict.fromkeys(verbs.split(",")))
    return tuple(f"{resource}:{','.join(verbs)}" for resource, verbs in actions.items())
