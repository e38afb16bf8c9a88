"""Laying a new text over the row of parts that an old one is made of, so that as little as possible changes."""

from collections.abc import Sequence
from typing import NamedTuple

_VARIABLE, _LITERAL, _FIXED = 2, 3, 10_000


class Part(NamedTuple):
    """A part of the old text. A `fixed` one cannot change; a `variable` one is changed rather than a literal."""

    text: str
    variable: bool = False
    fixed: bool = False

    @property
    def weight(self) -> int:
        """What changing one character costs."""
        return _FIXED if self.fixed else _VARIABLE if self.variable else _LITERAL


def align(parts: Sequence[Part], new: str) -> list[str]:
    """What each part becomes when the whole becomes `new`: the stretches of `new`, in order.

    The least costly way to edit one into the other decides (Levenshtein's distance, weighted); between ways that cost
    the same, a part on the left takes more.
    """
    if len(parts) == 1:
        return [new]
    found: list[str] = []
    for number, part in enumerate(parts[:-1]):
        head = _costs([part], new)
        rest = _costs([p._replace(text=p.text[::-1]) for p in reversed(parts[number + 1 :])], new[::-1])
        total = [head[j] + rest[len(new) - j] for j in range(len(new) + 1)]
        least = min(total)
        cut = max(j for j, cost in enumerate(total) if cost == least)
        found.append(new[:cut])
        new = new[cut:]
    return [*found, new]


def _costs(parts: Sequence[Part], new: str) -> list[int]:
    """What it costs to edit the whole of `parts` into each start of `new`."""
    row: list[int] = []
    for part in parts:
        weight = part.weight
        if not row:
            row = [weight * j for j in range(len(new) + 1)]
        else:
            row = _with_insertions(row, weight)
        for char in part.text:
            diagonal, row[0] = row[0], row[0] + weight
            for j, wanted in enumerate(new, 1):
                above = row[j]
                row[j] = min(above + weight, row[j - 1] + weight, diagonal + (0 if char == wanted else weight))
                diagonal = above
    return row


def _with_insertions(row: list[int], weight: int) -> list[int]:
    """The same costs, where characters may also be put in at this part's price."""
    better = [row[0]]
    for cost in row[1:]:
        better.append(min(cost, better[-1] + weight))
    return better
