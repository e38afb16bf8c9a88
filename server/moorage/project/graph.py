"""The files of a project, what they build, its stages and the images they start from, as a graph."""

import posixpath
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Literal, NamedTuple

from moorage.documents.compose.builds import FIRST
from moorage.documents.usage import Document, NamedContext, Usage
from moorage.project.links import Links, Origin
from moorage.project.shelf import Builder
from moorage.reference import InvalidReference, parse

NodeKind = Literal["file", "service", "target", "unit", "container", "step", "group", "stage", "image", "context"]
EdgeKind = Literal[
    "has", "reads", "builds", "overrides", "context", "base", "copy", "mount", "frontend", "names", "gives"
]

_EDGES: dict[str, EdgeKind] = {
    "base": "base",
    "copy-source": "copy",
    "mount-source": "mount",
    "frontend": "frontend",
    "build-output": "gives",
    "context": "context",
}
_OWNERS: dict[str, NodeKind] = {
    "bake": "target",
    "quadlet": "unit",
    "devcontainer": "container",
    "github-actions": "step",
}
_IMAGE = "docker-image://"


class Node(NamedTuple):
    """Something that is drawn. `file` is the path of the document where it stands, None for an image.

    A `context` is a folder, an archive or a repository that a build takes under a name.
    """

    id: str
    kind: NodeKind
    name: str
    file: str | None = None


class Edge(NamedTuple):
    """One thing needs, holds or makes another."""

    source: str
    target: str
    kind: EdgeKind


class Graph(NamedTuple):
    """Nodes in the order of the files, edges in that of their sources."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


def graph_of(documents: Iterable[Document], links: Links) -> Graph:
    """The graph of `documents`, which `links` have been laid over."""
    drawing = _Drawing(links)
    drawn = [d for d in documents if d.usages or d.stages or d.ties or d.groups]
    for document in drawn:
        drawing.file(document.path)
    for document in drawn:
        drawing.add(document)
    drawing.finish()
    return Graph(tuple(drawing.nodes.values()), tuple(drawing.edges))


class _Drawing:
    def __init__(self, links: Links) -> None:
        self._links = links
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}
        self._documents: list[Document] = []

    def add(self, document: Document) -> None:
        """Draw one document and what it leads to."""
        self._documents.append(document)
        file = self.file(document.path)
        for stage in document.stages:
            node = self._stage(document, stage.number)
            self._join(file, node, "has")
        for build in document.builds:
            self._build(Builder(document, build))
        for usage in (one for shared in document.usages for one in _by_owner(shared)):
            kind = _EDGES.get(usage.role, "names")
            for target in self._images(document, usage):
                for source in self._users(document, usage):
                    self._join(source, target, kind)
        for link, kind in _links(document):
            self._join(self._stage(document, link[0]), self._stage(document, link[1]), kind)

    def finish(self) -> None:
        """Draw what goes over other files, and groups, now that everything else is there."""
        parts: dict[tuple[str, str], dict[str, str]] = {}
        for edge in self.edges:
            node = self.nodes[edge.target]
            if edge.kind == "has" and node.kind in ("service", "target") and node.file is not None:
                folder, name = posixpath.split(node.file)
                parts.setdefault((folder, f"{node.kind} {node.name}"), {})[name] = node.id
        for files in parts.values():
            first, *others = sorted(files, key=_rank)
            for other in others:
                if _rank(first) < _rank(other):
                    self.edges.pop(Edge(files[other], files[first], "names"), None)
                    self._join(files[other], files[first], "overrides")
        paths = {self._links.locate(document.path): document.path for document in self._documents}
        for document in self._documents:
            for place in self._links.kustomizations.taken_in(document):
                if place in paths:
                    self._join(self.file(document.path), self.file(paths[place]), "reads")
            folder = posixpath.dirname(document.path)
            groups = {group.name for group in document.groups}
            for group in document.groups:
                node = self._part(document, "group", group.name)
                for member in group.members:
                    if member in groups:
                        self._join(node, self._part(document, "group", member), "builds")
                    else:
                        found = parts.get((folder, f"target {member}"), {})
                        if found:
                            self._join(node, found[min(found, key=_rank)], "builds")

    def _users(self, document: Document, usage: Usage) -> list[str]:
        """What names an image: stages, services and targets; the file where it is none of these."""
        if usage.stage is not None and document.stages:
            return [self._stage(document, usage.stage)]
        kind = _OWNERS.get(document.format, "service")
        owners = [self._part(document, kind, owner) for owner in usage.owners]
        return owners or [self.file(document.path)]

    def _build(self, builder: Builder) -> None:
        """A build with its Dockerfile, contexts and the names that it gives."""
        node, build = self._builder(builder), builder.build
        if not build.renames:
            self._made_from(node, builder)
        for image in build.images:
            self._join(node, self._named(image), "gives")

    def _made_from(self, node: str, builder: Builder) -> None:
        """What a build reads and takes."""
        read = self._links.dockerfile_of(builder)
        if read is not None:
            self._join(node, self.file(read.path), "reads")
            stage = next((s for s in read.stages if s.name == (builder.build.target or "").lower()), None)
            if stage is not None:
                self._join(node, self._stage(read, stage.number), "builds")
        for context in builder.build.contexts:
            made = self._links.context_of(builder, context)
            target = self._context(builder, context) if made is None else self._builder(made)
            if target is not None:
                self._join(node, target, "context")

    def _context(self, builder: Builder, context: NamedContext) -> str | None:
        """A named context that nothing here builds: an image, or a place with files; None for one that is missing."""
        image = context.value.removeprefix(_IMAGE)
        if image != context.value:
            return self._named(image) if image else None
        scheme, colon, _ = context.value.partition(":")
        if not context.value or (colon and scheme in ("target", "service")):
            return None
        place = context.value
        if "://" not in place and not posixpath.isabs(place):
            place = posixpath.normpath(posixpath.join(posixpath.dirname(builder.document.path), place))
            place = place if place.startswith(("../", "/")) else f"./{place}"
        return self._node("context", place, None, place)

    def _images(self, document: Document, usage: Usage) -> list[str]:
        """What a usage names: a build of the project, or images of a registry, a default left out that none builds."""
        origin = self._links.origin(document, usage)
        if origin is not None:
            made = self._made_by(document, origin)
            return [] if made is None else [made]
        given = self._links.given(document, usage) if usage.overridden else ()
        return [self._named(g.expanded) for g in given] or [self._named(usage.shown)]

    def _made_by(self, document: Document, origin: Origin) -> str | None:
        """What is behind a name: a build, a context, or the stage of the same file that a build's arguments choose."""
        if origin.context is not None and origin.builder is not None:
            return self._context(origin.builder, origin.context)
        if origin.builder is not None:
            return self._builder(origin.builder)
        stages = (s for s in document.stages if origin.path == document.path and s.span.holds(origin.span))
        chosen = next(stages, None)
        return None if chosen is None else self._stage(document, chosen.number)

    def _builder(self, builder: Builder) -> str:
        return self._part(builder.document, builder.build.kind, builder.build.name)

    def _part(self, document: Document, kind: NodeKind, name: str) -> str:
        """A service, target or group, in its file."""
        node = self._node(kind, f"{document.path}#{name}", document.path, name)
        self._join(self.file(document.path), node, "has")
        return node

    def _named(self, image: str) -> str:
        """An image by its name, as it is commonly written."""
        with suppress(InvalidReference):
            image = parse(image).familiar
        return self._node("image", image, None, image)

    def _stage(self, document: Document, number: int) -> str:
        name = document.stages[number].name
        return self._node("stage", f"{document.path}#{number}", document.path, name or str(number))

    def file(self, path: str) -> str:
        """Draw a file."""
        return self._node("file", path, path, path)

    def _node(self, kind: NodeKind, key: str, file: str | None, name: str) -> str:
        node = Node(f"{kind}:{key}", kind, name, file)
        return self.nodes.setdefault(node.id, node).id

    def _join(self, source: str, target: str, kind: EdgeKind) -> None:
        self.edges.setdefault(Edge(source, target, kind))


def _by_owner(usage: Usage) -> list[Usage]:
    """A usage as each of its owners has it: the targets of a matrix have contexts of their own."""
    return [usage._replace(owners=(owner,)) for owner in usage.owners] or [usage]


def _links(document: Document) -> Iterator[tuple[tuple[int, int], EdgeKind]]:
    """The stages of a Dockerfile that start or copy from another one: both numbers, and how."""
    for link in document.links:
        inside = [s for s in document.stages if s.span.start <= link.span.start]
        if inside:
            stage = inside[-1]
            yield (stage.number, link.stage), "base" if stage.span.holds(link.span) else "copy"


def _rank(name: str) -> tuple[bool, bool]:
    """Files of one folder that go together, the one first over which the others are laid."""
    return "override" in name, name not in FIRST and not name.startswith("docker-bake.")
