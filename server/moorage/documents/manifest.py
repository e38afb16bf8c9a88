"""`moorage.yaml`: the values of its `policy` section, all scalars as text, and where each key stands."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from moorage.documents.limits import YAML_DEPTH
from moorage.documents.values import Value
from moorage.documents.yaml import nodes
from moorage.documents.yaml.parse import Broken, parse, readable
from moorage.text import Span

Path = tuple[str | int, ...]

_MARK = re.compile(r',?\s*in "<[^"]*>", line \d+, column \d+:?(?:\n[^\n]*\n\s*\^)?')
"""Where a parser saw something, in its own words."""


class Section(NamedTuple):
    """The values of a section, and the span of the entry under each path of keys.

    `problem` where it is no YAML, seen in the line at `problem_span`.
    """

    value: Value
    spans: Mapping[Path, Span]
    problem: str | None = None
    problem_span: Span = Span(0, 0)

    def span(self, path: Path) -> Span:
        """Where the entry at `path` stands, or the nearest one above it."""
        while path not in self.spans and path:
            path = path[:-1]
        return self.spans.get(path, Span(0, 0))


def read_policy(text: str) -> Section:
    """The `policy` section of a manifest; never raises."""
    return read_section(text, "policy")


def read_section(text: str, key: str) -> Section:
    """The section under a top-level key; empty where there is none."""
    try:
        roots = parse(readable(text))
    except Broken as broken:
        why = " ".join(_MARK.sub(" ", str(broken)).split())
        return Section(None, {}, f"this is no YAML: {why}", _line_at(text, broken.at))
    if not roots or (isinstance(roots[0], nodes.Scalar) and roots[0].is_null):
        return Section(None, {})
    root = roots[0]
    if not isinstance(root, nodes.Mapping):
        return Section(None, {}, "the file must be a mapping", _line_at(text, root.span.start))
    spans: dict[Path, Span] = {}
    value: Value = None
    for name, node, span in nodes.named(root):
        if name == key:
            spans[()] = span
            value = _value(node, (), spans, {}, 0)
    return Section(value, spans)


def _line_at(text: str, offset: int) -> Span:
    """What stands in the line at `offset`, or in the last line above that is not blank."""
    offset = min(offset, len(text.rstrip()) - 1)
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : len(text) if end < 0 else end]
    first = start + len(line) - len(line.lstrip())
    return Span(first, first + len(line.strip()))


def _value(node: nodes.Node, path: Path, spans: dict[Path, Span], seen: dict[int, Value], depth: int) -> Value:
    """The values below `node`. A node that aliases reach more than once is taken over once."""
    if id(node) in seen or depth > YAML_DEPTH:
        return seen.get(id(node))
    value: Value
    match node:
        case nodes.Scalar():
            value = None if node.is_null else node.value
        case nodes.Sequence():
            seen[id(node)] = None
            spans.update({(*path, i): item.span for i, item in enumerate(node.items)})
            value = tuple(_value(item, (*path, i), spans, seen, depth + 1) for i, item in enumerate(node.items))
        case nodes.Mapping():
            seen[id(node)] = None
            entries: dict[str, Value] = {}
            for key, item in node.entries:
                if isinstance(key, nodes.Scalar):
                    spans[(*path, key.value)] = key.span
                    entries[key.value] = _value(item, (*path, key.value), spans, seen, depth + 1)
            value = entries
    seen[id(node)] = value
    return value
