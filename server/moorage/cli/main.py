"""The command line: one module per command, imported only when it is called."""

import sys
from importlib import import_module

from moorage import __version__

COMMANDS = {
    "check": "find image references and report what is wrong with them",
    "references": "list every place where an image is named",
    "graph": "what the files build, from which stages and images",
    "explain": "how a tag is read, and which newer ones are offered",
    "inspect": "what an image is, what is attached to it, and what a bump would change",
    "facts": "what registries have said, since when; as a file that travels",
    "rules": "explain the rules",
    "data": "the facts that ship with the program, and refreshing them",
    "config": "the policy that holds for a path, and where each part of it is from",
    "doctor": "who we are for a registry, how it is reached, and what would mend what is wrong",
    "lsp": "the language server, over standard input and output",
    "demo": "the main job on an example, against a registry of its own",
}


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit code. `--check` is another spelling of `check`."""
    try:
        code = _main(sys.argv[1:] if argv is None else argv)
        if sys.stdout is not None:
            sys.stdout.flush()
        return code
    except BrokenPipeError:
        # The reader went away (`moorage … | head`): nothing is left to say, and nothing to flush at exit.
        sys.stdout = None
        return 141
    except OSError as error:
        if error.filename is not None:
            raise
        # What has no name is where the output goes: a full disk, a closed device.
        sys.stdout = None
        _complain(f"the output cannot be written: {error.strerror}")
        return 2


def _main(args: list[str]) -> int:
    name = args[0] if args else ""
    if name in ("--version", "-V"):
        print(f"moorage {__version__}")
        return 0
    if name in ("", "-h", "--help", "help"):
        print(overview())
        return 0 if name else 2
    if name == "--check":
        name = "check"
    if name not in COMMANDS:
        _complain(f"there is no command {name!r}; `moorage --help` lists them")
        return 2
    return _run(name, args[1:])


def overview() -> str:
    """The text of `moorage --help`."""
    width = max(map(len, COMMANDS))
    rows = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in COMMANDS.items())
    return f"moorage: the container images that code depends on\n\n{rows}\n\n`moorage COMMAND --help` tells more."


def _run(name: str, args: list[str]) -> int:
    from moorage.errors import MoorageError, UndecidedError

    command = import_module("moorage.cli." + name)
    try:
        return command.main(args)
    except UndecidedError as error:
        _complain(str(error))
        return 3
    except MoorageError as error:
        _complain(str(error))
        return 2
    except KeyboardInterrupt:
        return 130


def _complain(message: str) -> None:
    from moorage.cli.terminal import plain

    print("moorage: " + plain(message), file=sys.stderr)
