"""What the steps of a GitHub workflow build with docker/build-push-action, as far as it is written out.

Source: the README of docker/build-push-action ("inputs"). Paths start from the root of the repository, where the job
checks it out; a job that checks something out elsewhere is left alone. Without a `context` the repository itself is it.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import islice

from moorage.documents import limits
from moorage.documents.usage import Argument, Build, NamedContext, Problem
from moorage.documents.yaml.marks import BUILD_PUSH
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Scalar, items, named
from moorage.documents.yaml.scalars import content, segments
from moorage.documents.yaml.stream import load
from moorage.documents.yaml.values import Layout, Row, cut, joined, place_of
from moorage.text import Span

_WORKFLOW = re.compile(r"(?:^|/)\.github/workflows/[^/]+\Z")
_LINE = re.compile(r"[^\n]+")
_DEFAULT_CONTEXT = re.compile(r"\{\{\s*defaultContext\s*\}\}:?")
_ROOT = "../.."
"""From a workflow's folder to that of the repository."""


def builds_of(path: str, text: str) -> tuple[Build, ...]:
    """The builds of the workflow at `path`. Never raises."""
    if BUILD_PUSH not in text or not _WORKFLOW.search(path):
        return ()
    return tuple(_Workflow(text).builds(load(text).roots))


class _Workflow:
    def __init__(self, text: str) -> None:
        self._text = text
        self._lookup = Lookup()

    def builds(self, roots: tuple[Node, ...]) -> Iterator[Build]:
        """The builds of all jobs; steps of one name are counted."""
        names: dict[str, int] = {}
        for root in roots:
            for jobs in self._lookup.get(root, "jobs"):
                for name, job, _ in named(jobs.value) if isinstance(jobs.value, Mapping) else ():
                    for build in self._of_job(name, job):
                        names[build.name] = number = names.get(build.name, 0) + 1
                        yield build if number == 1 else build._replace(name=f"{build.name} {number}")

    def _of_job(self, job_name: str, job: Node) -> Iterator[Build]:
        for steps in self._lookup.get(job, "steps"):
            for step in items(steps.value):
                uses = self._known(step, "uses") or ""
                given = next((found.value for found in self._lookup.get(step, "with")), None)
                if uses.startswith("actions/checkout@") and any(
                    self._lookup.get(given, k) for k in ("path", "repository")
                ):
                    return
                if uses.startswith(BUILD_PUSH):
                    name = self._known(step, "name") or self._known(step, "id") or "build"
                    yield self._build(f"{job_name}/{name}", step, given)

    def _build(self, name: str, step: Node, given: Node | None) -> Build:
        uses = next(found.value for found in self._lookup.get(step, "uses"))
        context, dockerfile = self._sources(given)
        return Build(
            "step",
            name,
            content(uses, self._text) if isinstance(uses, Scalar) else uses.span,
            context,
            dockerfile,
            self._known(given, "target"),
            tuple(self._arguments(given)),
            tuple(self._contexts(given)),
            tuple(joined(row) for row, _ in self._entries(given, "tags") if not _is_filled_in(joined(row))),
        )

    def _sources(self, given: Node | None) -> tuple[str | None, str | None]:
        """The folder and the Dockerfile from there; None where they are not written out, or lie elsewhere."""
        folder, file = ".", None
        if self._lookup.get(given, "context"):
            folder = _DEFAULT_CONTEXT.sub("", self._raw(given, "context")) or "."
        if self._lookup.get(given, "file"):
            file = self._raw(given, "file")
        if _is_filled_in(folder + (file or "")) or "://" in folder or folder.startswith("git@"):
            return None, None
        file = posixpath.join(folder, "Dockerfile") if file is None else file
        return _ROOT, file

    def _arguments(self, given: Node | None) -> Iterator[Argument]:
        for row, span in self._entries(given, "build-args"):
            name, equals, value = joined(row).partition("=")
            if equals and value:
                problem = (
                    Problem("variable", "the workflow fills this in when it runs") if _is_filled_in(value) else None
                )
                tail = cut(row, len(name) + 1, len(name) + 1 + len(value))
                yield Argument(name.strip(), tail, place_of(tail) or span, span, problem)

    def _contexts(self, given: Node | None) -> Iterator[NamedContext]:
        for row, _ in self._entries(given, "build-contexts"):
            name, equals, value = joined(row).partition("=")
            if equals and not _is_filled_in(value):
                yield NamedContext(name, value, place_of(cut(row, len(name) + 1, len(joined(row)))))

    def _entries(self, given: Node | None, key: str) -> Iterator[tuple[Row, Span]]:
        """The lines of an input that is a list, and where each stands."""
        for found in self._lookup.get(given, key):
            if isinstance(found.value, Scalar):
                row = segments(found.value, self._text)
                value, layout = joined(row), Layout(row)
                for match in islice(_LINE.finditer(value), limits.ARGUMENTS):
                    start = match.start() + len(match[0]) - len(match[0].lstrip())
                    line = layout.cut(start, start + len(match[0].strip()))
                    span = place_of(line)
                    if span is not None:
                        yield line, span

    def _known(self, node: Node | None, key: str) -> str | None:
        """A text that is written out."""
        text = self._raw(node, key)
        return None if not text or _is_filled_in(text) else text

    def _raw(self, node: Node | None, key: str) -> str:
        texts = (found.value.value for found in self._lookup.get(node, key) if isinstance(found.value, Scalar))
        return next(texts, "").strip()


def _is_filled_in(text: str) -> bool:
    """Whether an expression stands in it."""
    return "${{" in text
