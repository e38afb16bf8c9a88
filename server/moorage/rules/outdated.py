"""A newer tag on the line that was written.

Example:
    FROM python:3.12.4-slim
Better:
    FROM python:3.12.9-slim
Why:
    Patches mend what is broken. The variant and the precision stay as they are written, and prereleases are left
    alone. Patches and minors are reported; a new major is an action in the editor, and reported only inside a range
    that was stated, or where the line has ended. `policy: update:` says how far updates go. Lines that have ended are
    never offered. `--fix` stays on the line of releases that was written (3.12 of Python, 22 of Node) unless a range or
    `policy: update:` says more.
"""

from collections.abc import Iterator

from moorage.facts import FactsView
from moorage.findings.advice import Advice, advise, permitted
from moorage.findings.age import worth_offering
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import obstacle, present, update
from moorage.findings.life import life_of
from moorage.findings.rule import Case, Rule
from moorage.findings.steps import is_safe
from moorage.rules.unknown_tag import is_missing
from moorage.severity import Severity
from moorage.versions import read_tag

rule = Rule("outdated", Severity.INFORMATION, needs="tags", fix="offers")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Tags with something newer on their line, as far as the policy goes."""
    reference = case.usage.reference
    advice = advise(case.usage, case.policy, case.facts, case.project)
    if reference is None or advice is None or is_missing(case):
        return
    said = [
        offer
        for offer, size in permitted(advice, case.policy)
        if offer.step != "distribution" and (size != "major" or case.policy.range is not None or has_ended(case))
    ]
    if said:
        first, *rest = said
        message = f"{reference.familiar_name}:{reference.tag} is behind: {first.tag} is the {first.reason}"
        if rest:
            message += "; " + ", ".join(f"{offer.tag} the {offer.reason}" for offer in rest)
        obstacles = [obstacle(case, case.facts, offer.tag) for offer in said]
        if obstacles[0] and all(obstacles):
            message += f". It is not edited here: {obstacles[0]}"
        yield rule.at(case, message, span=case.tag_span(), fixes=lambda facts: updates(case, facts, advice))


def has_ended(case: Case) -> bool:
    """Whether the line of releases that the tag stands on has ended."""
    reference = case.usage.reference
    life = None if reference is None else life_of(reference, case.project.lives())
    return life is not None and life.ended(case.project.today)


def updates(case: Case, facts: FactsView, advice: Advice) -> tuple[Fix, ...]:
    """One fix for each offer that the policy permits, preferred first."""
    reference = case.usage.reference
    if reference is None:
        return ()
    return present(
        update(
            case,
            facts,
            offer.tag,
            offer.reason,
            safe=offer.step != "distribution" and is_safe(case, advice.current, read_tag(offer.tag), size),
        )
        for offer, size in worth_offering(reference, advice, case.policy, facts)
    )
