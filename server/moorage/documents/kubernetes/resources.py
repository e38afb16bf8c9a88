"""Resources of Kubernetes that carry the images of other programs: what their readers have in common."""

from collections.abc import Iterator

from moorage.documents.ci.pipelines import text_of
from moorage.documents.yaml.nodes import Lookup, Node, items
from moorage.documents.yaml.stream import Tree


def resources(lookup: Lookup, tree: Tree, group: str) -> Iterator[tuple[str, Node]]:
    """The resources of an API group, by itself or in a list, each with its kind."""
    if group not in tree.text:
        return
    listed = (item for root in tree.roots for found in lookup.get(root, "items") for item in items(found.value))
    for resource in (*tree.roots, *listed):
        versions = [text_of(found.value) for found in lookup.get(resource, "apiVersion")]
        if any(version.startswith(group + "/") for version in versions):
            yield from ((text_of(found.value), resource) for found in lookup.get(resource, "kind"))


def below(lookup: Lookup, node: Node, *keys: str) -> list[Node]:
    """The values that a path of keys leads to, through lists as through mappings; each once, whatever aliases do."""
    nodes = [node]
    for key in keys:
        holders = {id(holder): holder for node in nodes for holder in items(node)}
        found = (found.value for holder in holders.values() for found in lookup.get(holder, key))
        nodes = list({id(value): value for value in found}.values())
    return nodes
