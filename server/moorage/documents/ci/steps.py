"""What Drone and Woodpecker have in common: steps and services that run in an image each."""

from collections.abc import Iterator

from moorage.documents.ci.pipelines import Environments, Image, members, nothing_known
from moorage.documents.usage import Role
from moorage.documents.yaml.nodes import Lookup
from moorage.documents.yaml.stream import Tree

_HOLDERS: tuple[tuple[str, Role], ...] = (
    ("steps", "step"),
    ("pipeline", "step"),
    ("clone", "step"),
    ("services", "service"),
)


def images(tree: Tree, environments: Environments = nothing_known) -> Iterator[Image]:
    """The images of a pipeline, whose holders are lists or, in earlier versions, mappings of names."""
    lookup = Lookup()
    for root in tree.roots:
        for key, role in _HOLDERS:
            for holder in lookup.get(root, key):
                for member in members(holder.value, "image"):
                    yield from (Image(image, role, environments) for image in lookup.get(member, "image"))
