"""From the reference that is wanted back to the characters that must change.

A usage's value is a row of segments, written at the usage or in the defaults of variables. The new value is laid over
that row, each segment keeps or changes its part, and a change is made only where its characters stand as they are, and
where it is right for every other usage that reads the same characters, and for whatever else speaks of them.

A tag or a digest that was not there before is put where the last of the value is written, in a variable's default as
well: behind a variable it would stay when something else sets that.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from moorage.documents.align import Part, align
from moorage.documents.holds import Apart
from moorage.documents.readers import Place, Readers, segments_of
from moorage.documents.usage import Segment, Usage
from moorage.reference import InvalidReference, Reference, parse
from moorage.text import Span


class PlacedEdit(NamedTuple):
    """Replace the characters at `span` by `new`, in `document` (a path), or in the usage's own where that is None."""

    span: Span
    new: str
    document: str | None = None


class Rewrite(NamedTuple):
    """The edits that make a usage name what is wanted, in the order of the text; none where it does already."""

    edits: tuple[PlacedEdit, ...]


class Refused(NamedTuple):
    """No edit is right: one sentence says why."""

    message: str


Accept = Callable[[Usage, str], bool]

_NAME_END = re.compile(r"\$\w+\Z")
_WORD = re.compile(r"\w")


def refuse_shared(_other: Usage, _result: str) -> bool:
    """Change nothing that another usage reads."""
    return False


def readers(usage: Usage, others: Iterable[Usage]) -> tuple[Usage, ...]:
    """The usages among `others` whose values are partly made of the same characters as that of `usage`."""
    mine = segments_of(usage)
    return tuple(o for o in others if o is not usage and any(_meet(a, b) for a in mine for b in segments_of(o)))


def rewrite(
    usage: Usage, wanted: str, others: Readers | Iterable[Usage] = (), accept: Accept = refuse_shared
) -> Rewrite | Refused:
    """The edits after which `usage` reads as `wanted`, or why there are none.

    `others` are the usages of the same document, as `Readers` where more than one is rewritten; where another one reads
    what an edit changes, `accept(other, result)` says whether `result`, its value after all the edits, is right for it.
    """
    if usage.expanded is None:
        return Refused("the value cannot be read, so it cannot be changed")
    if wanted == usage.expanded:
        return Rewrite(())
    try:
        target = parse(wanted)
    except InvalidReference as error:
        return Refused(f"{wanted!r} is no image reference: {error.message}")
    try:
        return Rewrite(_Plan(usage, target, others if isinstance(others, Readers) else Readers(others)).edits(accept))
    except _NoEdit as error:
        return Refused(str(error))


class _NoEdit(Exception):
    """Why there is no edit."""


class _Plan:
    """The new text of each segment of one usage."""

    def __init__(self, usage: Usage, target: Reference, readers: Readers) -> None:
        self._usage = usage
        self._readers = readers
        self._segments = segments_of(usage)
        self._new = ["" for _ in self._segments]
        self._lay(target)

    def edits(self, accept: Accept) -> tuple[PlacedEdit, ...]:
        """The edits, each trimmed to the characters that change."""
        changes: dict[Place, str] = {}
        for segment, new in zip(self._segments, self._new, strict=True):
            if segment.span is None:
                if new != segment.value:
                    raise _NoEdit(f"{segment.name or 'a part of it'} is set elsewhere than in the project's files")
                continue
            place = (segment.document, segment.span)
            if changes.setdefault(place, new) != new:
                raise _NoEdit(f"{segment.name} stands in it twice, and would need two values")
            if new != segment.value:
                self._check(segment, new)
        changed = {p: new for p, new in changes.items() if any(_is_changed(s, p, new) for s in self._segments)}
        self._check_readers(changed, accept)
        old = {(s.document, s.span): s for s in self._segments}
        edits = [_edit(document, span, old[document, span], new) for (document, span), new in changed.items()]
        return tuple(sorted(edits, key=lambda edit: (edit.document or "", edit.span)))

    def _lay(self, target: Reference) -> None:
        """Lay the parts of the target over those of the present value: name, tag, digest."""
        expanded = self._usage.expanded or ""
        before, after = _parts(expanded), _parts(target.text)
        if before is None or after is None:
            self._replace(0, len(expanded), target.text)
            return
        at = 0
        for old, new in zip(before, after, strict=True):
            if old or new:
                self._replace(at, at + len(old), new)
            at += len(old)

    def _replace(self, start: int, end: int, new: str) -> None:
        """Give the characters of the value from `start` to `end` the text `new`."""
        if start == end:
            self._insert(start, new)
            return
        numbers: list[int] = []
        parts: list[Part] = []
        at = 0
        for number, segment in enumerate(self._segments):
            value = segment.value[max(start - at, 0) : max(end - at, 0)]
            at += len(segment.value)
            if value:
                numbers.append(number)
                fixed = segment.span is None or not segment.verbatim
                parts.append(Part(value, segment.name is not None, fixed))
        for number, part, text in zip(numbers, parts, align(parts, new), strict=True):
            if len(parts) > 1 and part.variable and not _alike(part.text, text):
                raise _NoEdit(f"{part.text} in {self._segments[number].name} has no counterpart in {new.lstrip(':@')}")
            self._new[number] += text

    def _insert(self, at: int, new: str) -> None:
        """Put a tag or a digest that was not there before at index `at` of the value."""
        room = next(
            (n for n, s in enumerate(self._segments) if s.mark and not s.value and new.startswith(s.mark)), None
        )
        if room is not None:
            self._check_settled(room)
            self._new[room] = new.removeprefix(self._segments[room].mark)
            return
        before, after, position = None, None, 0
        for number, segment in enumerate(self._segments):
            following = position + len(segment.value)
            if position < at <= following:
                before = number
            if position == at and segment.value and after is None:
                after = number
            position = following
        if after is not None and self._segments[after].name is not None:
            after = None
        taker = next((n for n in (before, after) if n is not None and _may_grow(self._segments[n])), None)
        if new.startswith("@"):
            self._check_settled(taker)
        if taker is None:
            raise _NoEdit(f"there is no place for {new!r} where the image is named")
        self._new[taker] = self._new[taker] + new if taker == before else new + self._new[taker]

    def _check_settled(self, taker: int | None) -> None:
        """Raise where something may set a part of the image's name or of its tag, and would not set the digest."""
        expanded = self._usage.expanded or ""
        spans = parse(expanded).spans
        name = expanded.rfind("/", 0, spans.repository.end) + 1
        at = 0
        for number, segment in enumerate(self._segments):
            start, at = at, at + len(segment.value)
            if not segment.value or number == taker or not _is_of_variable(segment):
                continue
            # The images of a registry are the same under the same digests on its mirrors.
            if spans.registry is None or start > 0 or at > name or segment.span is None:
                why = "a digest behind it would be of another image"
                raise _NoEdit(f"{segment.name} may have another value, and {why}")

    def _check(self, segment: Segment, new: str) -> None:
        """Raise where the characters of a segment cannot be replaced by `new`."""
        who = segment.name or "a part of it"
        if not segment.verbatim:
            raise _NoEdit(f"{who} does not stand in the file in one piece that can change alone")
        if segment.name is not None and not new:
            raise _NoEdit(f"{segment.name} would be left empty")
        for hold in segment.holds:
            objection = hold.objection(segment.value, new)
            if objection is not None:
                raise _NoEdit(objection)
        span, usage = segment.span, self._usage
        if segment.name is None and segment.document is None and span is not None and usage.span.holds(span):
            before = usage.written[: span.start - usage.span.start]
            if _NAME_END.search(before) and _WORD.match(new):
                raise _NoEdit(f"{new!r} would run into the variable's name before it")

    def _check_readers(self, changed: dict[Place, str], accept: Accept) -> None:
        """Raise where another usage reads what is changed, and the result is not right for it."""
        own = self._usage.span
        shared = bool(self._usage.choices) or bool(self._readers.beside(self._usage))
        if not shared and all(document is None and own.holds(span) for document, span in changed):
            return
        for other in self._readers.touched(self._usage, changed):
            value, touched = "", ""
            for segment in segments_of(other):
                text = segment.value
                for (document, span), new in changed.items():
                    if segment.span is None or document != segment.document or not _overlap(span, segment.span):
                        continue
                    name = segment.name or "this text"
                    if span != segment.span or not segment.verbatim:
                        raise _NoEdit(f"{name} is also read by {other.written}, in another way")
                    text, touched = new, name
                value += text
            if touched and not accept(other, value):
                raise _NoEdit(f"{touched} is also read by {other.written}, for which {value} is not known to be right")


def _may_grow(segment: Segment) -> bool:
    """Whether something can be put before or behind the characters of a segment."""
    return segment.span is not None and segment.verbatim


def _is_of_variable(segment: Segment) -> bool:
    """Whether a segment is the value of a variable, and not that of a key of the image's own."""
    return segment.name is not None and not any(isinstance(hold, Apart) for hold in segment.holds)


def _alike(old: str, new: str) -> bool:
    """Whether a variable that holds one piece of a tag would still hold such a piece."""
    return old[:1].isdecimal() == new[:1].isdecimal() and ("-" in old or "-" not in new)


def _is_changed(segment: Segment, place: Place, new: str) -> bool:
    return (segment.document, segment.span) == place and segment.value != new


def _parts(text: str) -> tuple[str, str, str] | None:
    """Name, `:tag` and `@digest` of a reference; None where it is none."""
    try:
        spans = parse(text).spans
    except InvalidReference:
        return None
    name, tag = spans.repository.end, spans.repository.end if spans.tag is None else spans.tag.end
    return text[:name], text[name:tag], text[tag:]


def _edit(document: str | None, span: Span, old: Segment, new: str) -> PlacedEdit:
    """The edit of one segment; what would be a number or the like without quotes gets some."""
    if old.bare:
        # Only documents in YAML, JSON or HCL have such values, and those have loaded it.
        from moorage.documents.yaml.scalars import needs_quotes

        if needs_quotes(old.value, new):
            return PlacedEdit(span, f'"{new}"', document)
    return _trimmed(document, span, old.value, new)


def _trimmed(document: str | None, span: Span, old: str, new: str) -> PlacedEdit:
    """The edit without the characters that stay the same at its start and end."""
    start, limit = 0, min(len(old), len(new))
    while start < limit and old[start] == new[start]:
        start += 1
    end = 0
    while end < limit - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return PlacedEdit(Span(span.start + start, span.end - end), new[start : len(new) - end], document)


def _meet(one: Segment, other: Segment) -> bool:
    """Whether two segments are made of the same characters."""
    if one.span is None or other.span is None or one.document != other.document:
        return False
    return _overlap(one.span, other.span)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
