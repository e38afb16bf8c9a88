"""Values that are given to a chart in a resource of Kubernetes: read as a values file is.

What such values do not say is said by the chart: an image whose tag they leave out is listed, and not looked up.
"""

from collections.abc import Iterator

from moorage.documents.kubernetes import helm_values
from moorage.documents.kubernetes.blocks import in_block
from moorage.documents.usage import Problem, Usage
from moorage.documents.yaml.nodes import Found, Node
from moorage.documents.yaml.stream import Tree

_IN_CHART = Problem("variable", "the tag of this image stands in the chart")


def given_images(text: str, values: Node, format_id: str) -> Iterator[Usage]:
    """The images that `values`, a node of `text`, name."""
    yield from _given(Tree(text, (values,)), format_id)


def given_in_block(text: str, values: Found, format_id: str) -> Iterator[Usage]:
    """The images of values that are written in a literal block."""
    yield from in_block(text, values, lambda tree: _given(tree, format_id))


def _given(tree: Tree, format_id: str) -> Iterator[Usage]:
    for usage in helm_values.usages(tree):
        if usage is not None:
            reference = usage.reference
            if reference is not None and reference.tag is None and reference.digest is None:
                usage = usage._replace(expanded=None, reference=None, segments=(), problem=_IN_CHART)
            yield usage._replace(format=format_id)
