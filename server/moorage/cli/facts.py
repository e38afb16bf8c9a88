"""`moorage facts`: what is known of an image, removing what is old, and facts as a file that travels."""

import argparse
import os
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from moorage.cli.terminal import plain, size_text, use_utf8
from moorage.errors import UsageError
from moorage.reference import InvalidReference, parse
from moorage.settings import Settings, load
from moorage.units import byte_size, duration

if TYPE_CHECKING:
    from moorage.store.records import Gathered
    from moorage.store.source import Source
    from moorage.store.upkeep import Removed

_EPILOG = "No registry is asked. docs/facts.md describes the files, and what of a store leaves it."


def main(argv: list[str]) -> int:
    """Show, remove or export facts; returns the exit code."""
    args = _parser().parse_args(argv)
    use_utf8()
    settings = load()
    match args.action:
        case "show":
            return _show(settings, args)
        case "prune":
            return _prune(settings, args)
        case _:
            return _export(settings, args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage facts",
        description="What registries have said, as it is kept in the store of facts.",
        epilog=_EPILOG,
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    show = actions.add_parser("show", help="what is known of an image, since when, and from whom")
    show.add_argument("reference", metavar="REF", help="an image reference: python:3.12-slim")
    show.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer (default: text)")
    prune = actions.add_parser("prune", help="remove facts that are old, or until the store is small enough")
    prune.add_argument("--older-than", metavar="AGE", help="what was seen last longer ago than this: 12h, 90d")
    prune.add_argument("--max-size", metavar="SIZE", help="the oldest until the store is no larger: 50MiB")
    export = actions.add_parser("export", help="write facts to a file for `moorage check --facts`")
    export.add_argument("file", metavar="FILE", help="the file to write, compressed where it ends in .gz; - for output")
    export.add_argument("paths", nargs="*", metavar="PATH", help="only what the images in these files and folders need")
    return parser


def _show(settings: Settings, args: argparse.Namespace) -> int:
    from moorage.cli.facts_show import print_json, print_text, recall

    try:
        reference = parse(args.reference)
    except InvalidReference as error:
        raise UsageError(str(error)) from None
    with _opened(settings) as source:
        known = recall(source, reference)
    if args.format == "json":
        print_json(known)
    else:
        print_text(known, int(time.time()))
    return 0


def _prune(settings: Settings, args: argparse.Namespace) -> int:
    from moorage.store.upkeep import compact, file_size, prune

    before = None if args.older_than is None else int(time.time()) - _age(args.older_than)
    max_size = None if args.max_size is None else _size(args.max_size)
    if before is None and max_size is None:
        before, max_size = int(time.time()) - settings.facts.keep, settings.facts.max_size
    with _opened(settings) as source:
        database = source.store.database
        removed = prune(database, before, max_size)
        compact(database)
        left = file_size(database)
    print(_about(removed) + f"; the store holds {size_text(left)} now")
    if max_size is not None and left > max_size:
        print("The digests that were observed are history, and stay: --older-than removes them too.")
    return 0


def _about(removed: "Removed") -> str:
    parts = [
        _count(removed.answers, "answer"),
        _count(removed.observations, "observed digest"),
        _count(removed.blobs, "attached document"),
    ]
    said = [part for part in parts if part]
    return "removed " + ", ".join(said) if said else "nothing was removed"


def _export(settings: Settings, args: argparse.Namespace) -> int:
    from moorage.store.bundle import compressed, written

    path = Path(args.file)
    if args.file != "-":
        _may_write(path)
    with _opened(settings) as source:
        gathered, unknown = _gathered(source, args.paths)
    text = written(gathered.records)
    if args.file == "-":
        sys.stdout.write(text.decode())
        return 0
    from moorage.cli.files import write_atomically

    write_atomically(path, compressed(text) if path.suffix == ".gz" else text)
    print(plain(f"{text.count(10) - 1} lines of facts are in {path}"))
    if gathered.private:
        print(
            f"{_count(gathered.private, 'fact')} left out, as they may be private; `moorage facts export FILE PATH`"
            " takes those that the files below PATH need"
        )
    for name in unknown:
        print(plain(f"moorage: nothing is known of {name}: run `moorage check` first"), file=sys.stderr)
    return 0


def _gathered(source: "Source", paths: list[str]) -> tuple["Gathered", list[str]]:
    """The facts to write, and the repositories that are named and nothing is known of."""
    from moorage.store.records import of_everybody, of_repositories

    if not paths:
        return of_everybody(source.store), []
    names, digests = _needed(paths)
    gathered = of_repositories(source.store, names, source.identity, digests)
    known = {(record.question.registry, record.question.repository) for record in gathered.records}
    return gathered, [f"{registry}/{repository}" for registry, repository in sorted(names - known)]


def _needed(paths: list[str]) -> tuple[set[tuple[str, str]], set[str]]:
    """The repositories that a check of these files asks about, each a registry and a path, and the digests in them."""
    from moorage.cli.checking import Check
    from moorage.cli.session import open_session
    from moorage.store.keys import BY_DIGEST

    for path in paths:
        if not os.path.lexists(path):
            raise UsageError(f"{path}: there is no such file or folder")
    with open_session(paths, offline=True, max_age=None, overrides={}) as session:
        check = Check(session, paths, select=frozenset())
        check.read()
        check.judge()
        # What it would mend is asked for too.
        check.report(hints=True)
    asked = session.engine.asked
    return (
        {(question.registry, question.repository) for question in asked},
        {question.key for question in asked if question.kind in BY_DIGEST},
    )


def _may_write(path: Path) -> None:
    """Raise `UsageError` for a file that holds something else than facts."""
    from moorage.store.unbundle import is_facts_file

    try:
        if not path.exists():
            return
        if path.is_file() and (path.stat().st_size == 0 or is_facts_file(path)):
            return
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from None
    raise UsageError(f"{path} is no file of facts, and is left as it is")


@contextmanager
def _opened(settings: Settings) -> Generator["Source"]:
    """The user's store, with the credentials that tell which facts are the user's; asks nobody."""
    from moorage.store.source import Source
    from moorage.store.sqlite import Store

    store, notices = Store.open(settings.store_path)
    if store.database.path is None:
        store.close()
        raise UsageError(plain("; ".join(notices)))
    try:
        yield Source(settings, store, offline=True)
    finally:
        store.close()
        for notice in (*notices, *([store.trouble] if store.trouble else [])):
            print("moorage: " + plain(notice), file=sys.stderr)


def _age(text: str) -> int:
    seconds = duration(text)
    if seconds is None:
        raise UsageError(f"--older-than: {text!r} is no time; write for example 12h or 90d")
    return seconds


def _size(text: str) -> int:
    size = byte_size(text)
    if size is None:
        raise UsageError(f"--max-size: {text!r} is no size; write for example 50MiB or 1GiB")
    return size


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}" if number else ""
