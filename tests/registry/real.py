"""Debian's `docker-registry` as a real registry: started on a free loopback port, filled over its own API."""

import base64
import contextlib
import itertools
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from moorage.embedded.http import Response, Server
from moorage.embedded.images import Image
from moorage.registry.access.credentials import Credentials
from moorage.settings import RegistrySettings, Settings
from shared import missing
from support.secrets import PASSWORD, USER, basic

BASIC = f"Basic {basic()}"


def needed(program: str) -> str:
    """The path of a program; the test is skipped where it is missing, and fails in CI."""
    found = shutil.which(program)
    if found is None:
        missing(f"{program} is not installed (tests/system-packages names what the tests need)")
    return found


class RealRegistry:
    """A running `docker-registry`. `basic` asks for the user `alice`; `token` holds the `auth.token` settings."""

    def __init__(self, folder: Path, *, basic=False, token=None, tls=None):
        self._folder = folder
        self._scheme = "https" if tls else "http"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{probe.getsockname()[1]}"
        self.url = f"{self._scheme}://{self.host}"
        http = [f"  addr: {self.host}"]
        if tls:
            http += ["  tls:", f"    certificate: {tls[0]}", f"    key: {tls[1]}"]
        auth = []
        if basic:
            htpasswd = subprocess.run(
                [needed("htpasswd"), "-Bbn", USER, PASSWORD], check=True, capture_output=True, text=True
            )
            (folder / "htpasswd").write_text(htpasswd.stdout)
            auth = ["auth:", "  htpasswd:", "    realm: basic-realm", f"    path: {folder / 'htpasswd'}"]
        if token:
            auth = ["auth:", "  token:", *(f"    {name}: {value}" for name, value in token.items())]
        lines = [
            "version: 0.1",
            "log: {level: error}",
            "storage:",
            f"  filesystem: {{rootdirectory: {folder / 'data'}}}",
            "  delete: {enabled: true}",
            "http:",
            *http,
            *auth,
        ]
        (folder / "config.yml").write_text("\n".join(lines) + "\n")

    def __enter__(self):
        command = [needed("docker-registry"), "serve", str(self._folder / "config.yml")]
        log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(command, stdout=log, stderr=log)
        log.close()
        address, port = self.host.split(":")
        for _ in range(200):
            try:
                socket.create_connection((address, int(port)), 1).close()
                return self
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.05)
        self.__exit__()
        raise RuntimeError((self._folder / "log").read_text())

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def push(self, repository: str, tags, image: Image, headers=None, context=None):
        """Put an image and its tags there, blob by blob."""

        def ask(method, url, body=None, **more):
            request = urllib.request.Request(url, method=method, data=body, headers={**(headers or {}), **more})
            with urllib.request.urlopen(request, context=context) as response:
                return response.headers

        base = f"{self.url}/v2/{repository}"
        for blob in image.blobs:
            where = ask("POST", f"{base}/blobs/uploads/", b"")["Location"]
            joint = "&" if "?" in where else "?"
            ask("PUT", f"{where}{joint}digest={blob.digest}", blob.body, **{"Content-Type": "application/octet-stream"})
        for reference, manifest in [*((m.digest, m) for m in image.manifests), *((tag, image.root) for tag in tags)]:
            ask("PUT", f"{base}/manifests/{reference}", manifest.body, **{"Content-Type": manifest.media_type})


class TokenServer:
    """Signs the tokens that distribution wants, on a port of its own, for one user."""

    def __init__(self, folder, tls):
        self._folder = folder
        self.requests = []
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "token.key")
        openssl = (needed("openssl"), "req", "-x509", *key, "-out", "token.crt", "-days", "2", "-subj", "/CN=tokens")
        subprocess.run(openssl, cwd=folder, check=True, capture_output=True)
        self.server = Server(self._answer, tls=tls)
        self._ids = itertools.count()

    async def _answer(self, request):
        self.requests.append(request)
        if request.headers.get("authorization") != BASIC:
            return Response(401)
        access = []
        for scope in request.query["scope"]:
            kind, name, actions = scope.split(":")
            access.append({"type": kind, "name": name, "actions": actions.split(",")})
        body = json.dumps({"token": self.token(access), "expires_in": 300}).encode()
        return Response(200, (("Content-Type", "application/json"),), body)

    def token(self, access):
        """A token for what `access` lists."""
        now = int(time.time())
        claims = {"iss": "tests", "sub": USER, "aud": "real", "exp": now + 300, "nbf": now - 5, "iat": now,
                  "jti": str(next(self._ids)), "access": access}  # fmt: skip
        certificate = (self._folder / "token.crt").read_text().split("-----")[2].replace("\n", "")
        head = {"typ": "JWT", "alg": "ES256", "x5c": [certificate]}
        text = ".".join(_part(json.dumps(part).encode()) for part in (head, claims))
        der = subprocess.run(
            [needed("openssl"), "dgst", "-sha256", "-sign", str(self._folder / "token.key")],
            input=text.encode(),
            check=True,
            capture_output=True,
        ).stdout
        return f"{text}.{_part(_integers(der))}"


def _part(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _integers(der):
    """The two numbers of an ECDSA signature, side by side, from their DER form."""
    first = 4 + der[3]
    second = der[first + 2 :]
    return b"".join(n.lstrip(b"\0").rjust(32, b"\0") for n in (der[4:first], second))


def credentials(folder, host):
    """Credentials of a user who has logged in to `host`."""
    config = folder / ".docker" / "config.json"
    config.parent.mkdir()
    config.write_text(json.dumps({"auths": {host: {"auth": BASIC.removeprefix("Basic ")}}}))
    return Credentials({"HOME": str(folder)})


@contextlib.contextmanager
def with_tokens(folder, certificates):
    """A registry with TLS, its token server on another port, and settings that trust both."""
    authority, context = certificates
    tokens = TokenServer(folder, context)
    with tokens.server:
        token = {
            "realm": f"{tokens.server.url}/token",
            "service": "real",
            "issuer": "tests",
            "rootcertbundle": folder / "token.crt",
        }
        pair = (authority.parent / "server.crt", authority.parent / "server.key")
        with RealRegistry(folder, token=token, tls=pair) as registry:
            hosts = {
                registry.host: RegistrySettings(http=False, ca=authority),
                tokens.server.host: RegistrySettings(ca=authority),
            }
            yield registry, tokens, Settings(registries=hosts)
