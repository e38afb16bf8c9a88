"""Proving who we are: Basic to the registry alone, Bearer with tokens from where the realm policy lets us ask.

What a host wants is learned from its first answer and remembered, so that later requests bring their token along.
Tokens live in memory only.
"""

import asyncio
import base64
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast
from urllib.parse import quote, urlencode

from moorage.registry.access import challenges
from moorage.registry.access.challenges import Challenge
from moorage.registry.access.credentials import ANONYMOUS, Credential, Credentials
from moorage.registry.access.realms import Realm, judge
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.endpoints.quirks import quirk_of
from moorage.registry.failures import NoAnswer, Refused
from moorage.registry.http.boundary import Origin
from moorage.registry.http.exchange import SMALL_LIMIT, Ask, Reply
from moorage.registry.http.gates import Urgency
from moorage.registry.http.transport import Transport
from moorage.registry.http.urls import Url

_CLIENT = "moorage"
_LIFETIME = 60
_EARLY = 10
_token = re.compile(r"[\x21-\x7e]+").fullmatch

Scopes = tuple[str, ...]


class _TokenKey(NamedTuple):
    realm: str
    service: str
    scopes: Scopes
    identity: str


class _Token(NamedTuple):
    value: str
    expires: float


class _Host:
    """What is known of how a host wants to be addressed."""

    def __init__(self) -> None:
        self.challenge: Challenge | None = None
        self.origin: Origin | None = None


class Authenticator:
    """Makes `Authorization` headers.

    `approved` maps a registry to the token servers that the user has approved for it, none where the user wants none;
    `settings_file` is where that is written. `unapproved` collects, by registry, the token server that a credential was
    not sent to, and `withheld` those of them without which something was refused; `refused` the sources of credentials
    that a registry did not accept.
    """

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        approved: Mapping[str, tuple[str, ...]],
        settings_file: Path = Path(),
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._approved = approved
        self._settings_file = settings_file
        self._hosts: dict[str, _Host] = {}
        self._tokens: dict[_TokenKey, _Token] = {}
        self._flights: dict[_TokenKey, asyncio.Lock] = {}
        self._used: dict[str, str] = {}
        self._direct: set[str] = set()
        self.unapproved: dict[str, str] = {}
        self.withheld: dict[str, str] = {}
        self.refused: dict[str, str] = {}

    async def known(self, endpoint: Endpoint, repository: str, scopes: Scopes, urgency: Urgency) -> str | None:
        """The header to send at once, None where the host has not asked for one yet."""
        host = self._hosts.get(endpoint.root.authority)
        if host is None or host.challenge is None or host.origin is None:
            return None
        return await self._header(endpoint, repository, host.challenge, host.origin, scopes, urgency)

    async def respond(
        self, endpoint: Endpoint, repository: str, scopes: Scopes, reply: Reply, urgency: Urgency
    ) -> str | None:
        """The header that answers a refusal, None where there is none to try."""
        if reply.url.origin != endpoint.root.origin:
            return None  # Another host, after a redirect: it gets nothing.
        challenge = challenges.choose(challenges.parse(reply.lines("www-authenticate")))
        if challenge is None:
            return None
        asked = tuple(challenge.params.get("scope", "").split())
        host = self._hosts.setdefault(endpoint.root.authority, _Host())
        host.origin = reply.origin
        # A host whose scopes are not the usual ones must be asked each time.
        host.challenge = challenge if not asked or set(asked) == set(scopes) else host.challenge
        if challenge.params.get("error", "").lower() == "invalid_token":
            await self._forget(endpoint, repository)
        wanted = _merge((*asked, *scopes)) if asked else scopes
        return await self._header(endpoint, repository, challenge, reply.origin, wanted, urgency)

    def advice(self, endpoint: Endpoint, reply: Reply) -> str:
        """What to add to a refusal, as the end of its sentence; empty where there is nothing to say of a credential."""
        registry = endpoint.registry
        realm = self.unapproved.get(registry)
        if realm is not None:
            return self._about_realm(registry, realm)
        if registry in self.refused:
            return f"; the credential from {self.refused[registry]} was not accepted: it is wrong, or has run out"
        source = self._used.get(registry)
        if source is None or reply.status not in (401, 403):
            return ""
        if b"expired" in reply.body[:1024].lower():
            return f"; the credential from {source} has run out: log in again"
        return f"; the credential from {source} was used"

    def _about_realm(self, registry: str, realm: str) -> str:
        kept = f"; your credential was not sent to its token server {realm}"
        if self._approved.get(registry) == ():
            return f"{kept}, as your settings say"
        self.withheld[registry] = realm
        setting = f"`realms: {{'{registry}': '{realm}'}}`"
        where = str(self._settings_file) if self._settings_file.name else "your settings"
        return f"{kept}: to allow that, write {setting} into {where}"

    def note(self, endpoint: Endpoint, status: int) -> None:
        """Take in how a registry answered a request that held a credential itself, not a token made from it."""
        registry = endpoint.registry
        if registry in self._direct and status == 401:
            self.refused[registry] = self._used[registry]
        elif registry in self._direct and status < 400:
            self.refused.pop(registry, None)

    def expired(self, endpoint: Endpoint) -> bool:
        """Take a refusal with 403 for a credential that has run out; whether there is a helper to give a new one."""
        return quirk_of(endpoint.registry).expires_as_403 and self._credentials.forget(endpoint.credential_host)

    async def _header(
        self,
        endpoint: Endpoint,
        repository: str,
        challenge: Challenge,
        origin: Origin,
        scopes: Scopes,
        urgency: Urgency,
    ) -> str | None:
        credential = (await self._credentials.find(endpoint.credential_host, endpoint.path(repository))).credential
        if challenge.scheme == "basic" and credential.kind != "basic":
            return None
        if challenge.scheme == "basic" or credential.kind == "registry_token":
            self._used[endpoint.registry] = credential.place
            self._direct.add(endpoint.registry)
            return _basic(credential) if challenge.scheme == "basic" else f"Bearer {credential.secret}"
        realm = judge(
            challenge.params.get("realm", ""),
            endpoint.root,
            http_allowed=endpoint.root.scheme == "http",
            approved=self._approved.get(endpoint.registry, ()),
            registry_place=origin.place,
        )
        if realm.url is None:
            raise Refused(f"{endpoint.name} names a token server that is not asked: {realm.reason}")
        if credential.kind != "anonymous" and not realm.send_credentials:
            self.unapproved[endpoint.registry] = _named(realm.url)
            credential = ANONYMOUS
        service = challenge.params.get("service", "")
        key = _TokenKey(str(realm.url), service, tuple(sorted(scopes)), credential.identity)
        async with self._flights.setdefault(key, asyncio.Lock()):
            kept = self._tokens.get(key)
            if kept is None or kept.expires <= time.monotonic():
                kept = await self._fetch(endpoint, realm, key, credential, origin, urgency)
                if kept is None:
                    return None
                self._tokens[key] = kept
        return f"Bearer {kept.value}"

    async def _fetch(
        self,
        endpoint: Endpoint,
        realm: Realm,
        key: _TokenKey,
        credential: Credential,
        origin: Origin,
        urgency: Urgency,
    ) -> _Token | None:
        assert realm.url is not None
        reply: Reply | None = None
        if credential.kind != "anonymous":
            self._used[endpoint.registry] = credential.place
        if credential.kind == "identity_token":
            reply = await self._transport.exchange(_refresh_request(realm.url, key, credential, origin, urgency))
            if reply.status in (401, 404, 405):
                reply = None
        if reply is None:
            reply = await self._transport.exchange(_token_request(realm.url, key, credential, origin, urgency))
        if reply.status in (401, 403) and credential.kind != "anonymous":
            # A credential that is out of date must not keep public images from being looked up.
            self.refused[endpoint.registry] = credential.place
            self._used.pop(endpoint.registry, None)
            reply = await self._transport.exchange(_token_request(realm.url, key, ANONYMOUS, origin, urgency))
        if reply.status in (400, 401, 403, 404):
            return None
        if reply.status != 200:
            raise NoAnswer(f"the token server {realm.url.authority} of {endpoint.name} answered {reply.status}")
        return _read_token(reply, endpoint)

    async def _forget(self, endpoint: Endpoint, repository: str) -> None:
        self._credentials.forget(endpoint.credential_host)
        credential = (await self._credentials.find(endpoint.credential_host, endpoint.path(repository))).credential
        for key in [key for key in self._tokens if key.identity == credential.identity]:
            del self._tokens[key]


def _named(url: Url) -> str:
    """How the settings name a token server; a name without a dot only with its port."""
    return url.authority if "." in url.host or url.host != url.authority else f"{url.host}:{url.port}"


def _token_request(realm: Url, key: _TokenKey, credential: Credential, origin: Origin, urgency: Urgency) -> Ask:
    fields = [("service", key.service)] if key.service else []
    fields += [("scope", scope) for scope in key.scopes]
    fields.append(("client_id", _CLIENT))
    joint = "&" if "?" in realm.target else "?"
    url = realm.at(f"{realm.target}{joint}{urlencode(fields, quote_via=quote)}")
    header = None if credential.kind == "anonymous" else _basic(credential)
    return Ask("GET", url, SMALL_LIMIT, authorization=header, origin=origin, urgency=urgency)


def _refresh_request(realm: Url, key: _TokenKey, credential: Credential, origin: Origin, urgency: Urgency) -> Ask:
    fields = {
        "grant_type": "refresh_token",
        "service": key.service,
        "scope": " ".join(key.scopes),
        "client_id": _CLIENT,
        "refresh_token": credential.secret,
    }
    form = ("content-type", "application/x-www-form-urlencoded")
    return Ask("POST", realm, SMALL_LIMIT, (form,), body=urlencode(fields).encode(), origin=origin, urgency=urgency)


def _read_token(reply: Reply, endpoint: Endpoint) -> _Token:
    try:
        content: object = json.loads(reply.body)
    except (ValueError, RecursionError):
        content = None
    fields = cast(dict[str, object], content) if isinstance(content, dict) else {}
    value = fields.get("token") or fields.get("access_token")
    if not isinstance(value, str) or not _token(value):
        raise Refused(f"the token server {reply.url.authority} of {endpoint.name} did not answer with a token")
    lifetime = fields.get("expires_in")
    seconds = lifetime if isinstance(lifetime, int) and lifetime > 0 else _LIFETIME
    return _Token(value, time.monotonic() + max(seconds - _EARLY, 1))


def _basic(credential: Credential) -> str:
    pair = f"{credential.username}:{credential.secret}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def _merge(scopes: Scopes) -> Scopes:
    """One scope per resource, with every action asked for: some token servers let the last of two win."""
    actions: dict[str, dict[str, None]] = {}
    for scope in scopes:
        resource, _, verbs = scope.rpartition(":")
        actions.setdefault(resource, {}).update(dict.fromkeys(verbs.split(",")))
    return tuple(f"{resource}:{','.join(verbs)}" for resource, verbs in actions.items())
