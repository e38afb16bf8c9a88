"""What the services of a Compose file are built from.

Source: the Compose Build Specification, and "Merge Compose files" in Docker's documentation.
"""

import posixpath
import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents.compose.inline import unset_problem
from moorage.documents.compose.interpolation import Interpolated, Variables, interpolate
from moorage.documents.compose.services import Ancestor, Services, is_nothing, services_in
from moorage.documents.detect import Neighbour
from moorage.documents.usage import Argument, Build, NamedContext, Segment
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, Sequence
from moorage.documents.yaml.scalars import one_line
from moorage.documents.yaml.values import Row, cut, joined, place_of
from moorage.text import Span

FIRST = ("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml")
"""The files that Compose reads where none is named, the preferred one first."""
_MAY_BUILD = re.compile(r"build|extends")
_REMOTE = re.compile(r"[a-z+]+://|git@|github\.com/", re.I)


def builds(path: str, services: Services, variables: Variables, others: Neighbour) -> Iterator[Build]:
    """What the services of the file at `path` build.

    A service is read together with that of the same name in the `compose.yaml` beside it: Compose merges them, `build`
    key by key. One of which only the image is given here is built too, where the other file builds it.
    """
    below = _below(path, services.text, others)
    for name, span in services.names.items():
        own = list(services.lineage(name))
        parts = [part for ancestor in own for part in _parts(ancestor)]
        renames = not parts
        named = any(services.lookup.get(ancestor.service, "image") for ancestor in own)
        if renames and not named:
            continue
        merged, base, borrows = own, None, False
        if below is not None and name in below.services.names:
            under = list(below.services.lineage(name, below.file))
            more = [part for ancestor in under for part in _parts(ancestor)]
            if more or not renames:
                merged, base = own + under, posixpath.normpath(posixpath.join(posixpath.dirname(path), below.file))
                parts += more
                borrows = not more and not named
        if parts:
            # The first file is also run without this one, unless Compose always takes both.
            elsewhere = borrows and not _goes_with_first(path)
            images = () if elsewhere else tuple(_images(name, merged, parts, services, variables))
            build = _Reading(path, parts, variables).build(name, span, images)
            yield build._replace(base=base, renames=renames, borrows=borrows)


def _goes_with_first(path: str) -> bool:
    """Whether Compose reads a file along with the first one of its folder where none is named."""
    return posixpath.basename(path).rpartition(".")[0] in ("compose.override", "docker-compose.override")


class _Below(NamedTuple):
    """The file that Compose reads before another one of its folder."""

    file: str
    services: Services


def _below(path: str, text: str, others: Neighbour) -> _Below | None:
    """The first file of Compose beside the one at `path`, that of the same kind of name preferred.

    None for that file itself, and where neither it nor `text` can have a build.
    """
    name = posixpath.basename(path)
    if name in FIRST:
        return None
    alike = sorted(FIRST, key=lambda first: first.startswith("docker-") != name.startswith("docker-"))
    for file in alike:
        beside = others(file)
        if beside is not None:
            return _Below(file, services_in(file, beside, others)) if _MAY_BUILD.search(text + beside) else None
    return None


class _Part(NamedTuple):
    """One `build` of a service or of one that it extends."""

    node: Node
    ancestor: Ancestor

    def values(self, key: str) -> list[Node]:
        """What stands at a key, if there is something."""
        found = self.ancestor.services.lookup.get(self.node, key)
        return [f.value for f in found if not is_nothing(f.value)]


def _parts(ancestor: Ancestor) -> Iterator[_Part]:
    for found in ancestor.services.lookup.get(ancestor.service, "build"):
        if not is_nothing(found.value):
            yield _Part(found.value, ancestor)


class _Reading:
    """Reads one build out of its parts, the nearest first."""

    def __init__(self, path: str, parts: list[_Part], variables: Variables) -> None:
        self._path = path
        self._parts = parts
        self._variables = variables

    def build(self, name: str, span: Span, images: tuple[str, ...]) -> Build:
        return Build(
            "service",
            name,
            span,
            self._context(),
            None if self._is_inside() else self._text("dockerfile", "Dockerfile"),
            self._text("target", None),
            tuple(self._arguments().values()),
            tuple(self._contexts().values()),
            images,
        )

    def _is_inside(self) -> bool:
        """Whether the Dockerfile is written in the nearest part that says which it is."""
        for part in self._parts:
            if part.values("dockerfile_inline"):
                return True
            if part.values("dockerfile"):
                return False
        return False

    def _context(self) -> str | None:
        for part in self._parts:
            nodes = [part.node] if isinstance(part.node, Scalar) else part.values("context")
            for node in nodes:
                text = self._known(node, part)
                if text is None or _REMOTE.match(text):
                    return None
                return posixpath.join(posixpath.dirname(part.ancestor.file), text)
        return "."

    def _text(self, key: str, default: str | None) -> str | None:
        found = next(((node, part) for part in self._parts for node in part.values(key)), None)
        return default if found is None else self._known(*found)

    def _known(self, node: Node, part: _Part) -> str | None:
        """A text whose variables are all known."""
        if not isinstance(node, Scalar):
            return None
        value = self._value(one_line(node, part.ancestor.services.text))
        return None if value.problem or value.unset else joined(value.row)

    def _value(self, row: Row) -> Interpolated:
        return interpolate(row, self._variables)

    def _arguments(self) -> dict[str, Argument]:
        arguments: dict[str, Argument] = {}
        for part in reversed(self._parts):
            file = part.ancestor.file
            document = posixpath.normpath(posixpath.join(posixpath.dirname(self._path), file)) if file else None
            for name, row, entry in self._pairs(part, "args"):
                span = None if row is None else place_of(row)
                if row is None and name in self._variables:
                    arguments[name] = Argument(name, (self._variables[name],), entry, entry, None, document)
                elif row is None:
                    arguments.pop(name, None)
                elif span is not None:
                    arguments[name] = self._argument(name, row, span, entry, document)
        return arguments

    def _argument(self, name: str, row: Row, span: Span, entry: Span, document: str | None) -> Argument:
        value = self._value(row)
        placed = tuple(s if s.document or s.span is None else s._replace(document=document) for s in value.row)
        problem = value.problem or (unset_problem(value.unset[0]) if value.unset else None)
        return Argument(name, placed, span, entry, problem, document)

    def _contexts(self) -> dict[str, NamedContext]:
        contexts: dict[str, NamedContext] = {}
        for part in reversed(self._parts):
            for name, row, _ in self._pairs(part, "additional_contexts"):
                if row is None:
                    continue
                span = None if part.ancestor.file else place_of(row)
                contexts[name] = NamedContext(name, joined(self._value(row).row), span)
        return contexts

    def _pairs(self, part: _Part, key: str) -> Iterator[tuple[str, Row | None, Span]]:
        """The entries of a mapping, or of a list of `name=value`: name, value and place.

        The value is None where a name stands alone: it has that of the variable of this name, if there is one.
        """
        text = part.ancestor.services.text
        for node in part.values(key):
            if isinstance(node, Mapping):
                for name, (value, entry) in part.ancestor.services.lookup.entries(node):
                    if isinstance(value, Scalar):
                        yield name, None if value.is_null else one_line(value, text), entry
            elif isinstance(node, Sequence):
                for item in node.items:
                    if isinstance(item, Scalar) and not item.is_null:
                        row = one_line(item, text)
                        name, equals, _ = joined(row).partition("=")
                        yield name, cut(row, len(name) + 1, len(joined(row))) if equals else None, item.span


def _images(
    name: str, lineage: list[Ancestor], parts: list[_Part], services: Services, variables: Variables
) -> Iterator[str]:
    """The names that the result gets: `image`, or else the project's name with the service's, and `build.tags`."""
    texts = (ancestor.services.text_of(ancestor.service, "image") for ancestor in lineage)
    image = next((text for text in texts if text is not None), None)
    project = services.project_name()
    given = [image] if image is not None else [] if project is None else [f"{project}-{name}"]
    given += [tag.value for part in parts for tags in part.values("tags") for tag in _scalars(tags)]
    for text in given:
        value = interpolate((Segment(text, None),), variables)
        if value.problem is None and not value.unset and value.row:
            yield joined(value.row)


def _scalars(node: Node) -> list[Scalar]:
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else []
