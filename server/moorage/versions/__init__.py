"""Tags as versions."""

from moorage.versions.ranges import Range, RangeError, parse_range

__all__ = ["Range", "RangeError", "parse_range"]
