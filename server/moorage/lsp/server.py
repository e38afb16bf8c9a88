"""The language server: puts the parts together and runs until the client ends it."""

import asyncio
import sys
from typing import cast

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from moorage import __version__
from moorage.lsp.client import capabilities, read_client
from moorage.lsp.configuration import Configuration
from moorage.lsp.diagnostics import Diagnostics
from moorage.lsp.later import Later
from moorage.lsp.options import Options
from moorage.lsp.progress import Progress
from moorage.lsp.protocol import Protocol, silence_pygls
from moorage.lsp.session import Session
from moorage.lsp.stdio import Input, Output, claim_standard_streams
from moorage.lsp.synchronisation import Synchronisation, as_plain, folders_of

_SWITCH = 0.001
"""Seconds after which a busy thread lets the event loop go on (Python's own default is five times that)."""


def serve() -> int:
    """Serve one client over standard input and output; returns the exit code."""
    silence_pygls()
    sys.setswitchinterval(_SWITCH)
    reading, writing = claim_standard_streams()
    return asyncio.run(_serve(Input(reading), Output(writing)))


async def _serve(source: Input, sink: Output) -> int:
    loop = asyncio.get_running_loop()
    server = LanguageServer("moorage", __version__, protocol_cls=Protocol, converter_factory=default_converter)
    connection = Connection(cast(Protocol, server.protocol))
    protocol = connection.protocol
    protocol.set_writer(sink)
    protocol.ended = loop.create_future()
    source.start(loop, protocol.receive, protocol.client_gone)
    code = await protocol.ended
    await connection.close()
    sink.close()
    return code


class Connection:
    """What one client is served with, from `initialize` on."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._session: Session | None = None
        protocol.serve({lsp.INITIALIZE: self._initialize})

    def _initialize(self, params: lsp.InitializeParams) -> lsp.InitializeResult:
        client = read_client(params)
        options, wrong = Options().with_section(as_plain(params.initialization_options))
        session = self._session = Session(self.protocol, client, options, folders_of(params))
        session.tell(wrong)
        diagnostics = Diagnostics(session)
        Progress(session)
        for family in (
            diagnostics,
            Synchronisation(session, diagnostics),
            Configuration(session, diagnostics),
            Later(session),
        ):
            self.protocol.serve(family.handlers())
        return lsp.InitializeResult(capabilities(client), lsp.ServerInfo("moorage", __version__))

    async def close(self) -> None:
        """End what goes on in the background."""
        if self._session is not None:
            await self._session.close()
