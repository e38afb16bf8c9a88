"""Working out expressions. Nothing is raised for what cannot be worked out: it is an `Unknown` with its reason."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, takewhile
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.hcl.functions import FUNCTIONS, LEFT_OUT
from moorage.documents.hcl.tree import (
    Call,
    Characters,
    Choice,
    Conditional,
    Expression,
    For,
    Interpolation,
    ListOf,
    Literal,
    Name,
    Object,
    Operation,
    Path,
    Place,
    Repetition,
    Step,
    Template,
    Unread,
)  # fmt: skip
from moorage.documents.hcl.values import (
    Entry,
    Failed,
    Fields,
    Items,
    NotEvaluated,
    Number,
    Text,
    Unknown,
    Value,
    fields_of,
    items_of,
    listed,
    made,
    named,
    number,
    number_of,
    plain,
    text_of,
    truth_of,
)  # fmt: skip
from moorage.documents.hcl.writing import Writing
from moorage.documents.usage import Segment
from moorage.documents.yaml.values import cut

Locals = Mapping[str, Value]
Look = Callable[[str], Value]


class Function(NamedTuple):
    """A function that a document defines; `rest` takes what is given beyond `parameters`."""

    parameters: tuple[str, ...]
    rest: str | None
    result: Expression


class Evaluator:
    """Works out the expressions of one document. `look` gives the variables that are known everywhere in it."""

    def __init__(self, look: Look, functions: Mapping[str, Function]) -> None:
        self._look = look
        self._functions = functions
        self._steps = 0
        self._depth = 0

    def value(self, expression: Expression, names: Locals) -> Value:
        """What an expression comes to, where `names` are known besides; never raises."""
        try:
            return self._value(expression, names)
        except (Failed, NotEvaluated) as error:
            return Unknown(str(error))

    def _value(self, expression: Expression, names: Locals) -> Value:
        self._count()
        if self._depth > 2 * limits.HCL_DEPTH:
            raise NotEvaluated(f"functions and variables are nested deeper than {2 * limits.HCL_DEPTH}")
        self._depth += 1
        try:
            return self._kind(expression, names)
        finally:
            self._depth -= 1

    def _count(self) -> None:
        self._steps += 1
        if self._steps > limits.HCL_STEPS:
            raise NotEvaluated(f"the file has more than {limits.HCL_STEPS:,} expressions to work out")

    def _kind(self, expression: Expression, names: Locals) -> Value:
        match expression:
            case Characters(row):
                return Text(row)
            case Template():
                return self._template(expression, names)
            case Literal(value, place, written):
                if value is None or isinstance(value, bool):
                    return value
                return Number(value, (Segment(written, place.span, document=place.document, bare=True),))
            case Name(name):
                return names[name] if name in names else self._look(name)
            case Path(of, steps):
                return self._walk(self._value(of, names), steps, names)
            case Call():
                return self._call(expression, names)
            case Conditional(condition, yes, no):
                return self._conditional(condition, yes, no, names)
            case Operation(operator, operands):
                return self._operation(operator, operands, names)
            case ListOf(items):
                return listed(self.value(item, names) for item in items)
            case Object():
                return self._object(expression, names)
            case For():
                return self._for(expression, names)
            case Unread(why):
                raise NotEvaluated(why)

    def _conditional(self, condition: Expression, yes: Expression, no: Expression, names: Locals) -> Value:
        """One of two values; where the condition is not known, what texts begin with in either case is."""
        try:
            test = truth_of(self._value(condition, names))
        except NotEvaluated as error:
            either, other = self.value(yes, names), self.value(no, names)
            if not isinstance(either, Text) or not isinstance(other, Text):
                raise
            same = takewhile(lambda pair: pair[0] == pair[1], zip(either.value, other.value, strict=False))
            return Unknown(str(error), cut(either.row, 0, sum(1 for _ in same)))
        return self._value(yes if test else no, names)

    def _template(self, template: Template, names: Locals) -> Value:
        parts = template.parts
        if len(parts) == 1 and isinstance(parts[0], Interpolation):
            return self._value(parts[0].value, names)
        writing = Writing()
        self._write(template, names, writing)
        return writing.text()

    def _write(self, template: Template, names: Locals, writing: Writing) -> None:
        """Add what a template comes to."""
        for part in template.parts:
            try:
                match part:
                    case Characters(row):
                        writing.characters(row)
                    case Interpolation(value, place):
                        writing.value(self._value(value, names), place)
                    case Choice(condition, yes, no):
                        self._write(yes if truth_of(self._value(condition, names)) else no, names, writing)
                    case Repetition(key, item, source, body):
                        for inner in self._turns(key, item, source, names):
                            self._write(body, inner, writing)
            except (Failed, NotEvaluated) as error:
                writing.missing(Unknown(str(error)), part.place)

    def _walk(self, value: Value, steps: tuple[Step, ...], names: Locals) -> Value:
        for at, step in enumerate(steps):
            if step.key is None:
                inner = () if value is None else items_of(value) if isinstance(value, Items) else (value,)
                return listed(self._walk(item, steps[at + 1 :], names) for item in inner)
            value = member(value, self._value(step.key, names))
        return value

    def _object(self, expression: Object, names: Locals) -> Fields:
        entries: dict[str, Entry] = {}
        unnamed: list[Entry] = []
        for key, value, place in expression.entries:
            name, entry = self.value(key, names), Entry(self.value(value, names), value.place, place)
            if isinstance(name, Unknown):
                unnamed.append(entry)
            else:
                entries[text_of(name)] = entry
        return Fields(entries, tuple(unnamed))

    def _turns(self, key: str | None, item: str, source: Expression, names: Locals) -> Iterator[Locals]:
        """What is known in each turn of a `for`."""
        for at, value in _pairs(self._value(source, names)):
            self._count()
            inner = {**names, item: named(value, item)}
            if key is not None:
                inner[key] = at
            yield inner

    def _for(self, loop: For, names: Locals) -> Value:
        entries: dict[str, list[Value]] = {}
        items: list[Value] = []
        for inner in self._turns(loop.key, loop.item, loop.source, names):
            if loop.condition is not None and not truth_of(self._value(loop.condition, inner)):
                continue
            value = self.value(loop.value, inner)
            if loop.key_value is None:
                items.append(value)
            else:
                entries.setdefault(text_of(self._value(loop.key_value, inner)), []).append(value)
        if loop.key_value is None:
            return listed(items)
        found = {key: listed(values) if loop.groups else values[-1] for key, values in entries.items()}
        return Fields({key: Entry(value, loop.value.place) for key, value in found.items()})

    def _operation(self, operator: str, operands: tuple[Expression, ...], names: Locals) -> Value:
        first = self._value(operands[0], names)
        if len(operands) == 1:
            return (not truth_of(first)) if operator == "!" else number(-number_of(first))
        if operator in ("&&", "||"):
            left = truth_of(first)
            if left == (operator == "||"):
                return left
            return truth_of(self._value(operands[1], names))
        second = self._value(operands[1], names)
        if operator in ("==", "!="):
            return (plain(first) == plain(second)) == (operator == "==")
        return _arithmetic(operator, number_of(first), number_of(second))

    def _call(self, call: Call, names: Locals) -> Value:
        if call.name in ("can", "try"):
            return self._attempt(call, names)
        arguments: list[Value] = [self.value(argument, names) for argument in call.arguments]
        if call.spread:
            last = arguments.pop()
            arguments += items_of(last)
        defined = self._functions.get(call.name)
        if defined is not None:
            return self._defined(call.name, defined, arguments)
        function = FUNCTIONS.get(call.name)
        if function is None:
            raise NotEvaluated(f"{call.name}() {LEFT_OUT.get(call.name, 'is no function that is known here')}")
        try:
            return placed(function(*arguments), call.place)
        except TypeError:
            raise Failed(f"{call.name}() takes other arguments") from None
        except (ArithmeticError, ValueError, IndexError) as error:
            raise Failed(f"{call.name}(): {error}") from None

    def _attempt(self, call: Call, names: Locals) -> Value:
        """`can(x)` says whether HCL can evaluate it, `try(x, y)` takes the first that it can."""
        for argument in call.arguments:
            try:
                value = self._value(argument, names)
            except Failed:
                continue
            return True if call.name == "can" else value
        if call.name == "can":
            return False
        raise Failed("no argument of try() can be worked out")

    def _defined(self, name: str, function: Function, arguments: list[Value]) -> Value:
        if len(arguments) < len(function.parameters) or (
            function.rest is None and len(arguments) > len(function.parameters)
        ):
            raise Failed(f"{name}() takes {len(function.parameters)} arguments")
        names: dict[str, Value] = dict(zip(function.parameters, arguments, strict=False))
        if function.rest is not None:
            names[function.rest] = Items(tuple(arguments[len(function.parameters) :]))
        return self._value(function.result, names)


def member(value: Value, key: Value) -> Value:
    """What a mapping or a list has at a key; raises `Failed` where it has nothing there."""
    if isinstance(value, Items):
        index = number_of(key)
        if index != int(index) or not 0 <= index < len(value.items):
            raise Failed(f"the list has {len(value.items)} items, and none at {index}")
        return value.items[int(index)]
    name = text_of(key)
    entries = fields_of(value)
    if name not in entries:
        raise Failed(f"there is no {name!r} in it")
    return entries[name].value


def placed(result: "Value | str | int | float", place: Place) -> Value:
    """What a function gave; a text that it worked out stands where the function is called."""
    match result:
        case bool():
            return result
        case str():
            if len(result) > limits.HCL_TEXT:
                raise NotEvaluated(f"a text is longer than {limits.HCL_TEXT:,} characters")
            return Text((Segment(result, place.span, verbatim=False, document=place.document),))
        case int() | float():
            return number(result)
        case _:
            return result


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    """Keys and values of what a `for` goes through."""
    if isinstance(value, Items):
        return [(Number(at), item) for at, item in enumerate(value.items)]
    entries = islice(fields_of(value).items(), limits.HCL_ITEMS)
    return [(made(key), entry.value) for key, entry in sorted(entries)]


def _arithmetic(operator: str, left: int | float, right: int | float) -> Value:
    try:
        match operator:
            case "<":
                return left < right
            case ">":
                return left > right
            case "<=":
                return left <= right
            case ">=":
                return left >= right
            case "+":
                return number(left + right)
            case "-":
                return number(left - right)
            case "*":
                return number(left * right)
            case "/":
                return number(left / right)
            case "%":
                return number(left % right)
            case _:
                raise NotEvaluated(f"the operator {operator!r} is not known")
    except ArithmeticError as error:
        raise Failed(str(error)) from None
