"""Who builds what: the builds of open documents, the build files in the folders above, and those found elsewhere.

Folders are looked into up to the root of the repository, each once until something in them changes.
"""

import posixpath
from collections.abc import Callable, Collection, Iterable

from moorage.discover import git_root
from moorage.documents.usage import Document
from moorage.lsp.uris import is_on_disk
from moorage.project.links import NO_LINKS, Links
from moorage.surroundings import build_files, read_document, says_builds

Current = Callable[[str], Document | None]
"""The open document at a path, as it stands in the editor; None where it is not open."""


class Linking:
    """Keeps the links between open documents and what lies around them."""

    def __init__(self, current: Current) -> None:
        self.links: Links = NO_LINKS
        self._current = current
        self._folders: dict[str, tuple[str, ...]] = {}
        self._found: dict[str, tuple[str, ...]] = {}
        self._on_disk: dict[str, Document | None] = {}
        self._elsewhere: set[str] = set()
        self._joined: tuple[tuple[str, tuple[object, ...]], ...] = ()

    def join(self, documents: Iterable[Document]) -> bool:
        """Join what is open and what lies above it; whether that is anything else than before."""
        builders = {d.path: d for d in documents if d.ties}
        for document in documents:
            if is_on_disk(document.path):
                for path in self._above(posixpath.dirname(document.path)):
                    found = self._read(path)
                    if found is not None and found.ties:
                        builders.setdefault(path, found)
        for path in self._elsewhere:
            found = self._read(path)
            if found is not None and found.ties:
                builders.setdefault(path, found)
        joined = tuple((path, builders[path].ties) for path in sorted(builders))
        if joined == self._joined:
            return False
        self._joined = joined
        self.links = (
            Links([builders[path] for path, _ in joined], self._read, before=self.links) if joined else NO_LINKS
        )
        return True

    def add(self, documents: Iterable[Document]) -> None:
        """Take documents into account that lie somewhere in the open folders."""
        for document in documents:
            self._elsewhere.add(document.path)
            self._on_disk.setdefault(document.path, document)

    def forget(self, paths: Collection[str]) -> None:
        """These files on disk have changed, come or gone: look again."""
        self._folders.clear()
        self._found.clear()
        self._joined = ()
        self._elsewhere |= {path for path in paths if says_builds(path)}
        # A file may be read with those beside it: a `.env`, an override.
        changed = {posixpath.dirname(path) for path in paths}
        self._on_disk = {p: d for p, d in self._on_disk.items() if posixpath.dirname(p) not in changed}

    def _read(self, path: str) -> Document | None:
        open_one = self._current(path)
        if open_one is not None:
            return open_one
        if path not in self._on_disk:
            found = read_document(path)
            self._on_disk[path] = None if found is None else found._replace(path=path)
        return self._on_disk[path]

    def _above(self, folder: str) -> tuple[str, ...]:
        """The build files in a folder and above it, in its repository."""
        known = self._found.get(folder)
        if known is None:
            found, here, root = [*self._build_files(folder)], folder, git_root(folder)
            while root is not None and len(here) > len(root):
                here = posixpath.dirname(here)
                found += self._build_files(here)
            known = self._found[folder] = tuple(found)
        return known

    def _build_files(self, folder: str) -> tuple[str, ...]:
        known = self._folders.get(folder)
        if known is None:
            known = self._folders[folder] = tuple(build_files(folder))
        return known
