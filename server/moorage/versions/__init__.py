"""Tags as versions."""

from moorage.versions.ranges import Range, RangeError, parse_range
from moorage.versions.siblings import read_tag
from moorage.versions.tag import Tag

__all__ = ["Range", "RangeError", "Tag", "parse_range", "read_tag"]
