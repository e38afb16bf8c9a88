"""HCL written as JSON: the same bodies and expressions, its texts being templates.

Source: https://github.com/hashicorp/hcl/blob/main/json/spec.md
"""

from collections.abc import Collection, Iterator

from moorage.documents import limits
from moorage.documents.hcl.source import Unavailable
from moorage.documents.hcl.syntax import read_expression
from moorage.documents.hcl.tree import (
    Attribute,
    Block,
    Body,
    Call,
    Characters,
    Choice,
    Conditional,
    Expression,
    For,
    Interpolation,
    Label,
    ListOf,
    Literal,
    Name,
    Object,
    ObjectEntry,
    Operation,
    Part,
    Path,
    Place,
    Repetition,
    Step,
    Template,
    Unread,
)
from moorage.documents.usage import Segment
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, Sequence, entry_span, named
from moorage.documents.yaml.scalars import content, segments
from moorage.documents.yaml.stream import load
from moorage.documents.yaml.values import Layout, Row, cut, joined
from moorage.text import Span

_HEAD, _TAIL = "_ = <<MOORAGE\n", "\nMOORAGE\n"
_CONSTANTS = {"true": True, "false": False, "null": None}


def read_json_body(text: str, blocks: Collection[str], document: str | None = None) -> Body:
    """The attributes and blocks of a document in JSON, which may be half typed; never raises.

    `blocks` are the keys at the top that hold blocks: their keys are labels.
    """
    reader = _Reader(text, document)
    attributes: list[Attribute] = []
    found: list[Block] = []
    for root in load(text).roots:
        if isinstance(root, Mapping):
            for key, value, entry in named(root):
                if key in blocks:
                    found += reader.blocks(key, value)
                else:
                    attribute = reader.attribute(key, value, entry)
                    attributes += [attribute] if reader.left >= 0 else []
    return Body(tuple(attributes), tuple(found), cut=reader.left < 0)


class _Reader:
    """Reads the nodes of one document. `left` says how many more expressions are read; below zero it has stopped.

    The block or attribute in which it stops is left out.
    """

    def __init__(self, text: str, document: str | None) -> None:
        self.left = limits.HCL_EXPRESSIONS
        self._text = text
        self._document = document

    def blocks(self, kind: str, node: Node) -> Iterator[Block]:
        """`{"label": {…}}`, or a list of bodies behind the label."""
        if not isinstance(node, Mapping):
            return
        for key, value in node.entries:
            if not isinstance(key, Scalar):
                continue
            label = Label(key.value, self._place(content(key, self._text)))
            for body in value.items if isinstance(value, Sequence) else (value,):
                if isinstance(body, Mapping):
                    inner = tuple(self.attribute(name, item, span) for name, item, span in named(body))
                    if self.left < 0:
                        return
                    yield Block(kind, (label,), Body(inner, ()), self._place(entry_span(key, value)))

    def attribute(self, name: str, node: Node, entry: Span) -> Attribute:
        return Attribute(name, self._expression(node, 0), self._place(entry))

    def _expression(self, node: Node, depth: int) -> Expression:
        place = self._place(node.span)
        self.left -= 1
        if self.left < 0:
            return Unread(f"the file has more than {limits.HCL_EXPRESSIONS:,} expressions", place)
        if depth > limits.HCL_DEPTH:
            return Unread(f"values are nested deeper than {limits.HCL_DEPTH}", place)
        match node:
            case Mapping():
                entries = tuple(
                    ObjectEntry(
                        self._template(key), self._expression(value, depth + 1), self._place(entry_span(key, value))
                    )
                    for key, value in node.entries
                    if isinstance(key, Scalar)
                )
                return Object(entries, place)
            case Sequence():
                return ListOf(tuple(self._expression(item, depth + 1) for item in node.items), place)
            case Scalar():
                return self._scalar(node)

    def _scalar(self, node: Scalar) -> Expression:
        if node.style == "":
            place = self._place(node.span)
            if node.value in _CONSTANTS:
                return Literal(_CONSTANTS[node.value], place, node.value)
            try:
                number = float(node.value)
            except ValueError:
                return Unread(f"{node.value[:40]!r} is no JSON", place)
            return Literal(int(number) if node.value.lstrip("-").isdecimal() else number, place, node.value)
        return self._template(node)

    def _template(self, node: Scalar) -> Expression:
        row = tuple(s._replace(document=self._document) for s in segments(node, self._text))
        place = self._place(content(node, self._text))
        inserted = node.value.count("${") + node.value.count("%{")
        if not inserted:
            return Template((Characters(row, place),) if row else (), place)
        self.left -= inserted
        # HCL's own syntax for a text in which quotes and line ends stand as they are is a heredoc.
        try:
            parsed = read_expression(_HEAD + node.value + _TAIL)
        except Unavailable as error:
            return Unread(str(error), place)
        if not isinstance(parsed, Template):
            return Unread("the template cannot be read", place)
        moved = _Moved(row, len(_HEAD), place)
        parts = tuple(moved.part(part) for part in parsed.parts)
        return Template(_without_line_end(parts), place)

    def _place(self, span: Span) -> Place:
        return Place(span, self._document)


class _Moved:
    """Takes an expression that was read from a text of its own to where its characters stand in the document."""

    def __init__(self, row: Row, head: int, whole: Place) -> None:
        self._layout = Layout(row)
        self._head = head
        self._whole = whole

    def part(self, node: Part) -> Part:
        """The same part of a text, in its place."""
        place = self._place(node.place)
        match node:
            case Characters(row):
                return Characters(tuple(p for s in row for p in self._segment(s)), place)
            case Interpolation(value):
                return Interpolation(self.expression(value), place)
            case Choice(condition, yes, no):
                return Choice(self.expression(condition), self.template(yes), self.template(no), place)
            case Repetition():
                return node._replace(source=self.expression(node.source), body=self.template(node.body), place=place)

    def template(self, node: Template) -> Template:
        """The same text, in its place."""
        return Template(tuple(map(self.part, node.parts)), self._place(node.place))

    def expression(self, node: Expression) -> Expression:
        """The same expression, in its place."""
        place = self._place(node.place)
        match node:
            case Characters(row):
                return Characters(tuple(p for s in row for p in self._segment(s)), place)
            case Template():
                return self.template(node)
            case Path(of, steps):
                moved = (Step(None if s.key is None else self.expression(s.key)) for s in steps)
                return Path(self.expression(of), tuple(moved), place)
            case Call():
                return node._replace(arguments=tuple(map(self.expression, node.arguments)), place=place)
            case Conditional(condition, yes, no):
                return Conditional(self.expression(condition), self.expression(yes), self.expression(no), place)
            case Operation():
                return node._replace(operands=tuple(map(self.expression, node.operands)), place=place)
            case ListOf(items):
                return ListOf(tuple(map(self.expression, items)), place)
            case Object(entries):
                moved_entries = (
                    ObjectEntry(self.expression(key), self.expression(value), self._place(where))
                    for key, value, where in entries
                )
                return Object(tuple(moved_entries), place)
            case For():
                return node._replace(
                    source=self.expression(node.source),
                    key_value=None if node.key_value is None else self.expression(node.key_value),
                    value=self.expression(node.value),
                    condition=None if node.condition is None else self.expression(node.condition),
                    place=place,
                )
            case Literal() | Name() | Unread():
                return node._replace(place=place)

    def _segment(self, segment: Segment) -> Row:
        if segment.span is None:
            return (segment,)
        parts = self._layout.cut(segment.span.start - self._head, segment.span.end - self._head)
        if segment.verbatim and joined(parts) == segment.value:
            return parts
        return (segment._replace(span=self._place(Place(segment.span)).span, document=self._whole.document),)

    def _place(self, place: Place) -> Place:
        spans = [s.span for s in self._layout.cut(place.span.start - self._head, place.span.end - self._head)]
        found = [span for span in spans if span is not None]
        return Place(Span(found[0].start, found[-1].end), self._whole.document) if found else self._whole


def _without_line_end(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts without the line end that stands before a heredoc's last word."""
    last = parts[-1] if parts else None
    if not isinstance(last, Characters):
        return parts
    row = cut(last.row, 0, len(joined(last.row)) - 1)
    return (*parts[:-1], last._replace(row=row)) if joined(row) else parts[:-1]
