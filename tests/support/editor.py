"""An editor as tests drive it: a real server process behind pytest-lsp's client, which checks what it is sent."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager

from lsprotocol import types as lsp
from pytest_lsp import make_test_lsp_client

from moorage.text import LineIndex
from support.secrets import leak

CURSOR = "‸"
_PATIENCE = 20.0


def place(text):
    """The text without its cursor, and the position of that in UTF-16."""
    at = text.index(CURSOR)
    text = text.replace(CURSOR, "", 1)
    return text, lsp.Position(*LineIndex(text).to_units(at, "utf-16"))


class Editor:
    """One editor window."""

    def __init__(self, client, folder):
        self.client = client
        self.folder = folder
        self.server = None

    def uri(self, name="Dockerfile"):
        """The URI of a file of the open folder."""
        return (self.folder / name).as_uri() if ":" not in name else name

    def open(self, text, name="Dockerfile", language="dockerfile"):
        """Open a document; a cursor in it is taken out and its position returned."""
        position = None
        if CURSOR in text:
            text, position = place(text)
        item = lsp.TextDocumentItem(self.uri(name), language, 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return position

    def change(self, version, *changes, name="Dockerfile"):
        """Change a document: texts replace all of it, (range, text) a part."""
        events = [
            lsp.TextDocumentContentChangeWholeDocument(change)
            if isinstance(change, str)
            else lsp.TextDocumentContentChangePartial(change[0], change[1])
            for change in changes
        ]
        identity = lsp.VersionedTextDocumentIdentifier(version, self.uri(name))
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identity, events))

    async def until(self, true):
        """Wait until `true()` holds, and give what it gave."""
        async with asyncio.timeout(_PATIENCE):
            while not (found := true()):  # noqa: ASYNC110  (nothing says when the client has taken a message)
                await asyncio.sleep(0.02)
        return found

    def rules(self, name="Dockerfile"):
        """The rules of what was last pushed for a document; None before that."""
        pushed = self.client.diagnostics.get(self.uri(name))
        return None if pushed is None else [d.code for d in pushed]

    async def until_rules(self, rules, name="Dockerfile"):
        """Wait until exactly these findings are pushed."""
        await self.until(lambda: self.rules(name) == rules)

    async def pull(self, name="Dockerfile"):
        """Ask for the findings of a document."""
        identity = lsp.TextDocumentIdentifier(self.uri(name))
        report = await self.client.text_document_diagnostic_async(lsp.DocumentDiagnosticParams(identity))
        return [d.code for d in report.items]

    async def hover(self, position, name="Dockerfile"):
        """What is shown at a position."""
        identity = lsp.TextDocumentIdentifier(self.uri(name))
        found = await self.client.text_document_hover_async(lsp.HoverParams(identity, position))
        return None if found is None else found.contents.value

    async def complete(self, position, name="Dockerfile"):
        """What is offered at a position."""
        identity = lsp.TextDocumentIdentifier(self.uri(name))
        return await self.client.text_document_completion_async(lsp.CompletionParams(identity, position))

    async def actions(self, position, name="Dockerfile", only=None, trigger=None):
        """What can be done at a position, by title."""
        pushed = list(self.client.diagnostics.get(self.uri(name), ()))
        params = lsp.CodeActionParams(
            lsp.TextDocumentIdentifier(self.uri(name)),
            lsp.Range(position, position),
            lsp.CodeActionContext(pushed, only, trigger),
        )
        return {action.title: action for action in await self.client.text_document_code_action_async(params) or ()}

    async def resolve(self, action):
        """The edits of a listed action."""
        return (await self.client.code_action_resolve_async(action)).edit

    def logged(self):
        """The lines in the editor's log."""
        return [message.message for message in self.client.log_messages]


def capabilities(*, pulls=False, resolves=True, versioned=True, encodings=None, progress=False, markdown=True):
    """What an editor says that it can do."""
    return lsp.ClientCapabilities(
        general=lsp.GeneralClientCapabilities(position_encodings=encodings),
        window=lsp.WindowClientCapabilities(work_done_progress=progress),
        workspace=lsp.WorkspaceClientCapabilities(
            configuration=True,
            workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=versioned),
            diagnostics=lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=pulls),
        ),
        text_document=lsp.TextDocumentClientCapabilities(
            diagnostic=lsp.DiagnosticClientCapabilities() if pulls else None,
            hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown] if markdown else None),
            code_action=lsp.CodeActionClientCapabilities(
                resolve_support=lsp.ClientCodeActionResolveOptions(["edit"]) if resolves else None,
                data_support=True,
                is_preferred_support=True,
            ),
            rename=lsp.RenameClientCapabilities(prepare_support=True),
        ),
    )


@asynccontextmanager
async def editor(folder, *, can=None, name="Visual Studio Code", options=None, settings=None):
    """An editor with `folder` open; what the server logs as an error fails the test, and so does a secret."""
    client = make_test_lsp_client()
    client.set_configuration({"moorage": settings or {}})
    await client.start_io(sys.executable, "-m", "moorage", "lsp", env=dict(os.environ))
    window = Editor(client, folder)
    try:
        window.server = await client.initialize_session(
            lsp.InitializeParams(
                capabilities=can or capabilities(),
                client_info=lsp.ClientInfo(name),
                workspace_folders=[lsp.WorkspaceFolder(folder.as_uri(), folder.name)],
                initialization_options=options,
            )
        )
        yield window
        failures = [m.message for m in client.log_messages if m.message.startswith("Moorage failed")]
        assert not failures
        assert leak(repr((client.log_messages, client.messages, client.diagnostics))) is None
        await client.shutdown_session()
        assert client._server.returncode == 0
    finally:
        if client._server.returncode is None:
            client._server.kill()
        await client.stop()
