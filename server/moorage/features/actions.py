"""What can be done at a place in a document: mend what is found there, update, pin, refresh, ignore."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, NamedTuple

from moorage.analysis import analyse, is_judged
from moorage.documents.usage import Document, Usage
from moorage.facts import FactsView
from moorage.features.ignore import can_ignore, ignore_here, stands_above
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
from moorage.text import Edit, Span, merge_edits

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
    findings = analyse(document, project, facts)
    directives = directives_of(document, RULE_IDS)
    usages = usages_at(document, place)
    found: list[Action] = []
    here = [f for f in findings if _meets(f.span, place) or (f.usage is not None and f.usage in usages)]
    for finding in here:
        found += _mending(finding, facts)
    for usage in usages:
        if usage.reference is not None and is_judged(usage):
            case = _case(document, usage, directives, project, facts)
            found += (_changing(usage, fix) for fix in [*_updates(case, facts), *_digests(case, facts)])
    found += (_ignoring(document, finding) for finding in here if can_ignore(document, finding))
    found += _everywhere(document, usages, directives, project, facts)
    return _once(found)


def usages_at(document: Document, place: Span) -> list[Usage]:
    """The usages that `place` meets, in their own words or in a default that they read; else those of its line."""
    near = [u for u in document.usages if any(_meets(span, place) for span in _spans(u))]
    if near or place.start != place.end:
        return near
    return [u for u in document.usages if u.instruction is not None and u.instruction.touches(place.start)]


def _spans(usage: Usage) -> Iterator[Span]:
    yield usage.span
    for segment in usage.segments:
        if segment.span is not None and segment.document is None:
            yield segment.span


def _meets(span: Span, place: Span) -> bool:
    return span.start <= place.end and place.start <= span.end


def _case(
    document: Document, usage: Usage, directives: tuple[Directive, ...], project: Project, facts: FactsView
) -> Case:
    return Case(document, usage, project.policy(document, usage, directives), facts, project)


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
    directives: tuple[Directive, ...],
    project: Project,
    facts: FactsView,
) -> Iterator[Action]:
    """What can be done to an image here and could be done to others of the file as well."""
    others = [u for u in document.usages if u.reference is not None and is_judged(u)]
    here = [_case(document, u, directives, project, facts) for u in usages if u in others]
    if len(others) < 2:
        return
    for wide in _WIDE:
        if any(wide.fix(case, facts) is not None for case in here):

            def edits(facts: FactsView, wide: _Wide = wide) -> tuple[FileEdit, ...]:
                cases = (_case(document, u, directives, project, facts) for u in others)
                return _together(wide.fix(case, facts) for case in cases)

            yield Action(wide.id, wide.title, "everywhere", edits)


def _together(fixes: Iterable[Fix | None]) -> tuple[FileEdit, ...]:
    """The edits of all fixes, but for one that contradicts an earlier one."""
    taken: tuple[FileEdit, ...] = ()
    for fix in fixes:
        if fix is not None and _compatible([*taken, *fix.edits]):
            taken = tuple(dict.fromkeys((*taken, *fix.edits)))
    return taken


def _compatible(edits: list[FileEdit]) -> bool:
    paths = {edit.path for edit in edits}
    return all(merge_edits(Edit(e.span, e.new) for e in edits if e.path == path) is not None for path in paths)


def _once(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Each action once; what mends a finding stands for the same change without one."""
    seen: dict[str, Action] = {}
    for action in actions:
        seen.setdefault(action.id, action)
    return tuple(seen.values())
