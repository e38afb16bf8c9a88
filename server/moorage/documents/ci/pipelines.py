"""Pipelines written in YAML: from the places that a format names to usages."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby, islice
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.around import bound
from moorage.documents.placeholders import Environment, Placeholders, fill, names_in
from moorage.documents.usage import Document, Problem, Role, Segment, Usage
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, items, named
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.surroundings import around
from moorage.documents.yaml.values import Row, cut, image_row, joined, make_usage, place_of, template_problem
from moorage.text import Span

Environments = Callable[[frozenset[str]], Iterable[Environment]]
"""The values that some variables may have together, each combination one environment."""

Known = dict[tuple[Environments, frozenset[str]], tuple[Environment, ...]]
"""The environments that were asked for already: the images of one job share them."""


def nothing_known(_names: frozenset[str]) -> Iterable[Environment]:
    """The one environment without variables."""
    return ({},)


def never(_value: str) -> bool:
    """Every value is an image."""
    return False


class Image(NamedTuple):
    """A value that names an image, once for each of the environments of its variables.

    With a `scheme` it is an image only where it begins so, unless `bare` it is one, too. `is_other` says of a value
    that it names something else. With a `problem` its value is not known. `chosen`: what its variables say is settled
    by the run that is started, also where the file has only one value for them. `taken`: jobs take it from where it
    stands, so that its variables need not be known there. `row`: what it is where that is not what stands at `found`.
    """

    found: Found
    role: Role
    environments: Environments = nothing_known
    scheme: str = ""
    bare: bool = False
    is_other: Callable[[str], bool] = never
    problem: Problem | None = None
    chosen: bool = False
    taken: bool = False
    row: Row | None = None


def read_pipeline(
    path: str,
    format_id: str,
    text: str,
    images: Callable[[Tree], Iterable[Image]],
    placeholders: Placeholders,
) -> Document:
    """A file whose documents name `images`. Never raises."""

    def read_part(content: str) -> Part:
        tree = load(content)
        found: dict[tuple[int, str | None], Usage] = {}
        chosen, taken = set[int](), set[int]()
        known: Known = {}
        for image in islice(images(tree), limits.IMAGES + 1):
            for usage in _usages(tree, format_id, image, placeholders, known):
                found.setdefault((usage.span.start, usage.expanded), usage)
                if image.chosen and placeholders.pattern.search(usage.written):
                    chosen.add(usage.span.start)
                if image.taken:
                    taken.add(usage.span.start)
        ordered = sorted(found.values(), key=lambda usage: usage.span)
        places = groupby(ordered, key=lambda usage: usage.span.start)
        together = (_together(list(usages), start in chosen, start in taken) for start, usages in places)
        usages = bound(tuple(chain.from_iterable(together)), lambda: around(tree))
        return part(tree, ())._replace(usages=tuple(usages))

    return read_stream(path, format_id, text, read_part)


def _together(usages: list[Usage], chosen: bool, taken: bool) -> list[Usage]:
    """The values of one place, in the order of the runs, each told of the others.

    Where they are `chosen` or `taken`, one that is not known is left out beside those that are: the run has no such
    container, or the job that says it does not run.
    """
    known = [usage for usage in usages if usage.expanded is not None]
    kept = known if known and (chosen or taken) else usages
    if not known or (len(known) == 1 and not chosen):
        return kept
    choices = tuple(usage.expanded or "" for usage in known)
    return [usage._replace(choices=choices) for usage in kept]


def either_form(lookup: Lookup, found: Found, key: str, role: Role) -> Iterator[Image]:
    """An image that is written as a text, or as a mapping that has it under `key`."""
    yield from (Image(image, role) for image in lookup.get(found.value, key) or [found])


def pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    """The keys and values of a mapping; none for anything else."""
    if isinstance(node, Mapping):
        yield from ((name, value) for name, value, _ in named(node))


def members(node: Node, key: str) -> Iterator[Node]:
    """The items of a list, or, where they have names instead of dashes, the mappings in a mapping.

    A mapping that has `key` itself is one of them: half-typed text loses its dashes first.
    """
    yield from items(node)
    yield from (value for name, value in pairs(node) if name != key and isinstance(value, Mapping))


def _usages(tree: Tree, format_id: str, image: Image, placeholders: Placeholders, known: Known) -> Iterator[Usage]:
    """The usages at one place; each value once."""
    written = image_row(image.found.value, tree.text)
    if image.scheme:
        if joined(written).startswith(image.scheme):
            written = cut(written, len(image.scheme), len(joined(written)))
        elif not image.bare:
            return
    said = written if image.row is None else image.row
    key = (image.environments, names_in(joined(said), placeholders))
    if key not in known:
        names = read_names(image.environments, key[1], placeholders)
        known[key] = tuple(_distinct(image.environments(names), names))
    for environment in known[key]:
        row, problem = fill(said, placeholders, environment)
        if problem is None and image.is_other(joined(row)):
            continue
        if problem is None and image.scheme and joined(row).startswith(image.scheme):
            row = cut(row, len(image.scheme), len(joined(row)))
        if image.row is not None:
            row = tuple(_seen_from(piece, place_of(written)) for piece in row)
        problem = image.problem or problem or template_problem(joined(row), variables=True)
        usage = make_usage(tree.text, format_id, image.role, written, image.found.entry, row=row, problem=problem)
        if usage is not None:
            yield usage


def _seen_from(piece: Segment, place: Span | None) -> Segment:
    """A piece of a value that another file makes: what stands in that is not edited, what stands at `place` is named
    there and by no variable.
    """
    if piece.document is not None:
        return piece._replace(verbatim=False)
    here = place is not None and piece.span is not None and place.holds(piece.span)
    return piece._replace(name=None) if here else piece


def read_names(environments: Environments, names: frozenset[str], placeholders: Placeholders) -> frozenset[str]:
    """The variables that are read for those of `names`, whose values may name others."""
    for _ in range(limits.DEFINITION_DEPTH if names else 0):
        looked_at = islice(environments(names), limits.VALUES_OF_A_PLACE)
        rows = (environment.get(name, ())[: limits.VALUE_PIECES] for environment in looked_at for name in names)
        further = names.union(*(names_in(joined(row), placeholders) for row in rows))
        if further == names:
            break
        names = further
    return names


def _distinct(environments: Iterable[Environment], names: frozenset[str]) -> Iterator[Environment]:
    """The environments that tell some of `names` another value, up to the limits."""
    seen: set[tuple[str, ...]] = set()
    for environment in islice(environments, limits.ENVIRONMENTS_OF_A_PLACE if names else 1):
        values = tuple(joined(environment.get(name, ())[: limits.VALUE_PIECES]) for name in names)
        if values not in seen:
            seen.add(values)
            yield environment
            if len(seen) == limits.VALUES_OF_A_PLACE:
                return


def text_of(node: Node | None) -> str:
    """The text of a scalar; empty for anything else."""
    return node.value if isinstance(node, Scalar) and not node.is_null else ""
