"""An image without a tag, which means `latest`.

Example:
    FROM python
Better:
    FROM python:3.14.2
Why:
    What is built depends on the day it is built, and nothing says which version was meant. With a digest it is exact,
    and this rule is silent.
"""

from collections.abc import Iterator

from moorage.facts import FactsView
from moorage.findings.advice import advise, permitted, version_to_name
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import name_version, present
from moorage.findings.rule import Case, Rule
from moorage.reference import parse
from moorage.rules.near_stage import near_stage
from moorage.severity import Severity

rule = Rule("no-tag", Severity.WARNING, fix="newest version tag")


@rule
def check(case: Case) -> Iterator[Finding]:
    """References with neither tag nor digest, unless a stage was probably meant, or a chart has the tag."""
    reference = case.usage.reference
    if reference is None or reference.tag is not None or reference.digest is not None or near_stage(case):
        return
    if case.usage.is_completed:
        return
    name = reference.familiar_name
    yield rule.at(case, f"{name} has no tag, so it means {name}:latest", fixes=lambda facts: to_version(case, facts))


def to_version(case: Case, facts: FactsView) -> tuple[Fix, ...]:
    """The newest version tag in the variant that was written."""
    tag = version_to_name(case.usage, case.policy, facts, case.project)
    return () if tag is None else present([name_version(case, facts, tag, settled=_is_settled(case, facts, tag))])


def _is_settled(case: Case, facts: FactsView, tag: str) -> bool:
    """Whether nothing would be reported as newer than `tag`: the channel means the newest of its line."""
    reference = case.usage.reference
    if reference is None:
        return False
    named = case.usage._replace(reference=parse(reference.with_version(tag, None)))
    advice = advise(named, case.policy, facts, case.project)
    return advice is not None and not any(size != "major" for _, size in permitted(advice, case.policy))
