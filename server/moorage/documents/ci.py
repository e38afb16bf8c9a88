"""Pipelines written in YAML: from the places that a format names to usages."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.placeholders import Environment, Placeholders, fill, names_in
from moorage.documents.usage import Document, Problem, Role, Usage
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, items, named
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import cut, image_row, joined, make_usage, template_problem

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

    With a `scheme` it is an image only where it begins so; `is_other` says of a value that it names something else.
    With a `problem` its value is not known.
    """

    found: Found
    role: Role
    environments: Environments = nothing_known
    scheme: str = ""
    is_other: Callable[[str], bool] = never
    problem: Problem | None = None


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
        known: Known = {}
        for image in images(tree):
            for usage in _usages(tree, format_id, image, placeholders, known):
                found.setdefault((usage.span.start, usage.expanded), usage)
        ordered = sorted(found.values(), key=lambda usage: (usage.span, usage.expanded or ""))
        return part(tree, ())._replace(usages=tuple(ordered))

    return read_stream(path, format_id, text, read_part)


def either_form(lookup: Lookup, found: Found, key: str, role: Role) -> Iterator[Image]:
    """An image that is written as a text, or as a mapping that has it under `key`."""
    yield from (Image(image, role) for image in lookup.get(found.value, key) or [found])


def pairs(node: Node) -> Iterator[tuple[str, Node]]:
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
        if not joined(written).startswith(image.scheme):
            return
        written = cut(written, len(image.scheme), len(joined(written)))
    names = names_in(joined(written), placeholders)
    key = (image.environments, names)
    if key not in known:
        known[key] = tuple(_distinct(image.environments(names), names))
    for environment in known[key]:
        row, problem = fill(written, placeholders, environment)
        if problem is None and image.is_other(joined(row)):
            continue
        problem = image.problem or problem or template_problem(joined(row), variables=True)
        usage = make_usage(tree.text, format_id, image.role, written, image.found.entry, row=row, problem=problem)
        if usage is not None:
            yield usage


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


def text_of(node: Node) -> str:
    """The text of a scalar; empty for anything else."""
    return node.value if isinstance(node, Scalar) and not node.is_null else ""
