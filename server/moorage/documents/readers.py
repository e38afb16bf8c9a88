"""Which usages of a document read which characters: looked up, where every edit would else look through all of them."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple

from moorage.documents.usage import Segment, Usage
from moorage.text import Span, Spans

Place = tuple[str | None, Span]
"""A document, None for the usages' own, and characters of it."""


def segments_of(usage: Usage) -> tuple[Segment, ...]:
    """The segments of a usage; the one verbatim stretch of text where it keeps none."""
    return usage.segments or (Segment(usage.expanded or "", usage.span),)


class _Alike(NamedTuple):
    """The first usage of those that make the same value of the same places, and the first of them that stands
    elsewhere. What an edit of a place means for one of them it means for all.
    """

    first: int
    elsewhere: int | None = None


class Readers:
    """The usages of a document by the places they read: put in order when first asked, in linear time."""

    def __init__(self, usages: Iterable[Usage]) -> None:
        self._usages = tuple(usages)

    def beside(self, usage: Usage) -> tuple[Usage, ...]:
        """The usages that are the same place as `usage` with other values."""
        return tuple(self._usages[n] for n in self._beside(usage))

    def touched(self, usage: Usage, places: Iterable[Place]) -> tuple[Usage, ...]:
        """The usages but `usage` that read any character of `places`, in the order of the text.

        One stands for all that stand elsewhere than `usage` and make the same value of the same places.
        """
        found = set(self._beside(usage))
        for document, span in places:
            for place in self._spans[document].overlapping(span) if document in self._spans else ():
                for alike in self._alike[document, place]:
                    if self._usages[alike.first].span != usage.span:
                        found.add(alike.first)
                    elif alike.elsewhere is not None:
                        found.add(alike.elsewhere)
        return tuple(self._usages[n] for n in sorted(found))

    def _beside(self, usage: Usage) -> list[int]:
        return [n for n in self._at.get(usage.span, ()) if self._usages[n].expanded != usage.expanded]

    @cached_property
    def _at(self) -> dict[Span, list[int]]:
        """The numbers of the usages by where they stand."""
        found: defaultdict[Span, list[int]] = defaultdict(list)
        for number, usage in enumerate(self._usages):
            found[usage.span].append(number)
        return found

    @cached_property
    def _alike(self) -> dict[Place, list[_Alike]]:
        """The usages that read each place; those that are alike together."""
        shared = self._shared()
        found: dict[Place, dict[object, _Alike]] = {}
        for number, usage in enumerate(self._usages):
            segments = segments_of(usage)
            kind = (usage.written, usage.expanded, usage.reference, *(_kind(s, shared) for s in segments))
            for segment in segments:
                if segment.span is not None:
                    kinds = found.setdefault((segment.document, segment.span), {})
                    alike = kinds.setdefault(kind, _Alike(number))
                    if alike.elsewhere is None and self._usages[alike.first].span != usage.span:
                        kinds[kind] = _Alike(alike.first, number)
        return {place: list(kinds.values()) for place, kinds in found.items()}

    def _shared(self) -> set[Place]:
        """The places that usages read which stand at different ones."""
        first: dict[Place, Span] = {}
        shared: set[Place] = set()
        for usage in self._usages:
            for segment in segments_of(usage):
                if segment.span is not None:
                    place = (segment.document, segment.span)
                    if first.setdefault(place, usage.span) != usage.span:
                        shared.add(place)
        return shared

    @cached_property
    def _spans(self) -> dict[str | None, Spans]:
        """The places, by their documents."""
        spans: defaultdict[str | None, list[Span]] = defaultdict(list)
        for document, span in self._alike:
            spans[document].append(span)
        return {document: Spans(listed) for document, listed in spans.items()}


def _kind(segment: Segment, shared: set[Place]) -> object:
    """What a segment gives to a value, and where that stands, but for places that no other usage reads."""
    place = None if segment.span is None else (segment.document, segment.span)
    return segment.value, segment.name, segment.verbatim, segment.span is None, place if place in shared else None
