"""From the parser's tree to bodies, blocks and expressions with their places.

Source: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from moorage.documents import limits
from moorage.documents.hcl.source import Source, sources_of
from moorage.documents.hcl.templates import TemplateReader
from moorage.documents.hcl.tree import (
    Attribute,
    Block,
    Body,
    Call,
    Characters,
    Conditional,
    Expression,
    For,
    Label,
    ListOf,
    Literal,
    Name,
    Object,
    ObjectEntry,
    Operation,
    Path,
    Place,
    Step,
    Template,
    Unread,
)  # fmt: skip
from moorage.documents.usage import Segment
from moorage.text import Span

if TYPE_CHECKING:
    from tree_sitter import Node

_STEPS = ("get_attr", "index", "splat")
_CONSTANTS = {"true": True, "false": False, "null": None}
_SIMPLE = re.compile(r"""(?P<text>"[^"\\$%]*")|(?P<number>[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)""")
"""What most expressions are. The text says all; going down to the leaf in the tree is most of the time of reading."""


def read_body(text: str, document: str | None = None) -> Body:
    """The attributes and blocks of a document; what cannot be read is left out. Raises `Unavailable`.

    `document` is the path that places in it bear, None for the document that is read.
    """
    attributes: list[Attribute] = []
    blocks: list[Block] = []
    left = limits.HCL_EXPRESSIONS
    for source in sources_of(text):
        reader = _Reader(source, document, left)
        body = reader.body(source.root, 0)
        attributes += body.attributes
        blocks += body.blocks
        left = reader.left
        if left < 0:
            break
    return Body(tuple(attributes), tuple(blocks), cut=left < 0)


def read_expression(text: str, document: str | None = None) -> Expression:
    """The value of the first attribute of a text, `_ = …`. Raises `Unavailable`."""
    body = read_body(text, document)
    return body.attributes[0].value if body.attributes else Unread("it cannot be read", Place(Span(0, 0), document))


class _Reader:
    """Reads the nodes of one source. `left` says how many more expressions are read; below zero it has stopped.

    The block or attribute in which it stops is left out.
    """

    def __init__(self, source: Source, document: str | None, left: int) -> None:
        self.left = left
        self._source = source
        self._document = document
        self._templates = TemplateReader(source, document)

    def body(self, node: "Node", depth: int) -> Body:
        """What stands in a body; in broken text also what stands around it."""
        attributes: list[Attribute] = []
        blocks: list[Block] = []
        waiting = [node]
        while waiting and depth < limits.HCL_DEPTH:
            for child in waiting.pop().children:
                if self.left < 0:
                    break
                if child.type == "attribute":
                    attributes += self._attribute(child)
                elif child.type == "block":
                    blocks += self._block(child, depth)
                elif child.type in ("body", "ERROR"):
                    waiting.append(child)
        attributes.sort(key=lambda a: a.place.span)
        blocks.sort(key=lambda b: b.place.span)
        return Body(tuple(attributes), tuple(blocks))

    def _attribute(self, node: "Node") -> Iterator[Attribute]:
        children = node.named_children
        if len(children) >= 2 and children[0].type == "identifier":
            attribute = Attribute(self._raw(children[0]), self._expression(children[-1], 0), self._place(node))
            if self.left >= 0:
                yield attribute

    def _block(self, node: "Node", depth: int) -> Iterator[Block]:
        names = [child for child in node.children if child.type in ("identifier", "string_lit")]
        if names:
            labels = tuple(self._label(name) for name in names[1:])
            body = self.body(node, depth + 1)
            if self.left >= 0:
                yield Block(self._raw(names[0]), labels, body, self._place(node))

    def _label(self, node: "Node") -> Label:
        if node.type == "identifier":
            return Label(self._raw(node), self._place(node))
        return Label(self._raw(node).strip('"'), self._text(node, 0).place)

    def _expression(self, node: "Node", depth: int) -> Expression:
        if depth > limits.HCL_DEPTH:
            return Unread(f"expressions are nested deeper than {limits.HCL_DEPTH}", self._place(node))
        match node.type:
            case "expression":
                return self._whole(node, depth)
            case "literal_value" | "template_expr" | "collection_value" | "operation" | "for_expr":
                return self._grouped(node, depth)
            case "numeric_lit":
                return self._number(self._raw(node), node)
            case "bool_lit" | "null_lit":
                raw = self._raw(node)
                return Literal(_CONSTANTS.get(raw), self._place(node), raw)
            case "string_lit" | "quoted_template":
                return self._text(node, depth)
            case "heredoc_template":
                return self._templates.heredoc(node, lambda inner: self._operands(inner, depth))
            case "variable_expr":
                return Name(self._raw(node), self._place(node))
            case "function_call":
                return self._call(node, depth)
            case "conditional":
                return self._conditional(node, depth)
            case "unary_operation" | "binary_operation":
                found = self._operands(node, depth)
                operator = next((c.type for c in node.children if not c.is_named and c.type not in "()"), "")
                if found:
                    return Operation(operator, tuple(found), self._place(node))
            case "tuple":
                return ListOf(tuple(self._operands(node, depth)), self._place(node))
            case "object":
                elements = (child for child in node.children if child.type == "object_elem")
                return Object(tuple(e for n in elements for e in self._entry(n, depth)), self._place(node))
            case "for_tuple_expr" | "for_object_expr":
                return self._for(node, depth)
            case _:
                pass
        return Unread(f"{self._raw(node)[:40]!r} cannot be read", self._place(node))

    def _whole(self, node: "Node", depth: int) -> Expression:
        """An expression as it is written; nothing more is read once there have been too many."""
        self.left -= 1
        if self.left < 0:
            return Unread(f"the file has more than {limits.HCL_EXPRESSIONS:,} expressions", self._place(node))
        return self._simple(node) or self._grouped(node, depth)

    def _simple(self, node: "Node") -> Expression | None:
        """A text without escapes and insertions, a number, or a name; None for any other expression."""
        raw = self._raw(node)
        found = _SIMPLE.fullmatch(raw)
        match None if found is None else found.lastgroup:
            case "text":
                return self._templates.plain(node, raw[1:-1])
            case "number":
                return self._number(raw, node)
            case "name":
                place = self._place(node)
                return Literal(_CONSTANTS[raw], place, raw) if raw in _CONSTANTS else Name(raw, place)
            case _:
                return None

    def _text(self, node: "Node", depth: int) -> Template:
        return self._templates.quoted(node, lambda inner: self._operands(inner, depth))

    def _grouped(self, node: "Node", depth: int) -> Expression:
        """A node that only holds another one, perhaps in parentheses and with steps into it."""
        found = self._operands(node, depth)
        if len(found) == 1:
            return found[0]
        return Unread("it cannot be read", self._place(node))

    def _operands(self, node: "Node", depth: int) -> list[Expression]:
        """The expressions that stand in a node side by side, each with the steps behind it."""
        found: list[Expression] = []
        for is_step, children in groupby(node.children, lambda child: child.type in _STEPS):
            if not is_step:
                found += (self._expression(child, depth + 1) for child in children if _is_operand(child))
            elif found:
                behind = list(children)
                steps = tuple(step for child in behind for step in self._steps(child, depth))
                found[-1] = Path(found[-1], steps, self._between(found[-1].place, behind[-1]))
        return found

    def _conditional(self, node: "Node", depth: int) -> Expression:
        """`a ? b : c ? d : e`, which the parser takes for `(a ? b : c) ? d : e`, and HCL for `a ? b : (c ? d : e)`."""
        branches: list[tuple[Node, Node]] = []
        whole = self._place(node)
        while True:
            parts = [child for child in node.children if child.type == "expression"]
            if len(parts) != 3:
                return Unread("the condition cannot be read", self._place(node))
            branches.append((parts[1], parts[2]))
            if parts[0].children[0].type != "conditional":
                break
            node = parts[0].children[0]
        no = self._expression(branches[0][1], depth + 1)
        tests = [parts[0], *(otherwise for _, otherwise in reversed(branches[1:]))]
        for (yes, _), test in zip(branches, reversed(tests), strict=True):
            condition = self._expression(test, depth + 1)
            place = Place(Span(self._source.at(test.start_byte), whole.span.end), self._document)
            no = Conditional(condition, self._expression(yes, depth + 1), no, place)
        return no

    def _steps(self, node: "Node", depth: int) -> Iterator[Step]:
        match node.type:
            case "get_attr":
                name = node.named_children[-1]
                yield Step(self._word(name))
            case "index":
                inner = node.named_children[-1]
                keys = self._operands(inner, depth) if inner.type == "new_index" else [self._legacy_key(inner)]
                yield Step(keys[0] if keys else Unread("it cannot be read", self._place(node)))
            case _:
                yield Step(None)
                for child in (n for inner in node.named_children for n in inner.named_children):
                    if child.type in _STEPS:
                        yield from self._steps(child, depth)

    def _legacy_key(self, node: "Node") -> Expression:
        """The number in `list.0`."""
        return self._number(self._raw(node).lstrip("."), node)

    def _number(self, raw: str, node: "Node") -> Expression:
        try:
            return Literal(int(raw) if raw.isdecimal() else float(raw), self._place(node), raw)
        except ValueError:
            return Unread(f"{raw[:40]!r} is no number", self._place(node))

    def _call(self, node: "Node", depth: int) -> Expression:
        name = self._raw(node.named_children[0])
        given = next((c for c in node.children if c.type == "function_arguments"), None)
        arguments = [] if given is None else self._operands(given, depth)
        spread = given is not None and any(c.type == "ellipsis" for c in given.children)
        return Call(name, tuple(arguments), spread, self._place(node))

    def _entry(self, node: "Node", depth: int) -> Iterator[ObjectEntry]:
        if self.left < 0:
            return
        found = [child for child in node.children if child.type == "expression"]
        if len(found) == 2:
            key = self._expression(found[0], depth + 1)
            if isinstance(key, Name) and key.name == self._raw(found[0]):
                key = self._word(found[0])
            yield ObjectEntry(key, self._expression(found[1], depth + 1), self._place(node))

    def _word(self, node: "Node") -> Expression:
        """A name that stands for itself."""
        place = self._place(node)
        return Characters((Segment(self._raw(node), place.span, document=self._document),), place)

    def _for(self, node: "Node", depth: int) -> Expression:
        group = any(c.type == "ellipsis" for c in node.children)
        intro = next((c for c in node.children if c.type == "for_intro"), None)
        condition = next((c for c in node.children if c.type == "for_cond"), None)
        values = self._operands(node, depth)
        if intro is None or not values:
            return Unread("the `for` cannot be read", self._place(node))
        names = [self._raw(c) for c in intro.children if c.type == "identifier"]
        sources = [self._expression(c, depth + 1) for c in intro.children if c.type == "expression"]
        tests = [] if condition is None else self._operands(condition, depth)
        if not sources or not names:
            return Unread("the `for` cannot be read", self._place(node))
        name = names[0] if len(names) > 1 else None
        key = values[0] if len(values) == 2 else None
        test = tests[0] if tests else None
        return For(name, names[-1], sources[0], key, values[-1], test, self._place(node), group)

    # Places.

    def _raw(self, node: "Node") -> str:
        return self._source.raw(node.start_byte, node.end_byte)

    def _place(self, node: "Node") -> Place:
        return Place(Span(self._source.at(node.start_byte), self._source.at(node.end_byte)), self._document)

    def _between(self, first: Place, last: "Node") -> Place:
        return Place(Span(first.span.start, self._source.at(last.end_byte)), self._document)


def _is_operand(node: "Node") -> bool:
    """Whether a node is an expression, and not a mark or a remark between them."""
    if not node.is_named or node.type in ("comment", "ellipsis", "strip_marker"):
        return False
    return not node.type.endswith(("_start", "_end", "_intro", "_cond"))
