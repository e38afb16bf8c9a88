"""The `WWW-Authenticate` header: how a registry asks who is there (RFC 9110, section 11)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_MAX_HEADER = 8 << 10
_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").match
_token68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*(?=\s*(?:,|$))").match
_bare_value = re.compile(r"[^\s,\"\\=][^\s,\"\\]*").match
_quoted = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL).match
_escape = re.compile(r"\\(.)", re.DOTALL)
_BLANKS = " \t\r\n"


class Challenge(NamedTuple):
    """One way to prove who is there; `scheme` and the names in `params` are lower case.

    `malformed` says that reading stopped early: no credential may be sent because of it.
    """

    scheme: str
    params: dict[str, str]
    malformed: bool = False
    token68: str | None = None


def parse(headers: Sequence[str]) -> list[Challenge]:
    """The challenges in the lines of the header."""
    return [challenge for header in headers for challenge in _parse(header)]


def choose(challenges: Sequence[Challenge]) -> Challenge | None:
    """The challenge to answer: Bearer before Basic, none that is malformed."""
    for scheme in ("bearer", "basic"):
        for challenge in challenges:
            if challenge.scheme == scheme and not challenge.malformed:
                return challenge
    return None


def _parse(header: str) -> list[Challenge]:
    if len(header) > _MAX_HEADER:
        return [Challenge("", {}, malformed=True)]
    found: list[Challenge] = []
    at = _skip(header, 0, _BLANKS + ",")
    while at < len(header):
        scheme = _token(header, at)
        if scheme is None:
            found.append(Challenge("", {}, malformed=True))
            break
        challenge, at = _one(header, scheme[0].lower(), scheme.end())
        found.append(challenge)
        if challenge.malformed:
            break
    return found


def _one(header: str, scheme: str, at: int) -> tuple[Challenge, int]:
    params: dict[str, str] = {}
    start = _skip(header, at, _BLANKS)
    blob = _token68(header, start) if start > at else None
    if blob is not None:
        return Challenge(scheme, params, token68=blob[0]), _skip(header, blob.end(), _BLANKS + ",")
    at = start
    while at < len(header):
        at = _skip(header, at, _BLANKS + ",")
        name = _token(header, at)
        if name is None:
            return Challenge(scheme, params, malformed=at < len(header)), at
        equals = _skip(header, name.end(), _BLANKS)
        if not header.startswith("=", equals):
            # A word without a value is the scheme of the next challenge.
            return Challenge(scheme, params), at
        value, at = _value(header, _skip(header, equals + 1, _BLANKS))
        key = name[0].lower()
        if value is None or key in params:
            return Challenge(scheme, params, malformed=True), at
        params[key] = value
        at = _skip(header, at, _BLANKS)
        if at < len(header) and header[at] != ",":
            return Challenge(scheme, params, malformed=True), at
    return Challenge(scheme, params), at


def _value(header: str, at: int) -> tuple[str | None, int]:
    if header.startswith('"', at):
        match = _quoted(header, at)
        return (None, at) if match is None else (_escape.sub(r"\1", match[1]), match.end())
    match = _bare_value(header, at)
    return (None, at) if match is None else (match[0], match.end())


def _skip(text: str, at: int, chars: str) -> int:
    while at < len(text) and text[at] in chars:
        at += 1
    return at
