"""Kustomize: the images that a kustomization puts in the place of others.

An entry under `images` names an image of the resources, and what stands for it: `newName`, `newTag`, `digest`. What is
not said is as in the resources. Source: Kustomize's reference ("images") and its image tag transformer.
"""

from collections.abc import Iterator

from moorage.documents import limits
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.overlong import overlong
from moorage.documents.split import fixed, growing, row_of, split_slot_at, split_usage
from moorage.documents.usage import Document, Kustomization, Problem, Replacement, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Node, Scalar, Sequence, items
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.stream import load
from moorage.documents.yaml.values import joined

FORMAT = "kustomize"

_KEYS = ("images", "imageTags")
"""`imageTags` is what the section was called before."""
_TAKEN_IN = ("resources", "bases", "components")
_PARTS = ("name", "newName", "newTag", "digest", "tagSuffix")


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a kustomization. Never raises."""
    document = read_stream(path, FORMAT, text, _read_part)
    return document if overlong(path, FORMAT, text) else document._replace(kustomization=_kustomization(text))


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return split_slot_at(document, offset, read)


def _kustomization(text: str) -> Kustomization:
    """What the file says of others."""
    lookup, roots = Lookup(), load(text).roots
    resources = [
        item.value
        for root in roots
        for key in _TAKEN_IN
        for found in lookup.get(root, key)
        for item in (found.value.items if isinstance(found.value, Sequence) else ())
        if isinstance(item, Scalar) and "://" not in item.value
    ]
    replaced = [
        _replacement(lookup, text, entry)
        for root in roots
        for key in _KEYS
        for found in lookup.get(root, key)
        for entry in items(found.value)
    ]
    return Kustomization(tuple(resources[: limits.ARGUMENTS]), tuple(r for r in replaced if r is not None))


def _replacement(lookup: Lookup, text: str, entry: Node) -> Replacement | None:
    values = {key: joined(row_of(lookup, text, entry, key)) for key in _PARTS}
    name = values.pop("name")
    words = ", ".join(f"{key} {value}" for key, value in values.items() if value)
    return Replacement(name, values["newName"] or None, words) if name and words else None


def _read_part(content: str) -> Part:
    tree = load(content)
    lookup = Lookup()
    holders = [found.value for root in tree.roots for key in _KEYS for found in lookup.get(root, key)]
    return part(tree, (usage for holder in holders for usage in overrides(lookup, content, holder, FORMAT)))


def overrides(lookup: Lookup, text: str, images: Node, format_id: str) -> Iterator[Usage]:
    """The usages of a list of entries as they stand under `images`."""
    for entry in items(images):
        name, new_name, tag, digest, suffix = (row_of(lookup, text, entry, key) for key in _PARTS)
        if not (new_name or tag or digest or suffix):
            continue
        # By its name the resources know the image: an edit does not touch it.
        repository = new_name or fixed(name)
        problem = None if tag or digest else Problem("variable", "the tag of this image stands in the resources")
        usage = split_usage(text, format_id, entry.span, repository, growing(tag), digest, problem)
        if usage is not None:
            yield usage
