"""How an embedded registry asks who is there: not at all, Basic, or Bearer with a token server."""

import base64
import itertools
import json
from typing import NamedTuple

from moorage.embedded.http import Request, Response


class Basic(NamedTuple):
    """One user, asked for on every request."""

    user: str
    password: str


class Bearer(NamedTuple):
    """Tokens from a token server.

    With `anonymous` anybody gets a token to read; otherwise only the user. With `elsewhere` the token server has a
    port of its own, else it is `/token` on the registry. `lifetime` is what it says in `expires_in`.
    """

    user: str = "user"
    password: str = ""
    anonymous: bool = True
    elsewhere: bool = False
    lifetime: int = 300


SERVICE = "embedded"


class Guard:
    """Decides whether a request may pass, and hands out tokens."""

    def __init__(self, scheme: Basic | Bearer | None) -> None:
        self._scheme = scheme
        self._tokens: dict[str, frozenset[str]] = {}
        self._numbers = itertools.count(1)
        self.realm = ""

    def challenge(self, request: Request, scopes: tuple[str, ...]) -> Response | None:
        """The 401 answer for a request that does not prove that it may use `scopes`; None where it may pass."""
        sent = request.headers.get("authorization", "")
        match self._scheme:
            case None:
                return None
            case Basic() as basic:
                if _credential(sent) == (basic.user, basic.password):
                    return None
                return _unauthorized('Basic realm="embedded"')
            case Bearer():
                token = sent[7:] if sent[:7].lower() == "bearer " else ""
                granted = self._tokens.get(token)
                if granted is not None and granted.issuperset(scopes):
                    return None
                fields = [f'realm="{self.realm}"', f'service="{SERVICE}"']
                if scopes:
                    fields.append(f'scope="{" ".join(scopes)}"')
                if granted is not None:
                    fields.append('error="insufficient_scope"')
                elif token:
                    fields.append('error="invalid_token"')
                return _unauthorized("Bearer " + ",".join(fields))

    def token(self, request: Request) -> Response:
        """The token server's answer."""
        scheme = self._scheme
        if not isinstance(scheme, Bearer):
            return Response(404)
        scopes = [s for value in request.query.get("scope", []) for s in value.split(" ")]
        sent = request.headers.get("authorization", "")
        known = bool(sent) and _credential(sent) == (scheme.user, scheme.password)
        if not known and (sent or not scheme.anonymous):
            return _unauthorized('Basic realm="tokens"')
        granted = scopes if known else [s for s in scopes if s.endswith(":pull")]
        token = f"embedded-token-{next(self._numbers)}"
        # A scope that grants push grants pull alone too.
        self._tokens[token] = frozenset(granted + [s.replace(":pull,push", ":pull") for s in granted])
        body = json.dumps({"token": token, "expires_in": scheme.lifetime}).encode()
        return Response(200, (("Content-Type", "application/json"),), body)

    def revoke(self) -> None:
        """Forget every token that was handed out."""
        self._tokens.clear()


def _credential(header: str) -> tuple[str, str] | None:
    if header[:6].lower() != "basic ":
        return None
    try:
        user, _, password = base64.b64decode(header[6:]).decode().partition(":")
    except ValueError:
        return None
    return user, password


def _unauthorized(challenge: str) -> Response:
    body = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]}).encode()
    return Response(401, (("WWW-Authenticate", challenge), ("Content-Type", "application/json")), body)
