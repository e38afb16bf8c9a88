"""One public file by https, within the transport's limits."""

import pytest

from moorage.embedded.http import Response
from moorage.errors import UndecidedError, UsageError
from moorage.registry.http.download import download
from moorage.settings import Settings

PUBLIC = "203.0.113.7"
URL = "https://registry.example.com/products/full"


async def get(net, url=URL, limit=100):
    return await download(url, limit, Settings(), {}, net.wiring())


async def test_the_body_and_no_credential(net):
    net.name("registry.example.com", PUBLIC)
    server = net.serve(PUBLIC, lambda _: Response(200, [], b"{}"))
    assert await get(net) == b"{}"
    assert "authorization" not in {name.lower() for name in server.requests[0].headers}


@pytest.mark.parametrize("url", ["http://registry.example.com/", "file:///etc/passwd", "registry.example.com/x", ""])
async def test_https_alone(net, url):
    with pytest.raises(UsageError):
        await get(net, url)
    assert not net.connected


async def test_more_than_the_limit_is_not_read(net):
    net.name("registry.example.com", PUBLIC)
    net.serve(PUBLIC, lambda _: Response(200, [], b"x" * 101))
    with pytest.raises(UndecidedError):
        await get(net)


async def test_a_redirect_to_plain_http_is_not_followed(net):
    net.name("registry.example.com", PUBLIC)
    net.serve(PUBLIC, lambda _: Response(302, [("Location", "http://registry.example.com/")], b""))
    with pytest.raises(UndecidedError, match="redirects from https to http"):
        await get(net)


async def test_a_name_that_leads_to_this_machine_is_not_asked(net):
    net.name("registry.example.com", "127.0.0.1")
    net.serve("127.0.0.1", lambda _: Response(200, [], b"secret"))
    with pytest.raises(UndecidedError):
        await get(net)
    assert not net.connected


async def test_another_status_is_no_file(net):
    net.name("registry.example.com", PUBLIC)
    net.serve(PUBLIC, lambda _: Response(404, [], b"no"))
    with pytest.raises(UndecidedError, match="answers with status 404"):
        await get(net)
