"""Flux: the images that a Kustomization or a HelmRelease puts in the place of others, and those given to a chart.

Source: Flux's API reference (Kustomization `spec.images`; HelmRelease `spec.postRenderers[].kustomize.images`,
`spec.values`).
"""

from collections.abc import Iterator

from moorage.documents.kubernetes.charts import given_images
from moorage.documents.kubernetes.overrides import overrides
from moorage.documents.kubernetes.resources import below, resources
from moorage.documents.usage import Usage
from moorage.documents.yaml.nodes import Lookup
from moorage.documents.yaml.stream import Tree

FORMAT = "flux"

_KUSTOMIZE, _HELM = "kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io"


def usages(tree: Tree) -> Iterator[Usage]:
    """The images of the Flux resources in a document."""
    lookup = Lookup()
    for kind, resource in resources(lookup, tree, _KUSTOMIZE):
        if kind == "Kustomization":
            for images in below(lookup, resource, "spec", "images"):
                yield from overrides(lookup, tree.text, images, FORMAT)
    for kind, resource in resources(lookup, tree, _HELM):
        if kind == "HelmRelease":
            for images in below(lookup, resource, "spec", "postRenderers", "kustomize", "images"):
                yield from overrides(lookup, tree.text, images, FORMAT)
            for values in below(lookup, resource, "spec", "values"):
                yield from given_images(tree.text, values, FORMAT)
