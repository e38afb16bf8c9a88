"""What a hostile registry, repository or network may try, and must not reach. Numbers are those of the threat list."""

import asyncio
import gzip
import json

import pytest

from moorage.embedded.http import Response
from moorage.embedded.images import ImageSpec, build
from moorage.facts import Absent, Known, Unreachable
from moorage.registry.access.credentials import Credentials
from moorage.registry.build import build_client
from moorage.registry.http.addresses import Place
from moorage.registry.http.exchange import Reply
from moorage.settings import RegistrySettings, Settings
from registry.net import JSON, RawServer
from support.secrets import TOKEN, basic, leak

PUBLIC, OTHER, PRIVATE, METADATA = "93.184.216.34", "93.184.216.35", "10.1.2.3", "169.254.169.254"
TAGS = Response(200, (JSON,), b'{"tags": ["1"]}')
TOKENS = Response(200, (JSON,), json.dumps({"token": TOKEN}).encode())


def logged_in(folder, *hosts):
    """The environment of a user with the same credential for `hosts`."""
    config = folder / ".docker"
    config.mkdir(exist_ok=True)
    (config / "config.json").write_text(json.dumps({"auths": {host: {"auth": basic()} for host in hosts}}))
    return {"HOME": str(folder)}


def challenge(realm):
    return Response(401, (("WWW-Authenticate", f'Bearer realm="{realm}",service="s"'),))


def redirect(where, status=307):
    return Response(status, (("Location", where),))


async def reason(client, host, repository="a/b"):
    """Why there was no answer."""
    answer = (await client.tags(host, repository)).answer
    await client.aclose()
    assert isinstance(answer, Unreachable | Absent), answer
    return answer.reason if isinstance(answer, Unreachable) else answer.message


async def tags(client, host, repository="a/b"):
    """The tags of a repository that can be read."""
    answer = (await client.tags(host, repository)).answer
    await client.aclose()
    assert isinstance(answer, Known), answer
    return answer.value.tags


class TestT1Addresses:
    @pytest.mark.parametrize(
        "host",
        [
            "169.254.169.254",
            "[::ffff:a9fe:a9fe]",
            "[64:ff9b::a9fe:a9fe]",
            "2130706433:80",
            "0x7f000001:80",
            "127.1",
            "0.0.0.0:5000",
            "localhost.:80",
            "metadata.google.internal",
            "224.0.0.1",
            "[fe80::1]",
            "[::]:5000",
        ],
    )
    async def test_never_whoever_asks(self, net, tmp_path, host):
        settings = Settings(registries={host.lower(): RegistrySettings(http=True)})
        assert "is never asked" in await reason(net.client(settings, logged_in(tmp_path, host)), host)
        assert (net.resolved, net.connected) == ([], [])

    @pytest.mark.parametrize(
        "host, why",
        [
            ("xn--a.example", "it is no name of a host"),
            ("xn--.example", "not a host name"),
            (f"{'a' * 64}.example", "not a host name"),
            ("a..example", "not a host name"),
        ],
    )
    async def test_a_name_that_cannot_be_one_is_looked_for_nowhere(self, net, host, why):
        assert why in await reason(net.client(), host)
        assert (net.resolved, net.connected) == ([], [])

    @pytest.mark.parametrize(
        "address", [METADATA, "100.100.100.200", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.0"]
    )
    async def test_never_behind_a_name(self, net, address):
        net.name("registry.example.com", address)
        assert "out of bounds" in await reason(net.client(), "registry.example.com")
        assert net.connected == []

    @pytest.mark.parametrize(
        "network, named, allowed",
        [
            ("names", False, True),
            ("names", True, True),
            ("named", False, False),
            ("named", True, True),
            ("never", False, False),
            ("never", True, False),
        ],
    )
    async def test_a_private_registry_behind_a_name(self, net, tmp_path, network, named, allowed):
        net.name("registry.corp.example.com", PRIVATE)
        net.serve(PRIVATE, lambda _: TAGS)
        env = logged_in(tmp_path, "registry.corp.example.com") if named else {}
        client = net.client(Settings(network=network), env)
        if allowed:
            assert await tags(client, "registry.corp.example.com") == ("1",)
        else:
            assert "out of bounds" in await reason(client, "registry.corp.example.com")
            assert net.connected == []

    async def test_a_private_address_as_a_number_only_if_the_user_names_it(self, net, tmp_path):
        net.serve(PRIVATE, lambda _: TAGS)
        assert "is a private address" in await reason(net.client(), PRIVATE)
        assert net.connected == []
        assert await tags(net.client(env=logged_in(tmp_path, PRIVATE)), PRIVATE) == ("1",)

    async def test_a_name_for_this_machine_only_if_the_user_names_it(self, net, tmp_path):
        net.name("registry.example.com", "127.0.0.1")
        net.serve("127.0.0.1", lambda _: TAGS)
        assert "out of bounds" in await reason(net.client(), "registry.example.com")
        assert net.connected == []
        assert await tags(net.client(env=logged_in(tmp_path, "registry.example.com")), "registry.example.com") == ("1",)

    async def test_a_name_is_resolved_once_and_connected_to_what_was_judged(self, net):
        net.name("registry.example.com", [PUBLIC], [METADATA])
        net.serve(PUBLIC, lambda _: TAGS)
        assert await tags(net.client(), "registry.example.com") == ("1",)
        assert net.resolved == ["registry.example.com"]
        assert net.connected == [(PUBLIC, 443)]

    async def test_of_several_addresses_only_those_in_bounds_are_tried(self, net):
        net.name("registry.example.com", METADATA, "127.0.0.1", PUBLIC)
        net.serve(PUBLIC, lambda _: TAGS)
        assert await tags(net.client(), "registry.example.com") == ("1",)
        assert net.connected == [(PUBLIC, 443)]

    @pytest.mark.parametrize(
        "where", ["https://auth.corp.example.com/", f"https://{PRIVATE}/", "http://127.0.0.1:443/"]
    )
    @pytest.mark.parametrize("way", [redirect, challenge])
    async def test_a_public_registry_leads_nowhere_private(self, net, tmp_path, where, way):
        net.name("registry.example.com", PUBLIC)
        net.name("auth.corp.example.com", PRIVATE)
        net.serve(PUBLIC, lambda _: way(where))
        inside = [net.serve(address, lambda _: TAGS) for address in (PRIVATE, "127.0.0.1")]
        env = logged_in(tmp_path, "registry.example.com", "auth.corp.example.com", PRIVATE, "127.0.0.1:443")
        await reason(net.client(env=env), "registry.example.com")
        assert [server.requests for server in inside] == [[], []]
        assert {address for address, _ in net.connected} == {PUBLIC}

    async def test_an_open_connection_into_private_places_is_not_used_for_a_public_registry(self, net):
        net.name("registry.example.com", PUBLIC)
        net.name("registry.corp.example.com", PRIVATE)
        inside = net.serve(PRIVATE, lambda _: TAGS)
        net.serve(PUBLIC, lambda _: redirect("https://registry.corp.example.com/secret"))
        client = net.client()
        assert isinstance((await client.tags("registry.corp.example.com", "a/b")).answer, Known)
        assert "out of bounds" in await reason(client, "registry.example.com")
        assert [request.target for request in inside.requests] == ["/v2/a/b/tags/list?n=1000"]

    async def test_a_registry_that_rebinds_to_a_private_address_gets_no_further(self, net):
        net.name("registry.example.com", [PUBLIC], [PRIVATE])
        inside = net.serve(PRIVATE, lambda _: TAGS, port=8443)
        net.serve(PUBLIC, lambda _: redirect("https://registry.example.com:8443/"))
        assert "out of bounds" in await reason(net.client(), "registry.example.com")
        assert inside.requests == []

    async def test_a_private_registry_and_its_private_token_server(self, net, tmp_path):
        net.name("registry.corp.example.com", PRIVATE)
        net.name("auth.corp.example.com", "10.9.9.9")
        net.serve("10.9.9.9", lambda _: TOKENS)
        realm = "https://auth.corp.example.com/token"
        net.serve(PRIVATE, lambda r: TAGS if r.headers.get("authorization") == f"Bearer {TOKEN}" else challenge(realm))
        client = net.client(env=logged_in(tmp_path, "registry.corp.example.com"))
        assert await tags(client, "registry.corp.example.com") == ("1",)


class TestT2Realms:
    async def test_a_foreign_token_server_sees_no_credential(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)
        net.name("evil.example", OTHER)
        evil = net.serve(OTHER, lambda _: TOKENS)
        realm = "https://evil.example/token"
        net.serve(PUBLIC, lambda r: TAGS if r.headers.get("authorization") == f"Bearer {TOKEN}" else challenge(realm))
        client = net.client(env=logged_in(tmp_path, "registry.example.com", "evil.example"))
        assert await tags(client, "registry.example.com") == ("1",)
        assert len(evil.requests) == 1
        assert "authorization" not in evil.requests[0].headers
        assert leak(str(evil.requests)) is None
        assert client.session.authenticator.unapproved == {"registry.example.com": "evil.example"}

    async def test_an_approved_token_server_gets_it(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)
        net.name("other.example.net", OTHER)
        other = net.serve(OTHER, lambda _: TOKENS)
        realm = "https://other.example.net/token"
        net.serve(PUBLIC, lambda r: TAGS if r.headers.get("authorization") == f"Bearer {TOKEN}" else challenge(realm))
        settings = Settings(realms={"registry.example.com": ("other.example.net",)})
        client = net.client(settings, logged_in(tmp_path, "registry.example.com"))
        assert await tags(client, "registry.example.com") == ("1",)
        assert other.requests[0].headers["authorization"].startswith("Basic ")

    async def test_where_that_would_be_needed_the_setting_is_told(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)
        net.name("other.example.net", OTHER)
        net.serve(OTHER, lambda r: Response(401))
        net.serve(PUBLIC, lambda _: challenge("https://other.example.net/token"))
        client = net.client(env=logged_in(tmp_path, "registry.example.com"))
        assert (await reason(client, "registry.example.com")).endswith(
            "; your credential was not sent to its token server other.example.net: to allow that,"
            " write `realms: {'registry.example.com': 'other.example.net'}` into your settings"
        )

    @pytest.mark.parametrize(
        "header",
        [
            'Bearer realm="https://registry.example.com/token",realm="https://evil.example/token"',
            'Bearer realm="https://registry.example.com@evil.example/token"',
            'Bearer realm="https://registry.example.com/token',
            "Bearer realm=/" + "x" * 9000,
            'Bearer realm="file:///etc/passwd"',
        ],
    )
    async def test_a_malformed_challenge_gets_nothing(self, net, tmp_path, header):
        net.name("registry.example.com", PUBLIC)
        server = net.serve(PUBLIC, lambda _: Response(401, (("WWW-Authenticate", header),)))
        await reason(net.client(env=logged_in(tmp_path, "registry.example.com")), "registry.example.com")
        assert len(server.requests) == 1
        assert "authorization" not in server.requests[0].headers

    async def test_a_token_that_would_break_a_header_is_refused(self, net):
        net.name("registry.example.com", PUBLIC)
        token = Response(200, (JSON,), b'{"token": "a\\r\\nX-Evil: 1"}')
        realm = "https://registry.example.com/token"
        net.serve(PUBLIC, lambda r: token if r.path == "/token" else challenge(realm))
        assert "did not answer with a token" in await reason(net.client(), "registry.example.com")

    async def test_a_credential_that_is_out_of_date_does_not_hide_public_images(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)

        def answer(request):
            if request.path == "/token":
                known = "authorization" in request.headers
                return Response(401) if known else Response(200, (JSON,), json.dumps({"access_token": TOKEN}).encode())
            realm = "https://registry.example.com/token"
            return TAGS if request.headers.get("authorization") == f"Bearer {TOKEN}" else challenge(realm)

        net.serve(PUBLIC, answer)
        client = net.client(env=logged_in(tmp_path, "registry.example.com"))
        assert await tags(client, "registry.example.com") == ("1",)
        endpoint = client.endpoint("registry.example.com", "a/b")
        reply = Reply(200, {}, b"", endpoint.url("a/b", "tags/list"), Place.PUBLIC)
        said = client.session.authenticator.advice(endpoint, reply)
        file = tmp_path / ".docker" / "config.json"
        assert said == f"; the credential from {file} was not accepted: it is wrong, or has run out"


class TestT3Redirects:
    @pytest.mark.parametrize(
        "where", ["https://cdn.example.org/blob", "https://registry.example.com:8443/blob", "//cdn.example.org/blob"]
    )
    async def test_a_credential_does_not_follow_to_another_host_or_port(self, net, tmp_path, where):
        net.name("registry.example.com", PUBLIC)
        net.name("cdn.example.org", OTHER)
        elsewhere = [net.serve(OTHER, lambda _: TAGS), net.serve(PUBLIC, lambda _: TAGS, port=8443)]
        basic = Response(401, (("WWW-Authenticate", 'Basic realm="x"'),))
        net.serve(PUBLIC, lambda r: redirect(where) if "authorization" in r.headers else basic)
        client = net.client(env=logged_in(tmp_path, "registry.example.com", "cdn.example.org"))
        assert await tags(client, "registry.example.com") == ("1",)
        (seen,) = [request for server in elsewhere for request in server.requests]
        assert set(seen.headers) == {"host", "user-agent", "accept-encoding"}

    async def test_within_one_host_it_does(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)

        def answer(request):
            if "authorization" not in request.headers:
                return Response(401, (("WWW-Authenticate", 'Basic realm="x"'),))
            return TAGS if request.path == "/moved" else redirect("/moved")

        net.serve(PUBLIC, answer)
        assert await tags(net.client(env=logged_in(tmp_path, "registry.example.com")), "registry.example.com") == ("1",)

    async def test_another_host_that_asks_after_a_redirect_gets_nothing(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)
        net.name("evil.example", OTHER)
        evil = net.serve(OTHER, lambda _: Response(401, (("WWW-Authenticate", 'Basic realm="x"'),)))
        net.serve(PUBLIC, lambda _: redirect("https://evil.example/"))
        env = logged_in(tmp_path, "registry.example.com", "evil.example")
        await reason(net.client(env=env), "registry.example.com")
        assert len(evil.requests) == 1
        assert "authorization" not in evil.requests[0].headers

    async def test_never_from_https_to_http(self, net):
        net.name("registry.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: redirect("http://registry.example.com/"))
        assert "redirects from https to http" in await reason(net.client(), "registry.example.com")
        assert net.connected == [(PUBLIC, 443)]

    @pytest.mark.parametrize(
        "where", ["https://a@evil.example/", "file:///etc/passwd", "https://evil.example/ x", "http://"]
    )
    async def test_a_redirect_to_what_is_no_place(self, net, where):
        net.name("registry.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: redirect(where))
        await reason(net.client(), "registry.example.com")
        assert net.connected == [(PUBLIC, 443)]

    async def test_redirects_without_end(self, net):
        net.name("registry.example.com", PUBLIC)
        server = net.serve(PUBLIC, lambda r: redirect(r.path + "x"))
        assert "redirects more than 5 times" in await reason(net.client(), "registry.example.com")
        assert len(server.requests) == 6

    async def test_no_cookie_is_ever_sent_back(self, net):
        net.name("registry.example.com", PUBLIC)
        moved = Response(307, (("Location", "/2"), ("Set-Cookie", "id=1; Path=/")))
        server = net.serve(PUBLIC, lambda r: TAGS if r.path == "/2" else moved)
        assert await tags(net.client(), "registry.example.com") == ("1",)
        assert not any("cookie" in request.headers for request in server.requests)


class TestT6Credentials:
    async def test_one_hosts_credential_is_not_sent_to_another(self, net, tmp_path):
        net.name("registry.example.com", PUBLIC)
        basic = Response(401, (("WWW-Authenticate", 'Basic realm="x"'),))
        server = net.serve(PUBLIC, lambda _: basic)
        env = logged_in(tmp_path, "example.com", "https://index.docker.io/v1/", "registry.example.com:5000")
        assert "needs a login" in await reason(net.client(env=env), "registry.example.com")
        assert not any("authorization" in request.headers for request in server.requests)


def raw(*parts, forever=False):
    """A script that sends parts, and then waits for ever where it is told to."""

    async def script(writer):
        for part in parts:
            writer.write(part)
            await writer.drain()
        if forever:
            await asyncio.sleep(3600)

    return script


def head(*lines):
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


async def ask_raw(script, **limits):
    async with RawServer(script) as server:
        client = build_client(Settings(), {}, Credentials({}))
        transport = client.session.transport
        for name, value in limits.items():
            setattr(transport, name, value)
        transport.sleep = lambda _: asyncio.sleep(0)
        return await asyncio.wait_for(reason(client, server.host), 20)


class TestAnswersThatDoHarm:
    async def test_t10_a_compressed_answer_is_not_unpacked(self):
        bomb = gzip.compress(b" " * 10_000_000)
        script = raw(head("Content-Encoding: gzip", f"Content-Length: {len(bomb)}"), bomb)
        assert "answered in the encoding 'gzip', which was not asked for" in await ask_raw(script)

    async def test_t11_a_slow_drip_ends_in_time(self):
        async def drip(writer):
            writer.write(head("Content-Length: 100000"))
            for _ in range(100):
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)

        assert "did not answer within 0.3 s" in await ask_raw(drip, deadline=0.3)

    async def test_t11_a_server_that_says_nothing_ends_in_time(self):
        assert "did not answer within 0.2 s" in await ask_raw(raw(forever=True), deadline=0.2)

    @pytest.mark.parametrize("length", ["Content-Length: 104857600", "Transfer-Encoding: chunked"])
    async def test_t12_too_much(self, length):
        async def flood(writer):
            writer.write(head(length))
            chunk = b"100000\r\n" + b"[" * 0x100000 + b"\r\n"
            for _ in range(100):
                writer.write(chunk)
                await writer.drain()

        assert "answered with more than 32768 KiB" in await ask_raw(flood)

    async def test_t12_headers_without_end(self):
        async def flood(writer):
            writer.write(b"HTTP/1.1 200 OK\r\n")
            for _ in range(1000):
                writer.write(b"X: " + b"y" * 10_000 + b"\r\n")
                await writer.drain()

        assert "broke the connection off" in await ask_raw(flood)

    async def test_a_connection_that_is_cut(self):
        assert "broke the connection off" in await ask_raw(raw(head("Content-Length: 100"), b'{"tags"'))

    async def test_something_that_is_not_http(self):
        assert "broke the connection off" in await ask_raw(raw(b"220 smtp.example.com\r\n"))

    @pytest.mark.parametrize("body", [b"<html>log in</html>", b"[" * 100_000, b"null", b"\xff"])
    async def test_something_that_is_no_list(self, body):
        found = await ask_raw(raw(head(f"Content-Length: {len(body)}"), body))
        assert "did not answer with a list of tags for a/b" in found


NESTED = json.loads("[" * 70 + "]" * 70)


class TestT13Content:
    image = build(ImageSpec("x"))

    async def answer(self, net, response, digest=None):
        net.name("registry.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: response)
        client = net.client()
        found = await client.manifest("registry.example.com", "a/b", digest or self.image.root.digest)
        await client.aclose()
        return found

    def response(self, body, media_type=None):
        return Response(200, (("Content-Type", media_type or self.image.root.media_type),), body)

    async def test_the_right_bytes(self, net):
        assert isinstance(await self.answer(net, self.response(self.image.root.body)), Known)

    async def test_one_byte_flipped(self, net):
        body = self.image.root.body.replace(b"amd64", b"amd65")
        found = await self.answer(net, self.response(body))
        assert "is not what its digest stands for" in found.reason

    @pytest.mark.parametrize(
        "digest", ["sha256:../../x", "sha256:" + "A" * 64, "md5:" + "a" * 32, "sha256:" + "a" * 63, ""]
    )
    async def test_a_digest_that_is_none_is_not_asked(self, net, digest):
        net.serve(PUBLIC, lambda _: TAGS)
        found = await net.client().manifest("registry.example.com", "a/b", digest)
        assert "is no digest" in found.message
        assert net.connected == []

    @pytest.mark.parametrize(
        "content, media_type, message",
        [
            ({"manifests": [], "layers": []}, None, "is both an index and a manifest"),
            ({"manifests": [], "config": {}}, None, "is both an index and a manifest"),
            ({"layers": [], "config": {}}, None, "is not the kind of document"),
            ({"manifests": [], "mediaType": "application/vnd.oci.image.manifest.v1+json"}, None, "another kind"),
            ({"schemaVersion": 1}, "application/vnd.docker.distribution.manifest.v1+prettyjws", "is not supported"),
            ({"a": NESTED}, None, "nested too deep"),
            ([], None, "is no JSON object"),
        ],
    )  # fmt: skip
    async def test_documents_that_do_not_add_up(self, net, content, media_type, message):
        from moorage.registry.content.documents import digest_of

        body = json.dumps(content).encode()
        found = await self.answer(net, self.response(body, media_type), digest_of(body))
        assert message in found.reason


class TestT18Secrets:
    async def test_no_secret_in_any_log_or_message(self, net, tmp_path, caplog):
        caplog.set_level(0)
        net.name("registry.example.com", PUBLIC)

        def answer(request):
            if request.path == "/token":
                return TOKENS
            if "basic" in request.path:
                return Response(401, (("WWW-Authenticate", 'Basic realm="x"'),))
            realm = "https://registry.example.com/token"
            return TAGS if "authorization" in request.headers else challenge(realm)

        net.serve(PUBLIC, answer)
        client = net.client(env=logged_in(tmp_path, "registry.example.com"))
        assert isinstance((await client.tags("registry.example.com", "a/b")).answer, Known)
        said = await reason(client, "registry.example.com", "basic/x")
        lookup = await Credentials(logged_in(tmp_path, "registry.example.com")).find("registry.example.com", "a/b")
        shown = caplog.text + said + repr(lookup)
        assert leak(shown) is None


class TestT21Downgrade:
    async def test_a_closed_https_port_is_the_end(self, net):
        net.name("registry.example.com", PUBLIC)
        plain = net.serve(PUBLIC, lambda _: TAGS, port=80, tls=False)
        client = net.client()
        client.session.transport.sleep = lambda _: asyncio.sleep(0)
        assert await reason(client, "registry.example.com") == (
            "registry.example.com could not be reached: connection refused"
        )
        assert plain.requests == []
        assert {port for _, port in net.connected} == {443}

    async def test_a_server_that_hangs_up_on_tls(self):
        async with RawServer(raw()) as server:
            client = build_client(Settings(registries={server.host: RegistrySettings(http=False)}), {}, Credentials({}))
            found = await reason(client, server.host)
        assert found == f"{server.host} ended the TLS handshake: it may speak http only"

    async def test_a_server_that_answers_https_with_http_is_named_as_such(self):
        async with RawServer(raw(b"HTTP/1.0 400 Bad Request\r\n\r\n")) as server:
            client = build_client(Settings(registries={server.host: RegistrySettings(http=False)}), {}, Credentials({}))
            found = await reason(client, server.host)
        assert "does not speak https: if that is meant, set `http: true` for it" in found

    async def test_a_certificate_that_nobody_vouches_for(self, net, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        net.name("registry.example.com", PUBLIC)
        server = net.serve(PUBLIC, lambda _: TAGS)
        found = await reason(net.client(), "registry.example.com")
        assert found.startswith("the certificate of registry.example.com is not trusted")
        assert "certs.d/registry.example.com/ca.crt" in found
        assert server.requests == []

    async def test_a_certificate_for_another_name(self, net):
        net.name("unnamed.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: TAGS)
        assert "is not trusted" in await reason(net.client(), "unnamed.example.com")

    async def test_http_to_a_server_with_tls(self, net):
        net.name("registry.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: TAGS, port=80)
        settings = Settings(registries={"registry.example.com": RegistrySettings(http=True)})
        client = net.client(settings)
        client.session.transport.sleep = lambda _: asyncio.sleep(0)
        assert "broke the connection off" in await reason(client, "registry.example.com")

    async def test_an_authority_of_the_users_own(self, net, certificates, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        net.name("registry.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: TAGS)
        settings = Settings(registries={"registry.example.com": RegistrySettings(ca=certificates[0])})
        assert await tags(net.client(settings), "registry.example.com") == ("1",)

    async def test_certs_d(self, net, certificates, monkeypatch, tmp_path):
        monkeypatch.delenv("SSL_CERT_FILE")
        folder = tmp_path / ".config/containers/certs.d/registry.example.com"
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(certificates[0].read_bytes())
        net.name("registry.example.com", PUBLIC)
        net.serve(PUBLIC, lambda _: TAGS)
        assert await tags(net.client(env={"HOME": str(tmp_path)}), "registry.example.com") == ("1",)


class TestBusy:
    async def asked(self, net, *responses):
        """The reason after these answers, and how many requests there were."""
        net.name("registry.example.com", PUBLIC)
        left = list(responses)
        server = net.serve(PUBLIC, lambda _: left.pop(0) if len(left) > 1 else left[0])
        client = net.client()
        client.session.transport.sleep = lambda _: asyncio.sleep(0)
        answer = (await client.tags("registry.example.com", "a/b")).answer
        await client.tags("registry.example.com", "c/d")
        await client.aclose()
        return answer, len(server.requests)

    async def test_a_time_to_come_back_is_kept_for_every_request(self, net):
        answer, count = await self.asked(net, Response(429, (("Retry-After", "120"),)))
        assert count == 1
        assert "asks to be left alone until" in answer.reason
        assert 110 < answer.retry_at - answer.since <= 121

    async def test_without_a_time_a_second_and_third_attempt(self, net):
        answer, count = await self.asked(net, Response(429, (("Retry-After", "soon"),)))
        assert count == 3
        assert answer.retry_at is not None

    async def test_a_quota_used_up(self, net):
        answer, count = await self.asked(
            net, Response(429, (("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "0")))
        )
        assert count == 1
        assert isinstance(answer, Unreachable)

    async def test_a_passing_fault_is_tried_again(self, net):
        answer, _ = await self.asked(net, Response(503), Response(500), TAGS)
        assert isinstance(answer, Known)

    async def test_a_lasting_fault_is_told_with_its_status(self, net):
        answer, _ = await self.asked(net, Response(500))
        assert answer.reason.startswith("registry.example.com answered status 500 when asked for the repository a/b: ")
