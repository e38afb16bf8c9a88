"""Values of a matrix that a target has its name from: groups and other targets may call it by that."""

from collections.abc import Callable, Mapping

from moorage.documents.around import with_holds
from moorage.documents.bake.scope import Scope
from moorage.documents.hcl.tree import Block
from moorage.documents.hcl.values import Entry, Fields, Number, Text, Value, made
from moorage.documents.holds import Called, occurs

_OTHER = "\ufffc"
"""A value that no matrix has."""


def with_called(scope: Scope, block: Block, names: Mapping[str, Value], name: str, text: str) -> Mapping[str, Value]:
    """The values of one combination of a matrix, whose target has the `name`.

    Where `text` calls the target by it, those are held that the name is made of.
    """
    expression = block.body.get("name")
    if expression is None or not occurs(name, text):
        return names

    def is_made_of(axis: str, other: Value) -> bool:
        result = scope.evaluator.value(expression.value, {**names, axis: other})
        return not isinstance(result, Text) or result.value != name

    def held(axis: str) -> Value:
        return _held(names[axis], Called(axis, name), lambda other: is_made_of(axis, other))

    return {axis: held(axis) for axis in names}


def _held(value: Value, hold: Called, is_made_of: Callable[[Value], bool]) -> Value:
    """A value, held in those of its parts with others of which the name would be another."""
    match value:
        case Text(row) if is_made_of(made(_OTHER)):
            return value._replace(row=tuple(with_holds(piece, (hold,)) for piece in row))
        case Number(_, row) if is_made_of(made(_OTHER)):
            return value._replace(row=tuple(with_holds(piece, (hold,)) for piece in row))
        case Fields(entries):

            def held(key: str, entry: Entry) -> Entry:
                def is_used(other: Value) -> bool:
                    return is_made_of(value._replace(entries={**entries, key: entry._replace(value=other)}))

                return entry._replace(value=_held(entry.value, hold, is_used))

            return value._replace(entries={key: held(key, entry) for key, entry in entries.items()})
        case _:
            return value
