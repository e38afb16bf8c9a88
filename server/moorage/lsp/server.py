"""The language server: one client over standard input and output, until it says `exit`.

Only what `initialize` needs is imported here: the client waits for that answer, and reads it while the rest is loaded.
"""

import asyncio
import sys
from importlib import import_module
from typing import Any, cast

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import default_converter

from moorage import __version__
from moorage.lsp.client import capabilities, read_client
from moorage.lsp.protocol import Protocol, silence_pygls
from moorage.lsp.stdio import Input, Output, claim_standard_streams

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
    connection = connect()
    protocol = connection.protocol
    protocol.set_writer(sink)
    protocol.ended = loop.create_future()
    source.start(loop, protocol.receive, protocol.client_gone)
    code = await protocol.ended
    await connection.close()
    sink.close()
    return code


def connect() -> "Connection":
    """A connection that waits for `initialize`."""
    server = LanguageServer("moorage", __version__, protocol_cls=Protocol, converter_factory=default_converter)
    return Connection(cast(Protocol, server.protocol))


class Connection:
    """What one client is served with, from `initialize` on."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self._serving: Any = None
        protocol.serve({lsp.INITIALIZE: self._initialize})

    def _initialize(self, params: lsp.InitializeParams) -> lsp.InitializeResult:
        client = read_client(params)

        def begin() -> None:
            self._serving = import_module("moorage.lsp.serving").Serving(self.protocol, client, params)

        self.protocol.do_next(begin)
        return lsp.InitializeResult(capabilities(client), lsp.ServerInfo("moorage", __version__))

    async def close(self) -> None:
        """End what goes on in the background."""
        if self._serving is not None:
            await self._serving.close()
