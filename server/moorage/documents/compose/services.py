"""Where a Compose file names images: its services after merge and `extends`, and what they are built with.

Source: the Compose Specification (`services`, `build`, `extends`, `volumes`).
"""

import posixpath
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.detect import Neighbour
from moorage.documents.usage import Role
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, Sequence, items, named
from moorage.documents.yaml.stream import load, split
from moorage.text import Span

CONTEXT_SCHEME = "docker-image://"


class Place(NamedTuple):
    """A value that may name an image of a service. `after` is how many characters of it come before the reference.

    `inline`: the value is a Dockerfile.
    """

    found: Found
    role: Role
    service: str = ""
    platform: str | None = None
    after: int = 0
    inline: bool = False


class Ancestor(NamedTuple):
    """A service, or one that it extends: where it is written, and the path of that file, empty for the one read."""

    service: Node
    services: "Services"
    file: str


class Services:
    """The services of one file. `others` gives the text of another file, by its path from this one's folder."""

    def __init__(self, text: str, roots: tuple[Node, ...], others: Neighbour) -> None:
        self.text = text
        self.lookup = Lookup()
        self.names: dict[str, Span] = {}
        self._roots = roots
        self._others = others
        self._files: dict[str, Services | None] = {}
        self._services = self._named_services()

    def places(self) -> Iterator[Place]:
        """Every place where an image may be named; a place that several services share comes once for each."""
        for name, services in self._services.items():
            for service in services:
                yield from (place._replace(service=name) for place in self._of_service(name, service))

    def builds(self, name: str) -> bool:
        """Whether a service is built here, by its own `build` or that of a service which it extends."""
        return any(
            not is_nothing(build.value)
            for ancestor in self.lineage(name)
            for build in ancestor.services.lookup.get(ancestor.service, "build")
        )

    def lineage(self, name: str, file: str = "") -> Iterator[Ancestor]:
        """A service and those that it extends, the nearest first. `file` is this file's path."""
        return islice(self._lineage(name, file, frozenset()), limits.COMPOSE_ANCESTORS)

    def _lineage(self, name: str, file: str, seen: frozenset[tuple[str, str]]) -> Iterator[Ancestor]:
        here = (file, name)
        if here in seen or len(seen) >= limits.COMPOSE_EXTENDS:
            return
        seen |= {here}
        for service in self._services.get(name, ()):
            yield Ancestor(service, self, file)
            for base, path in self._extended(service):
                outer = self._file(path) if path else self
                if outer is not None:
                    yield from outer._lineage(base, _beside(file, path) if path else file, seen)

    def project_name(self) -> str | None:
        """What the file calls itself: `name:` at its top."""
        return next((name for root in self._roots if (name := self.text_of(root, "name"))), None)

    def _named_services(self) -> dict[str, list[Node]]:
        """The services by name; half-typed text may have a name twice."""
        services: dict[str, list[Node]] = {}
        for root in self._roots:
            for found in self.lookup.get(root, "services"):
                if isinstance(found.value, Mapping):
                    for name, service, entry in named(found.value):
                        services.setdefault(name, []).append(service)
                        start = entry.start + self.text.startswith(("'", '"'), entry.start)
                        self.names.setdefault(name, Span(start, start + len(name)))
        return services

    def _extended(self, service: Node) -> Iterator[tuple[str, str]]:
        """The service that this one extends, and the file it is in, empty for this one."""
        for extends in self.lookup.get(service, "extends"):
            if isinstance(extends.value, Scalar):
                yield extends.value.value, ""
            else:
                name, file = self.text_of(extends.value, "service"), self.text_of(extends.value, "file")
                if name:
                    yield name, file or ""

    def _file(self, path: str) -> "Services | None":
        if path not in self._files:
            self._files[path] = services_of(path, self._others)
        return self._files[path]

    def _of_service(self, name: str, service: Node) -> Iterator[Place]:
        platform = self.text_of(service, "platform")
        images = self.lookup.get(service, "image")
        if images:
            role: Role = "build-output" if self.builds(name) else "service"
            yield from (Place(image, role, platform=platform) for image in images)
        for build in self.lookup.get(service, "build"):
            yield from self._of_build(build.value)
        for volumes in self.lookup.get(service, "volumes"):
            for volume in items(volumes.value):
                if self.text_of(volume, "type") == "image":
                    yield from (
                        Place(source, "volume", platform=platform) for source in self.lookup.get(volume, "source")
                    )

    def _of_build(self, build: Node) -> Iterator[Place]:
        for contexts in self.lookup.get(build, "additional_contexts"):
            yield from _contexts(contexts.value)
        for inline in self.lookup.get(build, "dockerfile_inline"):
            yield Place(inline, "base", inline=True)

    def text_of(self, node: Node, key: str) -> str | None:
        for found in self.lookup.get(node, key):
            if isinstance(found.value, Scalar) and not found.value.is_null:
                return found.value.value
        return None


def services_of(path: str, others: Neighbour) -> Services | None:
    """The services of another file; None where there is no such file."""
    text = others(path)
    return None if text is None else services_in(path, text, others)


def services_in(path: str, text: str, others: Neighbour) -> Services:
    """The services of the file at `path`, whose text is at hand."""
    roots = tuple(root for span in split(text) for root in load(span.of(text)).roots)
    return Services(text, roots, lambda name: others(_beside(path, name)))


def _beside(file: str, path: str) -> str:
    """The path of a file that is named in another one."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), path))


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


def is_nothing(node: Node) -> bool:
    """Whether a value says nothing."""
    return isinstance(node, Scalar) and node.is_null
