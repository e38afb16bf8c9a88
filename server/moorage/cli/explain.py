"""`moorage explain`: how a tag is read, which newer ones are offered, and why others are not."""

import argparse
import datetime
import json
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from moorage.cli.taglines import describe_line
from moorage.cli.taglist import TagList, parse_day, read_taglist
from moorage.cli.terminal import plain, use_utf8
from moorage.errors import UndecidedError, UsageError
from moorage.findings.life import Life, life_of
from moorage.findings.steps import living_lines
from moorage.policy import DEFAULT, Policy
from moorage.policy.describe import settings_of
from moorage.reference import Reference, parse
from moorage.versions import Dropped, Judgement, Range, Tag, TagTable, judge, newest_version, parse_range
from moorage.versions.admission import Admits
from moorage.versions.elsewhere import elsewhere
from moorage.versions.objections import unwanted

_SHOWN = 10
"""How many dropped tags the text form lists without --verbose."""

_EPILOG = """A file of tags holds one tag a line, and behind a tab its date where that is known. With --pairs each line
of FILE is a JSON object with repository, current, tags (a list) or tags_from (a file), range and at; docs/explain.md
says what comes out. No registry is asked where tags are given."""


class Question(NamedTuple):
    """One image and what is asked of it."""

    reference: Reference
    range: Range | None
    at: datetime.date | None
    """The day that was asked for; None for today."""
    verbose: bool
    policy: Policy = DEFAULT
    """What is wanted of it in this folder."""
    life: Life | None = None
    living: tuple[Admits, ...] = ()


def main(argv: list[str]) -> int:
    """Explain one reference, or answer a file of questions; returns the exit code."""
    args = _parser().parse_args(argv)
    use_utf8()
    if args.pairs is not None:
        from moorage.cli.explain_pairs import answer_all

        if args.reference is not None:
            raise UsageError("give either a reference or --pairs")
        return answer_all(args.pairs, verbose=args.verbose)
    if args.reference is None:
        raise UsageError("give a reference such as python:3.12-slim, or --pairs FILE")
    question = _here(
        Question(
            parse(args.reference),
            None if args.range is None else parse_range(args.range),
            None if args.at is None else parse_day(args.at, "--at"),
            args.verbose,
        )
    )
    listed = read_taglist(args.tags_from) if args.tags_from is not None else _ask(question, args.offline, args.facts)
    listed = listed.by(question.at)
    table = TagTable(listed.tags, listed.dates)
    if question.reference.tag is None:
        return _no_tag(question, table, args.format)
    judgement = judge(
        question.reference.tag,
        table,
        registry=question.reference.registry,
        repository=question.reference.repository,
        range=question.range,
        prerelease=question.policy.prerelease,
        at=question.at or datetime.date.today(),
        min_age_days=question.policy.min_age_days,
        admissions=(*question.policy.admissions, *question.living),
    )
    (_print_json if args.format == "json" else _print_text)(question, judgement, table)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage explain",
        description="Print how a tag is read, which newer ones are offered, and why others are not.",
        epilog=_EPILOG,
    )
    parser.add_argument("reference", nargs="?", metavar="REF", help="an image reference: python:3.12-slim")
    parser.add_argument("--tags-from", metavar="FILE", help="the tags of its repository (- for standard input)")
    parser.add_argument("--range", metavar="R", help="offer only what this npm range allows: ^3.12")
    parser.add_argument("--at", metavar="DATE", help="judge as of this day: 2026-01-31")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="form of the answer (default: text)")
    parser.add_argument("--verbose", action="store_true", help="every tag that is not offered, each with its reason")
    parser.add_argument("--pairs", metavar="FILE", help="answer many questions, one JSON object a line")
    parser.add_argument("--offline", action="store_true", help="ask no registry; use what is known")
    parser.add_argument("--facts", metavar="FILE", help="take the tags from a file of `moorage facts export`")
    return parser


def _here(question: Question) -> Question:
    """The question with what is wanted of the image in this folder, and with what is known of its life.

    A range on the command line stands before any other.
    """
    from moorage.cli.session import surroundings
    from moorage.documents.usage import Usage
    from moorage.policy import resolve
    from moorage.settings import load
    from moorage.text import Span

    around = surroundings(load(), (), {})
    text = question.reference.text
    usage = Usage("image", Span(0, len(text)), text, text, question.reference, format="dockerfile")
    policy = resolve(usage, around.project.layers("-"), (), around.project.today)
    if question.range is not None:
        farther = ("range", "allowed", "excluded")
        sources = {setting: source for setting, source in policy.sources.items() if setting not in farther}
        policy = policy._replace(range=None, allowed=None, excluded=(), sources=sources)
    wanted = parse_range(policy.range) if policy.range is not None else question.range
    today = question.at or around.project.today
    living = living_lines(question.reference, around.lives(), today, ranged=wanted is not None)
    return question._replace(
        range=wanted, policy=policy, living=living, life=life_of(question.reference, around.lives())
    )


def _ask(question: Question, offline: bool, facts: str | None) -> TagList:
    """The tags that are known of a repository, or that its registry gives; raises `UndecidedError` for none.

    With a file of facts, those that were known on the day that is asked for.
    """
    from moorage.cli.session import Recall, open_session
    from moorage.facts import Absent, Known, Unreachable

    reference, recall = question.reference, Recall() if facts is None else Recall(Path(facts), question.at)
    with open_session([], offline=offline, max_age=None, overrides={}, recall=recall) as session:
        answer = session.settle(lambda facts: facts.tags(reference.registry, reference.repository))
    match answer:
        case Known(listing):
            return TagList(listing.tags, dict(listing.dates))
        case Absent(message):
            raise UndecidedError(message)
        case Unreachable(reason):
            raise UndecidedError(reason)
        case _:
            raise UndecidedError(f"the tags of {reference.familiar_name} are not known; give them with --tags-from")


def _newest(question: Question, table: TagTable) -> str | None:
    """The version to write instead of no tag or of a channel."""
    reference, day = question.reference, question.at or datetime.date.today()
    objection = unwanted(
        reference.tag or "latest",
        table,
        range=question.range,
        at=day,
        min_age_days=question.policy.min_age_days,
        admissions=(*question.policy.admissions, *question.living),
    )
    where = {"registry": reference.registry, "repository": reference.repository}
    return newest_version(table, reference.tag, **where, at=day, unwanted=objection)


def _no_tag(question: Question, table: TagTable, form: str) -> int:
    reference, newest = question.reference, _newest(question, table)
    if form == "json":
        print(json.dumps({"version": 1, "reference": reference.text, "tag": None, "newest": newest}, indent=2))
        return 0
    print(plain(f"{reference.name} has no tag, so it means {reference.familiar_name}:latest"))
    if newest is not None:
        print(plain(f"newest version: {newest}"))
    return 0


def _dropped(question: Question, judgement: Judgement, table: TagTable) -> list[Dropped]:
    rest = elsewhere(judgement, table) if question.verbose else ()
    return [*judgement.dropped, *rest]


def _print_json(question: Question, judgement: Judgement, table: TagTable) -> None:
    tag = judgement.current
    answer = {
        "version": 1,
        "reference": question.reference.text,
        "registry": question.reference.registry,
        "repository": question.reference.repository,
        "tag": tag.text,
        "kind": tag.kind,
        "line": describe_line(tag),
        "prefix": tag.prefix,
        "release": list(tag.release),
        "precision": tag.precision,
        "prerelease": list(tag.prerelease),
        "build": list(tag.build),
        "variant": tag.variant,
        "listed": tag.text in table,
        "range": None if question.range is None else question.range.text,
        "at": None if question.at is None else question.at.isoformat(),
        "policy": [said._asdict() for said in settings_of(question.policy)],
        "line_ends": None if question.life is None else question.life.cycle.ends or None,
        "line_ended": None if question.life is None else question.life.ended(question.at or datetime.date.today()),
        "newest": _newest(question, table) if tag.kind == "channel" else None,
        "offers": [offer._asdict() for offer in judgement.offers],
        "dropped": [dropped._asdict() for dropped in _dropped(question, judgement, table)],
    }
    json.dump(answer, sys.stdout, indent=2, ensure_ascii=False)
    print()


def _print_text(question: Question, judgement: Judgement, table: TagTable) -> None:
    tag = judgement.current
    print(plain(f"{question.reference.name}:{tag.text}"))
    print(plain(f"  read as   {', '.join(_reading(tag))}"))
    mates = len(table.line(tag))
    print(plain(f"  line      {describe_line(tag)}, {mates} of {len(table):,} tags"))
    if tag.text not in table:
        print("  not in the tag list")
    if question.range is not None:
        print(plain(f"  range     {question.range.text}, which is {question.range}"))
    for said in settings_of(question.policy):
        print(plain(f"  policy    {said.setting} {said.words}, from {said.source}"))
    if question.life is not None and question.life.cycle.ends:
        ended = question.life.ended(question.at or datetime.date.today())
        print(
            plain(
                f"  life      {question.life.what} {'ended on' if ended else 'is supported until'} "
                f"{question.life.cycle.ends}"
            )
        )
    newest = _newest(question, table) if tag.kind == "channel" else None
    if newest is not None:
        print(plain(f"  newest    {newest}, the version to write instead"))
    print("\noffers" if judgement.offers else "\nno offers")
    width = max((len(o.tag) for o in judgement.offers), default=0)
    for offer in judgement.offers:
        print(plain(f"  {offer.step:<12}  {offer.tag:<{width}}  {offer.reason}"))
    _print_dropped(question, judgement, table)


def _print_dropped(question: Question, judgement: Judgement, table: TagTable) -> None:
    dropped = _dropped(question, judgement, table)
    if not dropped:
        return
    print("\nnot offered")
    shown = dropped if question.verbose else dropped[:_SHOWN]
    width = max(len(d.tag) for d in shown)
    for tag, reason in shown:
        print(plain(f"  {tag:<{width}}  {reason}"))
    more = Counter(reason for _, reason in dropped[len(shown) :])
    for reason, count in more.most_common():
        print(plain(f"  … {count} more: {reason}"))
    if more:
        print("  --verbose lists them all")


def _reading(tag: Tag) -> list[str]:
    """The parts of a tag in words."""
    parts: list[str] = [tag.kind]
    if tag.release and tag.kind != "codename":
        parts[0] += " " + ".".join(map(str, tag.release))
    if tag.prefix and tag.release:
        parts.append(f"prefix {tag.prefix}")
    if tag.prerelease:
        parts.append(f"prerelease {'.'.join(tag.prerelease)}")
    if tag.build:
        parts.append(f"build {'.'.join(map(str, tag.build))}")
    if tag.variant:
        parts.append(f"variant {tag.variant}")
    return parts
