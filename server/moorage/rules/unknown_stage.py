"""A copy or mount source that is a stage which does not exist.

Example:
    FROM alpine:3.22
    COPY --from=3 /a /b
Better:
    FROM golang:1.25 AS build
    FROM alpine:3.22
    COPY --from=build /a /b
Why:
    An index out of range, or a variable (which builders do not expand there), stops the build.
"""

from collections.abc import Iterator

from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("unknown-stage", Severity.ERROR, subject="problem")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Sources that the reader could not match with a stage."""
    problem = case.usage.problem
    if problem is not None and problem.code == "unknown-stage":
        yield rule.at(case, problem.message, span=problem.span)
