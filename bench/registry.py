"""How fast registries are asked, and at what price.

    python bench/registry.py [requests] [network] [memory] [start]

- `requests`: HEAD requests a second at 1, 4, 6 and 16 at once, against the embedded registry in a process of its own.
- `network`: seconds from nothing to all facts of 500 images in repositories of their own (token, tags, digest) where
  every answer and every connection takes 20 ms. The bound is what latency, tokens and six connections leave: no client
  that keeps the rules can be faster.
- `memory`: what a list of a million tags adds to a process at its peak, in one answer and in pages.
- `start`: milliseconds of `moorage check --offline` in an empty folder against a Python that does nothing, and what of
  the network it has loaded by then.
"""

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

LATENCY = 0.02
IMAGES = 500
SLOTS = 6
MILLION = 1_000_000
HEAVY = ("httpx", "httpcore", "asyncio", "ssl", "lsprotocol", "pygls", "tree_sitter", "yaml", "sqlite3")


def serve(pipe, contents, options):
    """A registry until the other end says that it is over."""
    from moorage.embedded.server import EmbeddedRegistry

    with EmbeddedRegistry(contents, **options) as registry:
        pipe.send(registry.host)
        pipe.recv()


def serve_whole_list(pipe, tags, options):
    """A registry that gives every tag in one answer, whatever is asked for, as some do."""
    from moorage.embedded.http import Response, Server

    body = json.dumps({"name": "app", "tags": tags}).encode()

    async def answer(request):
        return Response(200, (("Content-Type", "application/json"),), body)

    with Server(answer) as server:
        pipe.send(server.host)
        pipe.recv()


@contextmanager
def registry(contents, target=serve, **options):
    """The host of a registry in a process of its own, so that it takes no time from the client's."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=target, args=(there, contents, options))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def build(host, slots=SLOTS, wiring=None):
    """A client that asks `host` so many things at once."""
    from moorage.registry.access.credentials import Credentials
    from moorage.registry.build import build_client
    from moorage.settings import RegistrySettings, Settings

    settings = Settings(registries={host: RegistrySettings(max_concurrent=slots)})
    return build_client(settings, {}, Credentials({}), wiring)


async def ask_heads(host, slots, count):
    """Requests a second."""
    client = build(host, slots)
    await client.head(host, "app", "t0")
    began = time.perf_counter()
    await asyncio.gather(*(client.head(host, "app", f"t{n % 100}") for n in range(count)))
    taken = time.perf_counter() - began
    await client.aclose()
    return count / taken


def requests():
    with registry({"app": [f"t{n}" for n in range(100)]}) as host:
        for slots in (1, 4, 6, 16):
            best = max(asyncio.run(ask_heads(host, slots, 600)) for _ in range(3))
            print(f"requests   {slots:>2} at once  {best:8.0f} a second")


async def learn(host, images, folder):
    """Seconds until everything is known of every image, and how many answers there were."""
    from moorage.facts import Known, Question
    from moorage.registry.http import wire
    from moorage.settings import Settings
    from moorage.store.source import Source
    from moorage.store.sqlite import Store

    async def connect(address, port):
        await asyncio.sleep(LATENCY)
        return await wire.connect(address, port)

    store, _ = Store.open(Path(folder) / "facts.sqlite")
    source = Source(Settings(), store, env={}, wiring=wire.Wiring(wire.resolve, connect))
    questions = [Question("tags", host, name) for name in images]
    questions += [Question("digest", host, name, "1.0") for name in images]
    began = time.perf_counter()
    await source.fetch(questions, max_age=3600)
    taken = time.perf_counter() - began
    known = sum(isinstance(answer, Known) for answer in source.snapshot(questions).values())
    await source.aclose()
    return taken, known


def network():
    from moorage.embedded.auth import Bearer

    images = [f"team/image{n}" for n in range(IMAGES)]
    contents = {name: ["1.0", "1.1"] for name in images}
    for elsewhere in (False, True):
        # Connecting, the answer that asks for a token, and the first token come before everything else.
        first = (2 + 2) * LATENCY if elsewhere else (1 + 2) * LATENCY
        to_one_host = 2 * IMAGES + (0 if elsewhere else IMAGES)
        bound = first + math.ceil(to_one_host / SLOTS) * LATENCY
        auth = Bearer(elsewhere=elsewhere)
        with registry(contents, auth=auth, latency=LATENCY) as host, tempfile.TemporaryDirectory() as folder:
            taken, known = asyncio.run(learn(host, images, folder))
        where = "tokens elsewhere" if elsewhere else "tokens there    "
        print(f"network    {where}  {taken:6.2f} s, bound {bound:5.2f} s, ratio {taken / bound:4.2f}, {known} facts")


def peak():
    """The most memory that this process has had, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


async def read_all(host):
    """Read a list to its end, run after run as far as each goes."""
    client = build(host)
    known, runs = None, 0
    while known is None or not known.complete:
        before = None if known is None else known.value
        known = (await client.tags(host, "app", None, before)).answer
        runs += 1
    await client.aclose()
    return len(known.value.tags), runs


def read_in_child(pipe, host):
    asyncio.run(build(host).head(host, "app", "none"))  # Everything that asking needs is loaded.
    before, began = peak(), time.perf_counter()
    count, runs = asyncio.run(read_all(host))
    pipe.send((count, runs, peak() - before, peak(), time.perf_counter() - began))


def memory():
    tags = [f"v{n}" for n in range(MILLION)]
    for title, contents, target in (("in one answer", tags, serve_whole_list), ("in pages", {"app": tags}, serve)):
        with registry(contents, target) as host:
            here, there = multiprocessing.Pipe()
            child = multiprocessing.get_context("spawn").Process(target=read_in_child, args=(there, host))
            child.start()
            count, runs, more, most, taken = here.recv()
            child.join()
        print(
            f"memory     {title:<13}  {count:,} tags, {runs} runs, {taken:.1f} s: {more:.0f} MB more, {most:.0f} in all"
        )


def timed(command, folder, runs=10):
    """The median time of a command in milliseconds."""
    env = {**os.environ, "MOORAGE_CACHE_DIR": folder, "MOORAGE_CONFIG": os.devnull}
    taken = []
    for _ in range(runs):
        began = time.perf_counter()
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


def start():
    with tempfile.TemporaryDirectory() as folder:
        arguments = ["check", "--offline", folder]
        nothing = timed([sys.executable, "-c", "pass"], folder)
        checking = timed([sys.executable, "-m", "moorage", *arguments], folder)
        program = (
            "import sys; from moorage.cli.main import main\n"
            f"try: main({arguments!r})\nexcept SystemExit: pass\n"
            f"print(len(sys.modules), *(m for m in {HEAVY!r} if m in sys.modules))"
        )
        env = {**os.environ, "MOORAGE_CACHE_DIR": folder, "MOORAGE_CONFIG": os.devnull}
        ran = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
        count, *loaded = ran.stdout.splitlines()[-1].split()
    print(f"start      check --offline  {checking:6.1f} ms, Python alone {nothing:.1f} ms")
    print(f"start      {count} modules, of the heavy ones: {', '.join(loaded) or 'none'}")


MEASURES = {"requests": requests, "network": network, "memory": memory, "start": start}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *MEASURES], help="what to measure; all where none is named")
    for name in parser.parse_args().names or MEASURES:
        MEASURES[name]()


if __name__ == "__main__":
    main()
