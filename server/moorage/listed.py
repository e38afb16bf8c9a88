"""Text files that a policy lists, for commands that need nothing else of it."""

import os
from collections.abc import Callable, Iterable

from moorage.discover import Texts

_MANIFEST = "moorage.yaml"


def listed_texts(paths: Iterable[str]) -> Texts:
    """Which files around `paths` are listed under `files.text`. Policies are read only where there are any."""
    workspaces: list[Texts] = []

    def texts(folder: str) -> Callable[[str], bool] | None:
        if not _is_below_manifest(folder):
            return None
        if not workspaces:
            from moorage.workspace import around

            workspaces.append(around(paths).texts_in)
        return workspaces[0](folder)

    return texts


def _is_below_manifest(folder: str) -> bool:
    """Whether a manifest lies in a folder or anywhere above it."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, _MANIFEST)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent
    return True
