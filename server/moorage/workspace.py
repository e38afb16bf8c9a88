"""The policy files around a document: which `moorage.yaml` governs it, and what other tools' settings say."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from moorage.othertools import layers_of
from moorage.policy import Layer
from moorage.rules import RULE_IDS

MANIFEST = "moorage.yaml"
_MAX = 1 << 20


class Complaint(NamedTuple):
    """Something in a policy file that cannot be used. `line` and `column` are 1-based."""

    path: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.message}"


class Workspace:
    """Finds and keeps the policy of folders.

    No policy is read above a folder of `folders` (those opened in an editor), above the root of a repository, or,
    outside of repositories, above a folder of `starts` (those that a command was called for).
    `open_text(path)` gives the text of a file that an editor holds, None where none does.
    """

    def __init__(
        self,
        folders: Iterable[Path] = (),
        *,
        starts: Iterable[Path] = (),
        open_text: Callable[[Path], str | None] | None = None,
    ) -> None:
        self._folders = [_absolute(folder) for folder in folders]
        self._starts = [_absolute(folder) for folder in starts]
        self._open_text = open_text
        self._layers: dict[Path, tuple[Layer, ...]] = {}
        self._tops: dict[Path, Path] = {}
        self._tools: dict[Path, tuple[Layer, ...]] = {}
        self._complaints: dict[Path, tuple[Complaint, ...]] = {}

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """What is wrong in the policy files read so far."""
        return tuple(c for listed in self._complaints.values() for c in listed)

    def layers_for(self, path: str) -> tuple[Layer, ...]:
        """The policy of the nearest manifest above the file at `path`, then that of other tools' settings."""
        full = _absolute(Path(path))
        own, tools = self._of_folder(full.parent), self._tools_above(full.parent)
        if not tools:
            return own
        below = full.relative_to(tools[0].folder).as_posix()
        return (*own, *(layer.for_file(below) for layer in tools))

    def wants(self, path: str) -> bool:
        """Whether the file at `path` is among those that its policy looks at: `files: {include, exclude}`."""
        for layer in self.layers_for(path):
            if layer.include or layer.exclude:
                below = os.path.relpath(os.path.abspath(path), os.path.dirname(layer.source))  # noqa: PTH100, PTH120
                return self._included(layer, below.replace(os.sep, "/"))
        return True

    def forget(self) -> None:
        """Read every policy again when it is next asked for: a manifest has changed."""
        self._layers.clear()
        self._tops.clear()
        self._tools.clear()
        self._complaints.clear()

    def _included(self, layer: Layer, path: str) -> bool:
        from pathspec import GitIgnoreSpec

        included = not layer.include or GitIgnoreSpec.from_lines(layer.include).match_file(path)
        return included and not GitIgnoreSpec.from_lines(layer.exclude).match_file(path)

    def _of_folder(self, folder: Path) -> tuple[Layer, ...]:
        known = self._layers.get(folder)
        if known is None:
            known = self._layers[folder] = self._search(folder)
        return known

    def _search(self, folder: Path) -> tuple[Layer, ...]:
        manifest = folder / MANIFEST
        text = self._text(manifest)
        if text is not None:
            return (self._read(manifest, text),)
        return () if self._top(folder) == folder else self._of_folder(folder.parent)

    def _tools_above(self, folder: Path) -> tuple[Layer, ...]:
        """The settings of other tools where the repository, or what is looked at, begins."""
        top = self._top(folder)
        known = self._tools.get(top)
        if known is None:
            known = self._tools[top] = layers_of(top, self._open_text)
        return known

    def _top(self, folder: Path) -> Path:
        """The folder above which nothing is looked at."""
        known = self._tops.get(folder)
        if known is None:
            known = self._tops[folder] = folder if self._is_top(folder) else self._top(folder.parent)
        return known

    def _is_top(self, folder: Path) -> bool:
        if folder in self._folders or folder.parent == folder or (folder / ".git").exists():
            return True
        return not self._climbs_from(folder)

    def _climbs_from(self, folder: Path) -> bool:
        """Whether the folder above may be looked into."""
        inside = any(folder != top and folder.is_relative_to(top) for top in (*self._folders, *self._starts))
        return inside or any((above / ".git").exists() for above in folder.parents)

    def _text(self, manifest: Path) -> str | None:
        if self._open_text is not None:
            text = self._open_text(manifest)
            if text is not None:
                return text
        try:
            if not manifest.is_file():
                return None
            with manifest.open("rb") as file:
                data = file.read(_MAX + 1)
        except OSError as error:
            self._complain(manifest, 1, 1, f"cannot be read: {error.strerror or error}")
            return ""
        if len(data) > _MAX:
            self._complain(manifest, 1, 1, "is larger than 1 MiB and is not read")
            return ""
        return data.decode("utf-8-sig", "replace")

    def _read(self, manifest: Path, text: str) -> Layer:
        from moorage.documents.manifest import read_policy
        from moorage.policy import read_layer
        from moorage.text import LineIndex

        section = read_policy(text)
        index = LineIndex(text)
        if section.problem is not None:
            self._complain(manifest, 1, 1, section.problem)
        layer, mistakes = read_layer(section.value, str(manifest), RULE_IDS)
        for mistake in mistakes:
            self._complain(manifest, *index.position(section.span(mistake.path).start), mistake.message)
        return layer

    def _complain(self, manifest: Path, line: int, column: int, message: str) -> None:
        complaint = Complaint(str(manifest), line, column, message)
        self._complaints[manifest] = (*self._complaints.get(manifest, ()), complaint)


def _absolute(path: Path) -> Path:
    """The path without `..`, links left as they are: a linked folder belongs to where it is seen."""
    return Path(os.path.abspath(path))  # noqa: PTH100  (resolve() follows links)
