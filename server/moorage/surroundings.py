"""What is built around the files that were asked for: the build files above them, and the Dockerfiles these read."""

import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from moorage.discover import git_root, read_neighbour
from moorage.documents.detect import detect, format_named
from moorage.documents.usage import Document
from moorage.documents.yaml.marks import BUILD_PUSH

if TYPE_CHECKING:
    from moorage.project.links import Links

BUILD_FORMATS = ("bake", "compose", "quadlet", "devcontainer", "github-actions", "kustomize")
"""The formats whose files say what is built, or what stands in the place of an image elsewhere."""
_BESIDE = (".devcontainer", ".github/workflows")
"""Folders whose files speak of what lies in the folder above."""
_MANY = 8
"""So many build files around one folder are looked into before they are read."""


class Surroundings:
    """The documents of one run by where they lie; others are read when they are asked for."""

    def __init__(self, documents: Iterable[tuple[str, Document]], paths: Iterable[str]) -> None:
        self._given = tuple(documents)
        self._paths = tuple(paths)

    def links(self) -> "Links | None":
        """Who builds what, here and in the folders above that belong to the same repository; None: nobody anything."""
        above = [document for document in self._above() if document.ties]
        if not above and not any(document.ties for _, document in self._given):
            return None
        from moorage.project.links import Links

        return Links((*(document for _, document in self._given), *above), self._read, locate)

    @cached_property
    def _documents(self) -> dict[str, Document | None]:
        return {locate(place): document for place, document in self._given}

    def _read(self, path: str) -> Document | None:
        if path not in self._documents:
            self._documents[path] = read_document(path)
        return self._documents[path]

    def _above(self) -> Iterator[Document]:
        for folder in sorted(self._folders(), reverse=True):
            paths = [path for path in build_files(folder) if path not in self._documents]
            for path in paths if len(paths) < _MANY else self._leading(folder, paths):
                document = self._documents[path] = read_document(path)
                if document is not None:
                    yield document

    def _leading(self, folder: str, paths: list[str]) -> list[str]:
        """Those of many build files around a folder that may have to do with what was asked for."""
        from moorage.project.mentions import mentions_of

        mentions = mentions_of((document for _, document in self._given), locate)
        if mentions is None:
            return paths
        others: set[str] = set()
        for name in ("bake", "compose"):
            mine = [p for p in paths if os.path.dirname(p) == folder and format_named(name).is_named(p)]
            texts = {os.path.basename(path): read_neighbour(folder, os.path.basename(path)) or "" for path in mine}
            leading = {*mentions.leading(folder, name, texts)}
            others.update(path for path in mine if os.path.basename(path) not in leading)
        return [path for path in paths if path not in others]

    def _folders(self) -> set[str]:
        """The folders from those asked for up to the root of their repository, those asked for left out."""
        folders: set[str] = set()
        for path in self._paths:
            here = locate(path)
            if not os.path.isdir(here):
                here = os.path.dirname(here)
                folders.add(here)
            root = git_root(here)
            while root is not None and len(here) > len(root):
                here = os.path.dirname(here)
                folders.add(here)
        return folders


def locate(path: str) -> str:
    """The one path of a file, with `/` between its parts; links are left as they are."""
    return os.path.abspath(path).replace(os.sep, "/")


def build_files(folder: str) -> Iterator[str]:
    """The files in a folder that say what is built, those of its `.devcontainer` and `.github/workflows` included."""
    for place in (folder, *(os.path.join(folder, beside) for beside in _BESIDE)):
        try:
            names = sorted(os.listdir(place))
        except OSError:
            continue
        paths = (f"{place.rstrip('/')}/{name}" for name in names)
        yield from (path for path in paths if says_builds(path))


def says_builds(path: str) -> bool:
    """Whether the name of a file is one that says what is built."""
    return any(format_named(name).is_named(path) for name in BUILD_FORMATS)


def may_build(path: str, format_id: str, text: str) -> bool:
    """Whether the file at `path`, of this format, may say what is built: most workflows and Compose files do not."""
    if format_id == "github-actions":
        return BUILD_PUSH in text
    if format_id == "compose" and "build" not in text and "extends" not in text:
        from moorage.documents.compose.builds import FIRST

        # It may name what a file beside it builds.
        folder, name = os.path.split(path)
        return name not in FIRST and any(os.path.exists(os.path.join(folder, first)) for first in FIRST)
    return format_id in BUILD_FORMATS


def read_document(path: str) -> Document | None:
    """The document at a path that `locate` gave; None where there is none that can be read, or it can build nothing."""
    folder = os.path.dirname(path)
    text = read_neighbour(folder, os.path.basename(path))
    if text is None:
        return None
    # What a build names as its Dockerfile is one, whatever it is called.
    found = detect(path, text) or format_named("dockerfile")
    if found.id in BUILD_FORMATS and not may_build(path, found.id, text):
        return None
    return found.reader().read(_shown(path), text, lambda beside: read_neighbour(folder, beside))


def _shown(path: str) -> str:
    """A path as a user would write it from here."""
    try:
        return os.path.relpath(path).replace(os.sep, "/")
    except ValueError:
        return path
