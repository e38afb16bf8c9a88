"""`moorage doctor`: how registries are reached and as whom, the state of the facts, what would mend what is wrong."""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import NamedTuple

from moorage.answers import answers_file
from moorage.cli.session import about_warnings
from moorage.cli.terminal import plain, use_utf8
from moorage.errors import UsageError
from moorage.reference import DEFAULT_REGISTRY, canonical_registry, is_registry
from moorage.registry.checkup import Checkup, Examiner, Route, Who
from moorage.registry.http.limits import Limits
from moorage.settings import Settings, load
from moorage.store.sqlite import Summary


def main(argv: list[str]) -> int:
    """Print what was found; 1 where something is wrong."""
    args = _parser().parse_args(argv)
    use_utf8()
    settings = load()
    named = args.registries or [DEFAULT_REGISTRY, *settings.registries, *settings.mirrors]
    hosts = [canonical_registry(host.lower()) for host in named]
    for host in hosts:
        if not is_registry(host):
            raise UsageError(f"{host!r} is no registry host; write for example ghcr.io or registry.example.com:5000")
    offline = args.offline or settings.offline
    found = asyncio.run(_examine(settings, list(dict.fromkeys(hosts)), offline=offline))
    summary, notices = _store(settings)
    found = found._replace(problems=(*found.problems, *notices))
    if args.format == "json":
        _print_json(settings, found, summary)
    else:
        _print_text(settings, found, summary)
    return 1 if found.problems or any(checkup.problems for checkup in found.checkups) else 0


class _Found(NamedTuple):
    checkups: tuple[Checkup, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage doctor",
        description="How registries are reached and as whom, and what would mend what is wrong.",
        epilog="exit codes: 0 all is well; 1 something is wrong; 2 a mistake in the call or in the settings",
    )
    parser.add_argument(
        "registries", nargs="*", metavar="REGISTRY", help="hosts (default: docker.io and those of your settings)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer")
    parser.add_argument("--offline", action="store_true", help="ask no registry; look at files only")
    return parser


async def _examine(settings: Settings, hosts: list[str], *, offline: bool) -> _Found:
    from moorage.registry.build import build_client, build_credentials

    credentials = build_credentials(os.environ)
    client = None if offline else build_client(settings, os.environ, credentials)
    examiner = Examiner(settings, os.environ, credentials, client)
    try:
        checkups = tuple([await examiner.examine(host) for host in hosts])
        warned = about_warnings(client.session.transport.warnings) if client is not None else []
    finally:
        if client is not None:
            await client.aclose()
    notes = (*examiner.file_notes(), *warned)
    return _Found(checkups, examiner.file_troubles(), notes)


def _store(settings: Settings) -> tuple[Summary | None, tuple[str, ...]]:
    """The state of the fact store, None where there is none yet; and what is wrong with it."""
    if not os.access(settings.store_path, os.F_OK):
        return None, ()
    from moorage.store.sqlite import Store

    store, notices = Store.open(settings.store_path)
    try:
        summary = store.summary()
    finally:
        store.close()
    return summary, (*notices, *([store.trouble] if store.trouble else []))


def _print_text(settings: Settings, found: _Found, summary: Summary | None) -> None:
    rows: list[tuple[str, str]] = []
    for checkup in found.checkups:
        rows += [("", ""), ("", checkup.registry), *_rows(checkup)]
    rows += [("", ""), ("", "this computer"), ("settings", str(settings.path or "none: the defaults hold"))]
    rows.append(("network", "offline" if settings.offline else settings.network))
    rows += [("facts", line) for line in _about_store(settings, summary)]
    if os.access(answers := answers_file(settings), os.F_OK):
        rows.append(("answers", f"{answers}: which token servers you have allowed, or never"))
    rows += [("note", note) for note in found.notes]
    rows += [("problem", problem) for problem in found.problems]
    for name, text in rows[1:]:
        print(plain(f"  {name:<12}{text}" if name else text))


def _rows(checkup: Checkup) -> Iterator[tuple[str, str]]:
    for route in checkup.routes:
        yield "mirror" if route.mirror else "asked at", _where(route)
        yield "TLS", route.tls
        yield "proxy", route.proxy
        if route.who is not None:
            yield from _about_user(route.who)
            yield "answer", route.answer or "none"
    for part in checkup.parts:
        yield "part", f"{part.name}, by {part.source}: {'blocked' if part.blocked else ''}".rstrip()
        for route in part.routes:
            yield "", f"                {'mirror' if route.mirror else 'asked at'} {_where(route)}"
    yield from _about_user(checkup.who)
    yield "answer", checkup.answer or "none"
    if checkup.quota.remaining is not None:
        yield "quota", _about_quota(checkup.quota)
    for problem in checkup.problems:
        yield "problem", problem


def _about_user(who: Who) -> Iterator[tuple[str, str]]:
    if who.kind == "anonymous":
        yield "credential", "none is used"
    else:
        user = f" of {who.username}" if who.username else ""
        yield "credential", f"{who.kind.replace('_', ' ')}{user}, from {who.source}"
    for step in who.steps:
        yield "", "                " + step


def _where(route: Route) -> str:
    if not route.resolves:
        return f"{route.url} (contents only, not what a tag means)"
    return route.url if route.own or route.mirror else f"{route.url} (in the registry's place)"


def _about_quota(quota: Limits) -> str:
    words = f"{quota.remaining} left"
    if quota.limit is not None:
        words = f"{quota.remaining} of {quota.limit} left"
    return f"{words}, counted over {quota.window // 3600 or 1} h" if quota.window else words


def _about_store(settings: Settings, summary: Summary | None) -> Iterator[str]:
    if summary is None:
        yield f"{settings.store_path}: not there yet; it is made when a registry is first asked"
        return
    answers = ", ".join(f"{count} {kind}" for kind, count in sorted(summary.answers.items())) or "nothing"
    yield f"{summary.path or 'in memory'}, {summary.size >> 10} KiB, schema {summary.schema}: {answers}"
    if summary.oldest is not None and summary.newest is not None:
        yield f"the oldest answer is {_age(summary.oldest)} old, the newest {_age(summary.newest)}"


def _age(seen_at: int) -> str:
    seconds = max(0, int(time.time()) - seen_at)
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _print_json(settings: Settings, found: _Found, summary: Summary | None) -> None:
    answer = {
        "version": 1,
        "registries": [
            {
                "registry": checkup.registry,
                "endpoints": [
                    {**route._asdict(), "who": None if route.who is None else route.who._asdict()}
                    for route in checkup.routes
                ],
                "parts": [
                    {
                        "name": part.name,
                        "blocked": part.blocked,
                        "endpoints": [route._asdict() for route in part.routes],
                        "source": part.source,
                    }
                    for part in checkup.parts
                ],
                "credential": checkup.who._asdict(),
                "answer": checkup.answer,
                "quota": {name: getattr(checkup.quota, name) for name in ("limit", "remaining", "window")},
                "problems": checkup.problems,
            }
            for checkup in found.checkups
        ],
        "settings": str(settings.path) if settings.path else None,
        "facts": {
            "path": str(settings.store_path),
            **({} if summary is None else {"schema": summary.schema, "size": summary.size, "answers": summary.answers}),
        },
        "notes": found.notes,
        "problems": found.problems,
    }
    json.dump(answer, sys.stdout, indent=2)
    print()
