"""`moorage references`: every place where an image is named, for people, scripts and inventories."""

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO, cast

from moorage.cli.inventory import FIELDS, GROUPS, Remark, Row, filters, group_key, printable, remarks, rows
from moorage.cli.terminal import plain, use_utf8
from moorage.discover import Skipped, find
from moorage.documents.usage import Document
from moorage.listed import Listed
from moorage.surroundings import Surroundings

_encode = json.JSONEncoder(ensure_ascii=False).encode
_EPILOG = """A condition is FIELD=GLOB, FIELD!=GLOB, FIELD (there is one) or no-FIELD (there is none), for the fields of
the JSON form. A repository may be named as it is written (node), with its path (library/node) or in full
(docker.io/library/node)."""


def main(argv: list[str]) -> int:
    """List the usages; returns 0, or 2 where a file or folder that was named is not there."""
    args = _parser().parse_args(argv)
    wanted = filters(args.repository, args.where)
    use_utf8()
    paths: list[str] = args.paths or ["."]
    listing = _Listing(paths)
    found = (row for row in listing.rows() if all(meets(row) for meets in wanted))
    if args.group_by is None:
        _WRITERS[args.format](found, listing, sys.stdout)
    else:
        _GROUP_WRITERS[args.format](_grouped(found, args.group_by), listing, sys.stdout)
    sys.stdout.flush()
    if args.format != "json":
        for remark in listing.remarks:
            place = remark.file if remark.line is None else f"{remark.file}:{remark.line}"
            print(plain(f"moorage: {place}: {remark.message}"), file=sys.stderr)
    return 0 if all(map(os.path.lexists, paths)) else 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage references", description="List every place where an image is named.", epilog=_EPILOG
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument("--format", choices=tuple(_WRITERS), default="text", help="form of the list (default: text)")
    parser.add_argument(
        "--repository",
        action="append",
        default=[],
        metavar="GLOB",
        help="only images of these repositories; repeatable",
    )
    parser.add_argument(
        "--where", action="append", default=[], metavar="CONDITION", help="only what meets every condition; repeatable"
    )
    parser.add_argument("--group-by", choices=GROUPS, help="group the list and count")
    return parser


class _Listing:
    """The rows of all files, and what is to be said of files that could not be read."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self.remarks: list[Remark] = []

    def rows(self) -> Iterator[Row]:
        read = list(self._documents())
        links = Surroundings(read, self._paths).links()
        for _, document in read:
            yield from rows(document if links is None else links.linked(document))

    def _documents(self) -> Iterator[tuple[str, Document]]:
        """The documents and where they lie."""
        listed = Listed(self._paths)
        for item in find(self._paths, listed.texts):
            if isinstance(item, Skipped):
                self.remarks.append(Remark(item.path, None, item.reason))
                continue
            if not listed.wants(item.path):
                continue
            document = item.format.reader().read(item.path, item.text, item.neighbour)
            self.remarks += remarks(document)
            yield item.location, document

    def said(self) -> list[Row]:
        """The remarks as JSON shows them."""
        return [remark._asdict() for remark in self.remarks]


def _write_text(found: Iterable[Row], _listing: _Listing, out: TextIO) -> None:
    for row in found:
        out.write(_text_line(row) + "\n")


def _write_jsonl(found: Iterable[Row], _listing: _Listing, out: TextIO) -> None:
    for row in found:
        out.write(printable(_encode(row)) + "\n")


def _write_json(found: Iterable[Row], listing: _Listing, out: TextIO) -> None:
    listed = list(found)
    _dump({"version": 1, "usages": listed, "notices": listing.said()}, out)


def _write_csv(found: Iterable[Row], _listing: _Listing, out: TextIO) -> None:
    import csv

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(FIELDS)
    for row in found:
        writer.writerow([_cell(row[field]) for field in FIELDS])


def _grouped(found: Iterable[Row], group: str) -> list[tuple[str | None, list[Row]]]:
    """The rows of each group, the largest group first."""
    groups: dict[str | None, list[Row]] = {}
    for row in found:
        groups.setdefault(group_key(row, group), []).append(row)
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0] is None, item[0] or ""))


def _write_text_groups(groups: list[tuple[str | None, list[Row]]], _listing: _Listing, out: TextIO) -> None:
    for key, members in groups:
        out.write(f"{plain(printable('(none)' if key is None else key))}: {len(members)}\n")
        for row in members:
            out.write(f"  {_text_line(row)}\n")


def _write_jsonl_groups(groups: list[tuple[str | None, list[Row]]], _listing: _Listing, out: TextIO) -> None:
    for key, members in groups:
        out.write(printable(_encode({"key": key, "count": len(members), "usages": members})) + "\n")


def _write_json_groups(groups: list[tuple[str | None, list[Row]]], listing: _Listing, out: TextIO) -> None:
    shown = [{"key": key, "count": len(members), "usages": members} for key, members in groups]
    _dump({"version": 1, "groups": shown, "notices": listing.said()}, out)


def _write_csv_groups(groups: list[tuple[str | None, list[Row]]], _listing: _Listing, out: TextIO) -> None:
    import csv

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("key", "count"))
    writer.writerows((_cell(key), len(members)) for key, members in groups)


def _dump(value: object, out: TextIO) -> None:
    out.write(printable(json.dumps(value, ensure_ascii=False, indent=2)) + "\n")


def _text_line(row: Row) -> str:
    shown = f"{row['file']}:{row['line']}:{row['column']}: {row['role']} {row['written']}"
    if row["expanded"] is not None and row["expanded"] != row["written"]:
        shown += f" = {row['expanded'] or '(nothing)'}"
    if row["values"]:
        shown += f" = {', '.join(cast('list[str]', row['values']))}"
    if row["problem"] is not None:
        shown += f" ({row['problem']['message']})"  # type: ignore[index]
    return plain(printable(shown))


def _cell(value: object) -> str | int:
    """A value as CSV holds it: nothing for null, true and false in words, a problem's code and message in one."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return printable(" ".join(cast("list[str]", value)))
    if isinstance(value, dict):
        return f"{value['code']}: {value['message']}"  # type: ignore[index]
    return value if isinstance(value, int) else printable(str(value))


_WRITERS = {"text": _write_text, "json": _write_json, "jsonl": _write_jsonl, "csv": _write_csv}
_GROUP_WRITERS = {
    "text": _write_text_groups,
    "json": _write_json_groups,
    "jsonl": _write_jsonl_groups,
    "csv": _write_csv_groups,
}
