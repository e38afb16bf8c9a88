"""A registry that gave no answer.

Example:
    FROM registry.example.com/team/api:1.4
Why:
    Whether the tag exists, has moved or has a newer one is not known. It is said once for a host. What was known
    before still serves.
"""

from collections.abc import Iterator

from moorage.facts import Unreachable
from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("unreachable", Severity.INFORMATION, needs="tags")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Hosts that could not be asked."""
    reference = case.usage.reference
    if reference is None:
        return
    match case.facts.tags(reference.registry, reference.repository):
        case Unreachable(reason):
            named = reason.startswith(reference.registry)
            message = reason if named else f"{reference.registry} could not be asked: {reason}"
            yield rule.at(case, message, once=reference.registry)
        case _:
            return
