"""Azure Pipelines: containers of jobs and of resources, services, with parameters and variables of literal values.

Source: Microsoft's "YAML schema reference for Azure Pipelines" (jobs.job.container, jobs.job.services,
resources.containers.container, parameters, variables, strategy.matrix) and "Template expressions".
"""

import re
from collections import ChainMap
from collections.abc import Iterable, Iterator
from functools import partial

from moorage.documents.ci.pipelines import Environments, Image, pairs, read_pipeline, text_of
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.placeholders import Environment, Placeholders, literal
from moorage.documents.usage import Document, Role, Slot
from moorage.documents.yaml.nodes import Found, Mapping, Node, items, named
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree
from moorage.documents.yaml.values import Row
from moorage.text import Span

FORMAT = "azure"

_PARAMETERS, _VARIABLES = "parameters.", "variables."
_MEMBER = r"(parameters|variables)(?:\.([\w-]+(?:\.[\w-]+)*)|\[[ \t]*'([^']*)'[ \t]*\])"
_EXPRESSION = re.compile(_MEMBER + r"\Z", re.I)
_ROOT_KEYS = frozenset({"trigger", "pr", "schedules", "resources", "pool", "container", "name"})
_PLAIN_WORD = re.compile(r"[^/:@\s]+\Z")


def _name_of(match: re.Match[str]) -> str | None:
    """Variables are named alike whatever their case."""
    if match[2] is not None:
        return _VARIABLES + match[2].lower()
    member = _EXPRESSION.match(match[1] if match[1] is not None else match[3])
    return None if member is None else f"{member[1]}.{member[2] or member[3]}".lower()


_PLACEHOLDERS = Placeholders(
    re.compile(r"\$\{\{[ \t]*(.*?)[ \t]*\}\}|\$\(([^()\s]+)\)|\$\[[ \t]*((?:[^\[\]]|\[[^\[\]]*\])*?)[ \t]*\]"), _name_of
)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a pipeline or of a template of one. Never raises."""
    return read_pipeline(path, FORMAT, text, _images, _PLACEHOLDERS)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _images(tree: Tree) -> Iterator[Image]:
    for root in tree.roots:
        if isinstance(root, Mapping):
            yield from _Pipeline(tree.text, root).images()


class _Pipeline:
    def __init__(self, text: str, root: Mapping) -> None:
        self._text = text
        self._root = root
        resources = [r for found in _get(root, "resources") for r in _get(found.value, "containers")]
        self._resources = [item for found in resources for item in _flat(found.value)]
        self._aliases = frozenset(text_of(alias.value) for r in self._resources for alias in _get(r, "container"))
        # A template is put into a pipeline that may know other containers.
        self._is_whole = any(key in _ROOT_KEYS for key, _ in pairs(root))

    def images(self) -> Iterator[Image]:
        """Every image; jobs that an alias repeats come once."""
        outer: ChainMap[str, Row] = ChainMap(self._variables(self._root), self._parameters())
        for resource in self._resources:
            yield from (Image(image, "job", partial(_one, outer)) for image in _get(resource, "image"))
        waiting: list[tuple[Node, ChainMap[str, Row]]] = [(self._root, outer)]
        seen: set[int] = set()
        while waiting:
            holder, known = waiting.pop()
            if id(holder) in seen:
                continue
            seen.add(id(holder))
            if holder is not self._root:
                known = known.new_child(self._variables(holder))
            yield from self._of_job(holder, known)
            for key in ("stages", "jobs"):
                waiting += ((item, known) for found in _get(holder, key) for item in _flat(found.value))

    def _of_job(self, job: Node, known: ChainMap[str, Row]) -> Iterator[Image]:
        environments = partial(self._runs, job, known)
        for container in _get(job, "container"):
            images = _get(container.value, "image")
            yield from (Image(image, "job", environments) for image in images)
            if not images:
                yield self._by_name(container, "job", environments)
        for services in _get(job, "services"):
            for _, value, entry in _entries(services.value):
                yield self._by_name(Found(value, entry), "service", environments)

    def _by_name(self, found: Found, role: Role, environments: Environments) -> Image:
        """A container that is the name of a resource, or else an image."""
        return Image(found, role, environments, is_other=self._is_resource)

    def _is_resource(self, value: str) -> bool:
        return value in self._aliases or (not self._is_whole and _PLAIN_WORD.match(value) is not None)

    def _runs(self, job: Node, known: ChainMap[str, Row], _names: frozenset[str]) -> Iterator[Environment]:
        """The variables in each run of a job: one for each leg of its matrix."""
        legs = [
            leg
            for strategy in _get(job, "strategy")
            for matrix in _get(strategy.value, "matrix")
            for _, leg, _ in _entries(matrix.value)
        ]
        for leg in legs:
            yield known.new_child({_VARIABLES + n.lower(): literal(v, self._text, n) for n, v, _ in _entries(leg)})
        if not legs:
            yield known

    def _variables(self, holder: Node) -> dict[str, Row]:
        """The variables that a pipeline, a stage or a job defines: a mapping, or a list of names and values."""
        return {_VARIABLES + n: row for f in _get(holder, "variables") for n, row in self._defined(f.value, "value")}

    def _parameters(self) -> dict[str, Row]:
        """The defaults of the pipeline's parameters."""
        found = _get(self._root, "parameters")
        return {_PARAMETERS + n: row for f in found for n, row in self._defined(f.value, "default")}

    def _defined(self, definitions: Node, key: str) -> Iterator[tuple[str, Row]]:
        if isinstance(definitions, Mapping):
            yield from ((n.lower(), literal(value, self._text, n)) for n, value, _ in _entries(definitions))
            return
        for item in _flat(definitions):
            for name in _get(item, "name"):
                for value in _get(item, key):
                    n = text_of(name.value)
                    yield n.lower(), literal(value.value, self._text, n)


def _one(known: Environment, _names: frozenset[str]) -> Iterable[Environment]:
    return (known,)


def _get(node: Node, key: str) -> list[Found]:
    return [Found(value, entry) for name, value, entry in _entries(node) if name == key]


def _entries(node: Node) -> Iterator[tuple[str, Node, Span]]:
    """The entries of a mapping, with those that a template expression (`${{ if … }}:`) puts into it."""
    waiting, seen = [node], set[int]()
    while waiting:
        mapping = waiting.pop()
        if id(mapping) in seen or not isinstance(mapping, Mapping):
            continue
        seen.add(id(mapping))
        for name, value, entry in named(mapping):
            if name.startswith("${{"):
                waiting.append(value)
            else:
                yield name, value, entry


def _flat(node: Node) -> Iterator[Node]:
    """The items of a list, with those that a template expression (`- ${{ if … }}:`) puts into it."""
    waiting, seen = [node], set[int]()
    while waiting:
        holder = waiting.pop()
        if id(holder) in seen:
            continue
        seen.add(id(holder))
        for item in items(holder):
            inner = [value for name, value in pairs(item) if name.startswith("${{")]
            waiting += inner
            if not inner:
                yield item
