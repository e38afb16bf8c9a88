"""What a run of `check` found, ready to be written in any form."""

from collections.abc import Mapping
from typing import NamedTuple

from moorage.findings.finding import Finding
from moorage.severity import Severity


class Place(NamedTuple):
    """Where a finding stands: 1-based lines and columns, in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Reported(NamedTuple):
    """A finding with its place and the source lines that show it."""

    finding: Finding
    place: Place
    source: str
    """The line on which it begins."""


class Skipped(NamedTuple):
    """A file or folder that was not read, or a line of it, and why."""

    path: str
    reason: str
    line: int | None = None


class NotMended(NamedTuple):
    """A finding that `--fix` left alone, and why."""

    path: str
    line: int
    reason: str


class Report(NamedTuple):
    """One run: findings in the order of files and places, what was read, what was not, what was mended.

    `undecided` says of each registry that gave no answer why; of `unknown` references nothing is known at all.
    """

    findings: tuple[Reported, ...]
    files: int
    usages: int
    skipped: tuple[Skipped, ...] = ()
    fixed: int = 0
    fixed_files: int = 0
    fixable: int = 0
    undecided: Mapping[str, str] = {}
    unknown: int = 0
    refused: tuple[NotMended, ...] = ()
    hints_hidden: bool = True

    def counts(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity."""
        counts = {severity: 0 for severity in reversed(Severity) if severity is not Severity.OFF}
        for reported in self.findings:
            counts[reported.finding.severity] += 1
        return counts
