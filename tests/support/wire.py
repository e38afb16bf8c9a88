"""A client that says anything, for what no well-behaved client says."""

import json
import os
import select
import subprocess
import sys

from support.secrets import leak


class Wire:
    """A server process and the bytes to and from it."""

    def __init__(self, **env):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "moorage", "lsp"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "MOORAGE_OFFLINE": "1", **env},
        )
        self._buffer = b""
        self._number = 0
        self.log = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            pipe.close()

    def raw(self, data):
        """Send bytes."""
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        """Send one message, framed."""
        body = json.dumps(message).encode()
        self.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def notify(self, method, params=None):
        """Send a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def request(self, method, params=None):
        """Send a request and give the whole answer."""
        self._number += 1
        self.send({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params})
        return self.until(lambda m: m.get("id") == self._number and "method" not in m)

    def until(self, true, patience=20):
        """The next message for which `true` holds; what comes before it goes to `log`."""
        while (message := self.receive(patience)) is not None:
            if true(message):
                return message
            self.log.append(message)
        raise AssertionError(f"the server said nothing like that; it said {self.log}")

    def notification(self, method):
        """The parameters of the next notification of this method."""
        return self.until(lambda m: m.get("method") == method)["params"]

    def initialize(self, **params):
        """The usual beginning; gives the server's capabilities."""
        answer = self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}, **params})
        self.notify("initialized", {})
        return answer["result"]["capabilities"]

    def open(self, text, uri="file:///w/Dockerfile", version=1):
        """Open a document and give what is pushed for it."""
        item = {"uri": uri, "languageId": "dockerfile", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})
        return self.notification("textDocument/publishDiagnostics")

    def receive(self, patience=20):
        """The next message; None when nothing comes."""
        while True:
            head, mark, rest = self._buffer.partition(b"\r\n\r\n")
            if mark:
                length = int(head.lower().split(b"content-length:")[1].split()[0])
                if len(rest) >= length:
                    self._buffer = rest[length:]
                    assert leak(rest[:length]) is None
                    return json.loads(rest[:length])
            if not select.select([self.process.stdout], [], [], patience)[0]:
                return None
            data = os.read(self.process.stdout.fileno(), 65536)
            if not data:
                return None
            self._buffer += data

    def end(self):
        """Close the input; gives the exit code and what was written to standard error."""
        self.process.stdin.close()
        code = self.process.wait(20)
        written = self.process.stderr.read().decode()
        assert leak(written) is None
        return code, written
