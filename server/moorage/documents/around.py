"""What stands around the images of a text: where their variables are read besides, and what is declared of them."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from moorage.documents.holds import Hold, Mentioned, Repeated
from moorage.documents.usage import Build, Segment, Usage
from moorage.text import Span

_NAME = re.compile(r"""[A-Za-z_][\w-]*(?:(?:\.|\[['"])[A-Za-z_][\w-]*)*""")
_STEP = re.compile(r"""\.|\[['"]""")
_WORD = re.compile(r"\w[\w.+-]*")
_BETWEEN = re.compile(r"[\s,\[\](){}'\"]+")
_PARTS = 8
"""How many parts of a name such as `test-1.24.1-linux` or `github.event.inputs.tag` are looked at."""

Place = tuple[str | None, Span]
"""A document, None for that which is read, and characters of it."""


class Stretch(NamedTuple):
    """A stretch of text that is one thing: a scalar, an instruction, an attribute.

    `reads` is the part of it in which variables are named, None for all of it. `key` is the key that it stands under,
    `picks` what it is part of where something is picked out by its value, as `needs`; with `whole` it is that itself.
    `document` is the path of another document where it stands, None for that which is read.
    """

    span: Span
    text: str
    reads: str | None = None
    key: str = ""
    picks: str = ""
    whole: bool = False
    document: str | None = None


class Around(NamedTuple):
    """The stretches of a text, and what its declarations say of variables, by their names in lower case."""

    stretches: Sequence[Stretch]
    declared: Mapping[str, tuple[Hold, ...]]


def bound(usages: Sequence[Usage], around: Callable[[], Around]) -> tuple[Usage, ...]:
    """The usages, each piece that a variable holds with what else speaks of it; only then `around` is asked."""
    pieces = [piece for usage in usages for piece in usage.segments]
    if not any(piece.name for piece in pieces):
        return tuple(usages)
    bounds = Bounds(around(), pieces, ((None, usage.span) for usage in usages))
    return tuple(u._replace(segments=bounds.on(u.segments)) if u.segments else u for u in usages)


def bound_builds(builds: Sequence[Build], around: Callable[[], Around]) -> tuple[Build, ...]:
    """The same for the arguments of builds. One argument is not held by another: who reads those is not known here."""
    arguments = [argument for build in builds for argument in build.arguments]
    pieces = [piece for argument in arguments for piece in argument.row]
    if not any(piece.name for piece in pieces):
        return tuple(builds)
    bounds = Bounds(around(), pieces, ((argument.document, argument.span) for argument in arguments))
    return tuple(
        build._replace(arguments=tuple(a._replace(row=bounds.on(a.row)) for a in build.arguments)) for build in builds
    )


class Bounds:
    """What speaks of the variables that `pieces` come from.

    Stretches of which these are a part, and those that lie in `taken`, are where an image is named.
    """

    def __init__(self, around: Around, pieces: Sequence[Segment], taken: Iterable[Place] = ()) -> None:
        self._declared = around.declared
        self._words: dict[str, dict[str, None]] = {}
        self._repeats: dict[str, str] = {}
        self._picked: dict[str, str] = {}
        self._known: dict[tuple[str, str], tuple[Hold, ...]] = {}
        names = {_written(piece.name) for piece in pieces if piece.name}
        own = ((piece.document, piece.span) for piece in pieces if piece.span is not None)
        covered = _Covered((*taken, *own))
        for stretch in around.stretches:
            if not covered.meets(stretch.document, stretch.span):
                self._take(stretch, names)

    def on(self, row: tuple[Segment, ...]) -> tuple[Segment, ...]:
        """A row whose pieces know what speaks of them, in addition to what they know."""
        return tuple(with_holds(piece, self._holds(piece.name, piece.value)) if piece.name else piece for piece in row)

    def _holds(self, name: str, value: str) -> tuple[Hold, ...]:
        known = self._known.get((name, value))
        if known is None:
            written = _written(name)
            last = written.rpartition(".")[2]
            place = self._picked.get(written) or self._repeats.get(value) or self._repeats.get(f"{last}={value}")
            words = self._words.get(written)
            known = (
                *(hold._replace(name=name) for hold in self._declared.get(last, ())),
                *([] if place is None else [Repeated(name, place)]),
                *([] if words is None else [Mentioned(name, tuple(words))]),
            )
            self._known[name, value] = known
        return known

    def _take(self, stretch: Stretch, names: set[str]) -> None:
        reads = stretch.text if stretch.reads is None else stretch.reads
        found = {name for path in set(_NAME.findall(reads.lower())) for name in _names(path) if name in names}
        if found:
            words = dict.fromkeys(_WORD.findall(stretch.text.replace("\\", "")))
            for name in found:
                self._words.setdefault(name, {}).update(words)
                if stretch.picks:
                    self._picked[name] = stretch.picks
        if stretch.picks:
            self._repeats.setdefault(f"{stretch.key.lower()}={stretch.text}", stretch.picks)
            if stretch.whole:
                self._repeats.update(dict.fromkeys(_parts(stretch.text), stretch.picks))


def with_holds(piece: Segment, holds: Iterable[Hold]) -> Segment:
    """A piece of which `holds` speak, too."""
    further = tuple(hold for hold in holds if hold not in piece.holds)
    return piece._replace(holds=(*piece.holds, *further)) if further else piece


class _Covered:
    """Spans put together, so that one look tells whether another span meets any of them."""

    def __init__(self, places: Iterable[Place]) -> None:
        by_document: defaultdict[str | None, list[Span]] = defaultdict(list)
        for document, span in places:
            by_document[document].append(span)
        self._spans = {document: _together(spans) for document, spans in by_document.items()}

    def meets(self, document: str | None, span: Span) -> bool:
        spans = self._spans.get(document, [])
        number = bisect_right(spans, span.start, key=lambda other: other.end)
        return number < len(spans) and spans[number].start < span.end


def _together(spans: Iterable[Span]) -> list[Span]:
    """Spans in the order of the text, those that meet as one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _written(name: str) -> str:
    """A variable's name as it is looked for: one of the environment stands by itself in scripts."""
    return name.lower().removeprefix("env.")


def _names(path: str) -> Iterator[str]:
    """The names that a path may hold, `matrix.tag` and `tag`; in `$PY-slim` the name ends at the dash."""
    steps = _STEP.split(path)[:_PARTS]
    for start, step in enumerate(steps):
        yield from (step[: match.start()] for match in islice(re.finditer("-", step), _PARTS))
        yield from (".".join(steps[start:end]) for end in range(start + 1, len(steps) + 1))


def _parts(text: str) -> Iterator[str]:
    """The words of a text that names jobs by their values (`test-1.24.1`, `test: [1.24.1, linux]`), and their parts."""
    for word in _BETWEEN.split(text):
        yield word
        marks = re.split(r"([-_])", word)[: 2 * _PARTS]
        for start in range(0, len(marks), 2):
            yield from ("".join(marks[start:end]) for end in range(start + 1, len(marks) + 1, 2))
