"""Tags as versions: how a tag reads, what a range allows, which newer tags to offer, and why others are not."""

from moorage.versions.choose import nearest, newest_first, newest_version
from moorage.versions.judge import Dropped, Judgement, Offer, judge, offers
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
