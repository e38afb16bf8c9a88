"""Kustomize: the images that a kustomization puts in the place of others, and those that it adds itself.

It adds them in patches that are written inside, and in values that it gives to charts. Source: Kustomize's reference
("images", "patches", "helmCharts").
"""

from collections.abc import Iterator

from moorage.documents import limits
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.kubernetes import helm_values
from moorage.documents.kubernetes.charts import given_images
from moorage.documents.kubernetes.overrides import overrides, replacements
from moorage.documents.kubernetes.patches import patched
from moorage.documents.kubernetes.resources import below
from moorage.documents.overlong import overlong
from moorage.documents.split import split_slot_at
from moorage.documents.usage import Document, Kustomization, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Node, Scalar, Sequence
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.stream import Tree, load

FORMAT = "kustomize"

_IMAGES = ("images", "imageTags")
"""`imageTags` is what the section was called before."""
_RESOURCES = (("resources",), ("bases",))
_COMPONENTS = (("components",),)
_ADDED = (
    ("patchesStrategicMerge",),
    ("patches", "path"),
    ("helmCharts", "valuesFile"),
    ("helmCharts", "additionalValuesFiles"),
)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a kustomization. Never raises."""
    document = read_stream(path, FORMAT, text, _read_part)
    return document if overlong(path, FORMAT, text) else document._replace(kustomization=_kustomization(text))


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return split_slot_at(document, offset, read)


def _kustomization(text: str) -> Kustomization:
    """What the file says of others."""
    lookup, tree = Lookup(), load(text)
    replaced = (one for images in _images(lookup, tree) for one in replacements(lookup, text, images))
    return Kustomization(
        _paths(lookup, tree, _RESOURCES),
        tuple(replaced),
        _paths(lookup, tree, _COMPONENTS),
        _paths(lookup, tree, _ADDED),
    )


def _paths(lookup: Lookup, tree: Tree, places: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    """The paths that stand at `places`, by themselves or in lists: no addresses, and no patches written inside."""
    found = (value for root in tree.roots for keys in places for value in below(lookup, root, *keys))
    texts = (item.value for node in found for item in _listed(node) if isinstance(item, Scalar))
    paths = [text for text in texts if text and "://" not in text and "\n" not in text]
    return tuple(paths[: limits.ARGUMENTS])


def _listed(node: Node) -> tuple[Node, ...]:
    return node.items if isinstance(node, Sequence) else (node,)


def _images(lookup: Lookup, tree: Tree) -> Iterator[Node]:
    return (found.value for root in tree.roots for key in _IMAGES for found in lookup.get(root, key))


def _read_part(content: str) -> Part:
    tree = load(content)
    return part(tree, _usages(Lookup(), tree))


def _usages(lookup: Lookup, tree: Tree) -> Iterator[Usage]:
    for images in _images(lookup, tree):
        yield from overrides(lookup, tree.text, images, FORMAT)
    for root in tree.roots:
        yield from patched(lookup, tree.text, root)
        for values in below(lookup, root, "helmCharts", "valuesInline"):
            yield from given_images(tree.text, values, helm_values.FORMAT)
