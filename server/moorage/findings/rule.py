"""What a rule is: a name, a default severity, its documentation, and a check over one usage or one document."""

from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

from moorage.documents.readers import Readers
from moorage.documents.usage import Document, Usage
from moorage.facts import FactsView
from moorage.findings.finding import Finding, Fixes, no_fixes
from moorage.policy import Directive, Policy
from moorage.project import Project
from moorage.severity import Severity
from moorage.text import Span

Subject = Literal["problem", "reference", "document"]
Needs = Literal["", "tags", "digest"]


class Case(NamedTuple):
    """One usage under examination, with everything that a check may look at. `readers` are those of the document."""

    document: Document
    usage: Usage
    policy: Policy
    facts: FactsView
    project: Project
    readers: Readers

    def tag_span(self) -> Span:
        """Where the tag stands, if it is written out in one piece; else the whole usage."""
        usage, reference = self.usage, self.usage.reference
        if reference is not None and reference.spans.tag is not None and usage.written == usage.expanded:
            start = usage.span.start
            return Span(start + reference.spans.tag.start, start + reference.spans.tag.end)
        return usage.span


class Whole(NamedTuple):
    """One document under examination. `ignored` is what was found on its usages and left out as directives ask."""

    document: Document
    directives: tuple[Directive, ...]
    facts: FactsView
    project: Project
    policy: Policy
    ignored: tuple[Finding, ...]


class Rule:
    """A rule of the registry in `rules/__init__.py`.

    `subject` says what is checked: usages with a `problem`, usages with a `reference`, or the `document`.
    """

    __slots__ = ("check", "fix", "id", "needs", "severity", "subject")

    def __init__(
        self, id: str, severity: Severity, *, subject: Subject = "reference", needs: Needs = "", fix: str = ""
    ) -> None:
        self.id = id
        self.severity = severity
        self.subject: Subject = subject
        self.needs: Needs = needs
        self.fix = fix
        self.check: Callable[..., Iterator[Finding]] = _nothing

    def __call__(self, check: Callable[..., Iterator[Finding]]) -> Callable[..., Iterator[Finding]]:
        """Decorate the function that checks."""
        self.check = check
        return check

    def at(
        self,
        case: Case,
        message: str,
        *,
        span: Span | None = None,
        fixes: Fixes = no_fixes,
        once: str | None = None,
        mild: bool = False,
    ) -> Finding:
        """A finding of this rule about the usage of `case`; `mild` ones are information unless the policy says else."""
        usage = case.usage
        severity = case.policy.rules.get(self.id, Severity.INFORMATION if mild else self.severity)
        return Finding(self.id, severity, span or usage.span, message, case.document.path, usage, fixes, once)

    def on(self, whole: Whole, span: Span, message: str, *, fixes: Fixes = no_fixes) -> Finding:
        """A finding of this rule about a place in a document."""
        severity = whole.policy.rules.get(self.id, self.severity)
        return Finding(self.id, severity, span, message, whole.document.path, None, fixes)


def _nothing(_case: object) -> Iterator[Finding]:
    return iter(())
