"""The documents that are open in the editor, each read once per version."""

import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from lsprotocol import types as lsp

from moorage.discover import read_neighbour
from moorage.documents.detect import FORMATS, Format, Neighbour, detect, format_named, nobody
from moorage.documents.limits import DOCUMENT_BYTES
from moorage.documents.usage import Document
from moorage.findings.notes import with_noted_tags
from moorage.lsp.mirror import Mirror, opened
from moorage.lsp.uris import is_on_disk, local_path, path_of, uri_of
from moorage.text import Encoding, LineIndex

LANGUAGES = {"dockerfile": "dockerfile", "dockercompose": "compose", "dockerbake": "bake"}
"""Language identifiers of editors for documents whose name says nothing, such as one that was never saved."""
_ENDINGS = {
    "dockercompose": ".yaml",
    "github-actions-workflow": ".yaml",
    "hcl": ".hcl",
    "helm": ".yaml",
    "json": ".json",
    "systemd": ".container",
    "yaml": ".yaml",
}
"""How a file that was never saved would end by its language, so that its content can tell its format."""


class Read(NamedTuple):
    """A document as it was read, and the format that read it."""

    format: Format
    document: Document


class _Reading(NamedTuple):
    """A document as it was read; `beside` are the files that it was read with, None for one that was not open."""

    mirror: Mirror
    read: Read | None
    beside: dict[str, Mirror | None]


def _is_no_text(_path: str) -> bool:
    """Only files of known formats are read."""
    return False


class Documents:
    """The open documents by their URI. `is_listed(path)`: the policy wants the file to be read as text."""

    def __init__(self, encoding: Encoding = "utf-16", is_listed: Callable[[str], bool] = _is_no_text) -> None:
        self._encoding: Encoding = encoding
        self._is_listed = is_listed
        self._open: dict[str, Mirror] = {}
        self._uris: dict[str, str] = {}
        self._read: dict[str, _Reading] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._open))

    def open(self, item: lsp.TextDocumentItem) -> Mirror:
        """The client has opened a document."""
        self._read.pop(item.uri, None)
        mirror = self._open[item.uri] = opened(item, self._encoding)
        self._uris[path_of(item.uri)] = item.uri
        return mirror

    def change(self, params: lsp.DidChangeTextDocumentParams) -> Mirror | None:
        """The client has changed a document; None where it never opened it."""
        identity = params.text_document
        mirror = self._open.get(identity.uri)
        if mirror is None:
            return None
        mirror = self._open[identity.uri] = mirror.changed(identity.version, params.content_changes)
        return mirror

    def close(self, uri: str) -> None:
        """The client has closed a document."""
        self._open.pop(uri, None)
        self._read.pop(uri, None)
        self._uris.pop(path_of(uri), None)

    def uri_at(self, path: str) -> str | None:
        """The URI of the open document at `path`."""
        return self._uris.get(path)

    def mirror(self, uri: str) -> Mirror | None:
        """The document as the client has it; None where it is not open."""
        return self._open.get(uri)

    def forget_readings(self) -> None:
        """Read every document again when it is next asked for: something beside it has changed."""
        self._read.clear()

    def forget_listed(self) -> None:
        """Read those again which a policy may list, or list no more."""
        for uri in [u for u, known in self._read.items() if known.read is None or known.read.format.id == "text"]:
            del self._read[uri]

    def read(self, uri: str) -> Read | None:
        """The document, read; None where it is not open, too large, or of no format that names images."""
        mirror = self._open.get(uri)
        if mirror is None:
            return None
        known = self._read.get(uri)
        if known is None or known.mirror is not mirror or self._is_outdated(known):
            known = self._read[uri] = self._reading(mirror)
        return known.read

    def outdated(self) -> list[str]:
        """The documents that were read with something beside them which reads otherwise by now."""
        return [uri for uri, known in self._read.items() if self._is_outdated(known)]

    def _is_outdated(self, known: _Reading) -> bool:
        return any(self._at(path) is not mirror for path, mirror in known.beside.items())

    def _at(self, path: str) -> Mirror | None:
        return self._open.get(self._uris.get(path, ""))

    def reread(self, uri: str, read: Read, text: str) -> Document:
        """Another text, read as the document of `uri` was."""
        return with_noted_tags(read.format.reader().read(read.document.path, text, self._neighbour(uri)))

    def text_of(self, path: str) -> str | None:
        """The text that the editor holds of the file at `path`."""
        mirror = self._at(path)
        return None if mirror is None else mirror.content

    def mirror_of(self, path: str) -> Mirror | None:
        """The document of `path` as it is open, or else as it lies on disk."""
        mirror = self._at(path)
        if mirror is not None:
            return mirror
        text = read_neighbour(*os.path.split(path)) if is_on_disk(path) else None
        return None if text is None else Mirror(uri_of(path), "", None, LineIndex(text), self._encoding)

    def _reading(self, mirror: Mirror) -> _Reading:
        beside: dict[str, Mirror | None] = {}
        return _Reading(mirror, self._read_with(mirror, beside), beside)

    def _read_with(self, mirror: Mirror, beside: dict[str, Mirror | None]) -> Read | None:
        if is_too_large(mirror):
            return None
        path, text = path_of(mirror.uri), mirror.content
        found = detect(path if is_on_disk(path) else path + _ENDINGS.get(mirror.language, ""), text)
        if found is None:
            found = format_named("text") if self._is_listed(path) else _by_language(mirror.language)
        if found is None:
            return None
        return Read(found, with_noted_tags(found.reader().read(path, text, self._neighbour(mirror.uri, beside))))

    def _neighbour(self, uri: str, asked: dict[str, Mirror | None] | None = None) -> Neighbour:
        """Gives the files beside a document, those that are open as they stand in the editor; notes what is `asked`."""
        path = local_path(uri)
        if path is None:
            return nobody
        folder = path.rpartition("/")[0]

        def neighbour(relative: str) -> str | None:
            there = os.path.normpath(f"{folder}/{relative}").replace("\\", "/")
            mirror = self._at(there)
            if asked is not None:
                asked[there] = mirror
            return read_neighbour(folder, relative) if mirror is None else mirror.content

        return neighbour


def is_too_large(mirror: Mirror) -> bool:
    """Whether a document is over what is read at all."""
    return len(mirror.text) > DOCUMENT_BYTES or mirror.size() > DOCUMENT_BYTES


def _by_language(language: str) -> Format | None:
    wanted = LANGUAGES.get(language)
    return next((f for f in FORMATS if f.id == wanted), None)
