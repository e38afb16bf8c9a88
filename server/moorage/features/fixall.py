"""All fixes of a document at once: each place once, and nothing left for a second time."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from moorage.analysis import analyse
from moorage.documents.usage import Document
from moorage.facts import FactsView
from moorage.findings.finding import FileEdit, Finding, Fix, FixKind
from moorage.project import Project
from moorage.severity import Severity
from moorage.text import Edit, apply_edits, compose, merge_edits

_FOLLOWING: frozenset[FixKind] = frozenset(("pin", "refresh"))
"""What may follow on an image that was given another tag: its digest, and no second step."""
_PASSES = 8
"""How often what was mended may bring up something else: an update, then the digest of what it updated to."""


class Refused(NamedTuple):
    """A finding that has a fix which was not made, and one sentence why."""

    finding: Finding
    reason: str


class FixAll(NamedTuple):
    """The edits of one document, the fixes they make, and what was left alone."""

    edits: tuple[FileEdit, ...]
    applied: tuple[tuple[Finding, Fix], ...]
    refused: tuple[Refused, ...]


def fix_all(
    document: Document,
    findings: Sequence[Finding],
    facts: FactsView,
    *,
    project: Project,
    reread: Callable[[str], Document],
    unsafe: bool = False,
    select: frozenset[str] = frozenset(),
) -> FixAll:
    """Mend `findings`, those of `document`, and whatever they bring up, until nothing is left.

    Takes the first fix of each finding that is safe, or any with `unsafe`. Mends what is information and above; with
    `select` the rules named there and no others, hints too. `reread` reads a text as `document` was read.
    Applied to its own result it changes nothing.
    """
    edits: tuple[Edit, ...] = ()
    applied: list[tuple[Finding, Fix]] = []
    refused: list[Refused] = []
    now = document
    moved: set[int] = set()
    for _ in range(_PASSES):
        chosen, refused = _choose(now, findings, facts, unsafe, select, moved)
        if not chosen:
            break
        step = [Edit(edit.span, edit.new) for _, fix in chosen for edit in fix.edits]
        edits = compose(edits, set(step), len(document.text))
        applied += chosen
        moved |= {_number(now, finding) for finding, fix in chosen if fix.kind in ("update", "replace")}
        now = reread(apply_edits(now.text, step))
        findings = analyse(now, project, facts, only=select)
    made = tuple(FileEdit(document.path, edit.span, edit.new) for edit in edits)
    return FixAll(made, tuple(applied), tuple(refused))


def _choose(
    document: Document,
    findings: Sequence[Finding],
    facts: FactsView,
    unsafe: bool,
    select: frozenset[str],
    moved: set[int],
) -> tuple[list[tuple[Finding, Fix]], list[Refused]]:
    """The fixes that can be made together now. One that meets another waits for the next pass."""
    chosen: list[tuple[Finding, Fix]] = []
    refused: list[Refused] = []
    taken: list[Edit] = []
    for finding in findings:
        if finding.rule not in select if select else finding.severity < Severity.INFORMATION:
            continue
        fixes = finding.fixes(facts)
        fix = next((f for f in fixes if (f.safe or unsafe) and _stays(f, document)), None)
        if fix is None:
            if fixes:
                refused.append(Refused(finding, _why_not(fixes, unsafe)))
            continue
        step = [Edit(edit.span, edit.new) for edit in fix.edits]
        if merge_edits([*taken, *step]) is not None:
            taken += step
            chosen.append((finding, fix))
    return chosen, refused


def _number(document: Document, finding: Finding) -> int:
    """Which of the document's usages a finding is about; -1 for none."""
    spans = [usage.span for usage in document.usages]
    return spans.index(finding.usage.span) if finding.usage is not None and finding.usage.span in spans else -1


def _stays(fix: Fix, document: Document) -> bool:
    return all(edit.path == document.path for edit in fix.edits)


def _why_not(fixes: Sequence[Fix], unsafe: bool) -> str:
    if not unsafe and not any(fix.safe for fix in fixes):
        return f"{fixes[0].title}: this changes what is meant, so it is left to you"
    return f"{fixes[0].title}: this changes another file, so it is left to you"
