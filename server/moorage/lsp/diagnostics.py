"""Findings as diagnostics: pulled by clients that can be told to pull again, pushed to all others."""

import asyncio
from collections.abc import Iterator

from lsprotocol import types as lsp

from moorage.findings.finding import Finding
from moorage.lsp.convert import diagnostic
from moorage.lsp.protocol import Handler
from moorage.lsp.session import Session
from moorage.severity import Severity

_LARGE = 200_000
_LARGE_PAUSE = 0.25
"""Documents of so many characters are judged when typing has paused for so many seconds."""


class Diagnostics:
    """Sends what is found, always with the version of the document that it was found in."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._due: set[str] = set()
        self._later: dict[str, asyncio.TimerHandle] = {}
        self._sent: dict[str, tuple[int | None, list[lsp.Diagnostic]]] = {}
        self.first_sent = asyncio.Event()
        session.on_news = self._news

    def handlers(self) -> dict[str, Handler]:
        """What a pulling client may ask."""
        return {lsp.TEXT_DOCUMENT_DIAGNOSTIC: self._pulled} if self._session.client.pulls else {}

    def opened(self, uri: str) -> None:
        """A document was opened: the client knows nothing of it yet."""
        self._sent.pop(uri, None)
        self.changed(uri)

    def changed(self, uri: str) -> None:
        """A document was edited."""
        if self._session.client.pulls:
            return  # It asks by itself.
        mirror = self._session.documents.mirror(uri)
        if uri in self._later:
            self._later.pop(uri).cancel()
        loop = asyncio.get_running_loop()
        if mirror is not None and len(mirror.text) > _LARGE and mirror.version:
            self._later[uri] = loop.call_later(_LARGE_PAUSE, self._soon, {uri})
        else:
            self._soon({uri})

    def closed(self, uri: str) -> None:
        """A document was closed: nothing is found in it any more."""
        self._due.discard(uri)
        self._sent.pop(uri, None)
        if not self._session.client.pulls:
            self._send(uri, None, [])

    def _news(self, uris: set[str]) -> None:
        if not self._session.client.pulls:
            self._soon(uris)
        elif uris:
            self._session.protocol.send_request(lsp.WORKSPACE_DIAGNOSTIC_REFRESH)

    def _soon(self, uris: set[str]) -> None:
        """Push when the messages that have come already are handled, so that a burst of edits is judged once."""
        if uris and not self._due:
            asyncio.get_running_loop().call_soon(self._push)
        self._due |= uris

    def _push(self) -> None:
        due, self._due = self._due, set()
        for uri in sorted(due):
            mirror = self._session.documents.mirror(uri)
            if mirror is not None:
                with self._session.protocol.owning_up():
                    found = mirror.version, self._found(uri)
                    if self._sent.get(uri) != found:
                        self._sent[uri] = found
                        self._send(uri, *found)

    def _send(self, uri: str, version: int | None, found: list[lsp.Diagnostic]) -> None:
        self._session.protocol.notify(
            lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS, lsp.PublishDiagnosticsParams(uri, found, version)
        )
        self.first_sent.set()

    def _pulled(self, params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
        uri = params.text_document.uri
        report = lsp.RelatedFullDocumentDiagnosticReport(items=self._found(uri))
        self.first_sent.set()
        return report

    def _found(self, uri: str) -> list[lsp.Diagnostic]:
        findings = self._session.findings(uri)
        mirror = self._session.documents.mirror(uri)
        near = self._session.near
        shown = (f._replace(message=near(f.message)) for f in self._shown(findings))
        return [] if mirror is None else [diagnostic(finding, mirror) for finding in shown]

    def _shown(self, findings: tuple[Finding, ...]) -> Iterator[Finding]:
        """Hints only where they are drawn as such; what is said once of a repository or host, at its first place."""
        hints = self._session.options.hints
        with_hints = hints == "on" or (hints == "auto" and self._session.client.draws_hints)
        said: set[tuple[str, str]] = set()
        for finding in findings:
            if finding.severity <= Severity.HINT and not with_hints:
                continue
            if finding.once is not None:
                if (finding.rule, finding.once) in said:
                    continue
                said.add((finding.rule, finding.once))
            yield finding
