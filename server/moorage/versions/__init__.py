"""Tags as versions: how a tag reads, what a range allows, which newer tags to offer, and why others are not.

The names are loaded when they are first used: to read one tag, nothing of ranges and offers is needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moorage.versions.choose import nearest, newest_first, newest_version
    from moorage.versions.judging import Dropped, Judgement, Offer, judge, offers
    from moorage.versions.ranges import Range, RangeError, parse_range
    from moorage.versions.siblings import read_tag
    from moorage.versions.table import TagTable
    from moorage.versions.tag import Tag

__all__ = [
    "Dropped",
    "Judgement",
    "Offer",
    "Range",
    "RangeError",
    "Tag",
    "TagTable",
    "judge",
    "nearest",
    "newest_first",
    "newest_version",
    "offers",
    "parse_range",
    "read_tag",
]

_HOMES = {
    "choose": ("nearest", "newest_first", "newest_version"),
    "judging": ("Dropped", "Judgement", "Offer", "judge", "offers"),
    "ranges": ("Range", "RangeError", "parse_range"),
    "siblings": ("read_tag",),
    "table": ("TagTable",),
    "tag": ("Tag",),
}


def __getattr__(name: str) -> object:
    """A public name, from the module that holds it (PEP 562)."""
    for home, names in _HOMES.items():
        if name in names:
            found: object = getattr(import_module(f"moorage.versions.{home}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
