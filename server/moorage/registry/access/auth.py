"""Proving who we are: Basic to the registry alone, Bearer with tokens from where the realm policy lets us ask.

What a host wants is learned from its first answer and remembered, so that later requests bring their token along.
Tokens live in memory only, and so does how a credential stands: a wrong one neither hides public images nor is sent
again and again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from moorage.registry.access import challenges, tokens
from moorage.registry.access.challenges import Challenge
from moorage.registry.access.credentials import ANONYMOUS, Credentials
from moorage.registry.access.realms import judge
from moorage.registry.access.standing import Judged, Standing
from moorage.registry.access.tokens import Scopes, Token, TokenCache, TokenKey
from moorage.registry.access.trials import Trials
from moorage.registry.access.uses import Uses
from moorage.registry.endpoints.mirrors import Endpoint
from moorage.registry.endpoints.quirks import quirk_of
from moorage.registry.failures import NoAnswer, Refused
from moorage.registry.http.boundary import Origin
from moorage.registry.http.exchange import Ask, Reply
from moorage.registry.http.gates import Urgency
from moorage.registry.http.transport import Transport
from moorage.registry.http.urls import Url

_REST_OF_HELPERS = 60.0


class Proof(NamedTuple):
    """What a request brings along: a header that holds a credential itself (`direct`), or a token for something."""

    header: str | None = None
    direct: Judged | None = None
    key: TokenKey | None = None
    token: str | None = None


_NOTHING = Proof()


class _Host:
    """What is known of how a host wants to be addressed."""

    def __init__(self) -> None:
        self.challenge: Challenge | None = None
        self.origin: Origin | None = None


class Authenticator:
    """Makes `Authorization` headers, and sends the requests that have one.

    `approved` maps a registry to the token servers that the user has approved for it, none where the user wants none;
    `settings_file` is where that is written. `unapproved` collects, by registry, the token server that a credential was
    not sent to, and `withheld` those of them without which something was refused. `clock` gives seconds that only grow.
    """

    def __init__(
        self,
        transport: Transport,
        credentials: Credentials,
        approved: Mapping[str, tuple[str, ...]],
        settings_file: Path = Path(),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._approved = approved
        self._settings_file = settings_file
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._tokens = TokenCache(clock)
        self._flights: dict[TokenKey, asyncio.Lock] = {}
        self._standing = Standing(clock)
        self._trials = Trials(self._standing)
        self._uses = Uses(self._standing)
        self._asked_again: dict[str, float] = {}
        self.unapproved: dict[str, str] = {}
        self.withheld: dict[str, str] = {}

    async def known(self, endpoint: Endpoint, repository: str, scopes: Scopes, urgency: Urgency) -> Proof:
        """What to send at once; nothing where the host has not asked for it yet."""
        host = self._hosts.get(endpoint.root.authority)
        if host is None or host.challenge is None or host.origin is None:
            return _NOTHING
        return await self._prove(endpoint, repository, host.challenge, host.origin, scopes, urgency)

    async def respond(
        self, endpoint: Endpoint, repository: str, scopes: Scopes, reply: Reply, sent: Proof, urgency: Urgency
    ) -> Proof | None:
        """What to send after a refusal of what was `sent`; None where the answer does not ask for anything."""
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
        wanted = tokens.merge((*asked, *scopes)) if asked else scopes
        # A new token would lack the same scope.
        lacking = challenge.params.get("error", "").lower() == "insufficient_scope"
        refused = None if lacking else sent.token
        found = await self._prove(endpoint, repository, challenge, reply.origin, wanted, urgency, refused)
        # What a credential does not open may be open to everybody.
        return _NOTHING if found.direct is not None and found.direct == sent.direct else found

    async def exchange(self, endpoint: Endpoint, repository: str, ask: Ask, proof: Proof) -> Reply:
        """Send a request with a proof, or without where its credential has turned out to be wrong meanwhile.

        Returns any answer; raises `RegistryFailure` where there is none.
        """
        sent = ask._replace(authorization=proof.header)
        if proof.direct is None:
            reply = await self._transport.exchange(sent)
            if proof.key is not None and proof.token is not None and reply.status < 400:
                self._tokens.worked(proof.key, proof.token)
            return reply
        root = endpoint.stamped(endpoint.root)
        alone = Ask("GET", root, authorization=proof.header, urgency=ask.urgency)
        verdict = partial(_verdict, endpoint)
        reply = await self._trials.send(
            proof.direct,
            partial(self._transport.exchange, sent),
            partial(self._transport.exchange, alone) if ask.url != root else None,
            verdict,
        )
        if reply is None:
            self._uses.note(endpoint, repository, proof.direct, refused=True)
            return await self._transport.exchange(ask)
        said = verdict(reply)
        if said is not None and reply.status != 403:  # Whether 403 is about the credential, only its words may tell.
            self._uses.note(endpoint, repository, proof.direct, refused=not said)
        if said is False and self._standing.ever_accepted(proof.direct):
            self._ask_helpers_again(endpoint)
        return reply

    def advice(self, endpoint: Endpoint, reply: Reply) -> str:
        """What to add to a refusal, as the end of its sentence; empty where there is nothing to say of a credential."""
        realm = self.unapproved.get(endpoint.registry)
        if realm is not None:
            return self._about_realm(endpoint.registry, realm)
        return self._uses.advice(endpoint, reply)

    def expired(self, endpoint: Endpoint) -> bool:
        """Take a refusal with 403 for a credential that has run out; whether a helper may have a new one."""
        return quirk_of(endpoint.registry).expires_as_403 and self._ask_helpers_again(endpoint)

    def _about_realm(self, registry: str, realm: str) -> str:
        kept = f"; your credential was not sent to its token server {realm}"
        if self._approved.get(registry) == ():
            return f"{kept}, as your settings say"
        self.withheld[registry] = realm
        setting = f"`realms: {{'{registry}': '{realm}'}}`"
        where = str(self._settings_file) if self._settings_file.name else "your settings"
        return f"{kept}: to allow that, write {setting} into {where}"

    def _ask_helpers_again(self, endpoint: Endpoint) -> bool:
        """Have the helpers of a host asked anew for what has run out, at most once a minute; whether there are any."""
        host, now = endpoint.credential_host, self._clock()
        if host not in self._asked_again or self._asked_again[host] + _REST_OF_HELPERS <= now:
            if not self._credentials.forget(host):
                return False
            self._asked_again[host] = now
        return True

    async def _prove(
        self,
        endpoint: Endpoint,
        repository: str,
        challenge: Challenge,
        origin: Origin,
        scopes: Scopes,
        urgency: Urgency,
        refused: str | None = None,
    ) -> Proof:
        """What answers a challenge; `refused` is a token that did not."""
        path = endpoint.path(repository)
        lookup = await self._credentials.find(endpoint.credential_host, path)
        credential = lookup.credential
        self._uses.note_troubles(endpoint, repository, lookup.warnings)
        if challenge.scheme == "basic" and credential.kind != "basic":
            return _NOTHING
        if challenge.scheme == "basic" or credential.kind == "registry_token":
            judged = Judged(endpoint.root.authority, credential)
            stopped = self._standing.of(judged) == "stopped"
            self._uses.note(endpoint, repository, judged, refused=stopped or None)
            if stopped:
                return _NOTHING
            header = tokens.basic(credential) if challenge.scheme == "basic" else f"Bearer {credential.secret}"
            return Proof(header, direct=judged)
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
        key = TokenKey(str(realm.url), service, tuple(sorted(scopes)), credential)
        token = await self._token(endpoint, realm.url, key, origin, urgency, refused)
        judged = Judged(realm.url.authority, credential)
        self._uses.note(endpoint, repository, judged, refused=token.refused)
        if token.refused and self._standing.ever_accepted(judged) and self._ask_helpers_again(endpoint):
            newer = (await self._credentials.find(endpoint.credential_host, path)).credential
            if newer != credential:
                return await self._prove(endpoint, repository, challenge, origin, scopes, urgency)
        return _NOTHING if token.value is None else Proof(f"Bearer {token.value}", key=key, token=token.value)

    async def _token(
        self, endpoint: Endpoint, realm: Url, key: TokenKey, origin: Origin, urgency: Urgency, refused: str | None
    ) -> Token:
        """The token for a key, kept from before or asked for."""
        async with self._flights.setdefault(key, asyncio.Lock()):
            return self._tokens.usable(key, refused) or await self._fetch(endpoint, realm, key, origin, urgency)

    async def _fetch(self, endpoint: Endpoint, realm: Url, key: TokenKey, origin: Origin, urgency: Urgency) -> Token:
        reply, refused = None, False
        if key.credential.kind != "anonymous":
            reply = await self._trials.send(
                Judged(realm.authority, key.credential),
                partial(self._log_in, endpoint, realm, key, origin, urgency),
                partial(self._log_in, endpoint, realm, key._replace(scopes=()), origin, urgency)
                if key.scopes
                else None,
                tokens.verdict,
            )
            refused = reply is None or tokens.verdict(reply) is False
        if reply is None or refused:
            anybody = key._replace(credential=ANONYMOUS)
            reply = await self._ask(endpoint, tokens.token_request(realm, anybody, origin, urgency))
        if reply.status in (400, 401, 403, 404):
            return self._tokens.keep(key, None, refused=refused)
        if reply.status != 200:
            raise NoAnswer(f"the token server {realm.authority} of {endpoint.name} answered {reply.status}")
        value, seconds = tokens.read_token(reply, endpoint.name)
        return self._tokens.keep(key, value, seconds, refused=refused)

    async def _log_in(self, endpoint: Endpoint, realm: Url, key: TokenKey, origin: Origin, urgency: Urgency) -> Reply:
        """What a token server answers to a credential."""
        if key.credential.kind == "identity_token":
            reply = await self._ask(endpoint, tokens.refresh_request(realm, key, origin, urgency))
            if reply.status not in (401, 404, 405):
                return reply
        return await self._ask(endpoint, tokens.token_request(realm, key, origin, urgency))

    async def _ask(self, endpoint: Endpoint, ask: Ask) -> Reply:
        """What a token server answers, with the patience that its registry is worth."""
        reply = await self._transport.exchange(ask._replace(replaceable=endpoint.replaceable))
        if ask.authorization is not None and reply.url.origin != ask.url.origin and reply.status in (401, 403):
            where = f"the token server {ask.url.authority} of {endpoint.name} leads to {reply.url.authority}"
            raise Refused(f"{where}, which gets no credential and gives no token")
        return reply


def _verdict(endpoint: Endpoint, reply: Reply) -> bool | None:
    """Whether a registry accepts the credential that it was sent itself, None where that cannot be told."""
    if reply.url.origin != endpoint.root.origin:
        return None
    if reply.status < 400:
        return True
    return False if reply.status in (401, 403) else None


def _named(url: Url) -> str:
    """How the settings name a token server; a name without a dot only with its port."""
    return url.authority if "." in url.host or url.host != url.authority else f"{url.host}:{url.port}"
