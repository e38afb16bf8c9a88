"""One editor session: open documents, what is known, what the user wants; everything that handlers share."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from moorage.analysis import analyse
from moorage.data.lifecycle import Lifecycles, shipped
from moorage.documents.usage import Document
from moorage.facts import Answer, FactsView, Known, Question, TagListing
from moorage.findings.finding import Finding
from moorage.lsp.client import Client
from moorage.lsp.documents import Documents, Read
from moorage.lsp.facts import Facts, Listener
from moorage.lsp.linking import Linking
from moorage.lsp.mirror import Mirror
from moorage.lsp.options import Options
from moorage.lsp.protocol import Protocol
from moorage.lsp.uris import is_on_disk, local_path
from moorage.policy import NOTHING, Layer
from moorage.project import Project
from moorage.workspace import Workspace

_GATHER = 0.05
"""Seconds in which new facts are gathered before documents are judged again."""


MOST_JUDGED = 1_000
"""How many images of one document are judged as it is typed: nothing else is answered meanwhile."""


class Seen(NamedTuple):
    """A document at one version: as the client has it, as it was read, and with what the project says of it."""

    mirror: Mirror
    read: Read
    document: Document


class _Judged(NamedTuple):
    mirror: Mirror
    findings: tuple[Finding, ...]
    asked: frozenset[Question]


class Session:
    """What there is between `initialize` and `exit`. `on_news` is told which documents may have other findings now."""

    def __init__(self, protocol: Protocol, client: Client, options: Options, folders: Sequence[str]) -> None:
        self.protocol = protocol
        self.client = client
        self.options = options
        self.documents = Documents(client.encoding, self._is_listed)
        self.folders = list(folders)
        self.user_policy: Layer = NOTHING
        self.lives: Callable[[], Lifecycles] = shipped
        self.on_news: Callable[[set[str]], None] = _nobody
        self.on_busy: Callable[[int], None] = _nobody
        self.on_folders: Callable[[], None] = _nothing
        self.on_facts: Callable[[], None] = _nothing
        self.facts = Facts(Listener(self._to_prepare, self._facts_changed, self._busy, protocol.own_up))
        self.linking = Linking(self._open_document)
        self._seen: dict[str, Seen] = {}
        self._judged: dict[str, _Judged] = {}
        self._news: set[Question] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._told: set[str] = set()
        self._layers: dict[str, Sequence[Layer]] = {}
        self._folder_paths: list[str] = []
        self.workspace = self._new_workspace()

    # Documents and what is found in them.

    def seen(self, uri: str) -> Seen | None:
        """The open document of `uri`, read; None where there is nothing to read in it."""
        mirror, read = self.documents.mirror(uri), self.documents.read(uri)
        if mirror is None or read is None:
            return None
        before = self._seen.get(uri)
        if before is not None and before.read is read:
            return before
        self._seen[uri] = Seen(mirror, read, read.document)
        rejoined = (before is None or before.read.document.ties != read.document.ties) and self._join()
        seen = self._seen[uri] = Seen(mirror, read, self.linking.links.linked(read.document))
        if before is not None and before.mirror is mirror:
            self._judged.pop(uri, None)
        self._look_at_others(uri, everyone=rejoined)
        self._read_others_again()
        return seen

    def _read_others_again(self) -> None:
        """Read those of the other documents again that were read with what has changed: a Compose file and its base."""
        touched = {uri for uri in self.documents.outdated() if uri in self._seen}
        for uri in touched:
            self.seen(uri)
        if touched:
            asyncio.get_running_loop().call_soon(self.on_news, touched)

    def _join(self) -> bool:
        return self.linking.join([seen.read.document for seen in self._seen.values()])

    def _look_at_others(self, uri: str, *, everyone: bool) -> None:
        """Judge again those of the other documents that mean something else now: those that build, or any."""
        links, touched = self.linking.links, set[str]()
        for other, seen in list(self._seen.items()):
            if other != uri and (everyone or seen.read.document.ties):
                document = links.linked(seen.read.document)
                if document != seen.document:
                    self._seen[other] = seen._replace(document=document)
                    self._judged.pop(other, None)
                    touched.add(other)
        if touched:
            asyncio.get_running_loop().call_soon(self.on_news, touched)

    def builders_found(self, documents: Sequence[Document]) -> None:
        """Files of the open folders were found that say what is built."""
        self.linking.add(documents)
        if documents and self._join():
            self._look_at_others("", everyone=True)

    def _open_document(self, path: str) -> Document | None:
        uri = self.documents.uri_at(path)
        read = None if uri is None else self.documents.read(uri)
        return None if read is None else read.document

    def findings(self, uri: str) -> tuple[Finding, ...]:
        """What is found in an open document by what is known now; what is missing is fetched in the background."""
        seen = self.seen(uri)
        if seen is None:
            self.facts.drop(uri)
            return ()
        judged = self._judged.get(uri)
        if judged is None or judged.mirror is not seen.mirror:
            document, project = seen.document, self.project()
            wanted = self._is_wanted(document.path)
            findings, asked = (
                self.facts.run(lambda facts: _analysed(document, project, facts))
                if wanted
                else ((), frozenset[Question]())
            )
            judged = self._judged[uri] = _Judged(seen.mirror, findings, asked)
            self._tell_once(f"{uri}: ", [n.message for n in document.notices])
            if is_judged_in_part(document):
                most = f"only the first {MOST_JUDGED:,} images are judged here; `moorage check` judges all of them"
                self._tell_once(f"{uri}: ", [most])
            self.facts.want(uri, asked)
        return judged.findings

    def forget(self, uri: str) -> None:
        """A document was closed."""
        self.documents.close(uri)
        self._judged.pop(uri, None)
        self.facts.drop(uri)
        if self._seen.pop(uri, None) is not None:
            self._look_at_others(uri, everyone=self._join())
            self._read_others_again()

    def local_folders(self) -> list[Path]:
        """The folders on this machine that are open in the editor."""
        return [Path(path) for uri in self.folders if (path := local_path(uri)) is not None]

    def near(self, text: str) -> str:
        """A text for people, in which files of the open folders are named as they lie in these."""
        for folder in self._folder_paths:
            text = text.replace(folder, "")
        return text

    def project(self) -> Project:
        """What is around every document."""
        return Project(date.today(), self._layers_for, self.user_policy, lives=self.lives, links=self.linking.links)

    # What may change everything.

    def policy_changed(self) -> None:
        """A policy file or a setting is another now: judge everything again."""
        self.workspace.forget()
        self._layers.clear()
        self.documents.forget_listed()
        self.judge_again()

    def neighbours_changed(self, paths: Sequence[str]) -> None:
        """Files beside the open ones have changed: read and judge everything again."""
        self.documents.forget_readings()
        self.linking.forget(paths)
        self._seen.clear()
        self.policy_changed()

    def folders_changed(self, added: Sequence[str], removed: Sequence[str]) -> None:
        """Other folders are open in the editor."""
        self.folders = [f for f in self.folders if f not in removed] + list(added)
        self.workspace = self._new_workspace()
        self._layers.clear()
        self.documents.forget_listed()
        self.judge_again()

    def judge_again(self) -> None:
        """Forget what was found in every document."""
        self._judged.clear()
        self.on_news(set(self.documents))

    # Odds and ends for handlers.

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the background."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.protocol.own_up(error)

    async def close(self) -> None:
        """End everything in the background."""
        for task in self._tasks:
            task.cancel()
        await self.facts.close()

    def tell(self, sentences: Sequence[str]) -> None:
        """Write to the client's log, each sentence once in a session."""
        self._tell_once("", sentences)

    def _tell_once(self, about: str, sentences: Sequence[str]) -> None:
        for sentence in sentences:
            if about + sentence not in self._told:
                self._told.add(about + sentence)
                self.protocol.log(about + sentence)

    def _layers_for(self, path: str) -> Sequence[Layer]:
        layers = self._layers.get(path)
        if layers is None:
            layers = self._layers[path] = self.workspace.layers_for(path) if is_on_disk(path) else ()
            self.tell([str(complaint) for complaint in self.workspace.complaints])
        return layers

    def _is_wanted(self, path: str) -> bool:
        """Whether the policy around a file wants it to be looked at."""
        return not self._layers_for(path) or self.workspace.wants(path)

    def _is_listed(self, path: str) -> bool:
        """Whether the policy around a file lists it as text."""
        is_text = self.workspace.texts_in(path.rpartition("/")[0]) if is_on_disk(path) else None
        return is_text is not None and is_text(path)

    def _new_workspace(self) -> Workspace:
        folders = self.local_folders()
        self._folder_paths = [f"{folder.as_posix().rstrip('/')}/" for folder in folders if folder.name]
        return Workspace(folders, open_text=lambda path: self.documents.text_of(path.as_posix()))

    def _to_prepare(self, changed: set[Question]) -> Callable[[FactsView], object]:
        project = self.project()
        touched = [self.seen(uri) for uri, judged in self._judged.items() if not changed.isdisjoint(judged.asked)]
        documents = [seen.document for seen in touched if seen is not None]

        def work(facts: FactsView) -> None:
            for question in changed:
                if question.kind == "tags":
                    _put_in_order(facts.tags(question.registry, question.repository))
            for document in documents:
                _analysed(document, project, facts)

        return work

    def _busy(self, repositories: int) -> None:
        self.on_busy(repositories)

    def _facts_changed(self, changed: set[Question]) -> None:
        self.on_facts()
        if not self._news:
            asyncio.get_running_loop().call_later(_GATHER, self._judge_news)
        self._news |= changed

    def _judge_news(self) -> None:
        news, self._news = self._news, set()
        touched = {uri for uri, judged in self._judged.items() if not news.isdisjoint(judged.asked)}
        for uri in touched:
            del self._judged[uri]
        if touched:
            self.on_news(touched)


def is_judged_in_part(document: Document) -> bool:
    """Whether a document names more images than are judged as it is typed."""
    return len(document.usages) > MOST_JUDGED


def _analysed(document: Document, project: Project, facts: FactsView) -> tuple[Finding, ...]:
    first = frozenset(usage.span for usage in document.usages[:MOST_JUDGED])
    return analyse(document, project, facts, among=first if is_judged_in_part(document) else None)


def _put_in_order(answer: Answer[TagListing]) -> None:
    """Sort a list of tags, as the first completion would have to: a long one takes a while."""
    from moorage.findings.advice import table_of

    if isinstance(answer, Known):
        _ = table_of(answer.value).newest_first


def _nothing() -> None:
    """Before anybody looks into folders."""


def _nobody(_: object) -> None:
    """Before anybody listens."""
