"""The files of a project, what they build, its stages and the images they start from, as a graph."""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from moorage.documents.usage import Document, Usage
from moorage.project.links import Links, Origin
from moorage.project.shelf import Builder

NodeKind = Literal["file", "service", "target", "unit", "stage", "image"]
EdgeKind = Literal["has", "reads", "builds", "context", "base", "copy", "mount", "frontend", "names", "gives"]

_EDGES: dict[str, EdgeKind] = {
    "base": "base",
    "copy-source": "copy",
    "mount-source": "mount",
    "frontend": "frontend",
    "build-output": "gives",
}


class Node(NamedTuple):
    """Something that is drawn. `file` is the path of the document where it stands, None for an image."""

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
    for document in documents:
        drawing.add(document)
    return Graph(tuple(drawing.nodes.values()), tuple(drawing.edges))


class _Drawing:
    def __init__(self, links: Links) -> None:
        self._links = links
        self.nodes: dict[str, Node] = {}
        self.edges: dict[Edge, None] = {}

    def add(self, document: Document) -> None:
        """Draw one document and what it leads to; nothing for one that names and builds nothing."""
        if not (document.usages or document.stages or document.builds):
            return
        file = self._file(document.path)
        for stage in document.stages:
            node = self._stage(document, stage.number)
            self._join(file, node, "has")
        for build in document.builds:
            self._build(Builder(document, build))
        for usage in document.usages:
            source = file if usage.stage is None or not document.stages else self._stage(document, usage.stage)
            target = self._image(document, usage)
            if target is not None:
                self._join(source, target, _EDGES.get(usage.role, "names"))
        for link, kind in _links(document):
            self._join(self._stage(document, link[0]), self._stage(document, link[1]), kind)

    def _build(self, builder: Builder) -> str:
        """A build with its Dockerfile, contexts and the names that it gives."""
        node = self._builder(builder)
        read = self._links.dockerfile_of(builder)
        if read is not None:
            self._join(node, self._file(read.path), "reads")
            stage = next((s for s in read.stages if s.name == (builder.build.target or "").lower()), None)
            if stage is not None:
                self._join(node, self._stage(read, stage.number), "builds")
        for context in builder.build.contexts:
            made = self._links.context_of(builder, context)
            if made is not None:
                self._join(node, self._builder(made), "context")
        for image in builder.build.images:
            self._join(node, self._node("image", image, None, image), "gives")
        return node

    def _image(self, document: Document, usage: Usage) -> str | None:
        """What a usage names: a build of the project, or an image of a registry."""
        origin = self._links.origin(document, usage)
        if origin is not None:
            return self._made_by(document, origin)
        shown = usage.expanded or usage.written
        name = shown if usage.reference is None else usage.reference.familiar
        return self._node("image", name, None, name)

    def _made_by(self, document: Document, origin: Origin) -> str | None:
        """The build behind a name, or the stage of the same file that the build's arguments choose."""
        if origin.builder is not None:
            return self._builder(origin.builder)
        stages = (s for s in document.stages if origin.path == document.path and s.span.holds(origin.span))
        chosen = next(stages, None)
        return None if chosen is None else self._stage(document, chosen.number)

    def _builder(self, builder: Builder) -> str:
        build, path = builder.build, builder.document.path
        node = self._node(build.kind, f"{path}#{build.name}", path, build.name)
        self._join(self._file(path), node, "has")
        return node

    def _stage(self, document: Document, number: int) -> str:
        name = document.stages[number].name
        return self._node("stage", f"{document.path}#{number}", document.path, name or str(number))

    def _file(self, path: str) -> str:
        return self._node("file", path, path, path)

    def _node(self, kind: NodeKind, key: str, file: str | None, name: str) -> str:
        node = Node(f"{kind}:{key}", kind, name, file)
        return self.nodes.setdefault(node.id, node).id

    def _join(self, source: str, target: str, kind: EdgeKind) -> None:
        self.edges.setdefault(Edge(source, target, kind))


def _links(document: Document) -> Iterator[tuple[tuple[int, int], EdgeKind]]:
    """The stages of a Dockerfile that start or copy from another one: both numbers, and how."""
    for link in document.links:
        inside = [s for s in document.stages if s.span.start <= link.span.start]
        if inside:
            stage = inside[-1]
            yield (stage.number, link.stage), "base" if stage.span.holds(link.span) else "copy"
