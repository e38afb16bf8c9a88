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
from moorage.rules.near_stage import near_stage, rename
from moorage.severity import Severity

rule = Rule("unknown-repository", Severity.INFORMATION, needs="tags", fix="rename to a stage one letter away")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Repositories whose tag list the registry refuses."""
    reference = case.usage.reference
    if reference is None:
        return
    match case.facts.tags(reference.registry, reference.repository):
        case Absent(message):
            stage = near_stage(case)
            if stage is None:
                yield rule.at(case, message, once=reference.name)
            else:
                message = f"{message}; is the stage {stage!r} meant?"
                yield rule.at(case, message, fixes=lambda _facts: rename(case, stage))
        case _:
            return
