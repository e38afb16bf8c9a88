"""The parts of an HCL document: bodies of attributes and blocks, and expressions. No part knows any format."""

from typing import NamedTuple, TypeAlias

from moorage.documents.yaml.values import Row
from moorage.text import Span


class Place(NamedTuple):
    """A stretch of text, in the document that is read or in another one beside it."""

    span: Span
    document: str | None = None


class Literal(NamedTuple):
    """A number, a truth value or `null`."""

    value: bool | int | float | None
    place: Place
    written: str = ""


class Characters(NamedTuple):
    """Characters as they are meant, and where they stand."""

    row: Row
    place: Place


class Interpolation(NamedTuple):
    """`${ value }` in a text."""

    value: "Expression"
    place: Place


class Choice(NamedTuple):
    """`%{ if condition }yes%{ else }no%{ endif }` in a text."""

    condition: "Expression"
    yes: "Template"
    no: "Template"
    place: Place


class Repetition(NamedTuple):
    """`%{ for key, item in source }body%{ endfor }` in a text."""

    key: str | None
    item: str
    source: "Expression"
    body: "Template"
    place: Place


Part: TypeAlias = Characters | Interpolation | Choice | Repetition


class Template(NamedTuple):
    """A text put together from its parts. `place` is what stands between the quotes."""

    parts: tuple[Part, ...]
    place: Place


class Name(NamedTuple):
    """A variable."""

    name: str
    place: Place


class Step(NamedTuple):
    """One step into a value: `.name`, `[key]`, or `[*]` and `.*` where `key` is None."""

    key: "Expression | None"


class Path(NamedTuple):
    """A value inside another one: `a.b[0].c`."""

    of: "Expression"
    steps: tuple[Step, ...]
    place: Place


class Call(NamedTuple):
    """A function called; with `spread` the last argument is a list of arguments."""

    name: str
    arguments: "tuple[Expression, ...]"
    spread: bool
    place: Place


class Conditional(NamedTuple):
    """`condition ? yes : no`."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"
    place: Place


class Operation(NamedTuple):
    """One or two operands and the operator."""

    operator: str
    operands: "tuple[Expression, ...]"
    place: Place


class ListOf(NamedTuple):
    """`[a, b]`."""

    items: "tuple[Expression, ...]"
    place: Place


class ObjectEntry(NamedTuple):
    """`key = value` in an object; `place` is all of it."""

    key: "Expression"
    value: "Expression"
    place: Place


class Object(NamedTuple):
    """`{ a = b }`."""

    entries: tuple[ObjectEntry, ...]
    place: Place


class For(NamedTuple):
    """`[for key, item in source : value if condition]`, or with `key_value` the same between braces.

    With `groups` (`value...`) the values of one key are a list.
    """

    key: str | None
    item: str
    source: "Expression"
    key_value: "Expression | None"
    value: "Expression"
    condition: "Expression | None"
    place: Place
    groups: bool = False


class Unread(NamedTuple):
    """An expression that is not evaluated, and why."""

    why: str
    place: Place


Expression: TypeAlias = (
    Literal | Characters | Template | Name | Path | Call | Conditional | Operation | ListOf | Object | For | Unread
)


class Attribute(NamedTuple):
    """`name = value`; `place` is all of it."""

    name: str
    value: Expression
    place: Place


class Label(NamedTuple):
    """A word behind a block's type, without quotes."""

    text: str
    place: Place


class Block(NamedTuple):
    """`type "label" { … }`; `place` goes from the type to the closing brace."""

    type: str
    labels: tuple[Label, ...]
    body: "Body"
    place: Place


class Body(NamedTuple):
    """Attributes and blocks in the order written; names may be repeated.

    `cut` says of the body of a document that it has more expressions than are read.
    """

    attributes: tuple[Attribute, ...]
    blocks: tuple[Block, ...]
    cut: bool = False

    def get(self, name: str) -> Attribute | None:
        """The last attribute of this name."""
        return next((a for a in reversed(self.attributes) if a.name == name), None)
