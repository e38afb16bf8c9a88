"""Links between documents: which policy governs which file, and who builds what.

A project is pure: whoever walks the folders hands it the layers of policy that were found.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from moorage.data.lifecycle import Lifecycles, shipped
from moorage.documents.usage import Document, Usage
from moorage.policy import NOTHING, Directive, Layer, Policy, resolve
from moorage.project.links import NO_LINKS, Links


def _no_layers(_path: str) -> Sequence[Layer]:
    return ()


class Project(NamedTuple):
    """What is around a document. `layers_for(path)` gives its layers of policy, from near to far."""

    today: date
    layers_for: Callable[[str], Sequence[Layer]] = _no_layers
    user: Layer = NOTHING
    overrides: Layer = NOTHING
    """What the command line says: it stands before every file."""
    lives: Callable[[], Lifecycles] = shipped
    """When lines of releases end: as shipped, or as the user has refreshed it."""
    links: Links = NO_LINKS
    """Who builds what."""

    def layers(self, path: str) -> tuple[Layer, ...]:
        """All layers for the file at `path`, from near to far."""
        return (self.overrides, *self.layers_for(path), self.user)

    def policy(self, document: Document, usage: Usage | None, directives: Sequence[Directive]) -> Policy:
        """The policy for a usage of `document`, or for the document as such."""
        return resolve(usage, self.layers(document.path), directives, self.today)
