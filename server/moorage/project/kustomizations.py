"""Which images of manifests kustomizations put others in the place of.

Kustomize lays the `images` of a kustomization over all its `resources`, and those of an overlay over what lies below
it. A manifest is taken in by every kustomization from which `resources` lead to it; what runs is what those say that no
other one takes in. Source: Kustomize's reference ("images", "resources", "components").
"""

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from moorage.documents.usage import Document, Usage
from moorage.project.shelf import Locate

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_DEPTH = 16
_STEPS = 1_000


class Replaced(NamedTuple):
    """What stands for an image: `newTag 1.4.2`, and the path of the kustomization that says so."""

    words: str
    path: str


class Kustomizations:
    """The kustomizations of a project."""

    def __init__(self, documents: Iterable[Document], locate: Locate) -> None:
        self._locate = locate
        self._documents = {locate(d.path): d for d in documents if d.kustomization is not None}
        self._above: dict[str, list[str]] = {}
        for path, document in self._documents.items():
            for resource in document.kustomization.resources if document.kustomization is not None else ():
                self._above.setdefault(self._resource(path, resource), []).append(path)

    def replacing(self, document: Document, usage: Usage) -> tuple[Replaced, ...]:
        """What stands for an image of a manifest in each of the kustomizations that are applied.

        Empty where one of them leaves it as it is, or none takes the manifest in.
        """
        if not self._above or usage.reference is None or usage.format != "kubernetes":
            return ()
        name = usage.reference.text[: usage.reference.spans.repository.end]
        found: dict[Replaced, None] = {}
        for chain in self._chains((self._locate(document.path),)):
            replaced = self._replaced(chain, name)
            if replaced is None:
                return ()
            found[replaced] = None
        return tuple(found)

    def taken_in(self, document: Document) -> tuple[str, ...]:
        """Where the manifests and kustomizations lie that a kustomization takes in, as `locate` gives it."""
        said, path = document.kustomization, self._locate(document.path)
        return () if said is None else tuple(self._resource(path, resource) for resource in said.resources)

    def _replaced(self, chain: Iterable[str], name: str) -> Replaced | None:
        """The last word of a chain on an image; a new name is what the kustomizations further up know it by."""
        last: Replaced | None = None
        for path in chain:
            document = self._documents[path]
            for image in document.kustomization.images if document.kustomization is not None else ():
                if image.name == name:
                    last = Replaced(image.words, document.path)
                    name = image.new_name or name
                    break
        return last

    def _chains(self, below: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        """The kustomizations that take a file in, from the nearest up to one that none takes in.

        Where there are too many, the last chain is empty: it replaces nothing.
        """
        waiting, count = [below], 0
        while waiting:
            chain, count = waiting.pop(), count + 1
            if count > _STEPS:
                yield ()
                return
            above = [path for path in self._above.get(chain[-1], ()) if path not in chain]
            if above and len(chain) < _DEPTH:
                waiting += ((*chain, path) for path in above)
            elif len(chain) > 1:
                yield chain[1:]

    def _resource(self, path: str, resource: str) -> str:
        """The file that a resource is: a manifest, or the kustomization of a folder."""
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), resource))
        inside = (posixpath.join(there, name) for name in NAMES)
        return next((file for file in inside if file in self._documents), there)
