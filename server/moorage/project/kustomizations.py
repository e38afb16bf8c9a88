"""Which images of manifests kustomizations put others in the place of.

Kustomize lays the `images` of a kustomization over all its `resources`, its patches and the charts that it renders, and
those of an overlay over what lies below it. A component works on what the kustomization that names it has taken in by
then. A manifest is taken in by every kustomization from which `resources` lead to it; what runs is what those say that
no other one takes in. Source: Kustomize's reference ("images", "resources", "components"), and the order in which its
`KustTarget` accumulates resources, components, what generators make, and transformers.
"""

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from moorage.documents.usage import Document, Kustomization, Replacement, Usage
from moorage.project.shelf import Locate

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_DEPTH = 16
_STEPS = 1_000
_REPLACED = ("kubernetes", "helm-values")
"""The formats of what images are laid over: an entry under `images` itself is not."""


class Replaced(NamedTuple):
    """What stands for an image: `newTag 1.4.2`, and the path of the kustomization that says so."""

    words: str
    path: str


class Kustomizations:
    """The kustomizations of a project."""

    def __init__(self, documents: Iterable[Document], locate: Locate) -> None:
        self._locate = locate
        self._said = {locate(d.path): (d.path, d.kustomization) for d in documents if d.kustomization is not None}
        self._above: dict[str, list[str]] = {}
        self._laid: dict[tuple[str, str], tuple[tuple[str, Replacement], ...]] = {}
        for path, (_, said) in self._said.items():
            for file in _taken_in(said):
                self._above.setdefault(self._resource(path, file), []).append(path)

    def replacing(self, document: Document, usage: Usage) -> tuple[Replaced, ...]:
        """What stands for an image in each of the kustomizations that are applied to what names it.

        Empty where one of them leaves it as it is, or none takes the document in.
        """
        if not self._said or usage.reference is None or usage.format not in _REPLACED:
            return ()
        name = usage.reference.text[: usage.reference.spans.repository.end]
        path = self._locate(document.path)
        found: dict[Replaced, None] = {}
        # What a kustomization adds itself is below that kustomization.
        for chain in self._chains((path, path) if path in self._said else (path,)):
            replaced = self._replaced(chain, path, name)
            if replaced is None:
                return ()
            found[replaced] = None
        return tuple(found)

    def taken_in(self, document: Document) -> tuple[str, ...]:
        """Where the files lie that a kustomization takes in, as `locate` gives it."""
        said, path = document.kustomization, self._locate(document.path)
        return () if said is None else tuple(self._resource(path, file) for file in _taken_in(said))

    def _replaced(self, chain: Iterable[str], below: str, name: str) -> Replaced | None:
        """The last word of a chain on an image; a new name is what those that come after know it by."""
        last: Replaced | None = None
        for path in chain:
            for where, image in self._laid_over(path, below):
                if image.name == name:
                    last = Replaced(image.words, where)
                    name = image.new_name or name
            below = path
        return last

    def _laid_over(self, path: str, below: str) -> tuple[tuple[str, Replacement], ...]:
        """What a kustomization replaces in what it takes in from `below`, in this order, and who says so."""
        if (path, below) not in self._laid:
            self._laid[path, below] = tuple(self._laying(path, below, set(), 0))
        return self._laid[path, below]

    def _laying(self, path: str, below: str | None, seen: set[str], depth: int) -> Iterator[tuple[str, Replacement]]:
        shown, said = self._said[path]
        components = [self._resource(path, component) for component in said.components]
        if below in components:
            components = components[components.index(below) + 1 :]
        elif below == path or below in [self._resource(path, file) for file in said.added]:
            components = []
        for component in components if depth < _DEPTH else ():
            if component in self._said and component not in seen:
                seen.add(component)
                yield from self._laying(component, None, seen, depth + 1)
        yield from ((shown, image) for image in said.images)

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
        return next((file for file in inside if file in self._said), there)


def _taken_in(said: Kustomization) -> tuple[str, ...]:
    return (*said.resources, *said.components, *said.added)
