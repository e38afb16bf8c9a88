"""What the client can do, and what it is offered in return."""

from typing import NamedTuple

from lsprotocol import types as lsp

from moorage.text import Encoding

_ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16", "utf-32")

_DRAWS_HINTS = ("code", "codium", "cursor", "windsurf", "theia")
"""Words in the names of editors that mark a hint with dots; others print it as text, like a warning."""

_TAG_CHARACTERS = (":", ".", "-", "@", "=", "[", ",")


class Client(NamedTuple):
    """What was negotiated with one client."""

    encoding: Encoding = "utf-16"
    pulls: bool = False
    """It asks for diagnostics, and can be told to ask again."""
    resolves_edits: bool = False
    versioned_edits: bool = False
    markdown: bool = False
    configuration: bool = False
    dynamic_configuration: bool = False
    watches_files: bool = False
    progress: bool = False
    draws_hints: bool = False
    prepares_rename: bool = False


def read_client(params: lsp.InitializeParams) -> Client:
    """What `initialize` says of the client."""
    can = params.capabilities
    text = can.text_document or lsp.TextDocumentClientCapabilities()
    workspace = can.workspace or lsp.WorkspaceClientCapabilities()
    window = can.window or lsp.WindowClientCapabilities()
    action = text.code_action.resolve_support if text.code_action else None
    hover = text.hover.content_format if text.hover else None
    name = params.client_info.name.lower() if params.client_info else ""
    return Client(
        encoding=_encoding(can.general),
        pulls=bool(text.diagnostic and workspace.diagnostics and workspace.diagnostics.refresh_support),
        resolves_edits=action is not None and "edit" in action.properties,
        versioned_edits=bool(workspace.workspace_edit and workspace.workspace_edit.document_changes),
        markdown=bool(hover) and lsp.MarkupKind.Markdown in (hover or ()),
        configuration=bool(workspace.configuration),
        dynamic_configuration=bool(
            workspace.did_change_configuration and workspace.did_change_configuration.dynamic_registration
        ),
        watches_files=bool(
            workspace.did_change_watched_files and workspace.did_change_watched_files.dynamic_registration
        ),
        progress=bool(window.work_done_progress),
        draws_hints=any(word in name for word in _DRAWS_HINTS),
        prepares_rename=bool(text.rename and text.rename.prepare_support),
    )


def _encoding(general: lsp.GeneralClientCapabilities | None) -> Encoding:
    """The client's first choice; UTF-16 where it says nothing (Language Server Protocol 3.17, "Position")."""
    for offered in (general.position_encodings if general else None) or ():
        for encoding in _ENCODINGS:
            if offered == encoding:
                return encoding
    return "utf-16"


def capabilities(client: Client) -> lsp.ServerCapabilities:
    """What the server does for this client. Diagnostics are either pulled or pushed, never both."""
    return lsp.ServerCapabilities(
        position_encoding=lsp.PositionEncodingKind(client.encoding),
        text_document_sync=lsp.TextDocumentSyncOptions(
            open_close=True, change=lsp.TextDocumentSyncKind.Incremental, save=lsp.SaveOptions(include_text=False)
        ),
        completion_provider=lsp.CompletionOptions(trigger_characters=_TAG_CHARACTERS),
        hover_provider=True,
        code_action_provider=lsp.CodeActionOptions(
            code_action_kinds=[
                lsp.CodeActionKind.QuickFix,
                lsp.CodeActionKind.RefactorRewrite,
                "source.moorage.fixAll",
            ],
            resolve_provider=client.resolves_edits,
        ),
        definition_provider=True,
        references_provider=True,
        document_highlight_provider=True,
        rename_provider=lsp.RenameOptions(prepare_provider=True) if client.prepares_rename else True,
        diagnostic_provider=(
            lsp.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier="moorage")
            if client.pulls
            else None
        ),
        workspace=lsp.WorkspaceOptions(
            workspace_folders=lsp.WorkspaceFoldersServerCapabilities(supported=True, change_notifications=True)
        ),
    )
