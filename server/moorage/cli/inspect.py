"""`moorage inspect`: what an image is and what is attached to it; of two images, side by side, what differs."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Iterator
from datetime import date

from moorage.cli.inspect_pairs import changes, day_text, side_by_side
from moorage.cli.inspecting import Cost, Identity, Inspector
from moorage.cli.session import about_warnings
from moorage.cli.terminal import count, plain, size_text, use_utf8
from moorage.errors import UsageError
from moorage.reference import InvalidReference, Reference, parse
from moorage.refreshed import Refreshed
from moorage.registry.moving.layout import Layout
from moorage.registry.moving.layoutanswers import SCHEME, LayoutAnswers, place_of
from moorage.settings import Settings, load
from moorage.store.source import Source
from moorage.store.sqlite import Store

_MAX_TEXT = 200
_FRESH = 3600


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
    parser.add_argument(
        "references", nargs="+", metavar="REF", help="an image, or two; oci:PATH[:TAG] is one in a folder"
    )
    parser.add_argument("--platform", default="linux/amd64", help="the platform to look at (default: linux/amd64)")
    parser.add_argument("--sizes", action="store_true", help="ask for the size of every platform, one request each")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer")
    parser.add_argument("--offline", action="store_true", help="ask no registry; use what is known")
    parser.add_argument("--refresh", action="store_true", help="ask again, however new the facts are")
    return parser


async def _inspect(settings: Settings, args: argparse.Namespace) -> tuple[list[Identity], list[Cost]]:
    places = [_place(text) for text in args.references]
    store, notices = Store.open(settings.store_path)
    layouts = [layout.folder for layout, _ in places if layout is not None]
    source = Source(settings, store, offline=args.offline, workspace=layouts, env=os.environ)
    lives, max_age = Refreshed(settings.cache_dir)(), -1 if args.refresh else _FRESH
    found: list[Identity] = []
    costs: list[Cost] = []
    try:
        for layout, reference in places:
            facts = source if layout is None else LayoutAnswers(layout, args.platform)
            inspector = Inspector(facts, lives, date.today(), max_age)
            found.append(await inspector.inspect(reference, args.platform, all_sizes=args.sizes))
            costs += inspector.costs
        return found, costs
    finally:
        warned = about_warnings(source.warnings)
        await source.aclose()
        store.close()
        for notice in (*notices, *warned):
            print("moorage: " + plain(notice), file=sys.stderr)


def _place(text: str) -> tuple[Layout | None, Reference]:
    """The image that an argument names, and the layout that holds it, None for one in a registry."""
    if text.startswith(SCHEME):
        return place_of(text)
    try:
        return None, parse(text)
    except InvalidReference as error:
        raise UsageError(str(error)) from None


def _print_text(identities: list[Identity], costs: list[Cost]) -> None:
    if len(identities) == 1:
        for name, text in rows(identities[0]):
            print(plain(f"{name:<14}{text}"))
    else:
        one, two = identities
        for line in (*side_by_side(list(rows(one)), list(rows(two))), "", *changes(one, two)):
            print(plain(line))
    print()
    print(_about_costs(costs))
    for cost in costs:
        print(plain(f"  {cost.method} {cost.url}: {cost.status}, {cost.size} bytes"))


def _about_costs(costs: list[Cost]) -> str:
    if not costs:
        return "no request: all of this was known already"
    pulls = sum(1 for cost in costs if cost.pull)
    size = size_text(sum(cost.size for cost in costs))
    return f"{count(len(costs), 'request')}, {size}; {pulls} would count as pulls on Docker Hub"


def rows(image: Identity) -> Iterator[tuple[str, str]]:
    """What there is to say of an image, by name."""
    yield "name", image.reference.canonical
    yield "digest", image.digest
    yield "size", f"{size_text(image.size)} for {image.platform or 'its only platform'}"
    if image.platforms:
        yield "platforms", ", ".join(_platform(entry.platform, image) for entry in image.platforms)
    if image.created is not None:
        yield "created", day_text(image.created)
    for name, text in image.words.items():
        yield name, text[:_MAX_TEXT]
    for name, source in image.base:
        yield "base", f"{name[:_MAX_TEXT]} (says its {source})"
    if not image.base:
        yield "base", "not said"
    if image.provenance is not None:
        for name, text in (("built by", image.provenance.builder), ("built from", image.provenance.source)):
            if text:
                yield name, text[:_MAX_TEXT]
    for name in ("entrypoint", "command", "user", "folder", "stop signal"):
        if image.runtime.get(name):
            yield name, image.runtime[name][:_MAX_TEXT]
    for name in ("port", "volume", "env"):
        named = [key.removeprefix(f"{name} ") for key in image.runtime if key.startswith(f"{name} ")]
        if named:
            yield f"{name}s" if name != "env" else "environment", ", ".join(named)[:_MAX_TEXT]
    yield from _about_sbom(image)
    yield from _about_attachments(image)
    for sentence in image.life:
        yield "life", sentence
    for note in image.notes:
        yield "note", note


def _platform(platform: str, image: Identity) -> str:
    size = image.sizes.get(platform)
    return (platform or "unnamed") + (f" ({size_text(size)})" if size is not None else "")


def _about_sbom(image: Identity) -> Iterator[tuple[str, str]]:
    if image.sbom is not None:
        distribution = image.sbom.distribution or "no distribution"
        yield "SBOM", f"{image.sbom.form}, {count(image.sbom.packages, 'package')}, {distribution}"
        named = ", ".join(f"{name[:60]} ({number})" for name, number in image.sbom.licences[:5])
        yield "SBOM licences", named or "none"


def _about_attachments(image: Identity) -> Iterator[tuple[str, str]]:
    """What was found of each kind and where, the same for several platforms once."""
    platforms = {entry.digest: entry.platform for entry in image.platforms}
    about: dict[tuple[str, str, str], list[str]] = {}
    for entry in image.attachments.entries:
        found = about.setdefault((entry.kind, entry.type, entry.found), [])
        found.append(platforms.get(entry.subject, "") if entry.subject != image.digest else "")
    for (kind, type_, found), subjects in about.items():
        named = ", ".join(dict.fromkeys(filter(None, subjects)))
        what = type_ or "type unknown"
        what = f"{len(subjects)} × {what}" if len(subjects) > 1 else what
        yield kind, f"{what}, found by {found}, not verified" + (f"; for {named}" if named else "")
    if not image.complete:
        yield "attached", "and perhaps more: not everywhere could be looked" if about else "not known"
    elif not about:
        yield "attached", "nothing was found"
    elif not any(kind == "signature" for kind, _, _ in about):
        yield "signature", "none was found"


def _print_json(identities: list[Identity], costs: list[Cost]) -> None:
    answer: dict[str, object] = {
        "version": 1,
        "images": [_as_json(image) for image in identities],
        "requests": [cost._asdict() for cost in costs],
    }
    if len(identities) == 2:
        answer["changes"] = changes(*identities)
    json.dump(answer, sys.stdout, indent=2)
    print()


def _as_json(image: Identity) -> dict[str, object]:
    return {
        "reference": image.reference.canonical,
        "digest": image.digest,
        "media_type": image.media_type,
        "platform": image.platform,
        "size": image.size,
        "sizes": image.sizes,
        "platforms": [entry._asdict() for entry in image.platforms],
        "created": image.created,
        "runtime": image.runtime,
        "says": image.words,
        "base": [{"image": name, "source": source} for name, source in image.base],
        "sbom": None if image.sbom is None else {**image.sbom._asdict(), "licences": dict(image.sbom.licences)},
        "packages": image.packages,
        "provenance": None
        if image.provenance is None
        else {**image.provenance._asdict(), "images": [i._asdict() for i in image.provenance.images]},
        "attachments": [{**entry._asdict(), "verified": False} for entry in image.attachments.entries],
        "attachments_complete": image.complete,
        "life": image.life,
        "notes": image.notes,
    }
