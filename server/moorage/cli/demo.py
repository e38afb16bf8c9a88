"""`moorage demo`: the main job on the example shop, against a registry of its own on loopback.

It has settings and a store of its own, in a folder that is gone afterwards; the user's are not touched.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from shutil import which

from moorage.cli.terminal import plain
from moorage.errors import UsageError

_NEXT = """
What next:
  # keep this registry running; it says how to use it from another terminal, or from an editor
  {moorage} demo --serve
  # there: what can be mended, how a tag is read, and what is offered for it
  {moorage} check --diff {example}
  {moorage} explain python:3.12.4-slim
  # every place where an image is named
  {moorage} references {example}
  # what a rule says, and why
  {moorage} rules outdated
  # your own files, with the registries that they name
  {moorage} check PATH
"""


def main(argv: list[str]) -> int:
    """Run the check on an example; findings do not make it fail."""
    parser = argparse.ArgumentParser(prog="moorage demo", description="The main job on an example, with no network.")
    parser.add_argument("path", nargs="?", type=Path, metavar="PATH", help="a folder (default: the example shop)")
    parser.add_argument("--serve", action="store_true", help="keep the registry running until Ctrl+C")
    args = parser.parse_args(argv)
    folder = args.path or example()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder")

    from moorage.embedded.server import EmbeddedRegistry
    from moorage.embedded.shop import shop

    with EmbeddedRegistry(shop()) as registry, tempfile.TemporaryDirectory(prefix="moorage-demo-") as private:
        env = private_settings(Path(private), registry.url)
        print(f"A registry with the shop's images listens on {registry.host}.")
        if args.serve:
            return _serve(env, folder)
        print(f"\n$ moorage check {plain(str(folder))}", flush=True)
        _check(folder, env)
    print(_NEXT.format(moorage=_program(), example=plain(str(folder))), end="")
    return 0


def _program() -> str:
    """How this program is called from here."""
    called = sys.argv[0]
    return "moorage" if which("moorage") == os.path.abspath(called) else os.path.relpath(called)  # noqa: PTH100


def example() -> Path:
    """The example shop: beside the checkout, or installed with the program."""
    package = Path(str(files("moorage")))
    for folder in (package / "examples" / "shop", package.parent.parent / "examples" / "shop"):
        if folder.is_dir():
            return folder
    raise UsageError("the example shop is not installed; name a folder: `moorage demo PATH`")


def private_settings(folder: Path, url: str) -> Mapping[str, str]:
    """Write settings that lead every registry of the shop to `url`; returns the environment that selects them."""
    settings = folder / "config.yaml"
    mirrors = "".join(f"  {host}: {{url: '{url}', resolve: true}}\n" for host in ("docker.io", "ghcr.io"))
    settings.write_text(f"mirrors:\n{mirrors}", encoding="utf-8")
    return {"MOORAGE_CONFIG": str(settings), "MOORAGE_CACHE_DIR": str(folder / "cache"), "MOORAGE_OFFLINE": ""}


def _check(folder: Path, env: Mapping[str, str]) -> None:
    from moorage.cli import check

    os.environ.update(env)
    check.main([str(folder)])
    sys.stdout.flush()


def _serve(env: Mapping[str, str], folder: Path) -> int:
    import threading

    print("Use it from another terminal, with settings and a store of its own:\n")
    for name in ("MOORAGE_CONFIG", "MOORAGE_CACHE_DIR"):
        print(f"  export {name}={env[name]}")
    print(f"  {_program()} check {plain(str(folder))}\n\nCtrl+C ends it.", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print()
    return 0
