"""A `# moorage:` comment that cannot be understood.

Example:
    # moorage: ignore[outdatd]
Better:
    # moorage: ignore[outdated]
Why:
    What it should silence is not silenced. The rest of the comment still counts.
"""

from collections.abc import Iterator

from moorage.findings.finding import Finding
from moorage.findings.rule import Rule, Whole
from moorage.severity import Severity

rule = Rule("directive-error", Severity.ERROR, subject="document")


@rule
def check(whole: Whole) -> Iterator[Finding]:
    """Every part of every directive that does not read."""
    for directive in whole.directives:
        for error in directive.errors:
            yield rule.on(whole, error.span, error.message)
