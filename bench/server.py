"""How long an editor waits for the language server.

    python bench/server.py [--runs N] [--keys N] [--lines N] [--documents N]

Prints milliseconds from the start of the process to the answer to `initialize` and to the first diagnostics, from a
keystroke to diagnostics in a Dockerfile of N lines with 20 stages (median, 99th percentile and the first key), and the
resident memory with N documents open. Nothing is known and nothing can be asked.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

STAGE = "FROM python:3.{0}-slim AS s{0}\nCOPY --from=busybox:1.36 /bin/sh /x\n"
FILLER = "RUN apt-get update && \\\n    apt-get install -y curl\n"


class Server:
    """A server process and the messages to and from it."""

    def __init__(self, cache):
        self.began = time.perf_counter()
        env = os.environ | {"MOORAGE_OFFLINE": "1", "MOORAGE_CACHE_DIR": cache, "MOORAGE_CONFIG": os.devnull}
        command = [sys.executable, "-m", "moorage", "lsp"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)

    def send(self, method, params, **more):
        body = json.dumps({"jsonrpc": "2.0", "method": method, "params": params, **more}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def until(self, true):
        while True:
            length = 0
            while (line := self.process.stdout.readline().strip()) != b"":
                if line.lower().startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            message = json.loads(self.process.stdout.read(length))
            if true(message):
                return message

    def initialize(self):
        self.send("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {}}, id=1)
        self.until(lambda m: m.get("id") == 1)
        self.send("initialized", {})

    def open(self, text, uri="file:///w/Dockerfile"):
        item = {"uri": uri, "languageId": "dockerfile", "version": 1, "text": text}
        self.send("textDocument/didOpen", {"textDocument": item})
        self.published(uri, 1)

    def published(self, uri, version):
        def wanted(message):
            params = message.get("params") or {}
            return params.get("uri") == uri and params.get("version") == version

        self.until(wanted)

    def elapsed(self):
        return (time.perf_counter() - self.began) * 1e3

    def memory(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS"))

    def stop(self):
        self.process.kill()
        self.process.wait()


def start(cache):
    server = Server(cache)
    server.initialize()
    initialized = server.elapsed()
    server.open("FROM python:latest\nRUN echo hi\nFROM node\n")
    first = server.elapsed()
    server.stop()
    return initialized, first


def keystrokes(cache, lines, count):
    filler = FILLER * (lines // 40 - 1)
    text = "".join(STAGE.format(i) + filler for i in range(20)) + "FROM node\n"
    uri, last, taken = "file:///w/Dockerfile", text.count("\n") - 1, []
    server = Server(cache)
    server.initialize()
    server.open(text)
    for i in range(count):
        at = {"line": last, "character": 9 + i}
        began = time.perf_counter()
        change = {"range": {"start": at, "end": at}, "text": "1" if i else ":"}
        identity = {"uri": uri, "version": i + 2}
        server.send("textDocument/didChange", {"textDocument": identity, "contentChanges": [change]})
        server.published(uri, i + 2)
        taken.append((time.perf_counter() - began) * 1e3)
    server.stop()
    return taken


def memory(cache, documents):
    server = Server(cache)
    server.initialize()
    for i in range(documents):
        text = "".join(STAGE.format(j) + FILLER * 5 for j in range(i % 5 + 1))
        server.open(text, f"file:///w/{i}/Dockerfile")
    taken = server.memory()
    server.stop()
    return taken


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--lines", type=int, default=2000)
    parser.add_argument("--documents", type=int, default=500)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        starts = [start(cache) for _ in range(args.runs)]
        keys = keystrokes(cache, args.lines, args.keys)
        print(f"initialize         {statistics.median(s[0] for s in starts):7.1f} ms")
        print(f"first diagnostics  {statistics.median(s[1] for s in starts):7.1f} ms")
        ordered = sorted(keys)
        print(f"keystroke p50      {statistics.median(keys):7.1f} ms")
        print(f"keystroke p99      {ordered[int(0.99 * (len(ordered) - 1))]:7.1f} ms")
        print(f"first keystroke    {keys[0]:7.1f} ms")
        print(f"{args.documents} documents      {memory(cache, args.documents):7.1f} MB")


if __name__ == "__main__":
    main()
