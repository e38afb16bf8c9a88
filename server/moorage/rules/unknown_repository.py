"""A repository that the registry does not know, or does not show.

Example:
    FROM pyhton:3.12
Better:
    FROM python:3.12
Why:
    It is misspelt, it is gone, it is private and no login fits, or another build makes it here. Most registries do not
    say which, so this is information and no error. Some list no tags and serve images all the same: the tag itself is
    asked for before anything is said.
"""

from collections.abc import Iterator

from moorage.facts import Absent, Known, Unknown
from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule
from moorage.reference import Reference
from moorage.rules.near_stage import near_stage, rename
from moorage.severity import Severity

rule = Rule("unknown-repository", Severity.INFORMATION, needs="tags", fix="rename to a stage one letter away")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Repositories of which the registry shows neither the tag list nor the tag."""
    reference = case.usage.reference
    if reference is None:
        return
    match case.facts.tags(reference.registry, reference.repository):
        case Absent(message):
            if not _lacks_tag(case, reference):
                return
            stage = near_stage(case)
            if stage is None:
                yield rule.at(case, message, once=reference.name)
            else:
                message = f"{message}; is the stage {stage!r} meant?"
                yield rule.at(case, message, fixes=lambda _facts: rename(case, stage))
        case _:
            return


def _lacks_tag(case: Case, reference: Reference) -> bool:
    """Whether the tag is not shown either, as far as will be known; beside a digest it is only a note."""
    if reference.digest is not None:
        return True
    match case.facts.digest(reference.registry, reference.repository, reference.tag or "latest"):
        case Known():
            return False
        case Unknown():
            return case.facts.final
        case _:
            return True
