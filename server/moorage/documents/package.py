"""`moorage.yaml`: the images of a package.

An entry names a repository and either a tag or a range of versions. With a range the tag is chosen by `moorage lock`,
so that the entry alone does not say it.
"""

import posixpath
from collections.abc import Iterator, Mapping

from moorage.documents import limits
from moorage.documents.ci.pipelines import pairs
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.split import fixed, row_of, split_slot_at, split_usage
from moorage.documents.usage import Document, Problem, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Node
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import Row, joined

FORMAT = "package"


_LOCK = "moorage.lock"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a manifest; a tag has the digest that the lock beside it gives it. Never raises."""
    digests = _digests(neighbour(_LOCK), posixpath.join(posixpath.dirname(path), _LOCK))

    def read_part(content: str) -> Part:
        tree = load(content)
        return part(tree, _usages(tree, digests))

    return read_stream(path, FORMAT, text, read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return split_slot_at(document, offset, read)


def _usages(tree: Tree, digests: Mapping[str, Row]) -> Iterator[Usage | None]:
    lookup = Lookup()
    for alias, entry in _entries(lookup, tree):
        image, tag, version = (row_of(lookup, tree.text, entry, key) for key in ("image", "tag", "version"))
        problem = None if tag else Problem("variable", _chosen(joined(version)))
        digest = digests.get(f"{alias} {joined(tag)}", ())
        yield split_usage(tree.text, FORMAT, entry.span, image, tag, digest, problem)


def _entries(lookup: Lookup, tree: Tree) -> Iterator[tuple[str, Node]]:
    for root in tree.roots:
        for images in lookup.get(root, "images"):
            yield from pairs(images.value)


def _digests(lock: str | None, document: str) -> dict[str, Row]:
    """The digests in a lock, by alias and tag. No edit changes them: the lock is written by commands alone."""
    digests: dict[str, Row] = {}
    if lock is not None and len(lock) <= limits.DOCUMENT_BYTES:
        tree, lookup = load(lock), Lookup()
        for alias, entry in _entries(lookup, tree):
            tag, digest = (row_of(lookup, lock, entry, key) for key in ("tag", "digest"))
            digests[f"{alias} {joined(tag)}"] = tuple(s._replace(document=document) for s in fixed(digest))
    return digests


def _chosen(version: str) -> str:
    if not version:
        return "neither a tag nor a version is chosen here"
    return f"the tag is chosen by `moorage lock`, within {version}"
