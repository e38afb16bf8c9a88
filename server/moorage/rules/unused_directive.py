"""A `# moorage:` comment that changes nothing any more.

Example:
    # moorage: ignore[no-tag]
    FROM python:3.12.9
Better:
    FROM python:3.12.9
Why:
    It hides the next mistake. Nothing is said as long as facts are missing that could make it needed.
"""

from collections.abc import Iterator

from moorage.documents.usage import Usage
from moorage.facts import Known
from moorage.findings.finding import Finding
from moorage.findings.fixes import remove_line
from moorage.findings.rule import Rule, Whole
from moorage.policy import Directive
from moorage.policy.directives import OWN
from moorage.rules import all_rules
from moorage.severity import Severity

rule = Rule("unused-directive", Severity.HINT, subject="document", fix="remove")


@rule
def check(whole: Whole) -> Iterator[Finding]:
    """Directives that have ended, govern nothing, or ignore what nobody finds."""
    for directive in whole.directives:
        reason = _why_unused(whole, directive)
        if reason is not None:
            comment = directive.comment
            yield rule.on(
                whole,
                comment.line,
                reason,
                fixes=lambda _facts, line=comment.line: (remove_line(whole.document, line, "Remove the directive"),),
            )._replace(unnecessary=True)


def _why_unused(whole: Whole, directive: Directive) -> str | None:
    if directive.errors or directive.source != OWN:
        return None
    if directive.until is not None and directive.expired(whole.project.today):
        return f"this directive ended on {directive.until.isoformat()}"
    governed = [u for u in whole.document.usages if directive.governs(u)]
    if (directive.ignore or directive.values) and not governed:
        return "no image is named in what stands below this directive"
    if directive.values:
        return None
    idle = _idle(whole, directive.ignore, governed) and _idle(whole, directive.ignore_file, whole.document.usages)
    return "nothing that this directive ignores is found here" if idle else None


def _idle(whole: Whole, ignored: frozenset[str], usages: "list[Usage] | tuple[Usage, ...]") -> bool:
    """Whether it is certain that no finding of these rules about these usages was left out."""
    if not ignored:
        return True
    everything = "*" in ignored
    spans = {u.span for u in usages}
    for finding in whole.ignored:
        if (everything or finding.rule in ignored) and finding.usage is not None and finding.usage.span in spans:
            return False
    asked = [r for r in all_rules() if (everything or r.id in ignored) and r.subject != "document"]
    if any(whole.policy.rules.get(r.id) == Severity.OFF for r in asked):
        return False
    return not any(r.needs for r in asked) or all(_known(whole, u) for u in usages)


def _known(whole: Whole, usage: Usage) -> bool:
    reference = usage.reference
    if reference is None:
        return True
    facts = whole.facts
    if not isinstance(facts.tags(reference.registry, reference.repository), Known):
        return False
    pinned = reference.tag is not None and reference.digest is not None
    return not pinned or isinstance(facts.digest(reference.registry, reference.repository, reference.tag or ""), Known)
