"""Entries that put an image in the place of another, as Kustomize has them: `name`, and what stands for it.

That is `newName`, `newTag` and `digest`; what is not said is as in the resources. Source: Kustomize's reference
("images") and its image tag transformer.
"""

from collections.abc import Iterator

from moorage.documents.split import fixed, growing, row_of, split_usage
from moorage.documents.usage import Problem, Replacement, Usage
from moorage.documents.yaml.nodes import Lookup, Node, items
from moorage.documents.yaml.values import joined

_PARTS = ("name", "newName", "newTag", "digest", "tagSuffix")


def overrides(lookup: Lookup, text: str, images: Node, format_id: str) -> Iterator[Usage]:
    """The usages of a list of entries."""
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


def replacements(lookup: Lookup, text: str, images: Node) -> Iterator[Replacement]:
    """What the entries of a list say, for the resources that they work on."""
    for entry in items(images):
        values = {key: joined(row_of(lookup, text, entry, key)) for key in _PARTS}
        name = values.pop("name")
        words = ", ".join(f"{key} {value}" for key, value in values.items() if value)
        if name and words:
            yield Replacement(name, values["newName"] or None, words)
