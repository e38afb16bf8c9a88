"""Image references: grammar, normal form, spans of the parts.

The grammar and the short names are those of https://github.com/distribution/reference (`regexp.go`, `normalize.go`).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from moorage.errors import MoorageError
from moorage.text import Span

DEFAULT_REGISTRY = "docker.io"
_LEGACY_DEFAULT_REGISTRY = "index.docker.io"
_MAX_REPOSITORY = 255

_COMPONENT = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)"
_REGISTRY = rf"(?:{_COMPONENT}(?:\.{_COMPONENT})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?"
_PATH_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = rf"{_PATH_COMPONENT}(?:/{_PATH_COMPONENT})*"
_TAG = r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}"
_DIGEST = r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}"

_registry = re.compile(_REGISTRY).fullmatch
_rest = re.compile(rf"({_PATH})(?::({_TAG}))?(?:@({_DIGEST}))?", re.ASCII).fullmatch
_path = re.compile(_PATH).fullmatch
_tag = re.compile(_TAG, re.ASCII).fullmatch
_identifier = re.compile(r"[a-f0-9]{64}").fullmatch
_HEX = {"sha256": 64, "sha384": 96, "sha512": 128}
_lower_hex = re.compile(r"[a-f0-9]+").fullmatch


class InvalidReference(MoorageError, ValueError):
    """A text that is no image reference: one sentence, and the span of what is wrong in it."""

    def __init__(self, message: str, span: Span) -> None:
        super().__init__(message)
        self.message = message
        self.span = span


class Spans(NamedTuple):
    """Where the parts of a reference stand in its text; None for a part that is not written."""

    registry: Span | None
    repository: Span
    tag: Span | None
    digest: Span | None


class Reference(NamedTuple):
    """An image reference: as written, and as distribution/reference normalises it.

    `registry` and `repository` are canonical (`docker.io`, `library/python`); `tag` and `digest` are None when not
    written. `spans` are offsets into `text`.
    """

    text: str
    registry: str
    repository: str
    tag: str | None
    digest: str | None
    spans: Spans

    @property
    def name(self) -> str:
        """Canonical name without tag and digest: `docker.io/library/python`."""
        return f"{self.registry}/{self.repository}"

    @property
    def familiar_name(self) -> str:
        """The shortest name that means the same repository: `python`, `grafana/grafana`, `ghcr.io/acme/api`."""
        if self.registry != DEFAULT_REGISTRY:
            return self.name
        head, _, tail = self.repository.partition("/")
        return tail if head == "library" and tail and "/" not in tail else self.repository

    @property
    def familiar(self) -> str:
        """`familiar_name` with tag and digest."""
        return self.familiar_name + self._suffix()

    @property
    def canonical(self) -> str:
        """`name` with tag and digest."""
        return self.name + self._suffix()

    def with_version(self, tag: str | None, digest: str | None) -> str:
        """The reference as written, with another tag and digest."""
        text = self.text[: self.spans.repository.end]
        if tag is not None:
            text += ":" + tag
        if digest is not None:
            text += "@" + digest
        return text

    def _suffix(self) -> str:
        tag = "" if self.tag is None else ":" + self.tag
        return tag if self.digest is None else f"{tag}@{self.digest}"


def split_registry(text: str) -> tuple[str | None, int]:
    """The registry written at the head of `text`, if there is one, and the offset where the repository starts."""
    head, slash, _ = text.partition("/")
    if not slash:
        return None, 0
    if head == "localhost" or "." in head or ":" in head or head.lower() != head:
        return head, len(head) + 1
    return None, 0


@lru_cache(maxsize=8192)
def parse(text: str) -> Reference:
    """Read an image reference.

    Takes any text; returns a `Reference`; raises `InvalidReference` with one sentence and the span at fault.
    """
    if _identifier(text):
        raise InvalidReference(
            "a name of 64 hexadecimal digits is an image ID and cannot be used as a reference",
            Span(0, len(text)),
        )
    registry, at = split_registry(text)
    match = _rest(text, at)
    if match is None or (registry is not None and not _registry(registry)):
        raise _explain(text, registry, at)
    path, tag, digest = match.groups()
    if digest is not None:
        _check_digest(digest, match.start(3))
    repository = path
    host = DEFAULT_REGISTRY if registry is None else canonical_registry(registry)
    if host == DEFAULT_REGISTRY and "/" not in path:
        repository = "library/" + path
    if len(repository) > _MAX_REPOSITORY:
        raise InvalidReference(
            f"the repository name is longer than {_MAX_REPOSITORY} characters", Span(at, at + len(path))
        )
    spans = Spans(
        None if registry is None else Span(0, at - 1),
        Span(*match.span(1)),
        None if tag is None else Span(*match.span(2)),
        None if digest is None else Span(*match.span(3)),
    )
    return Reference(text, host, repository, tag, digest, spans)


def is_digest(text: str) -> bool:
    """Whether `text` is a digest of a known algorithm, safe to be put into a URL, a path or a key."""
    algorithm, _, value = text.partition(":")
    return len(value) == _HEX.get(algorithm) and _lower_hex(value) is not None


def is_tag(text: str) -> bool:
    """Whether `text` is a tag."""
    return _tag(text) is not None


def is_repository(text: str) -> bool:
    """Whether `text` is the path of a repository: `library/python`."""
    return len(text) <= _MAX_REPOSITORY and _path(text) is not None


def is_registry(text: str) -> bool:
    """Whether `text` is the host, with an optional port, of a registry."""
    return _registry(text) is not None


def canonical_registry(host: str) -> str:
    """The name that a registry has in normal form: Docker Hub has an old one too."""
    return DEFAULT_REGISTRY if host == _LEGACY_DEFAULT_REGISTRY else host


def _check_digest(digest: str, at: int) -> None:
    algorithm, _, value = digest.partition(":")
    span = Span(at, at + len(digest))
    if algorithm not in _HEX:
        known = ", ".join(_HEX)
        raise InvalidReference(f"the digest algorithm {algorithm!r} is not known (there are: {known})", span)
    if len(value) != _HEX[algorithm]:
        raise InvalidReference(
            f"a {algorithm} digest has {_HEX[algorithm]} hexadecimal digits, this one has {len(value)}", span
        )
    if not _lower_hex(value):
        raise InvalidReference("a digest is written in lower-case hexadecimal digits", span)


def _explain(text: str, registry: str | None, at: int) -> InvalidReference:
    """The sentence for a text that does not match, found by looking at one part after the other."""
    if not text:
        return InvalidReference("the reference is empty", Span(0, 0))
    for i, char in enumerate(text):
        if char.isspace() or ord(char) < 32:
            return InvalidReference("a reference holds no blanks", Span(i, i + 1))
    if "://" in text:
        end = text.index("://") + 3
        return InvalidReference("a reference has no scheme", Span(0, end))
    if registry is not None and not _registry(registry):
        return InvalidReference(f"{registry!r} is no registry host", Span(0, len(registry)))
    rest, _, digest = text[at:].partition("@")
    has_digest = "@" in text[at:]
    path, colon, tag = rest.partition(":")
    path_span, tag_at = Span(at, at + len(path)), at + len(path) + 1
    if not path:
        start = min(at, len(text) - 1)  # where the text ends behind the registry, its slash
        return InvalidReference("the repository name is missing", Span(start, start + 1))
    if not _path(path):
        if path != path.lower() and _path(path.lower()):
            return InvalidReference(f"the repository name {path!r} must be lower case", path_span)
        return InvalidReference(f"{path!r} is no repository name", path_span)
    if colon and not tag:
        return InvalidReference("the tag after ':' is missing", Span(tag_at - 1, tag_at))
    if colon and not _tag(tag):
        why = "is longer than 128 characters" if len(tag) > 128 else "is no tag"
        shown = tag if len(tag) <= 40 else tag[:40] + "…"
        return InvalidReference(f"{shown!r} {why}", Span(tag_at, tag_at + len(tag)))
    if has_digest:
        digest_at = len(text) - len(digest)
        if not digest:
            return InvalidReference("the digest after '@' is missing", Span(digest_at - 1, digest_at))
        return InvalidReference(
            "a digest is an algorithm, ':' and at least 32 hexadecimal digits", Span(digest_at, len(text))
        )
    return InvalidReference("this is no image reference", Span(0, len(text)))
