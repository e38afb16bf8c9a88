"""`moorage data`: the facts that ship with the program, and refreshing those of which newer ones can be had."""

import argparse
import json
import os
import sys
from datetime import date
from pathlib import Path

from moorage.cli.terminal import plain, use_utf8
from moorage.data.ladders import DEVELOPMENT, LADDERS, LONG_TERM
from moorage.data.lifecycle import MAX_BYTES, DataError, Lifecycles, read, shipped, written
from moorage.data.moves import MOVES
from moorage.data.retirements import RETIREMENTS
from moorage.errors import UsageError
from moorage.refreshed import Refreshed
from moorage.settings import Settings, load

API = "https://endoflife.date/api/v1/products/full"

_EPILOG = f"""FILE-OR-URL is a table in the program's own form, an answer of endoflife.date's API, such as
{API} (its data are under the MIT licence), or a file that maps products to
images and cycles. docs/data.md tells more."""


def main(argv: list[str]) -> int:
    """Show the facts there are, or refresh them; returns the exit code."""
    args = _parser().parse_args(argv)
    use_utf8()
    settings = load()
    if args.action == "update":
        _update(args.source, settings)
    else:
        _show(settings, args.format)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage data", description="Show the facts that ship with the program, and refresh them.", epilog=_EPILOG
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the list (default: text)")
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    update = actions.add_parser("update", help="take newer life cycles from a file or an https URL")
    update.add_argument(
        "--from", dest="source", required=True, metavar="FILE-OR-URL", help=f"where they are, for example {API}"
    )
    return parser


def _show(settings: Settings, form: str) -> None:
    refreshed = Refreshed(settings.cache_dir)
    used, mine = refreshed(), refreshed.refreshed()
    rows = [_life_row("shipped", shipped(), used is shipped())]
    if mine is not None:
        rows.append(_life_row(str(refreshed.path), mine, used is not shipped()))
    rows += [
        _row("ladders", "shipped", len(LADDERS), "distributions", sorted(ladder.read_on for ladder in LADDERS)[-1]),
        _row("long-term lines", "shipped", len(LONG_TERM), "rules", sorted(rule.read_on for rule in LONG_TERM)[-1]),
        _row("development series", "shipped", len(DEVELOPMENT), "rules", sorted(r.read_on for r in DEVELOPMENT)[-1]),
        _row("deprecated images", "shipped", len(RETIREMENTS), "entries", sorted(r.read_on for r in RETIREMENTS)[-1]),
        _row("moved repositories", "shipped", len(MOVES), "entries", sorted(move.read_on for move in MOVES)[-1]),
    ]
    if form == "json":
        json.dump({"version": 1, "data": rows}, sys.stdout, indent=2)
        print()
    else:
        width = max(len(str(row["name"])) for row in rows)
        for row in rows:
            more = "" if row["used"] else ", not used: there is one that is as new or newer"
            source = f", {row['source']} ({row['licence']})" if row["licence"] else ""
            print(
                plain(
                    f"{row['name']:<{width}}  {row['date']}  {row['count']} {row['unit']}{source}, {row['from']}{more}"
                )
            )
    if refreshed.notice is not None:
        print("moorage: " + plain(refreshed.notice), file=sys.stderr)


def _row(name: str, where: str, count: int, unit: str, day: str) -> dict[str, object]:
    return {
        "name": name, "date": day, "count": count, "unit": unit, "source": None, "licence": None, "from": where,
        "used": True,
    }  # fmt: skip


def _life_row(where: str, table: Lifecycles, used: bool) -> dict[str, object]:
    row = _row("life cycles", where, len(table.images), "images", table.date)
    return {**row, "source": table.source, "licence": table.licence, "used": used}


def _update(source: str, settings: Settings) -> None:
    from moorage.cli.files import write_atomically

    is_url = "://" in source
    data = _downloaded(source, settings) if is_url else _read(Path(source))
    try:
        table = _table(data.decode("utf-8", "replace"))
    except DataError as error:
        raise UsageError(f"{source} cannot be used: {error}") from None
    path = Refreshed(settings.cache_dir).path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{path.parent} cannot be made: {error.strerror or error}") from None
    write_atomically(path, written(table).encode())
    print(plain(f"{len(table.images)} images with life cycles of {table.date} are in {path}"))
    if table.date <= shipped().date:
        print(f"They are not used: those that ship with the program are of {shipped().date}.")


def _table(text: str) -> Lifecycles:
    """A table in our own form, or made of what endoflife.date says; raises `DataError`."""
    from moorage.data.endoflife import from_api, from_cycles

    try:
        return read(text)
    except DataError as error:
        if '"result"' in text:
            table = from_api(text, date.today())
        elif '"form"' not in text and '"cycles"' in text:
            table = from_cycles(text, date.today().isoformat())
        else:
            raise
        if not table.images:
            raise DataError("no product in it names an image") from error
        return read(written(table))


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(data) > MAX_BYTES:
        raise UsageError(f"{path} is larger than {MAX_BYTES >> 20} MiB")
    return data


def _downloaded(url: str, settings: Settings) -> bytes:
    if settings.offline:
        raise UsageError("MOORAGE_OFFLINE is set, so nothing is downloaded; give a file")
    import asyncio

    from moorage.registry.http.download import download

    return asyncio.run(download(url, MAX_BYTES, settings, os.environ))
