"""Documents opened, changed, saved and closed; files, folders and settings that change around them."""

from collections.abc import Sequence
from typing import Any, cast

from lsprotocol import types as lsp

from moorage.lsp.diagnostics import Diagnostics
from moorage.lsp.documents import is_too_large
from moorage.lsp.protocol import Handler
from moorage.lsp.session import Session
from moorage.lsp.uris import path_of
from moorage.othertools import DEPENDABOT, HADOLINT, RENOVATE

_POLICY = frozenset(name.rpartition("/")[2] for name in ("moorage.yaml", *RENOVATE, *DEPENDABOT, *HADOLINT))
"""The names of files whose text is policy."""
WATCHED = (
    "**/moorage.yaml",
    "**/{renovate.json,renovate.json5,.renovaterc,.renovaterc.json,.renovaterc.json5}",
    "**/.github/dependabot.{yml,yaml}",
    "**/.env",
    "**/*compose*.{yml,yaml}",
    "**/*bake*.{hcl,json}",
    "**/*{ocker,ontainer}file*",
    "**/*devcontainer.json",
    "**/[kK]ustomization*",
    "**/.github/workflows/*.{yml,yaml}",
)
"""What other documents depend on: policy, variables, who builds what, and the Dockerfiles that builds read."""


class Synchronisation:
    """Keeps the session's documents as the client has them."""

    def __init__(self, session: Session, diagnostics: Diagnostics) -> None:
        self._session = session
        self._diagnostics = diagnostics

    def handlers(self) -> dict[str, Handler]:
        """The notifications of the family."""
        return {
            lsp.TEXT_DOCUMENT_DID_OPEN: self._opened,
            lsp.TEXT_DOCUMENT_DID_CHANGE: self._changed,
            lsp.TEXT_DOCUMENT_DID_SAVE: self._saved,
            lsp.TEXT_DOCUMENT_DID_CLOSE: self._closed,
            lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES: self._files_changed,
            lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS: self._folders_changed,
            lsp.SET_TRACE: _ignored,
            lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL: _ignored,
        }

    def _opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        mirror = self._session.documents.open(params.text_document)
        if is_too_large(mirror):
            self._session.tell([f"{path_of(mirror.uri)} is larger than 2 MiB and is not read"])
        self._policy_may_change(mirror.uri)
        self._diagnostics.opened(mirror.uri)

    def _changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        mirror = self._session.documents.change(params)
        if mirror is None:
            self._session.tell([f"{params.text_document.uri} was changed but never opened"])
            return
        self._session.facts.typing()
        self._policy_may_change(mirror.uri)
        self._diagnostics.changed(mirror.uri)

    def _policy_may_change(self, uri: str) -> None:
        if _is_policy(uri):
            self._session.policy_changed()

    def _saved(self, params: lsp.DidSaveTextDocumentParams) -> None:
        self._session.facts.again(params.text_document.uri)

    def _closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        self._session.forget(uri)
        self._diagnostics.closed(uri)
        self._policy_may_change(uri)

    def _files_changed(self, params: lsp.DidChangeWatchedFilesParams) -> None:
        # Of an open document, what the editor holds counts, not what was saved.
        uris = [event.uri for event in params.changes if self._session.documents.mirror(event.uri) is None]
        if not all(_is_policy(uri) for uri in uris):
            self._session.neighbours_changed([path_of(uri) for uri in uris])
        elif uris:
            self._session.policy_changed()

    def _folders_changed(self, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        self._session.folders_changed(_uris(params.event.added), _uris(params.event.removed))


def folders_of(params: lsp.InitializeParams) -> list[str]:
    """The URIs of the folders that the client has open."""
    if params.workspace_folders:
        return _uris(params.workspace_folders)
    return [params.root_uri] if params.root_uri else []


def section_of(settings: object) -> object:
    """The section `moorage` of what a client sends as its settings."""
    if isinstance(settings, dict):
        said = cast(dict[str, Any], settings)
        return said.get("moorage", said)
    section = getattr(settings, "moorage", settings)
    return as_plain(section)


def as_plain(value: object) -> object:
    """A value of JSON as dictionaries and lists; pygls makes named tuples of objects that it has no type for."""
    if isinstance(value, tuple):
        return as_plain(cast(Any, value)._asdict())
    if isinstance(value, dict):
        return {k: as_plain(v) for k, v in cast(dict[str, object], value).items()}
    if isinstance(value, list):
        return [as_plain(v) for v in cast(list[object], value)]
    return value


def _uris(folders: Sequence[lsp.WorkspaceFolder]) -> list[str]:
    return [folder.uri for folder in folders]


def _is_policy(uri: str) -> bool:
    return path_of(uri).rpartition("/")[2] in _POLICY


def _ignored(_params: object) -> None:
    """A notification that changes nothing here."""
