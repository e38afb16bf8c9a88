"""A tag that does not exist in its repository.

Example:
    FROM python:3.12.99-slim
Better:
    FROM python:3.12.9-slim
Why:
    The build fails on every machine that has not kept the image. A tag list may be old or cut short, so the tag
    itself is asked for before anything is said; with a digest beside it the tag is only a note, and nothing is said.
    Only where the case of letters is all that is wrong does `--fix` mend it.
"""

from collections.abc import Iterator

from moorage.facts import Absent, FactsView, Known, Unknown
from moorage.findings.advice import table_of
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, set_version
from moorage.findings.missing import advice, case_slip
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("unknown-tag", Severity.ERROR, needs="tags", fix="nearest tags")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Tags that the list does not hold and that the registry does not know when asked."""
    reference = case.usage.reference
    if reference is not None and reference.tag is not None and is_missing(case):
        message = f"{reference.familiar_name} has no tag {reference.tag}"
        answer = case.facts.tags(reference.registry, reference.repository)
        if isinstance(answer, Known):
            message += advice(reference.tag, answer)
        yield rule.at(case, message, span=case.tag_span(), fixes=lambda facts: _replacements(case, facts))


def is_missing(case: Case) -> bool:
    """Whether it is certain that the tag of an image without a digest does not exist."""
    reference = case.usage.reference
    if reference is None or reference.digest is not None or reference.tag is None:
        return False
    listing = case.facts.tags(reference.registry, reference.repository)
    if not isinstance(listing, Known) or reference.tag in listing.value:
        return False
    match case.facts.digest(reference.registry, reference.repository, reference.tag):
        case Absent(_, _, private):
            # From a list that was cut short, only a plain "not here" says anything.
            return listing.complete or not private
        case Unknown():
            return listing.complete and case.facts.final
        case _:
            return False


def _replacements(case: Case, facts: FactsView) -> tuple[Fix, ...]:
    reference = case.usage.reference
    if reference is None or reference.tag is None:
        return ()
    match facts.tags(reference.registry, reference.repository):
        case Known(listing):
            from moorage.versions import nearest

            same = case_slip(reference.tag, listing)
            tags = nearest(reference.tag, table_of(listing)) if same is None else (same,)
        case _:
            return ()
    return present(
        set_version(
            case, facts, tag, None, f"Use {reference.familiar_name}:{tag}", safe=same is not None, kind="replace"
        )
        for tag in tags
    )
