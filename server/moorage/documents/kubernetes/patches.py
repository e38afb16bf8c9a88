"""Patches that a kustomization holds itself: parts of resources, or operations of JSON Patch.

They are read where they are written in a literal block. Sources: Kustomize's reference ("patches",
"patchesStrategicMerge", "patchesJson6902"), and RFC 6902.
"""

from collections.abc import Iterator

from moorage.documents.ci.pipelines import text_of
from moorage.documents.kubernetes.blocks import in_block
from moorage.documents.kubernetes.manifests import containers
from moorage.documents.usage import Usage
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, Sequence, items
from moorage.documents.yaml.stream import Tree

_DEPTH = 20
"""How many steps a path may have."""


def patched(lookup: Lookup, text: str, root: Node) -> Iterator[Usage]:
    """The images of containers that the patches in a kustomization name."""
    for key in ("patches", "patchesJson6902"):
        for found in lookup.get(root, key):
            for patch in items(found.value):
                for block in lookup.get(patch, "patch"):
                    yield from in_block(text, block, _images)
    for found in lookup.get(root, "patchesStrategicMerge"):
        for block in found.value.items if isinstance(found.value, Sequence) else ():
            yield from in_block(text, Found(block, block.span), _images)


def _images(tree: Tree) -> Iterator[Usage | None]:
    for root in tree.roots:
        operations = root.items if isinstance(root, Sequence) else ()
        said = [node for operation in operations for node in _said(operation)] if operations else [root]
        yield from containers(Tree(tree.text, tuple(said)))


def _said(operation: Node) -> Iterator[Node]:
    """The part of a resource that an operation puts there."""
    lookup = Lookup()
    if not any(text_of(found.value) in ("add", "replace") for found in lookup.get(operation, "op")):
        return
    for path in lookup.get(operation, "path"):
        keys = text_of(path.value).split("/")[1:]
        for value in lookup.get(operation, "value") if len(keys) <= _DEPTH else ():
            yield _at(keys, value.value)


def _at(keys: list[str], node: Node) -> Node:
    """A value under the keys that lead to it."""
    span = node.span
    for key in reversed(keys):
        if key == "-" or key.isdecimal():
            node = Sequence((node,), span)
        else:
            node = Mapping(((Scalar(key, span), node),), span)
    return node
