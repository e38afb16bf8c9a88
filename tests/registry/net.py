"""A network for tests: names and addresses as a test says, every connection led to a server on loopback.

No socket goes beyond loopback, and every address that something tried to reach is on record.
"""

import asyncio
import errno
import ssl
import subprocess
from pathlib import Path

import httpcore

from moorage.embedded.http import Request, Response, Server
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.failures import Refused
from moorage.registry.http import wire
from moorage.registry.http.addresses import literal
from moorage.settings import Settings

JSON = ("Content-Type", "application/json")


class Net:
    """Names, addresses, and what listens there."""

    def __init__(self, tls: ssl.SSLContext | None = None):
        self._tls = tls
        self._names = {}
        self._servers = {}
        self._running = []
        self._hung = set()
        self.delay = 0.01
        self.resolved = []
        self.connected = []

    def name(self, host, *addresses):
        """Let `host` resolve to `addresses`; a list of lists is one answer after the other."""
        self._names[host] = list(addresses)

    def serve(self, address, handler, *, port=443, tls=True):
        """Let `handler` (a function from request to response) answer at `address`; returns the server."""

        async def answer(request: Request) -> Response:
            server.requests.append(request)
            return handler(request)

        server = Server(answer, tls=self._tls if tls else None)
        server.requests = []
        server.start()
        self._running.append(server)
        self._servers[address, port] = server.port
        return server

    def lead(self, address, loopback_port, *, port=443):
        """Let a server that listens on loopback already answer at `address`; None for nobody."""
        self._servers[address, port] = loopback_port

    def hang(self, *addresses):
        """Let nobody answer at these addresses, neither yes nor no."""
        self._hung |= {*addresses}

    def wiring(self):
        """How a client reaches this network."""
        return wire.Wiring(self._resolve, self._connect, self.delay)

    def client(self, settings=None, env=None):
        """A client on this network, for a user with no credentials unless `env` says more."""
        env = env or {}
        return build_client(settings or Settings(), env, Credentials(env), self.wiring())

    def stop(self):
        for server in self._running:
            server.stop()

    async def _resolve(self, host, port):
        self.resolved.append(host)
        answers = self._names.get(host)
        if answers is None:
            raise Refused(f"the host {host} does not exist")
        if isinstance(answers[0], list):
            return answers.pop(0) if len(answers) > 1 else answers[0]
        return answers

    async def _connect(self, address, port):
        self.connected.append((address, port))
        if address in self._hung:
            await asyncio.Event().wait()
        if self._servers.get((address, port)) is None:
            try:
                raise ConnectionRefusedError(errno.ECONNREFUSED, "refused")
            except OSError as error:
                raise httpcore.ConnectError from error
        return await wire.connect("127.0.0.1", self._servers[address, port])


class RawServer:
    """A server on loopback that does with a connection what `script(writer)` says, once something has come in."""

    def __init__(self, script):
        self._script = script

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        try:
            await reader.read(4096)
            await self._script(writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.close()


def make_certificates(folder: Path, names: list[str]) -> tuple[Path, ssl.SSLContext]:
    """An authority of our own, and a server context for `names` that it vouches for."""

    def openssl(*args):
        subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True, cwd=folder)

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=tests")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")
    alternatives = ",".join(f"{'IP' if literal(name) else 'DNS'}:{name}" for name in names)
    (folder / "ext").write_text(f"subjectAltName={alternatives}\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", "server.crt", "-days", "2", "-extfile", "ext")  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    return folder / "ca.crt", context
