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


class Report(NamedTuple):
    """One run: findings in the order of files and places, what was read, what was not, what was mended."""

    findings: tuple[Reported, ...]
    files: int
    usages: int
    skipped: tuple[Skipped, ...] = ()
    fixed: int = 0
    fixed_files: int = 0
    fixable: int = 0
    undecided: tuple[str, ...] = ()
    """One sentence for each host that could not be asked."""
    hints_hidden: bool = True

    def counts(self) -> Mapping[Severity, int]:
        """How many findings there are of each severity."""
        counts = {severity: 0 for severity in reversed(Severity) if severity is not Severity.OFF}
        for reported in self.findings:
            counts[reported.finding.severity] += 1
        return counts
