"""Functions of numbers and truth values."""

import math
from collections.abc import Callable

from moorage.documents.hcl.values import NotEvaluated, Value, number_of, plain, text_of, truth_of

_LARGEST_POWER = 1000


def _one(compute: Callable[[int | float], int | float]) -> Callable[[Value], int | float]:
    return lambda value: compute(number_of(value))


def _two(compute: Callable[[int | float, int | float], int | float]) -> Callable[[Value, Value], int | float]:
    return lambda a, b: compute(number_of(a), number_of(b))


def _many(compute: Callable[..., int | float]) -> Callable[..., int | float]:
    return lambda *values: compute(*map(number_of, values))


def _both(a: Value, b: Value) -> bool:
    return truth_of(a) and truth_of(b)


def _either(a: Value, b: Value) -> bool:
    return truth_of(a) or truth_of(b)


def _equal(a: Value, b: Value) -> bool:
    return plain(a) == plain(b)


def _unequal(a: Value, b: Value) -> bool:
    return plain(a) != plain(b)


def _not(value: Value) -> bool:
    return not truth_of(value)


def _power(base: int | float, exponent: int | float) -> int | float:
    if abs(exponent) > _LARGEST_POWER or abs(base) > 10**9:
        raise NotEvaluated("so large a power is not worked out")
    return base**exponent


def _parse_int(text: Value, base: Value) -> int:
    return int(text_of(text), int(number_of(base)))


FUNCTIONS: dict[str, Callable[..., Value | int | float]] = {
    "absolute": _one(abs),
    "add": _two(lambda a, b: a + b),
    "and": _both,
    "ceil": _one(math.ceil),
    "divide": _two(lambda a, b: a / b),
    "equal": _equal,
    "floor": _one(math.floor),
    "greaterthan": _two(lambda a, b: a > b),
    "greaterthanorequalto": _two(lambda a, b: a >= b),
    "int": _one(math.trunc),
    "lessthan": _two(lambda a, b: a < b),
    "lessthanorequalto": _two(lambda a, b: a <= b),
    "log": _two(lambda a, b: math.log(a) / math.log(b)),
    "max": _many(max),
    "min": _many(min),
    "modulo": _two(math.fmod),
    "multiply": _two(lambda a, b: a * b),
    "negate": _one(lambda n: -n),
    "not": _not,
    "notequal": _unequal,
    "or": _either,
    "parseint": _parse_int,
    "pow": _two(_power),
    "signum": _one(lambda n: (n > 0) - (n < 0)),
    "subtract": _two(lambda a, b: a - b),
}
