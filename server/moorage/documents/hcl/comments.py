"""Comments that speak to Moorage in HCL: `# moorage: …` or `// moorage: …`, above an entry or behind it."""

import re
from collections.abc import Iterator

from moorage.documents.hcl.tree import (
    Body,
    Call,
    Conditional,
    Expression,
    For,
    ListOf,
    Object,
    Operation,
    Path,
    Template,
)
from moorage.documents.usage import Comment
from moorage.documents.yaml.comments import attached
from moorage.text import Span

_COMMENT = re.compile(r"(?:#|//)[ \t]*moorage:[ \t]*([^\r\n]*)")


def comments(text: str, body: Body) -> tuple[Comment, ...]:
    """The comments of a document, with the entry that each governs."""
    found = list(_COMMENT.finditer(text)) if "moorage:" in text else []
    if not found:
        return ()
    entries: list[Span] = []
    texts: list[Span] = []
    for span, is_entry in _places(body):
        (entries if is_entry else texts).append(span)
    return attached(text, found, texts, entries)


def _places(body: Body) -> Iterator[tuple[Span, bool]]:
    """The spans of texts, which may hold what looks like a comment, and those of entries."""
    bodies, waiting = [body], list[Expression]()
    while bodies:
        inner = bodies.pop()
        for attribute in inner.attributes:
            yield attribute.place.span, True
            waiting.append(attribute.value)
        for block in inner.blocks:
            yield block.place.span, True
            bodies.append(block.body)
    while waiting:
        expression = waiting.pop()
        match expression:
            case Template():
                yield expression.place.span, False
            case Object():
                for entry in expression.entries:
                    yield entry.place.span, True
                    waiting += (entry.key, entry.value)
            case ListOf():
                for item in expression.items:
                    yield item.place.span, True
                waiting += expression.items
            case Path():
                waiting.append(expression.of)
            case Call():
                waiting += expression.arguments
            case Conditional():
                waiting += expression[:3]
            case Operation():
                waiting += expression.operands
            case For():
                waiting += (expression.source, expression.value)
            case _:
                pass
