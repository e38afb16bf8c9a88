"""Were the tags that maintainers chose among those we would have offered?

    python bench/replay.py [--misses] [--half learn|check]

Replays real commits that changed the tag of an official image, with the tags that were listed then (`bench/data`, which
says where they are from). A change counts as offered if its tag was among the offers on the day after the commit, or at
a moment of the two weeks before at which a tag of its line was about to appear: updates wait for review. `--half` takes
one half of the projects: rules are found on `learn` and must hold on `check`.
"""

import argparse
import hashlib
import json
import lzma
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from moorage.versions import TagTable, judge, read_tag

DATA = Path(__file__).parent / "data" / "replay.json.xz"
DAY = 86400
WAIT = 14 * DAY


class Change(NamedTuple):
    """A commit that wrote another tag of the same image."""

    project: str
    time: int
    by: str
    repository: str
    old: str
    new: str


class Outcome(NamedTuple):
    """What kind of change it was, and whether its tag was offered, and offered first."""

    kind: str
    offered: bool
    first: bool


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="Replay maintainers' choices of tags.")
    parser.add_argument("--misses", action="store_true", help="list the changes on a line that were not offered")
    parser.add_argument("--half", choices=("learn", "check"), help="only one half of the projects")
    args = parser.parse_args()
    data = json.loads(lzma.decompress(DATA.read_bytes()))
    lists = {repository: dated(rows) for repository, rows in data["tags"].items()}
    seen: Counter[tuple[str, str]] = Counter()
    offered: Counter[tuple[str, str]] = Counter()
    first: Counter[tuple[str, str]] = Counter()
    for change in map(Change._make, data["changes"]):
        if args.half not in (None, half(change.project)):
            continue
        outcome = replay(change, lists[change.repository])
        if outcome is None:
            continue
        key = change.by, outcome.kind
        seen[key] += 1
        offered[key] += outcome.offered
        first[key] += outcome.first
        if args.misses and not outcome.offered and outcome.kind in ("newer on the line", "later codename"):
            print(f"{change.by}  {day(change.time)}  {change.repository}: {change.old} -> {change.new}")
    print(f"{'':7}{'':22}  changes  offered    first")
    for by, kind in sorted(seen):
        n = seen[by, kind]
        print(f"{by:7}{kind:22}{n:9}{offered[by, kind] / n:9.1%}{first[by, kind] / n:9.1%}")


def dated(rows: list[list[object]]) -> dict[str, int]:
    """Tag to the time at which it was first listed."""
    times = accumulate(int(str(step)) for _, step in rows)
    return {str(tag): time for (tag, _), time in zip(rows, times, strict=True)}


def half(project: str) -> str:
    """The half that a project belongs to."""
    return "learn" if hashlib.sha1(project.encode(), usedforsecurity=False).digest()[0] % 2 else "check"


def replay(change: Change, listed: dict[str, int]) -> Outcome | None:
    """Judge the old tag at each moment; None where the new one was not listed by then."""
    end = change.time + DAY
    if listed.get(change.new, end + 1) > end:
        return None
    found = [list(offers_at(change, listed, moment)) for moment in moments(change, listed, end)]
    kind = kind_of(change, day(end))
    return Outcome(kind, any(change.new in f for f in found), any(f[:1] == [change.new] for f in found))


def moments(change: Change, listed: dict[str, int], end: int) -> list[int]:
    """When to ask: now, two weeks before, and just before each tag of the new one's line in between."""
    line = read_tag(change.new).line
    near = {time - 1 for tag, time in listed.items() if end - WAIT < time <= end and read_tag(tag).line == line}
    return sorted({end - WAIT, end} | near)[-12:]


def offers_at(change: Change, listed: dict[str, int], moment: int) -> Iterator[str]:
    """What is offered at a moment, preferred first."""
    tags = [tag for tag, time in listed.items() if time <= moment]
    judgement = judge(change.old, TagTable(tags), repository=f"library/{change.repository}", at=day(moment))
    return (offer.tag for offer in judgement.offers)


def kind_of(change: Change, at: date) -> str:
    """What a change did, in the terms of docs/explain.md."""
    old, new = read_tag(change.old), read_tag(change.new)
    if not old.release or not new.release:
        return "no version"
    if old.line == new.line:
        if new.key <= old.key:
            return "older on the line"
        dropped = judge(change.old, TagTable([change.new]), repository=f"library/{change.repository}", at=at).dropped
        if dropped:
            return "against a rule"
        return "later codename" if old.kind == "codename" else "newer on the line"
    step = judge(change.old, TagTable([change.new]), repository=f"library/{change.repository}", at=at).offers
    if step:
        return "distribution"
    return "another precision" if old.variant == new.variant else "another variant"


def day(time: int) -> date:
    """The day of a time in seconds since the epoch."""
    return datetime.fromtimestamp(time, UTC).date()


if __name__ == "__main__":
    main()
