"""What the Bake files of a folder define together: variables, functions and targets.

Source: https://docs.docker.com/build/bake/reference/. The environment, which may set variables, is not in the project.
"""

from collections.abc import Mapping, Sequence

from moorage.documents.hcl.evaluate import Evaluator, Function
from moorage.documents.hcl.tree import Block, Body, Characters, Expression, ListOf, Name, Template
from moorage.documents.hcl.values import Entry, Fields, NotEvaluated, Text, Value, named
from moorage.documents.usage import Segment
from moorage.documents.yaml.values import joined

BLOCKS = ("variable", "function", "group", "target")
_KNOWN = {"BAKE_LOCAL_PLATFORM": "linux/amd64", "BAKE_CMD_CONTEXT": "."}


class Scope:
    """The definitions of some bodies; of what is defined twice the later one counts.

    What `fallback` defines is known where no body does.
    """

    def __init__(self, bodies: Sequence[Body], fallback: Sequence[Body] = ()) -> None:
        self._variables: dict[str, Expression | None] = {}
        self._functions: dict[str, Function] = {}
        self.targets: dict[str, list[Block]] = {}
        self._values: dict[str, Value] = {}
        self._working: set[str] = set()
        self.evaluator = Evaluator(self._look, self._functions)
        for body in (*fallback, *bodies):
            self._define(body)
        own = {block.labels[0].text for body in bodies for block in body.blocks if _is_target(block)}
        for body in (*fallback, *bodies):
            for block in filter(_is_target, body.blocks):
                if body in bodies or block.labels[0].text not in own:
                    self.targets.setdefault(block.labels[0].text, []).append(block)

    def attributes(self, block: Block, names: Mapping[str, Value]) -> dict[str, Value]:
        """The values of a block's attributes; with `names`, which its matrix gives, not that of the matrix again."""
        wanted = (a for a in block.body.attributes if not names or a.name != "matrix")
        return {a.name: self.evaluator.value(a.value, names) for a in wanted}

    def _define(self, body: Body) -> None:
        for attribute in body.attributes:
            self._variables[attribute.name] = attribute.value
        for block in body.blocks:
            name = block.labels[0].text if block.labels else ""
            if block.type == "variable":
                default = block.body.get("default")
                if default is not None or name not in self._variables:
                    self._variables[name] = None if default is None else default.value
            elif block.type == "function":
                result = block.body.get("result")
                if result is not None:
                    rest = block.body.get("variadic_params")
                    self._functions[name] = Function(
                        _names(block.body, "params"), None if rest is None else _word(rest.value), result.value
                    )

    def _look(self, name: str) -> Value:
        """The value of a variable; raises `NotEvaluated` for one that is not known here."""
        if name not in self._values:
            if name in self._working:
                raise NotEvaluated(f"{name} refers to itself")
            self._working.add(name)
            try:
                self._values[name] = self._work_out(name)
            finally:
                self._working.discard(name)
        return self._values[name]

    def _work_out(self, name: str) -> Value:
        if name in self._variables:
            default = self._variables[name]
            return Text((), (name,)) if default is None else named(self.evaluator.value(default, {}), name)
        if name in _KNOWN:
            return Text((Segment(_KNOWN[name], None, name=name),))
        if name in ("target", "variable", "group"):
            return self._blocks(name)
        raise NotEvaluated(f"{name} is not defined in this file")

    def _blocks(self, kind: str) -> Value:
        """What `target.NAME.ATTRIBUTE` goes into."""
        if kind != "target":
            raise NotEvaluated(f"blocks of type {kind} are not looked into")
        found = {
            name: Fields({a: Entry(v) for block in blocks for a, v in self.attributes(block, {}).items()})
            for name, blocks in self.targets.items()
        }
        return Fields({name: Entry(value) for name, value in found.items()})


def _is_target(block: Block) -> bool:
    return block.type == "target" and bool(block.labels)


def _names(body: Body, attribute: str) -> tuple[str, ...]:
    """The names in a list such as `params = [a, b]`; JSON has them in quotes."""
    found = body.get(attribute)
    items = found.value.items if found is not None and isinstance(found.value, ListOf) else ()
    return tuple(word for item in items if (word := _word(item)) is not None)


def _word(expression: Expression) -> str | None:
    match expression:
        case Name(name):
            return name
        case Characters(row):
            return joined(row)
        case Template((Characters(row),)):
            return joined(row)
        case _:
            return None
