"""`moorage inspect`: what an image is and what is attached to it; of two images, side by side, what differs."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

from moorage.cli.inspecting import Cost, Identity, Inspector
from moorage.cli.terminal import plain, use_utf8
from moorage.errors import UsageError
from moorage.reference import InvalidReference, parse
from moorage.refreshed import Refreshed
from moorage.settings import Settings, load
from moorage.store.source import Source
from moorage.store.sqlite import Store

_MAX_TEXT = 200
_FRESH = 3600
_WIDTH = 60


def main(argv: list[str]) -> int:
    """Print what was found; raises `UndecidedError` where an image cannot be had."""
    args = _parser().parse_args(argv)
    use_utf8()
    if len(args.references) > 2:
        raise UsageError("inspect takes one image, or two to compare")
    settings = load()
    identities, costs = asyncio.run(_inspect(settings, args))
    if args.format == "json":
        _print_json(identities, costs)
    else:
        _print_text(identities, costs)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage inspect",
        description="What an image is and what is attached to it; with two images, what differs.",
        epilog="exit codes: 0 done; 2 a mistake in the call or in the settings; 3 an image could not be looked at",
    )
    parser.add_argument("references", nargs="+", metavar="REF", help="an image, or two")
    parser.add_argument("--platform", default="linux/amd64", help="the platform to look at (default: linux/amd64)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer")
    parser.add_argument("--offline", action="store_true", help="ask no registry; use what is known")
    parser.add_argument("--refresh", action="store_true", help="ask again, however new the facts are")
    return parser


async def _inspect(settings: Settings, args: argparse.Namespace) -> tuple[list[Identity], list[Cost]]:
    try:
        references = [parse(text) for text in args.references]
    except InvalidReference as error:
        raise UsageError(str(error)) from None
    store, notices = Store.open(settings.store_path)
    source = Source(settings, store, offline=args.offline, workspace=[Path.cwd()], env=os.environ)
    inspector = Inspector(source, Refreshed(settings.cache_dir)(), date.today(), -1 if args.refresh else _FRESH)
    try:
        return [await inspector.inspect(reference, args.platform) for reference in references], inspector.costs
    finally:
        await source.aclose()
        store.close()
        for notice in notices:
            print("moorage: " + plain(notice), file=sys.stderr)


def _print_text(identities: list[Identity], costs: list[Cost]) -> None:
    if len(identities) == 1:
        for name, text in _rows(identities[0]):
            print(plain(f"{name:<13}{text}"))
    else:
        _side_by_side(*identities)
    print()
    print(f"{len(costs)} requests" if len(costs) != 1 else "1 request")
    for cost in costs:
        print(plain(f"  {cost.method} {cost.url}: {cost.status}, {cost.size} bytes"))


def _side_by_side(one: Identity, two: Identity) -> None:
    """The rows of two images beside each other; `!` marks where they differ."""
    left, right = _by_name(one), _by_name(two)
    for name in dict.fromkeys((*left, *right)):
        a, b = left.get(name, []), right.get(name, [])
        for i in range(max(len(a), len(b))):
            x, y = (column[i] if i < len(column) else "" for column in (a, b))
            head = name if i == 0 else ""
            print(plain(f"{'!' if x != y else ' '} {head:<13}{_cut(x):<{_WIDTH}}  {_cut(y)}").rstrip())


def _by_name(identity: Identity) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, text in _rows(identity):
        found.setdefault(name, []).append(text)
    return found


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"


def _rows(image: Identity) -> Iterator[tuple[str, str]]:
    yield "name", image.reference.canonical
    yield "digest", image.digest
    yield "size", f"{_size(image.size)} for {image.platform or 'its only platform'}"
    if image.platforms:
        yield "platforms", ", ".join(entry.platform or "unnamed" for entry in image.platforms)
    if image.created is not None:
        yield "created", _day(image.created)
    for name, text in image.words.items():
        yield name, text[:_MAX_TEXT]
    for name, source in image.base:
        yield "base", f"{name[:_MAX_TEXT]} (says its {source})"
    if image.provenance is not None and image.provenance.builder:
        yield "built by", image.provenance.builder[:_MAX_TEXT]
    if image.sbom is not None:
        yield (
            "SBOM",
            f"{image.sbom.form}, {image.sbom.packages} packages, {image.sbom.distribution or 'no distribution'}",
        )
        named = ", ".join(f"{name[:60]} ({count})" for name, count in image.sbom.licences[:5])
        yield "SBOM licences", named or "none"
    for entry in image.attachments.entries:
        yield "attached", f"{entry.kind}: {entry.type}, found by {entry.found}, not verified"
    if not image.attachments.entries:
        yield "attached", "nothing was found" if image.complete else "not known"
    elif not image.complete:
        yield "attached", "and perhaps more: not everywhere could be looked"
    for sentence in image.life:
        yield "life", sentence
    for note in image.notes:
        yield "note", note


def _size(size: int) -> str:
    return f"{size / (1 << 20):.1f} MiB" if size >= 1 << 20 else f"{size / 1024:.1f} KiB"


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(min(seconds, 253402300799), UTC).strftime("%Y-%m-%d %H:%M UTC")


def _print_json(identities: list[Identity], costs: list[Cost]) -> None:
    answer = {
        "version": 1,
        "images": [_as_json(image) for image in identities],
        "requests": [cost._asdict() for cost in costs],
    }
    json.dump(answer, sys.stdout, indent=2)
    print()


def _as_json(image: Identity) -> dict[str, object]:
    return {
        "reference": image.reference.canonical,
        "digest": image.digest,
        "media_type": image.media_type,
        "platform": image.platform,
        "size": image.size,
        "platforms": [entry._asdict() for entry in image.platforms],
        "created": image.created,
        "says": image.words,
        "base": [{"image": name, "source": source} for name, source in image.base],
        "sbom": None if image.sbom is None else {**image.sbom._asdict(), "licences": dict(image.sbom.licences)},
        "provenance": None
        if image.provenance is None
        else {**image.provenance._asdict(), "images": [i._asdict() for i in image.provenance.images]},
        "attachments": [{**entry._asdict(), "verified": False} for entry in image.attachments.entries],
        "attachments_complete": image.complete,
        "life": image.life,
        "notes": image.notes,
    }
