"""Bitbucket Pipelines: the images of builds and steps, services, and pipes that are an image.

Source: Atlassian's "Bitbucket Pipelines configuration reference" (image, definitions, pipe).
"""

import re
from collections.abc import Iterator

from moorage.documents.ci.pipelines import Image, either_form, pairs, read_pipeline
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.placeholders import Placeholders
from moorage.documents.usage import Document, Slot
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Sequence, items, named
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree

FORMAT = "bitbucket"

_SCRIPTS = ("script", "after-script")


def _name_of(match: re.Match[str]) -> str | None:
    return match[1] or match[2]


_PLACEHOLDERS = Placeholders(re.compile(r"\$(?:\{(\w+)\}|(\w+))"), _name_of)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a `bitbucket-pipelines.yml`. Never raises."""
    return read_pipeline(path, FORMAT, text, _images, _PLACEHOLDERS)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _images(tree: Tree) -> Iterator[Image]:
    lookup = Lookup()
    for root in tree.roots:
        for image in lookup.get(root, "image"):
            yield from either_form(lookup, image, "name", "job")
        for definitions in lookup.get(root, "definitions"):
            for services in lookup.get(definitions.value, "services"):
                yield from _of_services(lookup, services.value)
    for step in _steps(tree.roots):
        for image in lookup.get(step, "image"):
            yield from either_form(lookup, image, "name", "job")
        for key in _SCRIPTS:
            for script in lookup.get(step, key):
                for command in items(script.value):
                    for pipe in lookup.get(command, "pipe"):
                        yield Image(pipe, "step", scheme="docker://")


def _of_services(lookup: Lookup, services: Node) -> Iterator[Image]:
    for _, service in pairs(services):
        for image in lookup.get(service, "image"):
            yield from either_form(lookup, image, "name", "service")


def _steps(roots: tuple[Node, ...]) -> Iterator[Node]:
    """The steps, wherever they are nested: in stages, in parallel, in `definitions` for others to take over."""
    waiting, seen = list(roots), set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, Sequence):
            waiting += node.items
        elif isinstance(node, Mapping):
            for key, value, _ in named(node):
                if key == "step":
                    yield value
                waiting.append(value)
