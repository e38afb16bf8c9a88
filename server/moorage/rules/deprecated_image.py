"""An image that gets no updates any more.

Example:
    FROM openjdk:17-jdk
Better:
    FROM eclipse-temurin:17-jdk
Why:
    Nobody mends what is found in it. Where a successor has the same tag, the fix names it; whether it does for you what
    the old one did is yours to say.
"""

from collections.abc import Iterator

from moorage.data.retirements import Retirement, retirement_of
from moorage.facts import FactsView
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, rename_repository
from moorage.findings.rule import Case, Rule
from moorage.reference import DEFAULT_REGISTRY, parse
from moorage.severity import Severity
from moorage.versions import read_tag
from moorage.versions.ladders import official_name

rule = Rule("deprecated-image", Severity.WARNING, fix="successor with the same tag")


@rule
def check(case: Case) -> Iterator[Finding]:
    """References to a repository, or into a namespace, that is known to be retired."""
    reference = case.usage.reference
    if reference is None:
        return
    official = official_name(reference.registry, reference.repository)
    retired = retirement_of(f"{DEFAULT_REGISTRY}/library/{official}" if official else reference.name)
    if retired is None or (retired.prerelease and reference.tag and read_tag(reference.tag).prerelease):
        return
    message = f"{reference.familiar_name} {retired.why} (since {retired.since})"
    if retired.instead:
        message += f"; instead: {', '.join(parse(name).familiar_name for name in retired.instead)}"
    yield rule.at(case, message, fixes=lambda facts: _successors(case, facts, retired))


def _successors(case: Case, facts: FactsView, retired: Retirement) -> tuple[Fix, ...]:
    return present(rename_repository(case, facts, name, same=False) for name in retired.instead)
