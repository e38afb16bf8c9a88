"""Edits of several documents that are made together."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from moorage.findings.finding import FileEdit
from moorage.text import Edit


class Together:
    """Edits, none of which meets another. One that is there already may be taken again."""

    def __init__(self) -> None:
        self._ordered: dict[str, list[Edit]] = {}
        self._taken: dict[FileEdit, None] = {}

    def take(self, edits: Iterable[FileEdit]) -> bool:
        """Take all of these edits, or none where one of them meets another of them or one taken before."""
        new: list[FileEdit] = []
        for edit in edits:
            if edit in self._taken:
                continue
            if not self._fits(edit):
                for taken in new:
                    self._remove(taken)
                return False
            insort(self._ordered.setdefault(edit.path, []), Edit(edit.span, edit.new))
            self._taken[edit] = None
            new.append(edit)
        return True

    def edits(self) -> tuple[FileEdit, ...]:
        """What was taken, in that order."""
        return tuple(self._taken)

    def by_path(self) -> dict[str, tuple[Edit, ...]]:
        """What was taken, by document and in the order of its text."""
        return {path: tuple(ordered) for path, ordered in self._ordered.items() if ordered}

    def _fits(self, edit: FileEdit) -> bool:
        """Whether an edit meets neither of those that it would come to stand between."""
        ordered, span = self._ordered.get(edit.path, []), edit.span
        at = bisect_left(ordered, Edit(span, edit.new))
        before, behind = ordered[max(at - 1, 0) : at], ordered[at : at + 1]
        return not any(e.span == span or e.span.end > span.start for e in before) and not any(
            e.span == span or e.span.start < span.end for e in behind
        )

    def _remove(self, edit: FileEdit) -> None:
        del self._taken[edit]
        self._ordered[edit.path].remove(Edit(edit.span, edit.new))
