"""Where values stand that a usage takes from other places: a finding about it says so."""

from collections.abc import Iterator

from moorage.documents.usage import Document, Usage
from moorage.findings.finding import Finding
from moorage.severity import Severity
from moorage.text import LineIndex


class Places:
    """The places of one document and of those that it reads. A Dockerfile's own are above every FROM, and not told."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._index: LineIndex | None = None

    def told(self, finding: Finding) -> Finding:
        """The finding, with the places in which the variables of its usage are set; a hint stays as it is."""
        if finding.usage is None or finding.severity <= Severity.HINT:
            return finding
        places = dict.fromkeys(f"{name} is set in {place}" for name, place in self._of(finding.usage))
        return finding._replace(message=f"{finding.message}; {', '.join(places)}") if places else finding

    def _of(self, usage: Usage) -> Iterator[tuple[str, str]]:
        # Of one of several values it is told which it is, and that stands nowhere else.
        near = usage.is_one_of_several or self._document.format == "dockerfile"
        for segment in usage.segments:
            if segment.name is None or segment.span is None:
                continue
            if segment.document not in (None, self._document.path):
                yield segment.name, segment.document
            elif not near and not usage.span.holds(segment.span):
                self._index = self._index or LineIndex(self._document.text)
                yield segment.name, f"line {self._index.line_of(segment.span.start) + 1}"
