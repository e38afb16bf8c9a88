"""Functions of lists and mappings."""

from collections.abc import Callable, Iterable
from itertools import islice, product

from moorage.documents import limits
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
    number_of,
    plain,
    text_of,
)  # fmt: skip


def _chunk(value: Value, size: Value) -> Items:
    items, width = items_of(value), int(number_of(size)) or limits.HCL_ITEMS
    if width < 0:
        raise Failed("a chunk has no negative size")
    return listed(Items(items[i : i + width]) for i in range(0, len(items), width))


def _coalesce(*values: Value) -> Value:
    for value in values:
        if isinstance(value, Unknown):
            raise NotEvaluated(value.why)
        if value is not None and not (isinstance(value, Text) and not value.value):
            return value
    raise Failed("no argument has a value")


def _coalesce_list(*values: Value) -> Value:
    found = next((value for value in values if value is not None and items_of(value)), None)
    if found is None:
        raise Failed("no argument has items")
    return found


def _concat(*values: Value) -> Items:
    return listed(item for value in values for item in items_of(value))


def _contains(value: Value, wanted: Value) -> bool:
    return plain(wanted) in [plain(item) for item in items_of(value)]


def _distinct(items: Iterable[Value]) -> Items:
    return listed({repr(plain(item)): item for item in islice(items, limits.HCL_ITEMS + 1)}.values())


def _element(value: Value, index: Value) -> Value:
    items = items_of(value)
    if not items:
        raise Failed("the list is empty")
    return items[int(number_of(index)) % len(items)]


def _flat(value: Value) -> Iterable[Value]:
    for item in items_of(value):
        if isinstance(item, Items):
            yield from _flat(item)
        else:
            yield item


def _at(value: Value, key: Value) -> Value:
    """`index(collection, key)`, as go-cty has it."""
    if isinstance(value, Fields):
        name = text_of(key)
        if name not in value.entries:
            raise Failed(f"there is no {name!r} in it")
        return value.entries[name].value
    items, number = items_of(value), int(number_of(key))
    if not 0 <= number < len(items):
        raise Failed(f"the list has {len(items)} items, and none at {number}")
    return items[number]


def _has_index(value: Value, key: Value) -> bool:
    if isinstance(value, Fields):
        return isinstance(key, Text) and key.value in value.entries
    return isinstance(key, Number) and 0 <= key.value < len(items_of(value))


def _index_of(value: Value, wanted: Value) -> int:
    found = [plain(item) for item in items_of(value)]
    if plain(wanted) not in found:
        raise Failed("the item is not in the list")
    return found.index(plain(wanted))


def _length(value: Value) -> int:
    return len(items_of(value))


def _lookup(value: Value, key: Value, default: Value) -> Value:
    entry = fields_of(value).get(text_of(key))
    return default if entry is None else entry.value


def _merge(*values: Value) -> Fields:
    merged: dict[str, Entry] = {}
    for value in values:
        if value is not None:
            merged.update(fields_of(value))
    return Fields(merged)


def _range(*bounds: Value) -> Items:
    numbers = [number_of(bound) for bound in bounds]
    start, stop = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    step = numbers[2] if len(numbers) > 2 else 1 if stop >= start else -1
    if step == 0 or (stop - start) / step > limits.HCL_ITEMS:
        raise NotEvaluated("so long a list is not worked out")
    return listed(Number(start + i * step) for i in range(max(0, -int(-(stop - start) // step))))


def _set_product(*values: Value) -> Items:
    return listed(Items(combination) for combination in product(*(items_of(value) for value in values)))


def _intersection(first: Value, *others: Value) -> Items:
    kept = [{repr(plain(item)) for item in items_of(other)} for other in others]
    return _distinct(i for i in items_of(first) if all(repr(plain(i)) in found for found in kept))


def _difference(first: Value, second: Value) -> Items:
    gone = {repr(plain(item)) for item in items_of(second)}
    return _distinct(item for item in items_of(first) if repr(plain(item)) not in gone)


def _symmetric(first: Value, second: Value) -> Items:
    return _concat(_difference(first, second), _difference(second, first))


def _slice(value: Value, start: Value, end: Value) -> Items:
    items, first, last = items_of(value), int(number_of(start)), int(number_of(end))
    if not 0 <= first <= last <= len(items):
        raise Failed(f"the list has {len(items)} items")
    return Items(items[first:last])


def _sort(value: Value) -> Items:
    return Items(tuple(sorted(items_of(value), key=text_of)))


def _zip_map(keys: Value, values: Value) -> Fields:
    names, items = [text_of(key) for key in items_of(keys)], items_of(values)
    if len(names) != len(items):
        raise Failed("there are not as many keys as values")
    return Fields({name: Entry(item) for name, item in zip(names, items, strict=True)})


def _compact(value: Value) -> Items:
    return listed(item for item in items_of(value) if text_of(item))


def _flatten(value: Value) -> Items:
    return listed(_flat(value))


def _reversed(value: Value) -> Items:
    return Items(items_of(value)[::-1])


def _keys(value: Value) -> Items:
    return listed(made(key) for key in sorted(fields_of(value)))


def _values(value: Value) -> Items:
    return listed(entry.value for _, entry in sorted(fields_of(value).items(), key=lambda item: item[0]))


def _union(*values: Value) -> Items:
    return _distinct(_concat(*values).items)


FUNCTIONS: dict[str, Callable[..., Value | int]] = {
    "chunklist": _chunk,
    "coalesce": _coalesce,
    "coalescelist": _coalesce_list,
    "compact": _compact,
    "concat": _concat,
    "contains": _contains,
    "distinct": _union,
    "element": _element,
    "flatten": _flatten,
    "hasindex": _has_index,
    "index": _at,
    "indexof": _index_of,
    "keys": _keys,
    "length": _length,
    "lookup": _lookup,
    "merge": _merge,
    "range": _range,
    "reverselist": _reversed,
    "sethaselement": _contains,
    "setintersection": _intersection,
    "setproduct": _set_product,
    "setsubtract": _difference,
    "setsymmetricdifference": _symmetric,
    "setunion": _union,
    "slice": _slice,
    "sort": _sort,
    "values": _values,
    "zipmap": _zip_map,
}
