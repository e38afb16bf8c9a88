"""The runs of a job of GitHub Actions: which values its matrix gives them.

Source: GitHub's "Workflow syntax" (jobs.<id>.strategy.matrix, include, exclude) and "Expressions" (fromJSON).
"""

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

from moorage.documents import limits
from moorage.documents.ci.pipelines import pairs
from moorage.documents.yaml import nodes
from moorage.documents.yaml.flow import read_flow
from moorage.documents.yaml.nodes import Node, Scalar, items
from moorage.documents.yaml.scalars import segments
from moorage.documents.yaml.values import cut
from moorage.text import Span

Run = Mapping[str, Node]
"""The value of each key of a matrix in one run."""

_FROM_JSON = re.compile(r"\s*\$\{\{\s*fromJSON\(\s*'([^']*)'\s*\)\s*\}\}\s*", re.IGNORECASE)


class Matrices:
    """The matrices of one document; what comparing their runs with `include` and `exclude` costs is limited."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._steps = limits.MATRIX_STEPS
        self._known: dict[int, tuple[Run, ...]] = {}
        self._expressions: list[Span] = []
        self._compared: set[int] = set()

    def runs(self, matrix: Node) -> tuple[Run, ...]:
        """The runs that a matrix makes, as far as its values are written out."""
        known = self._known.get(id(matrix))
        if known is None:
            known = self._known[id(matrix)] = tuple(islice(self._runs(matrix), limits.RUNS_OF_A_MATRIX))
        return known

    def is_within_expression(self, scalar: Scalar) -> bool:
        """Whether a value of a run stands within `${{ fromJSON('…') }}`."""
        return any(span.holds(scalar.span) for span in self._expressions)

    def is_compared(self, node: Node | None) -> bool:
        """Whether an entry of `include` or `exclude` names this value: changed alone, it would make other runs."""
        return id(node) in self._compared

    def _runs(self, matrix: Node) -> Iterator[Run]:
        axes: dict[str, tuple[Node, ...]] = {}
        unknown: set[str] = set()
        given: dict[str, list[Run]] = {"include": [], "exclude": []}
        for name, value in pairs(self._written_out(matrix) or matrix):
            key, written = name.lower(), self._written_out(value)
            if key in given:
                given[key] += (self._entry(item) for item in items(written)[: limits.RUNS_OF_A_MATRIX])
            elif written is None:
                unknown.add(key)
            else:
                axes[key] = (written,) if isinstance(written, Scalar) else items(written)[: limits.RUNS_OF_A_MATRIX]
        made = islice(product(*axes.values()) if axes else (), limits.RUNS_OF_A_MATRIX)
        originals = [dict(zip(axes, values, strict=True)) for values in made]
        self._steps -= len(originals) * sum(map(len, given.values()))
        if self._steps < 0:
            return
        self._compared |= _compared(axes, given["include"] + given["exclude"])
        originals = [run for run in originals if not any(_fits(run, entry, entry) for entry in given["exclude"])]
        runs, further = [dict(run) for run in originals], list[Run]()
        for entry in given["include"]:
            compared = [key for key in entry if key in axes or key in unknown]
            into = [run for run, original in zip(runs, originals, strict=True) if _fits(original, entry, compared)]
            for run in into:
                run.update(entry)
            if not into:
                further.append(entry)
        yield from runs
        yield from further

    def _entry(self, item: Node) -> Run:
        written = self._written_out(item)
        return {} if written is None else {name.lower(): value for name, value in pairs(written)}

    def _written_out(self, node: Node) -> Node | None:
        """What a value is, where the file says it: also in `${{ fromJSON('…') }}`; None for any other expression."""
        if not isinstance(node, Scalar) or not node.value.lstrip().startswith("${{"):
            return node
        match = _FROM_JSON.fullmatch(node.value)
        inner = () if match is None else cut(segments(node, self._text), *match.span(1))
        if len(inner) != 1 or not inner[0].verbatim or inner[0].span is None:
            return None
        self._expressions.append(inner[0].span)
        return read_flow(self._text, *inner[0].span)


def _compared(axes: Mapping[str, tuple[Node, ...]], entries: list[Run]) -> set[int]:
    """The values of axes that entries name, and those in the entries, by id."""
    found: set[int] = set()
    for entry in entries:
        for key in entry.keys() & axes.keys():
            alike = [node for node in axes[key] if _same(node, entry[key])]
            found.update(map(id, (*alike, entry[key]) if alike else ()))
    return found


def value_at(run: Run, path: tuple[str, ...]) -> Node | None:
    """What stands at `os.image` or `tags.0` in a run; None where nothing does."""
    node = run.get(path[0])
    for key in path[1:]:
        if isinstance(node, nodes.Sequence):
            node = node.items[int(key)] if key.isdecimal() and int(key) < len(node.items) else None
        else:
            node = None if node is None else next((value for name, value in pairs(node) if name.lower() == key), None)
    return node


def _fits(run: Run, entry: Run, keys: "Mapping[str, Node] | list[str]") -> bool:
    """Whether a run has the same values as an entry under these keys."""
    return bool(entry) and all(key in run and _same(run[key], entry[key]) for key in keys)


def _same(one: Node, other: Node) -> bool:
    """Whether two values are alike; lists and mappings only where one is an alias of the other, or short and flat."""
    if one is other:
        return True
    if isinstance(one, Scalar) or isinstance(other, Scalar):
        return isinstance(one, Scalar) and isinstance(other, Scalar) and one.value == other.value
    return _flat(one) is not None and _flat(one) == _flat(other)


def _flat(node: Node) -> list[tuple[str, str]] | None:
    """A list or mapping of texts, in the order of its keys; None for anything larger."""
    entries = list(islice(pairs(node), limits.VALUE_PIECES)) or [
        (str(number), item) for number, item in enumerate(items(node)[: limits.VALUE_PIECES])
    ]
    if not all(isinstance(value, Scalar) for _, value in entries):
        return None
    return sorted((key, value.value) for key, value in entries if isinstance(value, Scalar))
