"""URLs as a registry client needs them: http or https, an ASCII host, nothing hidden."""

import re
from typing import NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from moorage.registry.http.addresses import literal

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_URL = 16 << 10
_unsafe = re.compile(r"[\x00-\x20\x7f\\]|[^\x00-\x7f]").search


class BadUrl(ValueError):
    """A text that is no URL to be asked; the message is a few words."""


class Url(NamedTuple):
    """An absolute URL without user name, fragment or surprises. `host` is lower case, an IPv6 address in brackets."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query."""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port."""
        return self[:3]

    @property
    def authority(self) -> str:
        """The host, with the port where it is not the scheme's own."""
        return self.host if self.port == _DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    def at(self, target: str) -> "Url":
        """Another path and query on the same host."""
        return self._replace(target=target)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def public_text(self) -> str:
        """The URL without its query, which may hold a secret: for messages and logs."""
        return str(self).partition("?")[0]


def parse(text: str) -> Url:
    """Read an absolute URL; raises `BadUrl` with a few words."""
    if len(text) > _MAX_URL:
        raise BadUrl("too long")
    if _unsafe(text):
        raise BadUrl("control or space character")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadUrl("not an absolute http(s) URL") from None
    if parts.scheme not in _DEFAULT_PORTS or not parts.netloc:
        raise BadUrl("not an absolute http(s) URL")
    if "@" in parts.netloc:
        raise BadUrl("userinfo")
    host = (parts.hostname or "").lower()
    if not host or port == 0:
        raise BadUrl("not an absolute http(s) URL")
    if ":" in host:
        ip = literal(host)
        if ip is None:
            raise BadUrl("not an absolute http(s) URL")
        host = f"[{ip}]"
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], target)


def join(base: Url, text: str) -> Url:
    """Resolve a URL that an answer holds, absolute or relative; raises `BadUrl`."""
    if _unsafe(text):
        raise BadUrl("control or space character")
    try:
        return parse(urljoin(str(base), text))
    except BadUrl:
        raise
    except ValueError:
        raise BadUrl("not an absolute http(s) URL") from None


def root(host: str, *, http: bool) -> Url:
    """The root of a registry's host, `ghcr.io` or `localhost:5000`; raises `BadUrl`."""
    return parse(f"{'http' if http else 'https'}://{host}/")


def escape(text: str) -> str:
    """`text` as one value of a query or one segment of a path."""
    return quote(text, safe="")
