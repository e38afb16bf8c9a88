"""Requests that come when diagnostics are long on the screen: their modules are imported with the first of them.

Whatever is imported before `initialize` is answered makes every start slower.
"""

from importlib import import_module
from inspect import isawaitable
from typing import Any

from lsprotocol import types as lsp

from moorage.lsp.protocol import Handler
from moorage.lsp.session import Session

MODULES = ("moorage.lsp.language", "moorage.lsp.actions")
"""Each has a function `handlers(session)`."""
_METHODS = (
    lsp.TEXT_DOCUMENT_HOVER,
    lsp.TEXT_DOCUMENT_COMPLETION,
    lsp.TEXT_DOCUMENT_DEFINITION,
    lsp.TEXT_DOCUMENT_REFERENCES,
    lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT,
    lsp.TEXT_DOCUMENT_PREPARE_RENAME,
    lsp.TEXT_DOCUMENT_RENAME,
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CODE_ACTION_RESOLVE,
)


class Later:
    """Handlers that find the real ones when they are first called."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: dict[str, Handler] = {}

    def handlers(self) -> dict[str, Handler]:
        """The requests of all these modules."""
        return {method: self._for(method) for method in _METHODS}

    def _for(self, method: str) -> Handler:
        async def answer(params: object) -> Any:
            if not self._found:
                for name in MODULES:
                    self._found |= import_module(name).handlers(self._session)
            answered: Any = self._found[method](params)
            return await answered if isawaitable(answered) else answered

        return answer
