"""From the core's values to the protocol's."""

from collections.abc import Callable, Iterable, Sequence

from lsprotocol import types as lsp

from moorage.findings.finding import FileEdit, Finding
from moorage.lsp.client import Client
from moorage.lsp.mirror import Mirror
from moorage.severity import Severity

_SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFORMATION: lsp.DiagnosticSeverity.Information,
    Severity.HINT: lsp.DiagnosticSeverity.Hint,
}
MirrorOf = Callable[[str], Mirror | None]
"""The document of a path as it stands in the editor, or else on disk."""


def diagnostic(finding: Finding, mirror: Mirror) -> lsp.Diagnostic:
    """A finding as a diagnostic."""
    return lsp.Diagnostic(
        range=mirror.range(finding.span),
        message=finding.message,
        severity=_SEVERITIES[finding.severity],
        code=finding.rule,
        source="moorage",
        tags=[lsp.DiagnosticTag.Unnecessary] if finding.unnecessary else None,
    )


def workspace_edit(edits: Iterable[FileEdit], mirror_of: MirrorOf, client: Client) -> lsp.WorkspaceEdit | None:
    """Edits of documents; None where one of them cannot be read, since its lines are not known then."""
    by_path: dict[str, list[FileEdit]] = {}
    for edit in edits:
        by_path.setdefault(edit.path, []).append(edit)
    changes: dict[str, list[lsp.TextEdit]] = {}
    versions: dict[str, int | None] = {}
    for path, edited in by_path.items():
        mirror = mirror_of(path)
        if mirror is None:
            return None
        changes[mirror.uri] = [lsp.TextEdit(mirror.range(edit.span), edit.new) for edit in sorted(edited)]
        versions[mirror.uri] = mirror.version
    if not client.versioned_edits:
        return lsp.WorkspaceEdit(changes=dict[str, Sequence[lsp.TextEdit]](changes))
    return lsp.WorkspaceEdit(
        document_changes=[
            lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), list(edits))
            for uri, edits in changes.items()
        ]
    )
