"""Findings and fixes: what is wrong, where, and which edits would mend it."""

from collections.abc import Callable
from typing import Literal, NamedTuple

from moorage.documents.usage import Usage
from moorage.facts import FactsView
from moorage.severity import Severity
from moorage.text import Span

FixKind = Literal["update", "pin", "refresh", "rename", "remove", "replace", "ignore"]


class FileEdit(NamedTuple):
    """Replace the characters at `span` of the document `path` by `new`."""

    path: str
    span: Span
    new: str


class Fix(NamedTuple):
    """A set of edits that belong together.

    `safe` fixes keep what the author meant and may be applied without asking; `--fix` applies those.
    """

    title: str
    edits: tuple[FileEdit, ...]
    safe: bool
    kind: FixKind


Fixes = Callable[[FactsView], tuple[Fix, ...]]


def no_fixes(_facts: FactsView) -> tuple[Fix, ...]:
    """The fixes of a finding that has none."""
    return ()


class Finding(NamedTuple):
    """What a rule found in one document.

    `fixes` is called only when somebody wants them; it may ask the view it is given for facts that the check did not
    need, and leaves out what cannot be said without them. `once` is a key under which a run reports it only once.
    """

    rule: str
    severity: Severity
    span: Span
    message: str
    path: str
    usage: Usage | None = None
    fixes: Fixes = no_fixes
    once: str | None = None
    unnecessary: bool = False
    """Whether the text at the span may be faded out."""
