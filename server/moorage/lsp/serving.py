"""Everything that one client is served with once `initialize` is answered, put together."""

import gc

from lsprotocol import types as lsp

from moorage.lsp.client import Client
from moorage.lsp.configuration import Configuration
from moorage.lsp.diagnostics import Diagnostics
from moorage.lsp.later import Later
from moorage.lsp.options import Options
from moorage.lsp.progress import Progress
from moorage.lsp.protocol import Protocol
from moorage.lsp.session import Session
from moorage.lsp.synchronisation import Synchronisation, as_plain, folders_of


class Serving:
    """A session and its handlers."""

    def __init__(self, protocol: Protocol, client: Client, params: lsp.InitializeParams) -> None:
        options, wrong = Options().with_section(as_plain(params.initialization_options))
        session = self._session = Session(protocol, client, options, folders_of(params))
        session.tell(wrong)
        diagnostics = Diagnostics(session)
        Progress(session)
        for family in (
            diagnostics,
            Synchronisation(session, diagnostics),
            Configuration(session, diagnostics),
            Later(session),
        ):
            protocol.serve(family.handlers())
        # What is loaded by now stays, and need not be looked through for garbage at some keystroke.
        gc.freeze()
        gc.enable()

    async def close(self) -> None:
        """End everything in the background."""
        await self._session.close()
