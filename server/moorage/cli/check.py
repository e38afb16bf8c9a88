"""`moorage check`: find image references, say what is wrong with them, mend it on request."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from moorage.cli.reporters import FORMATS, reporter
from moorage.cli.reporters.report import Report
from moorage.cli.terminal import use_utf8
from moorage.errors import UsageError
from moorage.rules import RULE_IDS
from moorage.severity import SEVERITIES, Severity
from moorage.units import duration

if TYPE_CHECKING:
    from moorage.cli.session import Recall

_EPILOG = """exit codes: 0 nothing at or above --fail-on; 1 findings; 2 a mistake in the call or in a
configuration file; 3 with --strict-network, where a registry could not be asked and nothing else was found"""


def main(argv: list[str]) -> int:
    """Run the check; returns its exit code."""
    from moorage.cli.checking import Check
    from moorage.cli.session import open_session

    args = _parser().parse_args(argv)
    use_utf8()
    if args.unsafe_fixes and not (args.fix or args.diff):
        raise UsageError("--unsafe-fixes goes with --fix or --diff")
    recall = _recall(args)
    outputs = [_output(text) for text in args.output]
    select, ignore = _rule_ids(args.select), _rule_ids(args.ignore)
    with open_session(
        args.paths,
        offline=args.offline,
        max_age=-1 if args.refresh else args.max_age,
        overrides=_overrides(ignore, args.fail_on),
        recall=recall,
    ) as session:
        check = Check(session, args.paths or ["."], select=select)
        check.read()
        check.judge()
        if args.fix or args.diff:
            check.mend(unsafe=args.unsafe_fixes, write=not args.diff, show=sys.stdout if args.diff else None)
        report = check.report(hints=args.hints)
    _write(report, args.format, outputs, quiet=args.diff)
    if session.complaints or check.unread_arguments:
        return 2
    if check.failing():
        return 1
    return 3 if report.undecided and args.strict_network else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="moorage check", description="Find image references and report what is wrong with them.", epilog=_EPILOG
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="files and folders (default: this folder)")
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="form of standard output")
    parser.add_argument(
        "--output", action="append", default=[], metavar="NAME=FILE", help="also write this form to a file; repeatable"
    )
    network = parser.add_argument_group("facts")
    network.add_argument("--offline", action="store_true", help="ask no registry; use what is known")
    network.add_argument("--refresh", action="store_true", help="ask again, however new the facts are")
    network.add_argument(
        "--max-age", type=_seconds, metavar="TIME", help="how old facts may be: 90s, 30m, 1h (default), 2d"
    )
    network.add_argument(
        "--facts", metavar="FILE", help="judge by the facts of this file alone, as `moorage facts export` writes it"
    )
    network.add_argument(
        "--at", metavar="DATE", help="judge as of the end of this day, by what was known then: 2026-01-31"
    )
    network.add_argument(
        "--strict-network", action="store_true", help="exit with 3 where a registry could not be asked"
    )
    mending = parser.add_argument_group("mending")
    mending.add_argument("--fix", action="store_true", help="apply the safe fixes")
    mending.add_argument(
        "--unsafe-fixes", action="store_true", help="with --fix or --diff: also the unsafe ones, such as majors"
    )
    mending.add_argument("--diff", action="store_true", help="show what --fix would change, and change nothing")
    choice = parser.add_argument_group("rules")
    choice.add_argument("--select", action="append", default=[], metavar="RULE,…", help="only these rules")
    choice.add_argument("--ignore", action="append", default=[], metavar="RULE,…", help="not these rules")
    choice.add_argument("--hints", action="store_true", help="show hints in the text form too")
    choice.add_argument(
        "--fail-on",
        choices=("error", "warning", "information", "hint", "off"),
        help="the least severity that makes the exit code 1 (default: warning, or what the policy says)",
    )
    return parser


def _recall(args: argparse.Namespace) -> "Recall":
    """The facts and the day that the run is bound to, if it is."""
    from moorage.cli.session import Recall
    from moorage.cli.taglist import parse_day

    if args.refresh and (args.facts is not None or args.at is not None):
        raise UsageError("--refresh asks registries, and --facts and --at ask nobody")
    day = None if args.at is None else parse_day(args.at, "--at")
    if args.facts is None and day is not None:
        print(f"moorage: no registry is asked: what was known on {day} counts", file=sys.stderr)
    return Recall(None if args.facts is None else Path(args.facts), day)


def _rule_ids(texts: Sequence[str]) -> frozenset[str]:
    names = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    for name in names:
        if name not in RULE_IDS:
            from moorage.policy.section import not_known

            raise UsageError(not_known("rule", name, RULE_IDS))
    return frozenset(names)


def _overrides(ignore: frozenset[str], fail_on: str | None) -> dict[str, object]:
    values: dict[str, object] = {}
    if ignore:
        values["rules"] = dict.fromkeys(ignore, Severity.OFF)
    if fail_on is not None:
        values["fail-on"] = SEVERITIES[fail_on]
    return values


def _seconds(text: str) -> int:
    seconds = duration(text)
    if seconds is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; write for example 30m, 1h or 2d")
    return seconds


def _output(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not equals or not path:
        raise UsageError(f"--output takes NAME=FILE, not {text!r}")
    if name not in FORMATS:
        raise UsageError(f"there is no form {name!r} (there are: {', '.join(FORMATS)})")
    return name, Path(path)


def _write(report: Report, form: str, outputs: list[tuple[str, Path]], *, quiet: bool) -> None:
    from io import StringIO

    from moorage.cli.files import write_atomically

    for name, path in outputs:
        text = StringIO()
        reporter(name).write(report, text)
        write_atomically(path, text.getvalue().encode("utf-8", "surrogateescape"))
    if not quiet:
        reporter(form).write(report, sys.stdout)
