"""A value that is no image reference, or whose expansion fails.

Example:
    FROM Python:3.12
Better:
    FROM python:3.12
Why:
    No builder and no runtime can make anything of it. A variable without a default is none of this rule's business:
    it may well be given when the image is built.
"""

from collections.abc import Iterator

from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("invalid-reference", Severity.ERROR, subject="problem")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Usages whose problem is in the text itself."""
    problem = case.usage.problem
    if problem is not None and problem.code in ("invalid-reference", "expansion"):
        shown = case.usage.written if len(case.usage.written) <= 60 else case.usage.written[:60] + "…"
        yield rule.at(case, f"{shown!r} is no image reference: {problem.message}", span=problem.span)
