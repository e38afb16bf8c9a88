"""Completions and hovers in the protocol's form."""

from lsprotocol import types as lsp

from moorage.features.completion import Candidate, Completion
from moorage.features.hover import Hover
from moorage.lsp.client import Client
from moorage.lsp.mirror import Mirror

_KINDS = {
    "tag": lsp.CompletionItemKind.Value,
    "digest": lsp.CompletionItemKind.Value,
    "repository": lsp.CompletionItemKind.Module,
    "stage": lsp.CompletionItemKind.Reference,
    "directive": lsp.CompletionItemKind.Keyword,
}


def completion_list(completion: Completion, mirror: Mirror) -> lsp.CompletionList:
    """Candidates in their order, each replacing the whole of what it completes."""
    where = mirror.range(completion.span)
    return lsp.CompletionList(
        is_incomplete=completion.incomplete,
        items=[_item(candidate, number, where) for number, candidate in enumerate(completion.candidates)],
    )


def _item(candidate: Candidate, number: int, where: lsp.Range) -> lsp.CompletionItem:
    return lsp.CompletionItem(
        label=candidate.label,
        kind=_KINDS[candidate.kind],
        detail=candidate.detail or None,
        sort_text=f"{number:04d}",
        filter_text=candidate.label,
        preselect=True if number == 0 and candidate.kind == "tag" else None,
        text_edit=lsp.TextEdit(where, candidate.new),
    )


def hover(found: Hover, mirror: Mirror, client: Client) -> lsp.Hover:
    """A hover in the form that the client shows best."""
    if client.markdown:
        content = lsp.MarkupContent(lsp.MarkupKind.Markdown, found.text.markdown())
    else:
        content = lsp.MarkupContent(lsp.MarkupKind.PlainText, found.text.plain())
    return lsp.Hover(content, mirror.range(found.span))
