"""devcontainer.json: the image of a container, and the features that are put into it.

Source: the Development Container Specification ("devcontainer.json reference", "Dev Container Features").
"""

from collections.abc import Iterator

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.usage import Document, Role, Slot, Usage
from moorage.documents.yaml.comments import comments
from moorage.documents.yaml.flow import read_flow
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Scalar, entry_span
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree
from moorage.documents.yaml.values import image_row, joined, make_usage, template_problem
from moorage.text import Span

FORMAT = "devcontainer"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The image and features of a devcontainer.json, which may hold comments and trailing commas. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _read_part(content: str) -> Part:
    root = read_flow(content)
    tree = Tree(content, () if root is None else (root,))
    return part(tree, _usages(tree), comments(tree, "//"))


def _usages(tree: Tree) -> Iterator[Usage | None]:
    lookup = Lookup()
    for root in tree.roots:
        for image in lookup.get(root, "image"):
            yield _usage(tree.text, "image", image.value, image.entry)
        for features in lookup.get(root, "features"):
            if isinstance(features.value, Mapping):
                for key, value in features.value.entries:
                    if isinstance(key, Scalar) and _is_published(key.value):
                        yield _usage(tree.text, "feature", key, entry_span(key, value))


def _usage(text: str, role: Role, node: Node, entry: Span) -> Usage | None:
    row = image_row(node, text)
    problem = template_problem(joined(row), variables=True)
    return make_usage(text, FORMAT, role, row, entry, problem=problem)


def _is_published(feature: str) -> bool:
    """Whether a feature is in a registry: not one in a folder beside the file, nor an archive on the web.

    An identifier without a slash is that of a feature which the first editors brought along.
    """
    return "/" in feature and not feature.startswith(".") and "://" not in feature
