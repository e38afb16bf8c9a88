"""Findings for a person: place, severity, sentence, rule; the source line with a caret; a summary."""

from typing import TextIO

from moorage.cli.reporters.report import Report, Reported
from moorage.cli.terminal import colours_wanted, plain
from moorage.severity import Severity

_COLOUR = {
    Severity.ERROR: "\x1b[1;31m",
    Severity.WARNING: "\x1b[1;33m",
    Severity.INFORMATION: "\x1b[1;34m",
    Severity.HINT: "\x1b[1;36m",
}
_BOLD, _DIM, _END = "\x1b[1m", "\x1b[2m", "\x1b[0m"
_WIDEST = 160


class Painter:
    """Puts colours around a text, or leaves it as it is."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted

    def __call__(self, colour: str, text: str) -> str:
        """`text` in `colour`."""
        return f"{colour}{text}{_END}" if self._wanted else text


def write(report: Report, out: TextIO) -> None:
    """Write every finding and the summary. Hints are left out unless the report says that they were asked for."""
    paint = Painter(colours_wanted(out))
    for reported in report.findings:
        if report.hints_hidden and reported.finding.severity == Severity.HINT:
            continue
        out.write(_entry(reported, paint))
    for skipped in report.skipped:
        where = plain(skipped.path) + ("" if skipped.line is None else f":{skipped.line}")
        out.write(f"{where}: {paint(_DIM, 'not read')}: {plain(skipped.reason)}\n")
    for left in report.refused:
        out.write(f"{plain(left.path)}:{left.line}: {paint(_DIM, 'not mended')}: {plain(left.reason)}\n")
    said = {r.finding.once for r in report.findings if r.finding.rule == "unreachable"}
    for host, reason in report.undecided.items():
        if host not in said:
            out.write(f"{plain(host)} could not be asked, so what was known before serves: {plain(reason)}\n")
    out.write(_summary(report) + "\n")


def _entry(reported: Reported, paint: Painter) -> str:
    finding, place = reported.finding, reported.place
    where = f"{plain(finding.path)}:{place.line}:{place.column}"
    severity = paint(_COLOUR[finding.severity], finding.severity.word)
    head = f"{paint(_BOLD, where)}: {severity}: {plain(finding.message)} {paint(_DIM, f'[{finding.rule}]')}\n"
    number = str(place.line)
    source, column = _window(reported.source, place.column)
    if place.end_line == place.line:
        length = max(1, place.end_column - place.column)
    else:
        length = max(1, len(reported.source.rstrip()) - place.column + 1)
    length = min(length, max(1, _WIDEST - column + 1))
    lead = "".join("\t" if c == "\t" else " " * _width(c) for c in source[: column - 1])
    caret = "".join("^" * _width(c) for c in source[column - 1 : column - 1 + length]) or "^"
    shown = "".join(c if c == "\t" else plain(c) for c in source)
    bar = paint(_DIM, "|")
    return (
        f"{head}  {paint(_DIM, number)} {bar} {shown}\n"
        f"  {' ' * len(number)} {bar} {lead}{paint(_COLOUR[finding.severity], caret)}\n"
    )


def _window(source: str, column: int) -> tuple[str, int]:
    """At most `_WIDEST` characters of a long line, and the column within them."""
    if len(source) <= _WIDEST:
        return source, column
    start = max(0, min(column - 1 - _WIDEST // 4, len(source) - _WIDEST))
    return source[start : start + _WIDEST], column - start


def _width(char: str) -> int:
    """Cells that a character takes on a terminal; an escaped one as many as its escape."""
    from unicodedata import combining, east_asian_width

    shown = plain(char)
    if shown != char:
        return len(shown)
    return 0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1


def _summary(report: Report) -> str:
    counts = {s: n for s, n in report.counts().items() if n}
    hidden = counts.pop(Severity.HINT, 0) if report.hints_hidden else 0
    read = f"{_many(report.files, 'file')}, {_many(report.usages, 'image reference')}"
    parts: list[str] = []
    if report.fixed:
        parts.append(f"Mended {_many(report.fixed, 'place')} in {_many(report.fixed_files, 'file')}.")
    if counts:
        listed = ", ".join(_many(n, s.word) for s, n in counts.items())
        parts.append(f"Found {listed} in {read}.")
    elif not report.usages:
        parts.append(f"No image references found in {_many(report.files, 'file')}.")
    else:
        parts.append(f"Nothing found in {read}." if report.unknown or report.undecided else f"All good: {read}.")
    if report.unknown:
        parts.append(f"Nothing is known of {report.unknown} of them: no registry was asked.")
    if report.fixable and not report.fixed:
        parts.append(f"`--fix` can mend {report.fixable} or more of them.")
    if hidden:
        parts.append(f"{_many(hidden, 'hint')} not shown (`--hints` shows them).")
    return " ".join(parts)


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 or noun == "information" else f"{number} {noun}s"
