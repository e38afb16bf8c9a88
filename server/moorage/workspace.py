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
        # Paths are texts here, as they are asked for once a file: pathlib would take a third of a check's time.
        self._folders = frozenset(map(_absolute, folders))
        self._starts = tuple(os.path.join(top, "") for top in {*self._folders, *map(_absolute, starts)})
        self._open_text = open_text
        self._of_file: dict[str, tuple[Layer, ...]] = {}
        self._of_folder: dict[str, tuple[Layer, ...]] = {}
        self._tops: dict[str, str] = {}
        self._tools: dict[str, tuple[Layer, ...]] = {}
        self._complaints: dict[str, tuple[Complaint, ...]] = {}

    @property
    def complaints(self) -> tuple[Complaint, ...]:
        """What is wrong in the policy files read so far."""
        return tuple(c for listed in self._complaints.values() for c in listed)

    def layers_for(self, path: str) -> tuple[Layer, ...]:
        """The policy of the nearest manifest above the file at `path`, then that of other tools' settings."""
        known = self._of_file.get(path)
        if known is None:
            known = self._of_file[path] = self._layers(_absolute(path))
        return known

    def wants(self, path: str) -> bool:
        """Whether the file at `path` is among those that its policy looks at: `files: {include, exclude}`."""
        for layer in self.layers_for(path):
            if layer.include or layer.exclude:
                below = os.path.relpath(os.path.abspath(path), os.path.dirname(layer.source))
                return self._included(layer, below.replace(os.sep, "/"))
        return True

    def texts_in(self, folder: str) -> Callable[[str], bool] | None:
        """Whether the policy of a folder lists a file under `files.text`; None where it lists nothing."""
        folder = _absolute(folder)
        for layer in self._own(folder, self._top(folder)):
            if layer.text_files:
                from pathspec import GitIgnoreSpec

                spec, top = GitIgnoreSpec.from_lines(layer.text_files), os.path.dirname(layer.source)
                return lambda path: spec.match_file(os.path.relpath(path, top).replace(os.sep, "/"))
        return None

    def forget(self) -> None:
        """Read every policy again when it is next asked for: a manifest has changed."""
        self._of_file.clear()
        self._of_folder.clear()
        self._tops.clear()
        self._tools.clear()
        self._complaints.clear()

    def _included(self, layer: Layer, path: str) -> bool:
        from pathspec import GitIgnoreSpec

        included = not layer.include or GitIgnoreSpec.from_lines(layer.include).match_file(path)
        return included and not GitIgnoreSpec.from_lines(layer.exclude).match_file(path)

    def _layers(self, path: str) -> tuple[Layer, ...]:
        folder = os.path.dirname(path)
        top = self._top(folder)
        own, tools = self._own(folder, top), self._tools_at(top)
        if not tools:
            return own
        below = os.path.relpath(path, top).replace(os.sep, "/")
        return (*own, *(layer.for_file(below) for layer in tools))

    def _own(self, folder: str, top: str) -> tuple[Layer, ...]:
        """What the nearest manifest says, from a folder up to the top."""
        passed: list[str] = []
        while (known := self._of_folder.get(folder)) is None:
            passed.append(folder)
            manifest = os.path.join(folder, MANIFEST)
            text = self._text(manifest)
            if text is not None:
                known = (self._read(manifest, text),)
            elif folder == top:
                known = ()
            if known is not None:
                break
            folder = os.path.dirname(folder)
        self._of_folder.update(dict.fromkeys(passed, known))
        return known

    def _tools_at(self, top: str) -> tuple[Layer, ...]:
        """The settings of other tools where the repository, or what is looked at, begins."""
        known = self._tools.get(top)
        if known is None:
            known = self._tools[top] = layers_of(Path(top), self._open_text)
        return known

    def _top(self, folder: str) -> str:
        """The folder above which nothing is looked at."""
        passed: list[str] = []
        while (known := self._tops.get(folder)) is None:
            passed.append(folder)
            if self._is_top(folder):
                known = folder
                break
            folder = os.path.dirname(folder)
        self._tops.update(dict.fromkeys(passed, known))
        return known

    def _is_top(self, folder: str) -> bool:
        if folder in self._folders or os.path.dirname(folder) == folder or _has_git(folder):
            return True
        return not (folder.startswith(self._starts) or self._is_in_repository(folder))

    def _is_in_repository(self, folder: str) -> bool:
        while (above := os.path.dirname(folder)) != folder:
            if _has_git(above):
                return True
            folder = above
        return False

    def _text(self, manifest: str) -> str | None:
        if self._open_text is not None:
            text = self._open_text(Path(manifest))
            if text is not None:
                return text
        try:
            if not os.path.isfile(manifest):
                return None
            with open(manifest, "rb") as file:
                data = file.read(_MAX + 1)
        except OSError as error:
            self._complain(manifest, 1, 1, f"cannot be read: {error.strerror or error}")
            return ""
        if len(data) > _MAX:
            self._complain(manifest, 1, 1, "is larger than 1 MiB and is not read")
            return ""
        return data.decode("utf-8-sig", "replace")

    def _read(self, manifest: str, text: str) -> Layer:
        from moorage.documents.manifest import read_policy
        from moorage.policy import read_layer
        from moorage.text import LineIndex

        section = read_policy(text)
        index = LineIndex(text)
        if section.problem is not None:
            self._complain(manifest, *index.position(section.problem_span.start), section.problem)
        layer, mistakes = read_layer(section.value, manifest, RULE_IDS)
        for mistake in mistakes:
            self._complain(manifest, *index.position(section.span(mistake.path).start), mistake.message)
        return layer

    def _complain(self, manifest: str, line: int, column: int, message: str) -> None:
        complaint = Complaint(manifest, line, column, message)
        self._complaints[manifest] = (*self._complaints.get(manifest, ()), complaint)


def around(paths: Iterable[str]) -> Workspace:
    """The policy files around what a command was called for."""
    return Workspace(starts=[Path(), *(Path(p) if os.path.isdir(p) else Path(p).parent for p in paths)])


def _absolute(path: str | Path) -> str:
    """The path without `..`, links left as they are: a linked folder belongs to where it is seen."""
    return os.path.abspath(path)


def _has_git(folder: str) -> bool:
    return os.path.exists(os.path.join(folder, ".git"))
