"""`moorage lsp`: the language server, over standard input and output."""

import argparse
import gc
import os
import sys
from importlib import import_module


def main(argv: list[str]) -> int:
    """Serve one client until it says `exit`; returns 0 after a `shutdown`, else 1."""
    parser = argparse.ArgumentParser(
        prog="moorage lsp", description="The language server. An editor starts it and speaks to it over a pipe."
    )
    parser.add_argument("--stdio", action="store_true", help="standard input and output, which is the only way")
    parser.parse_args(argv)
    if sys.stdin.isatty():
        print("moorage: the language server speaks to an editor, not to a terminal; docs/editors.md", file=sys.stderr)

    # Nothing of what is loaded from now on is ever freed, so looking for garbage would only cost; `Serving` has it done
    # again when all is loaded.
    gc.disable()
    # By name: commands and the server know nothing of each other.
    code: int = import_module("moorage.lsp.server").serve()
    sys.stderr.flush()
    # A thread may still wait for a name server or a store; the client must not wait for it.
    os._exit(code)
