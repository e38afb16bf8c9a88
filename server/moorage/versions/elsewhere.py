"""Why every other tag of a list is not an offer: older, of another line, or passed over for a newer one."""

from collections.abc import Iterator

from moorage.versions.judging import Dropped, Judgement
from moorage.versions.table import TagTable
from moorage.versions.tag import Kind, Tag

_A_KIND: dict[Kind, str] = {
    "version": "a version",
    "date": "a date",
    "codename": "a codename",
    "channel": "a channel",
    "commit": "a commit",
    "attachment": "an attachment",
    "opaque": "no version",
}


def elsewhere(judgement: Judgement, table: TagTable) -> Iterator[Dropped]:
    """The tags of the table that are neither offered nor dropped, newest first, each with its reason."""
    current = judgement.current
    spoken_of = {current.text, *(o.tag for o in judgement.offers), *(d.tag for d in judgement.dropped)}
    for text in table.newest_first:
        if text not in spoken_of:
            yield Dropped(text, _why(current, table.read(text)))


def _why(current: Tag, other: Tag) -> str:
    if other.line == current.line:
        return "an offer goes further" if other.key > current.key else "not newer"
    if other.kind != current.kind:
        return f"{_A_KIND[other.kind]}, not {_A_KIND[current.kind]}"
    if other.prefix != current.prefix:
        return f"another prefix, {other.prefix!r}" if other.prefix else "without the prefix"
    if other.variant != current.variant:
        return f"another variant, {other.variant}" if other.variant else "without the variant"
    if bool(other.build) != bool(current.build):
        return "with a build" if other.build else "without a build"
    return f"another precision, {other.precision} number{'' if other.precision == 1 else 's'}"
