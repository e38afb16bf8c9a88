"""What goes to a registry and what comes back, as plain values."""

from collections.abc import Mapping
from typing import NamedTuple

from moorage.registry.addresses import Place
from moorage.registry.boundary import Origin
from moorage.registry.gates import Urgency
from moorage.registry.urls import Url

MANIFEST_LIMIT = 4 << 20
SMALL_LIMIT = 64 << 10


class Ask(NamedTuple):
    """One request. `limit` caps the answer's body in bytes; `origin` is the answer that sent us to `url`, if one did.

    `authorization` goes to `url`'s own scheme, host and port only, wherever redirects lead.
    """

    method: str
    url: Url
    limit: int = SMALL_LIMIT
    headers: tuple[tuple[str, str], ...] = ()
    authorization: str | None = None
    body: bytes | None = None
    origin: Origin | None = None
    urgency: Urgency = Urgency(True)


class Reply(NamedTuple):
    """One answer. Header names are lower case; `url` and `place` say which host gave it, after redirects."""

    status: int
    headers: Mapping[str, tuple[str, ...]]
    body: bytes
    url: Url
    place: Place

    def header(self, name: str) -> str | None:
        """The first line of a header."""
        lines = self.headers.get(name)
        return lines[0] if lines else None

    def lines(self, name: str) -> tuple[str, ...]:
        """Every line of a header."""
        return self.headers.get(name, ())

    @property
    def media_type(self) -> str:
        """The content type without parameters, in lower case."""
        return (self.header("content-type") or "").partition(";")[0].strip().lower()

    @property
    def origin(self) -> Origin:
        """Where something that this answer names is asked from."""
        return Origin(self.url, self.place)
