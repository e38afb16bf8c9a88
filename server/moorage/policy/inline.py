"""What the comments of a document say: our own directives, and what other tools read in theirs.

hadolint: `# hadolint ignore=DL3006,DL3007` above an instruction, `# hadolint global ignore=…` for the file.
Renovate: `# renovate: datasource=docker depName=node versioning=…` above a variable.
ratchet: `# ratchet:exclude` behind an image that is not to be pinned.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from moorage.documents.usage import Comment, Document
from moorage.policy.directives import Directive, read_directive
from moorage.text import Span

_comment = re.compile(
    r"^[^\S\n]*(?:\#[^\S\n]*(?:hadolint[^\S\n]+(?P<everywhere>global[^\S\n]+)?ignore[^\S\n]*=(?P<hadolint>[^\n]*)"
    r"|renovate:(?P<renovate>[^\n]*)))",
    re.MULTILINE | re.VERBOSE,
)
_exclude = re.compile(r"\#[^\S\n]*ratchet:exclude\b", re.VERBOSE)
_rule = re.compile(r"DL\d{4}\b", re.ASCII)
_field = re.compile(r"(\w+)=(\S+)")
_next_line = re.compile(r"(?:[^\S\n]*(?:#[^\n]*)?\n)*+[^\S\n]*(?P<line>[^\n]+)")


def directives_of(document: Document, rule_ids: Iterable[str]) -> tuple[Directive, ...]:
    """The directives of a document, in the order written, then what comments of other tools say."""
    text = document.text
    if not document.comments and "hadolint" not in text and "renovate:" not in text and "ratchet:" not in text:
        return ()
    known = frozenset(rule_ids)
    own = tuple(read_directive(comment, known) for comment in document.comments)
    return (*own, *_of_other_tools(document))


def _of_other_tools(document: Document) -> Iterator[Directive]:
    for match in _comment.finditer(document.text):
        comment = _comment_at(match, document)
        if match["renovate"] is not None:
            yield from _renovate(match["renovate"], comment)
        elif document.format == "dockerfile":
            yield from _hadolint(match, comment)
    for match in _exclude.finditer(document.text):
        head = document.text.rfind("\n", 0, match.start()) + 1
        comment = Comment(Span(*match.span()), Span(*match.span()), match[0], Span(head, match.start()))
        yield Directive(comment, {"pin": "off"}, source="a ratchet comment")


def _hadolint(match: re.Match[str], comment: Comment) -> Iterator[Directive]:
    from moorage.policy.hadolint import ours

    named = frozenset(ours(_rule.findall(match["hadolint"])))
    if named:
        everywhere = match["everywhere"] is not None
        here, file = (frozenset[str](), named) if everywhere else (named, frozenset[str]())
        yield Directive(comment, {}, here, file, source="a hadolint comment")


def _renovate(text: str, comment: Comment) -> Iterator[Directive]:
    """What a comment above a variable says of the image that reads it; nothing where it is not understood."""
    from moorage.policy.words import NotUnderstood, versioning

    fields = _docker_fields(text)
    try:
        admission = None if fields is None else versioning(fields.get("versioning", ""))
    except NotUnderstood:
        return
    if fields is not None and admission is not None:
        yield Directive(comment, {"versioning": admission}, source="a renovate comment", only=_about(fields))


def not_understood(document: Document) -> Iterator[tuple[int, str]]:
    """Renovate's comments about images that have no effect here: where each stands, and one clause that says why."""
    from moorage.policy.words import NotUnderstood, versioning

    for match in _comment.finditer(document.text):
        fields = _docker_fields(match["renovate"] or "")
        if fields is None:
            continue
        try:
            versioning(fields.get("versioning", ""))
        except NotUnderstood as error:
            yield match.start(), f"versioning {error}"
        name = _about(fields)
        directive = Directive(_comment_at(match, document), {}, only=name)
        if not any(directive.governs(usage) for usage in document.usages):
            yield match.start(), f"no image{f' {name}' if name else ''} is named by what stands below it"


def _docker_fields(text: str) -> Mapping[str, str] | None:
    """The fields of a comment of Renovate's about an image; None where it is about something else."""
    fields: dict[str, str] = dict(_field.findall(text))
    return fields if fields.get("datasource") == "docker" else None


def _about(fields: Mapping[str, str]) -> str:
    return fields.get("packageName") or fields.get("depName") or ""


def _comment_at(match: re.Match[str], document: Document) -> Comment:
    """A comment of another tool, which governs the next line that is no comment."""
    target = _next_line.match(document.text, match.end() + 1)
    span = None if target is None else Span(*target.span("line"))
    return Comment(Span(*match.span()), Span(*match.span()), match[0], span)
