"""What a pipeline gives to another file of the project that it calls: literals there that name images here.

The usage stands where the literal is written, in the file that calls. What the called file says besides stands in that
one and is not edited from here, since others may call it.
"""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.ci.pipelines import Environments, Image, read_names
from moorage.documents.detect import Neighbour
from moorage.documents.placeholders import Environment, Placeholders, fill, names_in
from moorage.documents.yaml.nodes import Found
from moorage.documents.yaml.values import Row, image_row, joined


class Called(NamedTuple):
    """A file that is called: its path, its text, and the images that it names."""

    path: str
    text: str
    images: tuple[Image, ...]


class Given(NamedTuple):
    """A value that a call gives: where it is written, and its pieces."""

    found: Found
    row: Row


class Call(NamedTuple):
    """A call: the file, by its path from the folder of the one that calls, what it is given by the names that it reads
    this by, and what is known where the call stands.
    """

    file: str
    given: Mapping[str, Given]
    outer: Environments


def passed(
    calls: Iterable[Call],
    path: str,
    neighbour: Neighbour,
    images: Callable[[str], Iterable[Image]],
    placeholders: Placeholders,
) -> Iterator[Image]:
    """The images that the file at `path` gives to those that it calls; `images` are those of a text."""
    files: dict[str, Called | None] = {}
    room = limits.DOCUMENT_BYTES
    for call in islice(calls, limits.CALLS):
        if call.file not in files and len(files) < limits.CALLED_FILES:
            text = neighbour(call.file)
            room -= len(text or "")
            there = posixpath.normpath(posixpath.join(posixpath.dirname(path), call.file))
            files[call.file] = None if text is None or room < 0 else Called(there, text, _first(images(text)))
        called = files.get(call.file)
        if called is not None:
            yield from _given_to(called, call.given, call.outer, placeholders)


def _first(images: Iterable[Image]) -> tuple[Image, ...]:
    return tuple(islice(images, limits.IMAGES_OF_A_CALL))


def _given_to(
    called: Called, given: Mapping[str, Given], outer: Environments, placeholders: Placeholders
) -> Iterator[Image]:
    """The images of a called file that read what is `given`, as they are where that is written.

    Those that stay unknown are left out. Of several values that make one image, the last one that it names counts as
    its place: it mostly says the tag.
    """
    for image in called.images:
        row = image_row(image.found.value, called.text)
        direct = names_in(joined(row), placeholders)
        if image.problem or (image.scheme and not image.bare) or not direct:
            continue
        environments = partial(_environments, called.path, image.environments, given, outer, placeholders)
        names = read_names(environments, direct, placeholders)
        place = _place(joined(row), names & given.keys(), placeholders)
        row = _away(row, called.path)
        known = islice(environments(names), limits.VALUES_OF_A_PLACE)
        if place is not None and any(fill(row, placeholders, one).problem is None for one in known):
            yield image._replace(found=given[place].found, environments=environments, row=row)


def _place(value: str, names: frozenset[str], placeholders: Placeholders) -> str | None:
    """The last of some variables that a value names; where it names none itself, the first in order."""
    named = [placeholders.name_of(match) for match in placeholders.pattern.finditer(value)]
    return next((name for name in reversed(named) if name in names), min(names, default=None))


def _environments(
    path: str,
    inner: Environments,
    given: Mapping[str, Given],
    outer: Environments,
    placeholders: Placeholders,
    names: frozenset[str],
) -> Iterator[Environment]:
    """What is known in the called file, for all that may be known at the call."""
    rows = {name: given[name].row for name in names if name in given}
    read = names_in(" ".join(joined(row) for row in rows.values()), placeholders)
    for around in islice(outer(read_names(outer, read, placeholders)), limits.VALUES_OF_A_PLACE):
        filled = {name: fill(row, placeholders, around) for name, row in rows.items()}
        values = {name: () if value.problem else value.row for name, value in filled.items()}
        for own in islice(inner(names), limits.VALUES_OF_A_PLACE):
            yield {name: _away(own.get(name, ()), path) for name in names} | values


def _away(row: Row, path: str) -> Row:
    """A value of the called file as it is seen from the one that calls."""
    return tuple(piece._replace(document=piece.document or path) for piece in row)
