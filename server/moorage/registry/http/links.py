"""The `Link` header: where the next page of a list is (RFC 8288)."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from moorage.registry.http.urls import BadUrl, Url, join

_control = re.compile(r"[\x00-\x1f\x7f]").search
_token = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+").match
_bare_value = re.compile(r"[^\s,;\"\\]+").match
_BLANKS = " \t\r\n"


class BadLink(ValueError):
    """A header that cannot be followed; the message is a few words. What was read before it stays good."""


class _Link(NamedTuple):
    target: str
    relations: tuple[str, ...] | None
    """None where the link says nothing about itself."""


def next_page(headers: Sequence[str], request: Url) -> Url | None:
    """Where the next page is, None where there is none.

    Takes the header's lines and the URL that was asked. Only the same scheme, host and port will do, and never the
    same page again: raises `BadLink` otherwise. A link without any parameter counts as the next page, as elsewhere.
    """
    for header in headers:
        for link in _parse(header):
            if link.target and (link.relations is None or "next" in link.relations):
                return _resolve(link.target, request)
    return None


def _resolve(target: str, request: Url) -> Url:
    if _control(target):
        raise BadLink("control character")
    try:
        url = join(request, target)
    except BadUrl as error:
        raise BadLink("scheme" if "absolute" in str(error) else str(error)) from None
    if url.origin != request.origin:
        raise BadLink("cross-origin")
    if url.target == request.target:
        raise BadLink("loop")
    return url


def _parse(header: str) -> list[_Link]:
    found: list[_Link] = []
    at = _skip(header, 0, _BLANKS + ",")
    while at < len(header):
        if header[at] != "<":
            raise BadLink("missing <")
        end = header.find(">", at)
        if end < 0:
            raise BadLink("missing >")
        target = header[at + 1 : end]
        if _control(target):
            raise BadLink("control character")
        relations, at = _parameters(header, end + 1)
        found.append(_Link(target.strip(), relations))
        at = _skip(header, at, _BLANKS + ",")
    return found


def _parameters(header: str, at: int) -> tuple[tuple[str, ...] | None, int]:
    relations: tuple[str, ...] | None = None
    while True:
        at = _skip(header, at, _BLANKS)
        if at == len(header) or header[at] == ",":
            return relations, at
        if header[at] != ";":
            raise BadLink("missing separator")
        at = _skip(header, at + 1, _BLANKS)
        name = _token(header, at)
        relations = relations or ()
        if name is None:
            continue
        at = _skip(header, name.end(), _BLANKS)
        value = ""
        if header.startswith("=", at):
            value, at = _value(header, _skip(header, at + 1, _BLANKS))
        if name[0].lower() == "rel" and not relations:
            relations = tuple(value.lower().split())


def _value(header: str, at: int) -> tuple[str, int]:
    if header.startswith('"', at):
        end = header.find('"', at + 1)
        if end < 0:
            raise BadLink("open quote")
        return header[at + 1 : end], end + 1
    match = _bare_value(header, at)
    end = match.end() if match else at
    if header.startswith("\\", end):
        raise BadLink("backslash")
    return header[at:end], end


def _skip(text: str, at: int, chars: str) -> int:
    while at < len(text) and text[at] in chars:
        at += 1
    return at
