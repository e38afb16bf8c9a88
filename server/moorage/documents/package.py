"""`moorage.yaml`: the images of a package.

An entry names a repository and either a tag or a range of versions. With a range the tag is chosen by `moorage lock`,
so that the entry alone does not say it.
"""

from collections.abc import Iterator

from moorage.documents.ci import pairs
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.split import row_of, split_slot_at, split_usage
from moorage.documents.usage import Document, Problem, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Node
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.stream import load
from moorage.documents.yaml.values import joined

FORMAT = "package"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a manifest. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return split_slot_at(document, offset, read)


def _read_part(content: str) -> Part:
    tree = load(content)
    lookup = Lookup()
    sections = [found.value for root in tree.roots for found in lookup.get(root, "images")]
    return part(tree, (usage for section in sections for usage in _usages(lookup, content, section)))


def _usages(lookup: Lookup, text: str, section: Node) -> Iterator[Usage | None]:
    for _, entry in pairs(section):
        image, tag, version = (row_of(lookup, text, entry, key) for key in ("image", "tag", "version"))
        problem = None if tag else Problem("variable", _chosen(joined(version)))
        yield split_usage(text, FORMAT, entry.span, image, tag, problem=problem)


def _chosen(version: str) -> str:
    if not version:
        return "neither a tag nor a version is chosen here"
    return f"the tag is chosen by `moorage lock`, within {version}"
