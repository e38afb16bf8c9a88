"""What a configuration file says, apart from how it is written."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | Sequence[Value] | Mapping[str, Value] | None"
"""A value, all scalars as text."""
