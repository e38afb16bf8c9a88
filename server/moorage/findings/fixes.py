"""The edits that change a reference, each made only where it is right."""

from collections.abc import Iterable

from moorage.documents.rewrite import Refused, Rewrite, rewrite
from moorage.documents.usage import Document, Usage
from moorage.facts import FactsView, Known
from moorage.findings.finding import FileEdit, Fix, FixKind
from moorage.findings.notes import Note, note_of
from moorage.findings.rule import Case
from moorage.reference import InvalidReference, Reference, parse
from moorage.text import Span

_SOME_DIGEST = "sha256:" + "0" * 64
"""Stands for a digest that is not known yet."""


def short_digest(digest: str) -> str:
    """A digest as it is shown: `sha256:1a2b3c4d5e6f`."""
    algorithm, _, value = digest.partition(":")
    return f"{algorithm}:{value[:12]}"


def set_version(
    case: Case, facts: FactsView, tag: str | None, digest: str | None, title: str, *, safe: bool, kind: FixKind
) -> Fix | None:
    """The fix that gives the usage of `case` this tag and digest; None where no edit can do it rightly."""
    reference = case.usage.reference
    if reference is None:
        return None
    edits = edits_for(case, reference.with_version(tag, digest), facts)
    return None if not edits else Fix(title, edits, safe, kind)


def edits_for(case: Case, wanted: str, facts: FactsView) -> tuple[FileEdit, ...]:
    """The edits that make the usage name `wanted`; empty where there are none that are right for every reader."""
    note, reference = note_of(case.document, case.usage), case.usage.reference
    if note is None or reference is None:
        return _edits_at(case, wanted, facts)
    target = parse(wanted)
    edits = _edits_at(case, target.with_version(None, target.digest), facts)
    return (*edits, *_note_edits(case.document, note, target, reference)) if edits else ()


def _edits_at(case: Case, wanted: str, facts: FactsView) -> tuple[FileEdit, ...]:
    """The edits of the reference itself, and of the defaults that it reads."""
    answer = _rewritten(case, wanted, facts)
    if isinstance(answer, Refused):
        return ()
    return tuple(FileEdit(edit.document or case.document.path, edit.span, edit.new) for edit in answer.edits)


def obstacle(case: Case, facts: FactsView, tag: str) -> str | None:
    """Why no edit can give the usage this tag, in one sentence; None where one can."""
    reference = case.usage.reference
    return None if reference is None else _obstacle(case, facts, reference.with_version(tag, reference.digest))


def obstacle_to_pin(case: Case, facts: FactsView) -> str | None:
    """Why no edit can give the usage a digest, in one sentence; None where one can."""
    reference = case.usage.reference
    if reference is None:
        return None
    reason = _obstacle(case, facts, reference.with_version(reference.tag, _SOME_DIGEST))
    return None if reason is None else reason.replace(_SOME_DIGEST, "sha256:…")


def _obstacle(case: Case, facts: FactsView, wanted: str) -> str | None:
    if not case.usage.segments:
        return None
    answer = _rewritten(case, wanted, facts)
    return answer.message if isinstance(answer, Refused) else None


def _rewritten(case: Case, wanted: str, facts: FactsView) -> Rewrite | Refused:
    usage = case.usage

    def accept(other: Usage, result: str) -> bool:
        return (other.expanded == usage.expanded and result == wanted) or _right_for(other, result, facts)

    return rewrite(usage, wanted, case.readers, accept)


def _note_edits(document: Document, note: Note, target: Reference, before: Reference) -> tuple[FileEdit, ...]:
    """What must change in the comment that notes the tag of an image."""
    edits: list[FileEdit] = []
    if note.named is not None and target.name != before.name:
        edits.append(FileEdit(document.path, note.named, target.familiar_name))
    if target.tag is not None and target.tag != note.tag:
        edits.append(FileEdit(document.path, note.span, target.tag))
    return tuple(edits)


def update(case: Case, facts: FactsView, tag: str, reason: str, *, safe: bool) -> Fix | None:
    """Move to another tag; where a digest is pinned, to that tag's digest, once it is known."""
    reference = case.usage.reference
    if reference is None:
        return None
    digest = None
    if reference.digest is not None:
        match facts.digest(reference.registry, reference.repository, tag):
            case Known(digest):
                pass
            case _:
                return None
    what = f"{tag} and its digest" if digest else tag
    title = f"Update {reference.familiar_name} to {what} ({reason})"
    return set_version(case, facts, tag, digest, title, safe=safe, kind="update")


def pin(case: Case, facts: FactsView) -> Fix | None:
    """Write the digest that the tag means now behind it."""
    reference = case.usage.reference
    if reference is None or reference.digest is not None or reference.tag is None:
        return None
    match facts.digest(reference.registry, reference.repository, reference.tag):
        case Known(digest):
            title = f"Pin {reference.familiar} to {short_digest(digest)}"
            return set_version(case, facts, reference.tag, digest, title, safe=True, kind="pin")
        case _:
            return None


def name_version(case: Case, facts: FactsView, tag: str, *, settled: bool) -> Fix | None:
    """Replace no tag, or a channel, by a version tag.

    Safe where both mean the same digest now and the version is `settled`: nothing newer would be offered for it next.
    """
    reference = case.usage.reference
    if reference is None:
        return None
    same = _same_digest(reference, reference.tag or "latest", tag, facts)
    title = f"Use {reference.familiar_name}:{tag}" + (", which it means now" if same else "")
    return set_version(case, facts, tag, None, title, safe=same and settled, kind="replace")


def rename_repository(case: Case, facts: FactsView, name: str, *, same: bool) -> Fix | None:
    """Name another repository, where it has the tag; safe where it is known to hold the `same` images.

    `name` is canonical, and written in full where the usage writes its registry. A digest goes along, that which the
    tag means there.
    """
    reference = case.usage.reference
    if reference is None or reference.tag is None:
        return None
    there = parse(name)
    match facts.tags(there.registry, there.repository):
        case Known(listing) if reference.tag in listing:
            pass
        case _:
            return None
    digest = None
    if reference.digest is not None:
        match facts.digest(there.registry, there.repository, reference.tag):
            case Known(digest):
                pass
            case _:
                return None
    text = there.familiar_name if reference.spans.registry is None else there.name
    wanted = parse(text).with_version(reference.tag, digest)
    edits = edits_for(case, wanted, facts)
    safe = same and digest == reference.digest
    return Fix(f"Use {text}:{reference.tag}", edits, safe, "replace") if edits else None


def present(fixes: Iterable[Fix | None]) -> tuple[Fix, ...]:
    """The fixes that there are."""
    return tuple(fix for fix in fixes if fix is not None)


def remove_line(document: Document, line: Span, title: str) -> Fix:
    """Delete a whole comment line with its line end, or only the comment where something stands before it."""
    text = document.text
    end = line.end
    head = text.rfind("\n", 0, line.start) + 1
    if text[head : line.start].strip():
        start = len(text[: line.start].rstrip(" \t"))
    else:
        start = head
        if text.startswith("\r\n", end):
            end += 2
        elif text.startswith("\n", end):
            end += 1
    return Fix(title, (FileEdit(document.path, Span(start, end), ""),), True, "remove")


def _same_digest(reference: Reference, one: str, other: str, facts: FactsView) -> bool:
    first = facts.digest(reference.registry, reference.repository, one)
    second = facts.digest(reference.registry, reference.repository, other)
    match first, second:
        case Known(a), Known(b):
            return a == b
        case _:
            return False


def _right_for(other: Usage, result: str, facts: FactsView) -> bool:
    """Whether an edit made for one usage is right for another that reads the same text.

    It is when the other one still names its repository, by a tag that exists, and no digest comes or goes.
    """
    was = other.reference
    try:
        now = parse(result)
    except InvalidReference:
        return False
    if was is None or now.name != was.name or now.digest != was.digest or now.tag is None:
        return False
    match facts.tags(now.registry, now.repository):
        case Known(listing):
            return now.tag in listing
        case _:
            return False
