"""What a document in YAML says around its images: every scalar, and the declarations of variables.

Sources: GitLab's `variables:options`, `spec:inputs:options` and `regex`, GitHub's `workflow_dispatch.inputs.*.options`,
Azure's `parameters.values`, CircleCI's `enum`; GitLab's `needs:parallel:matrix`, CircleCI's `exclude` and `requires`.
"""

from collections.abc import Iterator

from moorage.documents.around import Around, Stretch
from moorage.documents.holds import Hold, Listed, Matched
from moorage.documents.yaml.nodes import Mapping, Node, Scalar, Sequence, items, named
from moorage.documents.yaml.stream import Tree

_LISTS = ("options", "enum", "values", "choices")
_PATTERNS = ("regex", "pattern")
_PICKING = frozenset({"needs", "requires", "exclude", "dependencies", "dependson", "depends_on"})


def around(tree: Tree) -> Around:
    """What stands around the images of a document."""
    declared: dict[str, tuple[Hold, ...]] = {}
    stretches: dict[int, Stretch] = {}
    waiting: list[tuple[Node, str, str]] = [(root, "", "") for root in tree.roots]
    seen: set[int] = set()
    while waiting:
        node, key, picking = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case Scalar():
                whole = bool(picking) and key in (picking, "job")
                place = f"`{picking}`" if picking else ""
                stretches.setdefault(node.span.start, Stretch(node.span, node.value, None, key, place, whole))
            case Sequence():
                waiting += ((item, key, picking) for item in node.items)
            case Mapping():
                for name, hold in _declared(node, key):
                    declared[name.lower()] = (*declared.get(name.lower(), ()), hold)
                for entry_key, value in node.entries:
                    name = entry_key.value if isinstance(entry_key, Scalar) else ""
                    if isinstance(entry_key, Scalar) and not _is_word(name):
                        stretches.setdefault(entry_key.span.start, Stretch(entry_key.span, name))
                    if not (name == "name" and isinstance(value, Scalar) and _is_word(value.value)):
                        waiting.append((value, name, picking or (name if name.lower() in _PICKING else "")))
    return Around(tuple(stretches.values()), declared)


def _declared(node: Mapping, key: str) -> Iterator[tuple[str, Hold]]:
    """What a mapping says of the values of the variable that it declares, by that one's name.

    The name is the mapping's key, or what it says under `name`.
    """
    values = {name: value for name, value, _ in named(node)}
    given = values.get("name")
    name = given.value if isinstance(given, Scalar) else key
    for kind in _LISTS:
        listed = values.get(kind)
        if isinstance(listed, Sequence):
            yield name, Listed(name, kind, tuple(item.value for item in items(listed) if isinstance(item, Scalar)))
    for kind in _PATTERNS:
        pattern = values.get(kind)
        if isinstance(pattern, Scalar) and not pattern.is_null:
            yield name, Matched(name, kind, pattern.value)


def _is_word(text: str) -> bool:
    """Whether a text is a name alone, which defines a variable or a job and reads none."""
    return text.replace("-", "_").replace(".", "_").isidentifier()
