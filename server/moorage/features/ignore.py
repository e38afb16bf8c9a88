"""Writing a directive that ignores a rule, where its comment has the right effect and does no harm."""

import re

from moorage.documents.usage import Comment, Document, Usage
from moorage.findings.finding import FileEdit, Finding
from moorage.text import Span

_LIST = re.compile(r"ignore\[(?P<rules>[^\]]*)\]")
_FILE_LIST = re.compile(r"ignore-file\[(?P<rules>[^\]]*)\]")


def can_ignore(document: Document, finding: Finding) -> bool:
    """Whether a directive can ignore a finding: it is about an image, and the file may have comments."""
    return finding.usage is not None and _comment_mark(document, finding.usage) is not None


def ignore_here(document: Document, finding: Finding) -> tuple[FileEdit, ...]:
    """The edits that make a directive above the finding's instruction ignore its rule.

    A directive that stands there is extended. Where none can stand above (a parser directive must come first), the
    rule is ignored in the whole file, below the parser directives. Empty where the file has no comments.
    """
    usage = finding.usage
    mark = None if usage is None else _comment_mark(document, usage)
    if usage is None or mark is None:
        return ()
    text = document.text
    start = (usage.instruction or usage.span).start
    above = _directive_above(document, start)
    if above is not None:
        return (_extended(document, above, finding.rule, _LIST, "ignore"),)
    line = _line_start(document, start)
    if not stands_above(document, finding):
        for comment in document.comments:
            if _FILE_LIST.search(comment.text):
                return (_extended(document, comment, finding.rule, _FILE_LIST, "ignore-file"),)
        return (_inserted(document, document.directives_at, "", f"{mark} moorage: ignore-file[{finding.rule}]"),)
    indentation = text[line : line + len(text[line:start]) - len(text[line:start].lstrip(" \t"))]
    return (_inserted(document, line, indentation, f"{mark} moorage: ignore[{finding.rule}]"),)


def stands_above(document: Document, finding: Finding) -> bool:
    """Whether the directive can stand above the finding's instruction; else it holds for the whole file."""
    usage = finding.usage
    if usage is None:
        return False
    start = (usage.instruction or usage.span).start
    if _directive_above(document, start) is not None:
        return True
    return _line_start(document, start) >= document.directives_at and not _is_parser_directive(document, usage)


def _line_start(document: Document, offset: int) -> int:
    return max(document.text.rfind("\n", 0, offset), document.text.rfind("\r", 0, offset)) + 1


def _comment_mark(document: Document, usage: Usage) -> str | None:
    if document.format == "devcontainer":
        return "//"
    if document.format == "text":
        from moorage.documents.text import comment_mark

        return comment_mark(document, usage)
    return None if document.path.lower().endswith(".json") else "#"


def _is_parser_directive(document: Document, usage: Usage) -> bool:
    return usage.role == "frontend" and usage.span.start <= document.directives_at


def _directive_above(document: Document, start: int) -> Comment | None:
    return next((c for c in document.comments if c.target is not None and c.target.start == start), None)


def _extended(document: Document, comment: Comment, rule: str, pattern: re.Pattern[str], key: str) -> FileEdit:
    found = pattern.search(comment.text)
    if found is None:
        at = comment.body.start + len(comment.text.rstrip())
        return FileEdit(document.path, Span(at, at), f" {key}[{rule}]")
    at = comment.body.start + found.end("rules")
    comma = ", " if found["rules"].strip() else ""
    return FileEdit(document.path, Span(at, at), comma + rule)


def _inserted(document: Document, at: int, indentation: str, comment: str) -> FileEdit:
    text = document.text
    newline = "\r\n" if "\r\n" in text else "\n"
    before = newline if at > 0 and text[at - 1] not in "\r\n" else ""
    return FileEdit(document.path, Span(at, at), f"{before}{indentation}{comment}{newline}")
