"""All findings of one document: the one function that the editor and CI both call."""

from functools import cache

from moorage.documents.readers import Readers
from moorage.documents.usage import Document, Usage
from moorage.facts import FactsView
from moorage.findings.choices import is_on_purpose, told_apart
from moorage.findings.elsewhere import Places
from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule, Subject, Whole
from moorage.policy import Directive, Policy, directives_of
from moorage.project import Project
from moorage.rules import RULE_IDS, all_rules
from moorage.severity import Severity
from moorage.text import Span


def analyse(
    document: Document,
    project: Project,
    facts: FactsView,
    *,
    only: frozenset[str] = frozenset(),
    among: frozenset[Span] | None = None,
) -> tuple[Finding, ...]:
    """What there is to say about `document`, in the order of its text; with `only`, what these rules have to say; with
    `among`, what there is to say about the usages at these spans, and nothing about the document as such.

    What facts are missing for a final word stands in `facts.asked` afterwards.
    """
    is_manifest = document.format == "package"
    if not document.usages and not document.comments and not is_manifest:
        return ()
    directives = directives_of(document, RULE_IDS)
    kept: list[Finding] = []
    ignored: list[Finding] = []
    readers = Readers(document.usages)
    places = Places(document)
    for usage in document.usages:
        if not is_judged(usage) or (among is not None and usage.span not in among):
            continue
        policy = project.policy(document, usage, directives)
        case = Case(document, usage, policy, facts, project, readers)
        several = usage.is_one_of_several
        for rule in _about("reference" if usage.problem is None else "problem"):
            if policy.rules.get(rule.id) == Severity.OFF or (several and is_on_purpose(rule.id, policy)):
                continue
            for finding in rule.check(case):
                out = "*" in policy.ignored or finding.rule in policy.ignored
                (ignored if out else kept).append(places.told(told_apart(finding)))
    if among is None and (directives or is_manifest):
        kept += _about_document(document, directives, facts, project, tuple(ignored))
    if only:
        kept = [finding for finding in kept if finding.rule in only]
    else:
        kept = _without_crowding_hints(kept, ignored)
    kept.sort(key=lambda f: (f.span, -f.severity))
    return tuple(kept)


def is_local(usage: Usage) -> bool:
    """Whether the project itself makes this image, so that no registry is asked about it."""
    return usage.built_by is not None or usage.role == "build-output"


def is_judged(usage: Usage) -> bool:
    """Whether it is an image of a registry that somebody uses: not one made here, nor a default that no build takes."""
    return not is_local(usage) and not usage.overridden


@cache
def _about(subject: Subject) -> tuple[Rule, ...]:
    return tuple(rule for rule in all_rules() if rule.subject == subject)


def _about_document(
    document: Document,
    directives: tuple[Directive, ...],
    facts: FactsView,
    project: Project,
    ignored: tuple[Finding, ...],
) -> list[Finding]:
    policy: Policy = project.policy(document, None, directives)
    whole = Whole(document, directives, facts, project, policy, ignored)
    return [
        finding
        for rule in _about("document")
        if policy.rules.get(rule.id) != Severity.OFF and rule.id not in policy.ignored
        for finding in rule.check(whole)
    ]


def _without_crowding_hints(findings: list[Finding], ignored: list[Finding]) -> list[Finding]:
    """Leave out hints about a usage that has a graver finding, be it one that a directive ignores."""
    grave = {f.usage.span for f in (*findings, *ignored) if f.usage is not None and f.severity > Severity.HINT}
    return [f for f in findings if f.severity > Severity.HINT or f.usage is None or f.usage.span not in grave]
