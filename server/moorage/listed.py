"""Which files the policies list under `files`, for commands that need nothing else of them."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moorage.workspace import Workspace

_MANIFEST = "moorage.yaml"


class Listed:
    """What is listed around `paths`. Policies are read only where there are any."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = tuple(paths)
        self._named = {path.replace(os.sep, "/") for path in self._paths}
        self._governed: dict[str, bool] = {}
        self._workspace: Workspace | None = None

    def texts(self, folder: str) -> Callable[[str], bool] | None:
        """Which files of a folder are listed under `files.text`; None where nothing is."""
        workspace = self._around(folder)
        return None if workspace is None else workspace.texts_in(folder)

    def wants(self, path: str) -> bool:
        """Whether `files.include` and `files.exclude` let a file be looked at; one that was named itself always is."""
        workspace = self._around(os.path.dirname(path))
        return workspace is None or path in self._named or workspace.wants(path)

    def _around(self, folder: str) -> "Workspace | None":
        """The policies, where one may govern a folder."""
        governed = self._governed.get(folder)
        if governed is None:
            governed = self._governed[folder] = _is_below_manifest(folder)
        if governed and self._workspace is None:
            from moorage.workspace import around

            self._workspace = around(self._paths)
        return self._workspace if governed else None


def _is_below_manifest(folder: str) -> bool:
    """Whether a manifest lies in a folder or anywhere above it."""
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, _MANIFEST)):
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent
    return True
