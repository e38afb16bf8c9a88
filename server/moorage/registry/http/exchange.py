"""What goes to a registry and what comes back, as plain values."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import NamedTuple, Protocol

from moorage.registry.http.addresses import Place
from moorage.registry.http.boundary import Origin
from moorage.registry.http.gates import Urgency
from moorage.registry.http.urls import Url

MANIFEST_LIMIT = 4 << 20
SMALL_LIMIT = 64 << 10


class Stream(NamedTuple):
    """A body of `size` bytes that is sent piece by piece; `open` begins it anew, for every attempt."""

    size: int
    open: Callable[[], AsyncIterator[bytes]]


class Sink(Protocol):
    """Where an answer's body goes that is too large to be kept in memory."""

    def begin(self) -> None:
        """Forget what came before: the body is read from its beginning."""
        ...

    async def write(self, part: bytes) -> None:
        """Take the next piece."""
        ...


class Ask(NamedTuple):
    """One request. `limit` caps the answer's body in bytes; `origin` is the answer that sent us to `url`, if one did.

    `authorization` goes to `url`'s own scheme, host and port only, wherever redirects lead. The body of an answer with
    status 200 goes to `sink` where there is one. `seconds` is the time it may take, None for the usual one.
    `replaceable` says that another endpoint is asked where this host gives no answer: it is worth less patience.
    """

    method: str
    url: Url
    limit: int = SMALL_LIMIT
    headers: tuple[tuple[str, str], ...] = ()
    authorization: str | None = None
    body: bytes | Stream | None = None
    origin: Origin | None = None
    urgency: Urgency = Urgency(True)
    sink: Sink | None = None
    seconds: float | None = None
    replaceable: bool = False


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
