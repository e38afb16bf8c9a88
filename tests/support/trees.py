"""YAML nodes as plain values, for comparing."""

from moorage.documents.yaml.nodes import Mapping, Scalar


def plain(node):
    """Scalars as their text, mappings as lists of pairs, sequences as lists."""
    match node:
        case None:
            return None
        case Scalar():
            return node.value
        case Mapping():
            return [(plain(key), plain(value)) for key, value in node.entries]
        case _:
            return [plain(item) for item in node.items]


def shown(node, text):
    """The same, with the characters at each scalar's span instead of its value."""
    match node:
        case Scalar():
            return node.span.of(text)
        case Mapping():
            return [(shown(key, text), shown(value, text)) for key, value in node.entries]
        case _:
            return [shown(item, text) for item in node.items]
