"""Debian's `docker-registry` as a real registry: started on a free loopback port, filled over its own API."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from moorage.embedded.images import Image
from shared import missing
from support.secrets import PASSWORD, USER


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
