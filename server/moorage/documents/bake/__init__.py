"""Bake files, in HCL or JSON: images that stand for named contexts, Dockerfiles written inside, and what is built."""

import posixpath
from collections.abc import Iterable, Iterator
from functools import cache

from moorage.documents import limits
from moorage.documents.around import bound, bound_builds
from moorage.documents.bake.groups import groups_of
from moorage.documents.bake.places import FORMAT, build_of, inline_of, notices_of, usages_of
from moorage.documents.bake.scope import BLOCKS, Scope
from moorage.documents.bake.surroundings import around
from moorage.documents.bake.targets import Targets
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.hcl.comments import comments
from moorage.documents.hcl.json import read_json_body
from moorage.documents.hcl.source import Unavailable
from moorage.documents.hcl.syntax import read_body
from moorage.documents.hcl.tree import Body
from moorage.documents.overlong import overlong
from moorage.documents.usage import Comment, Document, Notice, Slot, Usage, told_of_each_other
from moorage.documents.yaml.slots import slot_by_reading

__all__ = ["read", "slot_at"]

TOGETHER = ("docker-bake.json", "docker-bake.hcl", "docker-bake.override.json", "docker-bake.override.hcl")
"""The files that Bake reads as one where none is named, in its order."""


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a Bake file and what it builds. Never raises."""
    too_long = overlong(path, FORMAT, text)
    if too_long is not None:
        return too_long
    try:
        body = _body(path, text, None)
    except Unavailable as error:
        return Document(path, FORMAT, text, (), notices=(Notice(str(error)),))
    before, after = _others(path, neighbour)
    together = posixpath.basename(path) in TOGETHER
    scope = Scope((*before, body, *after)) if together else Scope((body,), (*before, *after))
    targets = Targets(scope, text)
    own = {target.name: target for target in targets.all if target.label.place.document is None}
    places = _Places()
    remarks: set[Comment] = {*comments(text, body)}
    unknown: dict[Notice, None] = {}
    for target in targets.all:
        if target.label.place.document is None:
            places.keep(usages_of(text, target), target.name)
            unknown.update(dict.fromkeys(notices_of(target)))
            inline = inline_of(path, text, target, targets)
            if inline is not None:
                places.keep(inline.usages, target.name)
                remarks.update(inline.comments)
    builds = tuple(build_of(target, targets) for target in own.values())

    def text_of(document: str | None) -> str:
        return text if document is None else neighbour(posixpath.basename(document)) or ""

    beside = cache(lambda: around((*before, body, *after), text_of))
    return Document(
        path,
        FORMAT,
        text,
        bound(places.usages(), beside),
        comments=tuple(sorted(remarks, key=lambda comment: comment.line)),
        notices=(*_caps(body, targets), *unknown),
        builds=bound_builds(builds, beside),
        groups=tuple(groups_of(body, scope, targets)),
    )


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _caps(body: Body, targets: Targets) -> Iterator[Notice]:
    if body.cut:
        yield Notice(f"a file is read up to {limits.HCL_EXPRESSIONS:,} expressions")
    yield from map(Notice, targets.cut)


class _Places:
    """The usages of a file: a place that several targets reach is one for each value that it has."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str | None], tuple[Usage, dict[str, None]]] = {}

    def keep(self, found: Iterable[Usage], owner: str) -> None:
        """Take what a target names."""
        for usage in found:
            self._found.setdefault((usage.span.start, usage.expanded), (usage, {}))[1][owner] = None

    def usages(self) -> tuple[Usage, ...]:
        """All of them, in the order of the text."""
        found = (usage._replace(owners=tuple(owners)) for usage, owners in self._found.values())
        return tuple(told_of_each_other(found))


def _body(path: str, text: str, document: str | None) -> Body:
    if path.endswith(".json"):
        return read_json_body(text, BLOCKS, document)
    return read_body(text, document)


def _others(path: str, neighbour: Neighbour) -> tuple[list[Body], list[Body]]:
    """The bodies of the files beside this one that Bake reads with it: those before it and those behind it."""
    name = posixpath.basename(path)
    before: list[Body] = []
    after: list[Body] = []
    place = TOGETHER.index(name) if name in TOGETHER else len(TOGETHER)
    for number, other in enumerate(TOGETHER):
        text = neighbour(other) if other != name else None
        if text is None:
            continue
        try:
            body = _body(other, text, posixpath.join(posixpath.dirname(path), other))
        except Unavailable:
            continue  # that file says so itself
        (before if number < place else after).append(body)
    return before, after
