"""What can be done at a place in a document: mend what is found there, update, pin, refresh, ignore."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from moorage.analysis import analyse, is_judged
from moorage.documents.readers import Readers
from moorage.documents.usage import Document, Usage
from moorage.facts import FactsView
from moorage.features.ignore import can_ignore, ignore_here, stands_above
from moorage.features.together import Together
from moorage.findings.advice import advise
from moorage.findings.finding import FileEdit, Finding, Fix
from moorage.findings.fixes import pin
from moorage.findings.rule import Case
from moorage.policy import Directive, directives_of
from moorage.project import Project
from moorage.rules import RULE_IDS
from moorage.rules.moved_tag import refresh
from moorage.rules.outdated import updates
from moorage.severity import Severity
from moorage.text import Span

ActionKind = Literal["mend", "change", "everywhere"]


class Action(NamedTuple):
    """Something to do, and the edits that do it, worked out when they are wanted.

    A `mend` answers a finding, a `change` nothing but the user's wish, `everywhere` the whole file. `id` names the
    action among those of its place, from one question to the next.
    """

    id: str
    title: str
    kind: ActionKind
    edits: Callable[[FactsView], tuple[FileEdit, ...]]
    finding: Finding | None = None
    preferred: bool = False


def actions_at(document: Document, place: Span, project: Project, facts: FactsView) -> tuple[Action, ...]:
    """The actions for what stands at `place`, most wanted first. What is not known yet is left out and asked for."""
    directives = directives_of(document, RULE_IDS)
    usages = usages_at(document, place)
    on_document = document.format == "package" or any(_meets(d.comment.line, place) for d in directives)
    among = None if on_document else frozenset(usage.span for usage in usages)
    chosen = {(usage.span, usage.expanded) for usage in usages}
    here = [
        finding
        for finding in analyse(document, project, facts, among=among)
        if _meets(finding.span, place)
        or (finding.usage is not None and (finding.usage.span, finding.usage.expanded) in chosen)
    ]
    case_of = _cases(document, directives, project, facts)
    found: list[Action] = []
    for finding in here:
        found += _mending(finding, facts)
    for usage in usages:
        if _can_change(usage):
            case = case_of(usage)
            found += (_changing(usage, fix) for fix in [*_updates(case, facts), *_digests(case, facts)])
    found += (_ignoring(document, finding) for finding in here if can_ignore(document, finding))
    found += _everywhere(document, usages, case_of, facts)
    return _once(found)


def usages_at(document: Document, place: Span) -> list[Usage]:
    """The usages that `place` meets, in their own words or in a default that they read; else those of its line."""
    near = [u for u in document.usages if any(_meets(span, place) for span in _spans(u))]
    if near or place.start != place.end:
        return near
    return [u for u in document.usages if u.instruction is not None and u.instruction.touches(place.start)]


def _can_change(usage: Usage) -> bool:
    return usage.reference is not None and is_judged(usage)


def _spans(usage: Usage) -> Iterator[Span]:
    yield usage.span
    for segment in usage.segments:
        if segment.span is not None and segment.document is None:
            yield segment.span


def _meets(span: Span, place: Span) -> bool:
    return span.start <= place.end and place.start <= span.end


def _cases(
    document: Document, directives: tuple[Directive, ...], project: Project, facts: FactsView
) -> Callable[[Usage], Case]:
    readers = Readers(document.usages)

    def case_of(usage: Usage) -> Case:
        return Case(document, usage, project.policy(document, usage, directives), facts, project, readers)

    return case_of


def _mending(finding: Finding, facts: FactsView) -> Iterator[Action]:
    fixes = finding.fixes(facts)
    first_safe = next((fix for fix in fixes if fix.safe), None)
    for fix in fixes:
        preferred = fix is first_safe and finding.severity > Severity.HINT
        at = finding.span.start if finding.usage is None else finding.usage.span.start
        yield Action(f"{at} {fix.title}", fix.title, "mend", _edits_of(fix), finding, preferred)


def _changing(usage: Usage, fix: Fix) -> Action:
    return Action(f"{usage.span.start} {fix.title}", fix.title, "change", _edits_of(fix))


def _edits_of(fix: Fix) -> Callable[[FactsView], tuple[FileEdit, ...]]:
    return lambda _facts: fix.edits


def _updates(case: Case, facts: FactsView) -> list[Fix]:
    """The offers that the policy permits, majors too, which are no findings."""
    advice = advise(case.usage, case.policy, facts, case.project)
    if advice is None:
        return []
    return list(updates(case, facts, advice))


def _digests(case: Case, facts: FactsView) -> list[Fix]:
    """Pinning a tag, or following it to where it has moved."""
    return [fix for fix in (_pinned(case, facts), _refreshed(case, facts)) if fix is not None]


def _ignoring(document: Document, finding: Finding) -> Action:
    title = f"Ignore {finding.rule} {'here' if stands_above(document, finding) else 'in this file'}"
    at = finding.span.start if finding.usage is None else finding.usage.span.start

    def edits(_facts: FactsView) -> tuple[FileEdit, ...]:
        return ignore_here(document, finding)

    return Action(f"{at} {title}", title, "mend", edits, finding)


class _Wide(NamedTuple):
    """Something to do with every image of a file."""

    id: str
    title: str
    fix: Callable[[Case, FactsView], Fix | None]


def _newest_safe(case: Case, facts: FactsView) -> Fix | None:
    return next((fix for fix in _updates(case, facts) if fix.safe), None)


def _pinned(case: Case, facts: FactsView) -> Fix | None:
    return None if case.policy.pin == "off" else pin(case, facts)


def _refreshed(case: Case, facts: FactsView) -> Fix | None:
    reference = case.usage.reference
    if reference is None or reference.digest is None:
        return None
    return next(iter(refresh(case, facts)), None)


_WIDE = (
    _Wide("update all", "Update every image in this file, majors left alone", _newest_safe),
    _Wide("pin all", "Pin every image in this file to its digest", _pinned),
    _Wide("refresh all", "Refresh every digest in this file", _refreshed),
)


def _everywhere(
    document: Document,
    usages: Iterable[Usage],
    case_of: Callable[[Usage], Case],
    facts: FactsView,
) -> Iterator[Action]:
    """What can be done to an image here and could be done to others of the file as well."""
    others = [usage for usage in document.usages if _can_change(usage)]
    here = [case_of(usage) for usage in usages if _can_change(usage)]
    if len(others) < 2:
        return
    for wide in _WIDE:
        if any(wide.fix(case, facts) is not None for case in here):

            def edits(facts: FactsView, wide: _Wide = wide) -> tuple[FileEdit, ...]:
                return _together(wide.fix(case_of(usage), facts) for usage in others)

            yield Action(wide.id, wide.title, "everywhere", edits)


def _together(fixes: Iterable[Fix | None]) -> tuple[FileEdit, ...]:
    """The edits of all fixes, but for one that contradicts an earlier one."""
    together = Together()
    for fix in fixes:
        if fix is not None:
            together.take(fix.edits)
    return together.edits()


def _once(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Each action once; what mends a finding stands for the same change without one."""
    seen: dict[str, Action] = {}
    for action in actions:
        seen.setdefault(action.id, action)
    return tuple(seen.values())
