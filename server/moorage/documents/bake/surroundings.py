"""Where Bake files read variables besides those that name an image with them: tags, conditions, other variables."""

import re
from collections.abc import Callable, Iterable, Iterator

from moorage.documents.around import Around, Stretch
from moorage.documents.hcl.tree import Body, Characters, Expression, Object, Template

_PLAIN = re.compile(r'"[^"$%\n]*"')
"""A text that reads no variable."""


def around(bodies: Iterable[Body], text_of: Callable[[str | None], str]) -> Around:
    """The attributes of all blocks of some bodies, of an object each entry. `text_of` gives the text of a document."""
    return Around([_stretch(value, text_of) for body in bodies for value in _values(body)], {})


def _values(body: Body) -> Iterator[Expression]:
    for attribute in body.attributes:
        if isinstance(attribute.value, Object):
            yield from (entry.value for entry in attribute.value.entries)
        else:
            yield attribute.value
    for block in body.blocks:
        yield from _values(block.body)


def _stretch(value: Expression, text_of: Callable[[str | None], str]) -> Stretch:
    place = value.place
    content = place.span.of(text_of(place.document))
    # The place of a text is what stands between its quotes.
    quoted = f'"{content}"' if isinstance(value, Characters | Template) else content
    return Stretch(place.span, content, _PLAIN.sub("", quoted), document=place.document)
