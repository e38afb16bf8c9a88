"""Compose files: images of services, named contexts, image volumes, and Dockerfiles written inside."""

import posixpath
from collections.abc import Sequence
from functools import cache

from moorage.documents.around import bound, bound_builds
from moorage.documents.compose.builds import FIRST, builds
from moorage.documents.compose.dotenv import read_env
from moorage.documents.compose.inline import read_inline, unset_problem
from moorage.documents.compose.interpolation import Variables, interpolate
from moorage.documents.compose.services import Place, Services
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.usage import Argument, Document, Slot
from moorage.documents.yaml.nodes import Scalar
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.scalars import segments
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import load
from moorage.documents.yaml.surroundings import around
from moorage.documents.yaml.values import cut, image_row, joined, make_usage, template_problem

__all__ = ["read", "slot_at"]

FORMAT = "compose"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a Compose file; variables are those of the `.env` file beside it. Never raises."""
    merges = posixpath.basename(path) not in FIRST
    may_build = "build" in text or merges
    variables: Variables = _variables(path, neighbour) if "$" in text or may_build else {}

    def read_part(content: str) -> Part:
        tree = load(content)
        services = Services(content, tree.roots, neighbour)
        built = tuple(builds(path, services, variables, neighbour)) if may_build else ()
        arguments = {build.name: build.arguments for build in built}
        found = [
            _owned(_read_place(path, content, place, variables, arguments.get(place.service, ())), place.service)
            for place in services.places()
        ]
        one = part(tree, (u for d in found for u in d.usages), (c for d in found for c in d.comments))
        beside = cache(lambda: around(tree))
        return one._replace(usages=bound(one.usages, beside), builds=bound_builds(built, beside))

    return read_stream(path, FORMAT, text, read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _variables(path: str, neighbour: Neighbour) -> Variables:
    env = neighbour(".env")
    return {} if env is None else read_env(env, posixpath.join(posixpath.dirname(path), ".env"))


def _owned(document: Document, service: str) -> Document:
    """What a service names."""
    return document._replace(usages=tuple(usage._replace(owners=(service,)) for usage in document.usages))


def _read_place(path: str, text: str, place: Place, variables: Variables, arguments: Sequence[Argument]) -> Document:
    node = place.found.value
    if place.inline:
        if not isinstance(node, Scalar):
            return Document(path, FORMAT, text, ())
        return read_inline(path, text, interpolate(segments(node, text), variables), FORMAT, arguments)
    written = image_row(node, text)
    written = cut(written, place.after, len(joined(written)))
    value = interpolate(written, variables)
    problem = value.problem or (unset_problem(value.unset[0]) if value.unset else template_problem(joined(value.row)))
    usage = make_usage(
        text, FORMAT, place.role, written, place.found.entry, row=value.row, problem=problem, platform=place.platform
    )
    return Document(path, FORMAT, text, () if usage is None else (usage,))
