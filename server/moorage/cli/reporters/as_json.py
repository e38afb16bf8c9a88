"""Findings for a program. The form is described in `docs/check.md`; it holds no times, so that runs can be compared."""

import json
from typing import TextIO, cast

from moorage.cli.reporters.report import Report, Reported

VERSION = 1


def write(report: Report, out: TextIO) -> None:
    """Write one JSON object, in ASCII, each finding on a line of its own."""
    content: dict[str, object] = {
        "version": VERSION,
        "files": report.files,
        "usages": report.usages,
        "fixed": report.fixed,
        "fixable": report.fixable,
        "counts": {severity.word: number for severity, number in report.counts().items()},
        "findings": [_row(reported) for reported in report.findings],
        "skipped": [{"file": s.path, "line": s.line, "reason": s.reason} for s in report.skipped],
        "refused": [{"file": r.path, "line": r.line, "reason": r.reason} for r in report.refused],
        "undecided": [{"registry": host, "reason": why} for host, why in report.undecided.items()],
        "unknown": report.unknown,
    }
    # json.dump with an indentation is written in Python, and takes a tenth of a large check's time.
    entries = ",\n".join(f"  {json.dumps(key)}: {_written(value)}" for key, value in content.items())
    out.write("{\n" + entries + "\n}\n")


def _written(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    return "[\n    " + ",\n    ".join(map(json.dumps, cast(list[object], value))) + "\n  ]"


def _row(reported: Reported) -> dict[str, object]:
    finding, place = reported.finding, reported.place
    reference = finding.usage.reference if finding.usage is not None else None
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "message": finding.message,
        "file": finding.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "image": reference.canonical if reference is not None else None,
    }
