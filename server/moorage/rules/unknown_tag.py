"""A tag that does not exist in its repository.

Example:
    FROM python:3.12.99-slim
Better:
    FROM python:3.12.9-slim
Why:
    The build fails on every machine that has not kept the image. A tag list may be old or cut short, so the tag
    itself is asked for before anything is said; with a digest beside it the tag is only a note, and nothing is said.
"""

from collections.abc import Iterator

from moorage.facts import FactsView, Known, Unknown
from moorage.findings.advice import table_of
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, set_version
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("unknown-tag", Severity.ERROR, needs="tags", fix="nearest tags")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Tags that a complete list does not hold and that the registry does not know when asked."""
    reference = case.usage.reference
    if reference is not None and reference.tag is not None and is_missing(case):
        message = f"{reference.familiar_name} has no tag {reference.tag}"
        near = _near(case, case.facts)
        if near:
            message += f"; the nearest is {near[0]}"
        yield rule.at(case, message, span=case.tag_span(), fixes=lambda facts: _replacements(case, facts))


def is_missing(case: Case) -> bool:
    """Whether it is certain that the tag of an image without a digest does not exist."""
    reference = case.usage.reference
    if reference is None or reference.digest is not None or reference.tag is None:
        return False
    answer = case.facts.tags(reference.registry, reference.repository)
    if not isinstance(answer, Known) or not answer.complete or reference.tag in answer.value:
        return False
    match case.facts.digest(reference.registry, reference.repository, reference.tag):
        case Known():
            return False
        case Unknown():
            return case.facts.final
        case _:
            return True


def _near(case: Case, facts: FactsView) -> tuple[str, ...]:
    reference = case.usage.reference
    if reference is None or reference.tag is None:
        return ()
    match facts.tags(reference.registry, reference.repository):
        case Known(listing):
            from moorage.versions import nearest

            return tuple(nearest(reference.tag, table_of(listing)))
        case _:
            return ()


def _replacements(case: Case, facts: FactsView) -> tuple[Fix, ...]:
    reference = case.usage.reference
    if reference is None:
        return ()
    return present(
        set_version(case, facts, tag, None, f"Use {reference.familiar_name}:{tag}", safe=False, kind="replace")
        for tag in _near(case, facts)
    )
