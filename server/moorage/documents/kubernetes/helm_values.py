"""Helm values: images whose parts stand under keys of their own, and images in one text.

    image:                            sidecar:
      registry: docker.io               image: busybox:1.36
      repository: bitnami/redis
      tag: "7.2"

A chart's templates put such values together, and no rule says how; this is what charts do by convention: Helm's own
starter chart (`helm create`), and the best practices that its documentation names.
"""

from collections.abc import Iterator

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.split import fixed, growing, named_row, row_of, split_slot_at, split_usage
from moorage.documents.usage import Document, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Scalar, named
from moorage.documents.yaml.parts import NOTHING, Part, part, read_stream
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import Row, joined
from moorage.reference import split_registry
from moorage.text import Span

FORMAT = "helm-values"

_PARTS = ("repository", "tag", "digest", "registry")


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a values file. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return split_slot_at(document, offset, read)


def _read_part(content: str) -> Part:
    if "image" not in content and "repository" not in content and "moorage:" not in content:
        return NOTHING
    tree = load(content)
    return part(tree, usages(tree))


def usages(tree: Tree) -> Iterator[Usage | None]:
    """The images of the values that the roots of `tree` are."""
    lookup = Lookup()
    waiting: list[tuple[str, Node, Span]] = [("", root, root.span) for root in tree.roots]
    seen: set[int] = set()
    while waiting:
        key, node, entry = waiting.pop()
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield _in_parts(lookup, tree.text, key, node, entry)
            yield from _in_one_text(lookup, tree.text, node)
            waiting += ((name, value, span) for name, value, span in named(node))
        else:
            waiting += (("", item, item.span) for item in node.items)


def _in_parts(lookup: Lookup, text: str, key: str, node: Mapping, entry: Span) -> Usage | None:
    """A mapping with `repository`: under a key that ends in `image`, or with a tag or digest beside it."""
    if not key.lower().endswith("image") and not lookup.get(node, "tag") and not lookup.get(node, "digest"):
        return None
    repository, tag, digest, registry = (row_of(lookup, text, node, k) for k in _PARTS)
    if not tag and not digest:
        # The chart puts a tag of its own behind the repository; what an edit put there would come before it.
        repository = fixed(repository)
    return split_usage(text, FORMAT, entry, repository, growing(tag), digest, registry=registry)


def _in_one_text(lookup: Lookup, text: str, node: Mapping) -> Iterator[Usage | None]:
    """A text under `image`; a `tag` beside it completes it, and so does a `registry` where it names none itself."""
    beside, registry = row_of(lookup, text, node, "tag"), row_of(lookup, text, node, "registry")
    for found in lookup.get(node, "image"):
        if isinstance(found.value, Scalar):
            image = named_row(found.value, text, "image")
            tag = () if _has_version(image) else beside
            before = registry if image and split_registry(joined(image))[0] is None else ()
            whole = image if tag or before else growing(image)
            yield split_usage(text, FORMAT, found.entry, whole, growing(tag), registry=before)


def _has_version(image: Row) -> bool:
    """Whether a tag or a digest is part of the text."""
    value = joined(image)
    _, start = split_registry(value)
    return ":" in value[start:] or "@" in value
