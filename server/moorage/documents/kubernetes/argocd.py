"""Argo CD: the images that an Application gives to Kustomize, and those that it gives to a chart.

Source: Argo CD's "Kustomize" (`kustomize.images`: `name:tag`, `name@digest`, `old=new:tag`) and "Helm" (`parameters`,
`values`, `valuesObject`).
"""

import re
from collections.abc import Iterator

from moorage.documents.ci.pipelines import text_of
from moorage.documents.kubernetes.charts import given_images, given_in_block
from moorage.documents.kubernetes.resources import below, resources
from moorage.documents.split import fixed
from moorage.documents.usage import Problem, Usage
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Scalar, items
from moorage.documents.yaml.stream import Tree
from moorage.documents.yaml.values import cut, image_row, joined, make_usage, template_problem
from moorage.text import Span

FORMAT = "argocd"

_GROUP = "argoproj.io"
_SPECS = {"Application": ("spec",), "ApplicationSet": ("spec", "template", "spec")}
_SOURCES = ("source", "sources")
_SEPARATOR = re.compile(r":(?=[^/]*\Z)|@")
_SAME_NAME = "*"
_DEPTH = 20
"""How many keys a parameter's name may have."""


def usages(tree: Tree) -> Iterator[Usage]:
    """The images of the Applications in a document."""
    lookup = Lookup()
    for kind, resource in resources(lookup, tree, _GROUP):
        for spec in below(lookup, resource, *_SPECS[kind]) if kind in _SPECS else ():
            for source in _SOURCES:
                for images in below(lookup, spec, source, "kustomize", "images"):
                    for image in items(images):
                        usage = _override(tree.text, image)
                        if usage is not None:
                            yield usage
                for helm in below(lookup, spec, source, "helm"):
                    yield from _given_to_chart(lookup, tree.text, helm)


def _given_to_chart(lookup: Lookup, text: str, helm: Node) -> Iterator[Usage]:
    for values in lookup.get(helm, "values"):
        yield from given_in_block(text, values, FORMAT)
    for values in lookup.get(helm, "valuesObject"):
        yield from given_images(text, values.value, FORMAT)
    for parameters in lookup.get(helm, "parameters"):
        yield from given_images(text, _parameters(lookup, parameters.value), FORMAT)


def _override(text: str, image: Node) -> Usage | None:
    """One image for Kustomize. What is matched with the resources is not edited."""
    row = image_row(image, text)
    value = joined(row)
    old = value.find("=") + 1
    separator = _SEPARATOR.search(value, old)
    end = len(value) if separator is None else separator.start()
    name = cut(row, old, end)
    if not old:
        name = fixed(name)
    elif value[old:end] == _SAME_NAME:
        name = fixed(cut(row, 0, old - 1))
    problem = template_problem(value)
    if problem is None and separator is None:
        problem = Problem("variable", "the tag of this image stands in the resources")
    whole = (*name, *cut(row, end, len(value)))
    return make_usage(text, FORMAT, "image", cut(row, old, len(value)), image.span, row=whole, problem=problem)


def _parameters(lookup: Lookup, parameters: Node) -> Mapping:
    """Helm's parameters as the values that they set: `image.tag` is the tag of `image`."""
    top = _Values()
    for parameter in items(parameters):
        for name in lookup.get(parameter, "name"):
            for value in lookup.get(parameter, "value"):
                top.put(text_of(name.value).split("."), name.value.span, value.value)
    return top.node()


class _Values:
    """Values by their keys, each with the place where it is first named; they may lie in one another."""

    def __init__(self) -> None:
        self._inner: dict[str, tuple[Span, _Values | Node]] = {}

    def put(self, keys: list[str], span: Span, value: Node) -> None:
        """Set the value that a path of keys leads to; the last one counts."""
        if len(keys) > _DEPTH:
            return
        holder = self
        for key in keys[:-1]:
            _, inner = holder._inner.get(key, (span, None))
            if not isinstance(inner, _Values):
                inner = _Values()
                holder._inner[key] = (span, inner)
            holder = inner
        holder._inner[keys[-1]] = (span, value)

    def node(self) -> Mapping:
        """The values as a mapping."""
        entries = [
            (Scalar(key, span), value.node() if isinstance(value, _Values) else value)
            for key, (span, value) in self._inner.items()
        ]
        spans = [key.span for key, _ in entries] or [Span(0, 0)]
        return Mapping(tuple(entries), Span(spans[0].start, spans[0].end))
