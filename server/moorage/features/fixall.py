"""All fixes of a document at once: each place once, and nothing left for a second time."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from moorage.analysis import analyse
from moorage.documents.usage import Document
from moorage.facts import FactsView
from moorage.features.together import Together
from moorage.findings.finding import FileEdit, Finding, Fix, FixKind
from moorage.project import Project
from moorage.severity import Severity
from moorage.text import Edit, Span, apply_edits, compose

_FOLLOWING: frozenset[FixKind] = frozenset(("pin", "refresh"))
"""What may follow on an image that was given another tag: its digest, and no second step."""
_PASSES = 8
"""How often what was mended may bring up something else: an update, then the digest of what it updated to."""


Texts = Mapping[str, str]
"""Texts by the paths of their documents."""


class Beside(NamedTuple):
    """Other documents that may be edited as well, and which of the edits to them are right for everybody else."""

    texts: Texts
    agrees: Callable[[Finding, FileEdit], bool]


def _nobody(_finding: Finding, _edit: FileEdit) -> bool:
    return False


NOTHING_BESIDE = Beside({}, _nobody)


class Refused(NamedTuple):
    """A finding that has a fix which was not made, and one sentence why."""

    finding: Finding
    reason: str


class FixAll(NamedTuple):
    """The edits of one document and those beside it, the fixes they make, and what was left alone."""

    edits: tuple[FileEdit, ...]
    applied: tuple[tuple[Finding, Fix], ...]
    refused: tuple[Refused, ...]


def fix_all(
    document: Document,
    findings: Sequence[Finding],
    facts: FactsView,
    *,
    project: Project,
    reread: Callable[[Texts], Document],
    beside: Beside = NOTHING_BESIDE,
    unsafe: bool = False,
    select: frozenset[str] = frozenset(),
) -> FixAll:
    """Mend `findings`, those of `document`, and whatever they bring up, until nothing is left.

    Takes the first fix of each finding that is safe, or any with `unsafe`. Mends what is information and above; with
    `select` the rules named there and no others, hints too. `reread` reads a text as `document` was read, with those
    `beside` it as they are by then. Applied to its own result it changes nothing.
    """
    before = {**beside.texts, document.path: document.text}
    texts = dict(before)
    edits: dict[str, tuple[Edit, ...]] = {}
    applied: list[tuple[Finding, Fix]] = []
    refused: list[Refused] = []
    now = document
    moved: set[int] = set()
    for _ in range(_PASSES):
        chosen, steps, refused = _choose(now, findings, facts, unsafe, select, moved, beside)
        if not chosen:
            break
        for path, step in steps.items():
            edits[path] = compose(edits.get(path, ()), step, len(before[path]))
            texts[path] = apply_edits(texts[path], step)
        applied += chosen
        number = _numbers(now)
        moved |= {number(finding) for finding, fix in chosen if fix.kind in ("update", "replace")}
        now = reread(texts)
        findings = analyse(now, project, facts, only=select)
    made = tuple(FileEdit(path, edit.span, edit.new) for path, some in edits.items() for edit in some)
    return FixAll(made, tuple(applied), tuple(refused))


def _choose(
    document: Document,
    findings: Sequence[Finding],
    facts: FactsView,
    unsafe: bool,
    select: frozenset[str],
    moved: set[int],
    beside: Beside,
) -> tuple[list[tuple[Finding, Fix]], dict[str, tuple[Edit, ...]], list[Refused]]:
    """The fixes that can be made together now, and their edits. One that meets another waits for the next pass."""
    chosen: list[tuple[Finding, Fix]] = []
    refused: list[Refused] = []
    together = Together()
    for finding in findings:
        if finding.rule not in select if select else finding.severity < Severity.INFORMATION:
            continue
        fixes = finding.fixes(facts)
        fix = next((f for f in fixes if (f.safe or unsafe) and _stays(f, document, finding, beside)), None)
        if fix is None:
            if fixes:
                refused.append(Refused(finding, _why_not(fixes, unsafe)))
            continue
        if together.take(fix.edits):
            chosen.append((finding, fix))
    return chosen, together.by_path(), refused


def _numbers(document: Document) -> Callable[[Finding], int]:
    """Which of the document's usages a finding is about; -1 for none."""
    numbers: dict[Span, int] = {}
    for number, usage in enumerate(document.usages):
        numbers.setdefault(usage.span, number)
    return lambda finding: -1 if finding.usage is None else numbers.get(finding.usage.span, -1)


def _stays(fix: Fix, document: Document, finding: Finding, beside: Beside) -> bool:
    """Whether a fix edits nothing but the document and what lies beside it."""
    others = [edit for edit in fix.edits if edit.path != document.path]
    return all(edit.path in beside.texts and beside.agrees(finding, edit) for edit in others)


def _why_not(fixes: Sequence[Fix], unsafe: bool) -> str:
    if not unsafe and not any(fix.safe for fix in fixes):
        return f"{fixes[0].title}: this changes what is meant, so it is left to you"
    return f"{fixes[0].title}: this changes another file, so it is left to you"
