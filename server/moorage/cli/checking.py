"""One run of the check: read the files, judge them, mend them, report."""

import difflib
import os
import posixpath
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Literal, NamedTuple, TextIO

from moorage.analysis import analyse, is_judged
from moorage.cli.files import write_atomically
from moorage.cli.reporters.report import NotMended, Place, Report, Reported, Skipped
from moorage.cli.session import Session
from moorage.cli.variables import Readers, Variables, read_by, variables_at
from moorage.discover import Found, find
from moorage.discover import Skipped as NotRead
from moorage.documents.usage import Document, Notice
from moorage.facts import FactsView, Unknown
from moorage.features.fixall import NOTHING_BESIDE, Beside, Refused, Texts, fix_all
from moorage.features.together import Together
from moorage.findings.finding import Finding
from moorage.findings.notes import with_noted_tags
from moorage.project.links import NO_LINKS
from moorage.severity import Severity
from moorage.surroundings import Surroundings
from moorage.text import BOM, Edit, LineIndex, apply_edits


class _File(NamedTuple):
    """A file that was found, what it says by now, and what is known of it through the other files."""

    found: Found
    alone: Document
    document: Document

    def again(self, text: str, texts: Texts = NOTHING_BESIDE.texts) -> Document:
        """The document that `text` is, in the place of this one, as it stands alone, beside `texts`."""
        folder = posixpath.dirname(self.found.path)
        known = {posixpath.normpath(path): changed for path, changed in texts.items()}

        def neighbour(path: str) -> str | None:
            changed = known.get(posixpath.normpath(posixpath.join(folder, path)))
            return self.found.neighbour(path) if changed is None else changed

        return with_noted_tags(self.found.format.reader().read(self.found.path, text, neighbour))


class Check:
    """The state of one run. `select` keeps only these rules; empty keeps all."""

    def __init__(self, session: Session, paths: Iterable[str], *, select: frozenset[str]) -> None:
        self._session = session
        self._paths = list(paths)
        self._select = select
        self._files: list[_File] = []
        self._skipped: list[Skipped] = []
        self._findings: list[tuple[Finding, ...]] = []
        self._links = NO_LINKS
        self._places: dict[str, Document] = {}
        self._variables: dict[str, Variables] = {}
        self._fixed = self._fixed_files = 0
        self._refused: list[NotMended] = []
        self.unread_arguments = False
        """Whether something that was named itself could not be read."""

    def read(self) -> None:
        """Find and read the files."""
        named = {path.replace(os.sep, "/") for path in self._paths}
        for item in find(self._paths, self._session.texts_in):
            if isinstance(item, NotRead):
                self._skipped.append(Skipped(item.path, item.reason))
                self.unread_arguments |= item.path in named
            elif item.path in named or self._session.wants(item.path):
                document = with_noted_tags(item.format.reader().read(item.path, item.text, item.neighbour))
                self._files.append(_File(item, document, document))
                self._skipped += [_unread(document, notice) for notice in document.notices]
        self._link()

    def judge(self) -> None:
        """Find what there is to say about every file."""
        self._findings = self._session.settle(self._analyse)

    def failing(self) -> bool:
        """Whether anything was found at or above what the policy of its file fails on."""
        project = self._session.project
        for file, findings in zip(self._files, self._findings, strict=True):
            if findings:
                limit = project.policy(file.document, None, ()).fail_on
                if limit is not Severity.OFF and any(f.severity >= limit for f in findings):
                    return True
        return False

    def mend(self, *, unsafe: bool, write: bool, show: TextIO | None) -> None:
        """Apply fixes: to the files where `write`, and as a diff to `show`. Judges again what was written."""
        edits = self._session.settle(partial(self._edits, unsafe=unsafe))
        for variables in self._variables.values():
            mine = edits.get(variables.path)
            if mine:
                after = apply_edits(variables.text, mine)
                if show is not None:
                    show.write(_diff(variables.path, variables.marked(variables.text), variables.marked(after)))
                if write:
                    variables.write(after)
                    self._fixed += len(mine)
                    self._fixed_files += 1
        for number, file in enumerate(self._files):
            mine = edits.get(file.document.path)
            if not mine:
                continue
            after = apply_edits(file.document.text, mine)
            mark = BOM if file.found.bom else ""
            if show is not None:
                show.write(_diff(file.document.path, mark + file.document.text, mark + after))
            if write:
                write_atomically(file.found.file, (mark + after).encode("utf-8", "surrogateescape"))
                self._fixed += len(mine)
                self._fixed_files += 1
                self._files[number] = file._replace(alone=file.again(after))
        if self._fixed:
            written = {_place(path) for path, mine in edits.items() if mine}
            readers = [n for n, file in enumerate(self._files) if written & set(map(_place, read_by(file.alone)))]
            for number in readers:
                file = self._files[number]
                self._files[number] = file._replace(alone=file.again(file.alone.text))
            self._link()
            self.judge()
            if readers:
                # What could not be mended in one file may have been in the other.
                self._session.known(partial(self._edits, unsafe=unsafe))

    def report(self, *, hints: bool) -> Report:
        """What the run found."""
        said: set[tuple[str, str]] = set()
        reported: list[Reported] = []
        for file, findings in zip(self._files, self._findings, strict=True):
            index: LineIndex | None = None
            for finding in findings:
                if finding.once is not None:
                    if (finding.rule, finding.once) in said:
                        continue
                    said.add((finding.rule, finding.once))
                index = index or LineIndex(file.document.text, _breaks(file.document))
                reported.append(_reported(finding, index))
        refused, fixable = self._refused, 0
        if reported and not self._fixed:
            fixable = sum(map(len, self._session.known(partial(self._edits, unsafe=False)).values()))
        return Report(
            tuple(reported),
            files=len(self._files),
            usages=sum(len(file.document.usages) for file in self._files),
            skipped=tuple(self._skipped),
            fixed=self._fixed,
            fixed_files=self._fixed_files,
            fixable=fixable,
            undecided=self._session.undecided,
            unknown=self._session.known(self._unknown),
            refused=tuple(refused),
            hints_hidden=not hints and not self._select,
        )

    def _unknown(self, facts: FactsView) -> int:
        """Of how many references nothing is known, not even that nobody answers."""
        references = [
            usage.reference
            for file in self._files
            for usage in file.document.usages
            if usage.reference is not None and is_judged(usage)
        ]
        return sum(isinstance(facts.tags(r.registry, r.repository), Unknown) for r in references)

    def _link(self) -> None:
        """Join the documents: who builds what."""
        places = ((file.found.location, file.alone) for file in self._files)
        links = self._links = Surroundings(places, self._paths).links() or NO_LINKS
        self._files = [file._replace(document=links.linked(file.alone)) for file in self._files]
        self._places = {_place(file.document.path): file.document for file in self._files}
        self._variables = {}
        for file in self._files:
            for path in sorted(read_by(file.document)):
                if _place(path) not in self._places and self._session.wants(path):
                    variables = variables_at(path, file.found, self._paths)
                    if variables is not None:
                        self._variables.setdefault(_place(path), variables)

    def _again(self, file: _File, texts: Texts) -> Document:
        return self._links.linked(file.again(texts[file.document.path], texts))

    def _beside(self, file: _File, readers: Readers) -> Beside:
        """What may be edited together with a file: the values that it takes from others."""
        texts: dict[str, str] = {}
        for path in read_by(file.document):
            other = self._places.get(_place(path)) or self._variables.get(_place(path))
            if other is not None:
                texts[path] = other.text
        return Beside(texts, readers.agree)

    def _analyse(self, facts: FactsView) -> list[tuple[Finding, ...]]:
        project = self._session.project
        return [analyse(file.document, project, facts, only=self._select) for file in self._files]

    def _edits(self, facts: FactsView, *, unsafe: bool) -> dict[str, tuple[Edit, ...]]:
        """The edits that `--fix` would make, by the path of the document."""
        together = Together()
        refused: list[NotMended] = []
        readers = Readers(file.document for file in self._files)
        for file, findings in zip(self._files, self._findings, strict=True):
            chosen = fix_all(
                file.document,
                findings,
                facts,
                project=self._session.project,
                reread=partial(self._again, file),
                beside=self._beside(file, readers),
                unsafe=unsafe,
                select=self._select,
            )
            refused += _not_mended(file.document, chosen.refused)
            for edit in chosen.edits:
                # Several documents that read one value change it alike; of what they disagree in, the first counts.
                other = self._places.get(_place(edit.path)) or self._variables.get(_place(edit.path))
                together.take((edit if other is None else edit._replace(path=other.path),))
        self._refused = refused
        return together.by_path()


def _place(path: str) -> str:
    """A path as it is the same whoever calls it."""
    return posixpath.normpath(path)


def _unread(document: Document, notice: Notice) -> Skipped:
    """A part of a document that could not be read."""
    if notice.span is None:
        return Skipped(document.path, notice.message)
    line, _ = LineIndex(document.text, _breaks(document)).position(notice.span.start)
    return Skipped(document.path, notice.message, line)


def _not_mended(document: Document, refused: Sequence[Refused]) -> list[NotMended]:
    """The findings of a document whose fixes were not made."""
    index = LineIndex(document.text, _breaks(document))
    return [NotMended(document.path, index.position(left.finding.span.start)[0], left.reason) for left in refused]


def _breaks(document: Document) -> Literal["lf", "editor"]:
    """BuildKit ends lines at `\\n` only; YAML and editors at more."""
    return "lf" if document.format == "dockerfile" else "editor"


def _reported(finding: Finding, index: LineIndex) -> Reported:
    span = finding.span
    line, column = index.position(span.start)
    end_line, end_column = index.position(span.end)
    source = index.line_text(line - 1).rstrip("\r")
    return Reported(finding, Place(line, column, end_line, end_column), source)


def _diff(path: str, before: str, after: str) -> str:
    """A unified diff that `patch` and `git apply` take."""
    out: list[str] = []
    path = _from_here(path)
    old, new = before.split("\n"), after.split("\n")
    lines = difflib.unified_diff(
        [line + "\n" for line in old[:-1]] + ([old[-1]] if old[-1] else []),
        [line + "\n" for line in new[:-1]] + ([new[-1]] if new[-1] else []),
        f"a/{path}",
        f"b/{path}",
    )
    for line in lines:
        out.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(out)


def _from_here(path: str) -> str:
    """A path as a diff names it: from the current folder where it lies below it, without `./`."""
    below = os.path.relpath(path)
    return (path.lstrip("/") if below.startswith("..") else below).replace(os.sep, "/")
