"""A repository that the registry does not know, or does not show.

Example:
    FROM pyhton:3.12
Better:
    FROM python:3.12
Why:
    It is misspelt, it is gone, it is private and no login fits, or another build makes it here. Most registries do not
    say which, so this is information and no error.
"""

from collections.abc import Iterator

from moorage.facts import Absent
from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("unknown-repository", Severity.INFORMATION, needs="tags")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Repositories whose tag list the registry refuses."""
    reference = case.usage.reference
    if reference is None:
        return
    match case.facts.tags(reference.registry, reference.repository):
        case Absent(message):
            yield rule.at(case, message, once=reference.name)
        case _:
            return
