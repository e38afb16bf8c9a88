"""Through a proxy, and past it."""

import asyncio
import base64
from urllib.parse import quote

import pytest

from moorage.embedded.http import Response, Server
from moorage.facts import Known
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.failures import Refused
from moorage.registry.http import proxies, urls
from moorage.settings import RegistrySettings, Settings
from registry.net import JSON, RawServer
from support.secrets import PROXY_PASSWORD, leak


@pytest.mark.parametrize(
    "url, setting, env, expected",
    [
        ("https://ghcr.io/", None, {}, None),
        ("https://ghcr.io/", "http://p:1", {"HTTPS_PROXY": "http://q:2"}, "http://p:1"),
        ("https://ghcr.io/", None, {"HTTPS_PROXY": "http://q:2"}, "http://q:2"),
        ("https://ghcr.io/", None, {"https_proxy": "q:2"}, "http://q:2"),
        ("https://ghcr.io/", None, {"ALL_PROXY": "http://q:2"}, "http://q:2"),
        ("http://r.corp/", None, {"HTTPS_PROXY": "http://q:2"}, None),
        ("http://r.corp/", None, {"HTTP_PROXY": "http://q:2", "REQUEST_METHOD": "GET"}, None),
        ("https://ghcr.io/", "http://p:1", {"NO_PROXY": "*"}, None),
        ("https://ghcr.io/", "http://p:1", {"NO_PROXY": "a.example, GHCR.io"}, None),
        ("https://x.corp/", "http://p:1", {"no_proxy": ".corp"}, None),
        ("https://x.corp/", "http://p:1", {"no_proxy": "*.corp"}, None),
        ("https://xcorp/", "http://p:1", {"no_proxy": "corp"}, "http://p:1"),
        ("https://x.corp:8443/", "http://p:1", {"no_proxy": "x.corp:8443"}, None),
        ("https://x.corp/", "http://p:1", {"no_proxy": "x.corp:8443"}, "http://p:1"),
        ("http://127.0.0.1:5000/", "http://p:1", {}, None),
        ("http://localhost:5000/", "http://p:1", {}, None),
        ("https://[::1]/", "http://p:1", {}, None),
    ],
)
def test_which_proxy(url, setting, env, expected):
    assert proxies.proxy_for(urls.parse(url), setting, env) == expected


def test_a_kind_that_is_not_supported():
    with pytest.raises(Refused, match="neither http nor https"):
        proxies.proxy_for(urls.parse("https://ghcr.io/"), None, {"ALL_PROXY": "socks5://p:1"})


@pytest.mark.parametrize(
    "written",
    [
        "http://",
        "http://[",
        "http://p:port",
        "http://p:99999",
        "http://p q:1",
        "http://" + "p" * (16 << 10),
        "http://\udce4",
    ],
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", None])
def test_what_is_no_url_is_refused_without_a_word_of_it(written, variable):
    scheme, _, rest = written.partition("://")
    proxy = f"{scheme}://bob:{quote(PROXY_PASSWORD, safe='')}@{rest}"
    setting, env = (None, {variable: proxy}) if variable else (proxy, {})
    with pytest.raises(Refused, match=r"it must be a URL$") as refused:
        proxies.proxy_for(urls.parse("https://ghcr.io/"), setting, env)
    assert "bob" not in str(refused.value)
    assert leak(str(refused.value)) is None


class Proxy:
    """A proxy that leads every CONNECT to one server, and keeps the heads of what it was asked."""

    def __init__(self, port):
        self._port = port
        self.heads = []

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.host = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _serve(self, reader, writer):
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_pipe(reader, there_writer), _pipe(there_reader, writer))


async def _pipe(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (OSError, asyncio.CancelledError):
        pass
    finally:
        writer.close()


@pytest.mark.parametrize(
    "written, password",
    [
        (quote(PROXY_PASSWORD, safe=""), PROXY_PASSWORD.encode()),
        ("%E4%FF", b"\xe4\xff"),
        # Bytes of a variable that are no text.
        ("\udce4\udcff", b"\xe4\xff"),
    ],
)
async def test_https_through_a_proxy(certificates, written, password):
    async def answer(_):
        return Response(200, (JSON,), b'{"tags": ["1"]}')

    authority, context = certificates
    with Server(answer, tls=context) as server:
        async with Proxy(server.port) as proxy:
            settings = Settings(
                proxy=f"http://bob:{written}@{proxy.host}",
                registries={"registry.example.com": RegistrySettings(ca=authority)},
            )
            client = build_client(settings, {}, Credentials({}))
            found = (await client.tags("registry.example.com", "a/b")).answer
            await client.aclose()
            assert isinstance(found, Known), found
            (head,) = proxy.heads
            assert head.startswith("CONNECT registry.example.com:443 HTTP/1.1\r\n")
            sent = base64.b64encode(b"bob:" + password).decode()
            assert f"proxy-authorization: basic {sent}".lower() in head.lower()


@pytest.mark.parametrize(
    "status, expected",
    [
        (
            b"407 Proxy Authentication Required",
            "ghcr.io could not be reached: the proxy wants a login; write user and password into its URL, in `proxy:`"
            " of your settings or $HTTPS_PROXY (status 407)",
        ),
        (b"403 Blocked", "the proxy does not lead to ghcr.io: 403 Blocked"),
    ],
)
async def test_what_a_proxy_says_that_does_not_lead_on(status, expected):
    async def refuse(writer):
        writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with RawServer(refuse) as proxy:
        client = build_client(Settings(proxy=f"http://{proxy.host}"), {}, Credentials({}))
        found = (await client.tags("ghcr.io", "a/b")).answer
        await client.aclose()
    assert found.reason == expected


@pytest.mark.parametrize("host", ["169.254.169.254", "metadata.google.internal", "10.0.0.1"])
async def test_a_proxy_is_not_asked_for_what_is_out_of_bounds(host):
    async with Proxy(1) as proxy:
        client = build_client(Settings(proxy=f"http://{proxy.host}"), {}, Credentials({}))
        found = (await client.tags(host, "a/b")).answer
        await client.aclose()
        assert not isinstance(found, Known)
        assert proxy.heads == []
