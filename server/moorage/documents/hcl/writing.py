"""Putting a text together from what the parts of its template come to."""

from moorage.documents import limits
from moorage.documents.hcl.tree import Place
from moorage.documents.hcl.values import Failed, Site, Text, Unknown, Value, row_of
from moorage.documents.usage import Segment
from moorage.documents.yaml.values import Row, joined


class Writing:
    """A text as it grows. What is not known in it is noted, and the rest goes on."""

    def __init__(self) -> None:
        self._row: list[Segment] = []
        self._unset: list[str] = []
        self._sites: list[Site] = []
        self._size = 0
        self._missing: Unknown | None = None

    def characters(self, row: Row) -> None:
        """Add what stands in the template itself."""
        if self._fits(row):
            self._row += row
            self._sites += (Site(piece, (piece,)) for piece in row)

    def value(self, value: Value, place: Place) -> None:
        """Add what `${ … }` at `place` comes to; raises `Failed` for what is no text."""
        if isinstance(value, Unknown):
            self.missing(value, place)
            return
        if value is None:
            raise Failed("null cannot stand in a text")
        row = row_of(value)
        if self._fits(row):
            self._row += row
            self._unset += value.unset if isinstance(value, Text) else ()
            self._sites.append(Site(_at(place, joined(row)), row))

    def missing(self, value: Unknown, place: Place) -> None:
        """Note that what stands at `place` is not known; the first reason counts."""
        self._sites.append(Site(_at(place, "")))
        if self._missing is None:
            self._missing = Unknown(value.why, (*self._row, *value.head))

    def text(self) -> Text | Unknown:
        """The text, or what is known of it."""
        if self._missing is not None:
            return self._missing._replace(sites=tuple(self._sites))
        return Text(tuple(self._row), tuple(self._unset), tuple(self._sites))

    def _fits(self, row: Row) -> bool:
        self._size += sum(len(piece.value) for piece in row)
        if self._size > limits.HCL_TEXT and self._missing is None:
            self._missing = Unknown(f"a text is longer than {limits.HCL_TEXT:,} characters", tuple(self._row))
        return self._size <= limits.HCL_TEXT


def _at(place: Place, value: str) -> Segment:
    return Segment(value, place.span, verbatim=False, document=place.document)
