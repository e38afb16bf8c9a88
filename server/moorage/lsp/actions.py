"""Code actions: listed from what is known, their edits worked out when one is chosen."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, cast

from lsprotocol import types as lsp

from moorage.errors import MoorageError
from moorage.facts import FactsView, QuestionKind
from moorage.features.actions import Action, actions_at
from moorage.features.fixall import FixAll, fix_all
from moorage.findings.finding import FileEdit
from moorage.lsp import convert
from moorage.lsp.protocol import Handler
from moorage.lsp.session import Seen, Session, is_judged_in_part
from moorage.lsp.synchronisation import as_plain
from moorage.text import Span

FIX_ALL = "source.moorage.fixAll"
_KINDS = {
    "mend": lsp.CodeActionKind.QuickFix.value,
    "change": lsp.CodeActionKind.RefactorRewrite.value,
    "everywhere": lsp.CodeActionKind.RefactorRewrite.value,
}
_LIST_PATIENCE = 0.7
"""Seconds that a list asked for by the user may wait for digests; one asked for by the editor itself waits for none."""
_EDIT_PATIENCE = 10.0
_CHEAP: frozenset[QuestionKind] = frozenset(("tags", "digest"))


class _Place(NamedTuple):
    """Where an action was listed, and which: what a client hands back to have its edits."""

    uri: str
    version: int
    start: int
    end: int
    id: str


def handlers(session: Session) -> dict[str, Handler]:
    """The handlers of this module for one session."""
    return CodeActions(session).handlers()


class CodeActions:
    """The code actions of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def handlers(self) -> dict[str, Handler]:
        """The requests of the family."""
        return {lsp.TEXT_DOCUMENT_CODE_ACTION: self._list, lsp.CODE_ACTION_RESOLVE: self._resolve}

    async def _list(self, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        uri = params.text_document.uri
        seen = self._session.seen(uri)
        if seen is None:
            return []
        only = params.context.only
        place = seen.mirror.span(params.range)
        by_editor = params.context.trigger_kind == lsp.CodeActionTriggerKind.Automatic
        listed: list[lsp.CodeAction] = []
        if _wanted(only, *_KINDS.values()):
            actions = await self._session.facts.settle(
                lambda facts: self._actions(seen, place, facts), 0.0 if by_editor else _LIST_PATIENCE, _CHEAP
            )
            listed += [
                await self._shown(seen, place, action, params.context.diagnostics)
                for action in actions
                if _wanted(only, _KINDS[action.kind])
            ]
        if _wanted(only, FIX_ALL) and not (by_editor and only is None):
            listed += self._fix_all(uri, seen)
        return listed

    async def _resolve(self, action: lsp.CodeAction) -> lsp.CodeAction:
        if action.edit is not None:
            return action
        place = _place(action.data)
        seen = None if place is None else self._session.seen(place.uri)
        if place is None or seen is None or seen.mirror.version != place.version:
            raise MoorageError("the document has changed since the action was listed; ask again")
        span = Span(place.start, place.end)
        known, _ = self._session.facts.run(lambda facts: self._actions(seen, span, facts))
        chosen = next((a for a in known if a.id == place.id), None)
        if chosen is None:
            raise MoorageError("what the action was about has changed; ask again")
        action.edit = await self._edit(chosen)
        return action

    def _actions(self, seen: Seen, place: Span, facts: FactsView) -> tuple[Action, ...]:
        return actions_at(seen.document, place, self._session.project(), facts)

    async def _shown(
        self, seen: Seen, place: Span, action: Action, diagnostics: Sequence[lsp.Diagnostic]
    ) -> lsp.CodeAction:
        shown = lsp.CodeAction(
            title=action.title,
            kind=_KINDS[action.kind],
            diagnostics=list(_mended(action, seen, diagnostics)) or None,
            is_preferred=True if action.preferred else None,
        )
        if self._session.client.resolves_edits:
            uri, version = seen.mirror.uri, seen.mirror.version or 0
            shown.data = _Place(uri, version, place.start, place.end, action.id)._asdict()
        else:
            shown.edit = await self._edit(action)
        return shown

    async def _edit(self, action: Action) -> lsp.WorkspaceEdit | None:
        patience = _EDIT_PATIENCE if action.kind == "everywhere" and self._session.client.resolves_edits else 0.0
        edits = await self._session.facts.settle(action.edits, patience, _CHEAP)
        return self._workspace_edit(edits)

    def _workspace_edit(self, edits: tuple[FileEdit, ...]) -> lsp.WorkspaceEdit | None:
        return convert.workspace_edit(edits, self._session.documents.mirror_of, self._session.client)

    def _fix_all(self, uri: str, seen: Seen) -> list[lsp.CodeAction]:
        """One action that mends all that can be mended safely, if there is anything, and it does not take long."""
        if is_judged_in_part(seen.document):
            return []
        findings, project = self._session.findings(uri), self._session.project()
        documents = self._session.documents

        def feature(facts: FactsView) -> FixAll:
            return fix_all(
                seen.document,
                findings,
                facts,
                project=project,
                reread=lambda texts: project.links.linked(documents.reread(uri, seen.read, texts[seen.document.path])),
            )

        mended, _ = self._session.facts.run(feature)
        edit = self._workspace_edit(mended.edits) if mended.edits else None
        if edit is None:
            return []
        return [lsp.CodeAction(title="Mend all that can be mended safely in this file", kind=FIX_ALL, edit=edit)]


def _wanted(only: Sequence[lsp.CodeActionKind | str] | None, *kinds: str) -> bool:
    """Whether a client that asks for some kinds only wants one of these (kinds nest by their dots)."""
    if only is None:
        return True
    asked = [str(getattr(kind, "value", kind)) for kind in only]
    return any(kind == a or kind.startswith(a + ".") or not a for kind in kinds for a in asked)


def _mended(action: Action, seen: Seen, diagnostics: Sequence[lsp.Diagnostic]) -> Iterator[lsp.Diagnostic]:
    """Those of the client's diagnostics that the action answers."""
    if action.finding is not None:
        where = seen.mirror.range(action.finding.span)
        yield from (d for d in diagnostics if d.code == action.finding.rule and d.range == where)


def _place(data: object) -> _Place | None:
    said = cast(dict[str, Any], as_plain(data)) if data is not None else {}
    try:
        return _Place(str(said["uri"]), int(said["version"]), int(said["start"]), int(said["end"]), str(said["id"]))
    except (KeyError, TypeError, ValueError):
        return None
