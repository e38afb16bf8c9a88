"""GitHub Actions: the containers and services of jobs, `docker://` steps, and actions that are an image.

Sources: GitHub's "Workflow syntax" (jobs.<id>.container, jobs.<id>.services, steps[*].uses) and "Metadata syntax"
(runs.image, runs.steps[*].uses).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from moorage.documents import limits
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.usage import Document, Problem, Role, Slot, Usage
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, items, named
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import cut, image_row, joined, make_usage, template_problem

FORMAT = "github-actions"

_SCHEME = "docker://"
_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_PLAIN_SOURCE = re.compile(r"\s*([A-Za-z_][\w-]*(?:\.[\w*-]+|\[[^\[\]]*\])+)\s*\Z")


class _Image(NamedTuple):
    found: Found
    role: Role
    needs_scheme: bool = False


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a workflow or an action. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _read_part(content: str) -> Part:
    tree = load(content)
    return part(tree, (_usage(tree, image) for image in _images(tree)))


def _usage(tree: Tree, image: _Image) -> Usage | None:
    row = image_row(image.found.value, tree.text)
    value = joined(row)
    if value.startswith(_SCHEME):
        row = cut(row, len(_SCHEME), len(value))
    elif image.needs_scheme:
        return None
    return make_usage(tree.text, FORMAT, image.role, row, image.found.entry, problem=_problem(value))


def _problem(value: str) -> Problem | None:
    """What an expression in a value keeps from being known: where it comes from, if it only names a place."""
    expressions = _EXPRESSION.findall(value) if len(value) <= limits.VALUE_LENGTH else []
    if not expressions:
        return template_problem(value)
    sources = [match[1] for match in map(_PLAIN_SOURCE.match, expressions) if match is not None]
    if len(sources) < len(expressions):
        return Problem("template", "an expression makes this reference when the workflow runs")
    names = " and ".join(dict.fromkeys(sources))
    return Problem("variable", f"this reference takes its value from {names}")


def _images(tree: Tree) -> Iterator[_Image]:
    lookup = Lookup()
    for root in tree.roots:
        for jobs in lookup.get(root, "jobs"):
            for job in _values(jobs.value):
                yield from _of_job(lookup, job)
        for runs in lookup.get(root, "runs"):
            yield from (_Image(found, "action", needs_scheme=True) for found in lookup.get(runs.value, "image"))
            yield from _of_steps(lookup, runs.value)


def _of_job(lookup: Lookup, job: Node) -> Iterator[_Image]:
    for container in lookup.get(job, "container"):
        yield from _either_form(lookup, container, "job")
    for services in lookup.get(job, "services"):
        if isinstance(services.value, Mapping):
            for _, value, entry in named(services.value):
                yield from _either_form(lookup, Found(value, entry), "service")
    yield from _of_steps(lookup, job)


def _either_form(lookup: Lookup, found: Found, role: Role) -> Iterator[_Image]:
    """A container is an image, or a mapping with `image`."""
    if isinstance(found.value, Scalar):
        yield _Image(found, role)
    else:
        images = lookup.get(found.value, "image")
        yield from (_Image(image, role) for image in images)
        if not images:
            yield _Image(found, role)


def _of_steps(lookup: Lookup, holder: Node) -> Iterator[_Image]:
    for steps in lookup.get(holder, "steps"):
        for step in items(steps.value):
            yield from (_Image(found, "step", needs_scheme=True) for found in lookup.get(step, "uses"))


def _values(node: Node) -> Iterator[Node]:
    if isinstance(node, Mapping):
        yield from (value for _, value, _ in named(node))
