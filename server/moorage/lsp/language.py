"""Requests about one place in a document: hover, completion, stages."""

import time

from lsprotocol import types as lsp

from moorage.facts import FactsView, QuestionKind
from moorage.features import navigation
from moorage.features.completion import Completion, complete
from moorage.features.hover import Hover, hover
from moorage.lsp import convert, show
from moorage.lsp.protocol import Handler
from moorage.lsp.session import Seen, Session
from moorage.text import Span

_PATIENCE = 0.7
"""Seconds that an answer may wait for a registry; then it says what is known."""
# A manifest is not asked for: registries count that as a pull, and what of it is known already is shown.
_CHEAP: frozenset[QuestionKind] = frozenset(("tags", "digest"))
_TAGS: frozenset[QuestionKind] = frozenset(("tags",))


def handlers(session: Session) -> dict[str, Handler]:
    """The handlers of this module for one session."""
    return Language(session).handlers()


class Language:
    """Answers of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def handlers(self) -> dict[str, Handler]:
        """The requests of the family."""
        return {
            lsp.TEXT_DOCUMENT_HOVER: self._hover,
            lsp.TEXT_DOCUMENT_COMPLETION: self._complete,
            lsp.TEXT_DOCUMENT_DEFINITION: self._definition,
            lsp.TEXT_DOCUMENT_REFERENCES: self._references,
            lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT: self._highlights,
            lsp.TEXT_DOCUMENT_PREPARE_RENAME: self._prepare_rename,
            lsp.TEXT_DOCUMENT_RENAME: self._rename,
        }

    async def _hover(self, params: lsp.HoverParams) -> lsp.Hover | None:
        seen = self._session.seen(params.text_document.uri)
        if seen is None:
            return None
        offset, project = seen.mirror.offset(params.position), self._session.project()

        def feature(facts: FactsView) -> Hover | None:
            return hover(seen.document, offset, project, facts, int(time.time()))

        found = await self._session.facts.settle(feature, _PATIENCE, _CHEAP)
        if found is None:
            return None
        found = found._replace(text=found.text.changed(self._session.near))
        return show.hover(found, seen.mirror, self._session.client)

    async def _complete(self, params: lsp.CompletionParams) -> lsp.CompletionList | None:
        seen = self._session.seen(params.text_document.uri)
        if seen is None:
            return None
        slot = seen.read.format.reader().slot_at(seen.document, seen.mirror.offset(params.position))
        if slot is None:
            return None

        def feature(facts: FactsView) -> Completion:
            return complete(seen.document, slot, facts)

        found = await self._session.facts.settle(feature, _PATIENCE, _TAGS)
        return show.completion_list(found, seen.mirror)

    def _definition(self, params: lsp.DefinitionParams) -> lsp.Location | None:
        seen = self._session.seen(params.text_document.uri)
        if seen is None:
            return None
        offset = seen.mirror.offset(params.position)
        span = navigation.definition(seen.document, offset)
        if span is not None:
            return lsp.Location(seen.mirror.uri, seen.mirror.range(span))
        origin = navigation.origin(seen.document, offset, self._session.linking.links)
        elsewhere = None if origin is None else self._session.documents.mirror_of(origin.path)
        if origin is None or elsewhere is None:
            return None
        return lsp.Location(elsewhere.uri, elsewhere.range(origin.span))

    def _references(self, params: lsp.ReferenceParams) -> list[lsp.Location]:
        seen = self._session.seen(params.text_document.uri)
        if seen is None:
            return []
        spans = self._spans(seen, params.position, declaration=params.context.include_declaration)
        return [lsp.Location(seen.mirror.uri, seen.mirror.range(span)) for span in spans]

    def _highlights(self, params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight]:
        seen = self._session.seen(params.text_document.uri)
        if seen is None:
            return []
        spans = self._spans(seen, params.position, declaration=True)
        return [lsp.DocumentHighlight(seen.mirror.range(span)) for span in spans]

    def _spans(self, seen: Seen, position: lsp.Position, *, declaration: bool) -> tuple[Span, ...]:
        return navigation.references(seen.document, seen.mirror.offset(position), declaration=declaration)

    def _prepare_rename(self, params: lsp.PrepareRenameParams) -> lsp.Range | None:
        seen = self._session.seen(params.text_document.uri)
        span = None if seen is None else navigation.renameable(seen.document, seen.mirror.offset(params.position))
        return None if seen is None or span is None else seen.mirror.range(span)

    def _rename(self, params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        uri = params.text_document.uri
        seen = self._session.seen(uri)
        if seen is None:
            return None
        documents = self._session.documents
        edits = navigation.rename(
            seen.document,
            seen.mirror.offset(params.position),
            params.new_name,
            lambda text: documents.reread(uri, seen.read, text),
        )
        return convert.workspace_edit(edits, documents.mirror_of, self._session.client)
