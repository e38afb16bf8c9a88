"""Open documents as the client has them, changed exactly as it says.

Lines end at `\\n`, `\\r\\n` and `\\r` and nowhere else (Language Server Protocol 3.17, "Text Documents").
"""

from collections.abc import Sequence
from typing import NamedTuple

from lsprotocol import types as lsp

from moorage.text import BOM, Encoding, LineIndex, Span, units


class Mirror(NamedTuple):
    """One version of an open document.

    `lines` is over the text as the client has it; `content` is that text without a byte order mark, which is what
    readers read and what spans speak of.
    """

    uri: str
    language: str
    version: int | None
    lines: LineIndex
    encoding: Encoding

    @property
    def text(self) -> str:
        """The text as the client has it."""
        return self.lines.text

    @property
    def content(self) -> str:
        """The text without a byte order mark."""
        return self.text[self._shift :] if self._shift else self.text

    @property
    def _shift(self) -> int:
        return len(BOM) if self.text.startswith(BOM) else 0

    def size(self) -> int:
        """How many bytes the text takes in UTF-8."""
        return units(self.text, "utf-8")

    def changed(self, version: int, changes: Sequence[lsp.TextDocumentContentChangeEvent]) -> "Mirror":
        """The document after `changes`, each applied to what the one before it left."""
        index = self.lines
        for change in changes:
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                start = index.from_units(change.range.start.line, change.range.start.character, self.encoding)
                end = index.from_units(change.range.end.line, change.range.end.character, self.encoding)
                text = index.text[:start] + change.text + index.text[max(start, end) :]
            else:
                text = change.text
            index = LineIndex(text)
        return self._replace(version=version, lines=index)

    def offset(self, position: lsp.Position) -> int:
        """The offset in `content` of a position, clamped to the text."""
        at = self.lines.from_units(position.line, position.character, self.encoding)
        return max(0, at - self._shift)

    def span(self, where: lsp.Range) -> Span:
        """The span in `content` of a range."""
        start = self.offset(where.start)
        return Span(start, max(start, self.offset(where.end)))

    def position(self, offset: int) -> lsp.Position:
        """The position of an offset in `content`."""
        line, character = self.lines.to_units(offset + self._shift, self.encoding)
        return lsp.Position(line, character)

    def range(self, span: Span) -> lsp.Range:
        """The range of a span in `content`."""
        return lsp.Range(self.position(span.start), self.position(span.end))


def opened(item: lsp.TextDocumentItem, encoding: Encoding) -> Mirror:
    """The document that a client has just opened."""
    return Mirror(item.uri, item.language_id, item.version, LineIndex(item.text), encoding)
