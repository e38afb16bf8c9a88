"""YAML that is written in a literal block (`|`) of another document."""

from collections.abc import Callable, Iterable, Iterator

from moorage.documents.usage import Usage
from moorage.documents.yaml.nodes import Found, Scalar
from moorage.documents.yaml.parts import moved_usage
from moorage.documents.yaml.stream import Tree, load


def in_block(text: str, found: Found, read: Callable[[Tree], Iterable[Usage | None]]) -> Iterator[Usage]:
    """What `read` finds in a literal block of `text`, which is one entry for directives; nothing in other scalars."""
    block = found.value
    if isinstance(block, Scalar) and block.style == "|":
        start = text.find("\n", *block.span) + 1
        for usage in read(load(text[start : block.span.end])) if start else ():
            if usage is not None:
                yield moved_usage(usage, start)._replace(instruction=found.entry)
