"""Where a Compose file names images: its services after merge and `extends`, and what they are built with.

Source: the Compose Specification (`services`, `build`, `extends`, `volumes`).
"""

import posixpath
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.detect import Neighbour
from moorage.documents.usage import Role
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, Sequence, items, named
from moorage.documents.yaml.stream import load, split

CONTEXT_SCHEME = "docker-image://"


class Place(NamedTuple):
    """A value that may name an image. `after` is how many characters of it come before the reference.

    `inline`: the value is a Dockerfile.
    """

    found: Found
    role: Role
    platform: str | None = None
    after: int = 0
    inline: bool = False


class Services:
    """The services of one file. `others` gives the text of another file, by its path from this one's folder."""

    def __init__(self, roots: tuple[Node, ...], others: Neighbour) -> None:
        self._lookup = Lookup()
        self._roots = roots
        self._others = others
        self._files: dict[str, Services | None] = {}
        self._services = self._named_services()

    def places(self) -> Iterator[Place]:
        """Every place where an image may be named; a place that several services share comes once for each."""
        for name, services in self._services.items():
            for service in services:
                yield from self._of_service(name, service)

    def builds(self, name: str, file: str = "", seen: frozenset[tuple[str, str]] = frozenset()) -> bool:
        """Whether a service is built here, by its own `build` or that of a service which it extends."""
        here = (file, name)
        if here in seen or len(seen) >= limits.COMPOSE_EXTENDS:
            return False
        seen |= {here}
        for service in self._services.get(name, ()):
            if any(not _is_nothing(build.value) for build in self._lookup.get(service, "build")):
                return True
            for base, path in self._extended(service):
                outer = self._file(path) if path else self
                if outer is not None and outer.builds(base, posixpath.join(file, path), seen):
                    return True
        return False

    def _named_services(self) -> dict[str, list[Node]]:
        """The services by name; half-typed text may have a name twice."""
        services: dict[str, list[Node]] = {}
        for root in self._roots:
            for found in self._lookup.get(root, "services"):
                if isinstance(found.value, Mapping):
                    for name, service, _ in named(found.value):
                        services.setdefault(name, []).append(service)
        return services

    def _extended(self, service: Node) -> Iterator[tuple[str, str]]:
        """The service that this one extends, and the file it is in, empty for this one."""
        for extends in self._lookup.get(service, "extends"):
            if isinstance(extends.value, Scalar):
                yield extends.value.value, ""
            else:
                name, file = self._text(extends.value, "service"), self._text(extends.value, "file")
                if name:
                    yield name, file or ""

    def _file(self, path: str) -> "Services | None":
        if path not in self._files:
            text = self._others(path)
            folder = posixpath.dirname(path)
            self._files[path] = (
                None
                if text is None
                else Services(
                    tuple(root for span in split(text) for root in load(span.of(text)).roots),
                    lambda name: self._others(posixpath.normpath(posixpath.join(folder, name))),
                )
            )
        return self._files[path]

    def _of_service(self, name: str, service: Node) -> Iterator[Place]:
        platform = self._text(service, "platform")
        images = self._lookup.get(service, "image")
        if images:
            role: Role = "build-output" if self.builds(name) else "service"
            yield from (Place(image, role, platform) for image in images)
        for build in self._lookup.get(service, "build"):
            yield from self._of_build(build.value)
        for volumes in self._lookup.get(service, "volumes"):
            for volume in items(volumes.value):
                if self._text(volume, "type") == "image":
                    yield from (Place(source, "volume", platform) for source in self._lookup.get(volume, "source"))

    def _of_build(self, build: Node) -> Iterator[Place]:
        for contexts in self._lookup.get(build, "additional_contexts"):
            yield from _contexts(contexts.value)
        for inline in self._lookup.get(build, "dockerfile_inline"):
            yield Place(inline, "base", inline=True)

    def _text(self, node: Node, key: str) -> str | None:
        for found in self._lookup.get(node, key):
            if isinstance(found.value, Scalar) and not found.value.is_null:
                return found.value.value
        return None


def _contexts(node: Node) -> Iterator[Place]:
    """Named contexts that are images: a mapping, or a list of `name=docker-image://…`."""
    if isinstance(node, Mapping):
        for _, value, entry in named(node):
            if isinstance(value, Scalar) and value.value.startswith(CONTEXT_SCHEME):
                yield Place(Found(value, entry), "context", after=len(CONTEXT_SCHEME))
    elif isinstance(node, Sequence):
        for item in node.items:
            if isinstance(item, Scalar):
                name, equals, value = item.value.partition("=")
                if equals and value.startswith(CONTEXT_SCHEME):
                    yield Place(Found(item, item.span), "context", after=len(name) + 1 + len(CONTEXT_SCHEME))


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null
