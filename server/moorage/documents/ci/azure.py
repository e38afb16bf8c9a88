"""Azure Pipelines: containers of jobs and of resources, services, with parameters and variables of literal values.

Source: Microsoft's "YAML schema reference for Azure Pipelines" (jobs.job.container, jobs.job.services,
resources.containers.container, parameters, variables, strategy.matrix) and "Template expressions".
"""

import re
from collections import ChainMap
from collections.abc import Iterator
from functools import partial
from itertools import product

from moorage.documents import limits
from moorage.documents.ci.calls import Call, Given, passed
from moorage.documents.ci.pipelines import Environments, Image, pairs, read_pipeline, text_of
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.placeholders import Environment, Placeholders, literal
from moorage.documents.usage import Document, Role, Slot
from moorage.documents.yaml.nodes import Found, Mapping, Node, Sequence, items, named
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import Row
from moorage.text import Span

FORMAT = "azure"

_PARAMETERS, _VARIABLES = "parameters.", "variables."
_MEMBER = r"(parameters|variables)(?:\.([\w-]+(?:\.[\w-]+)*)|\[[ \t]*'([^']*)'[ \t]*\])"
_EXPRESSION = re.compile(_MEMBER + r"\Z", re.I)
_EACH = re.compile(r"\$\{\{[ \t]*each[ \t]+(\w+)[ \t]+in[ \t]+(parameters\.[\w.-]+)[ \t]*\}\}\Z", re.I)
_OF_EACH = re.compile(r"\w+(?:\.[\w-]+)*\Z")
_EACH_IN = "each."
_ROOT_KEYS = frozenset({"trigger", "pr", "schedules", "resources", "pool", "container", "name"})
_PLAIN_WORD = re.compile(r"[^/:@\s]+\Z")


def _name_of(match: re.Match[str]) -> str | None:
    """Variables are named alike whatever their case."""
    if match[2] is not None:
        return _VARIABLES + match[2].lower()
    expression = match[1] if match[1] is not None else match[3]
    member = _EXPRESSION.match(expression)
    if member is None:
        return _EACH_IN + expression.lower() if _OF_EACH.match(expression) else None
    return f"{member[1]}.{member[2] or member[3]}".lower()


_PLACEHOLDERS = Placeholders(
    re.compile(r"\$\{\{[ \t]*(.*?)[ \t]*\}\}|\$\(([^()\s]+)\)|\$\[[ \t]*((?:[^\[\]]|\[[^\[\]]*\])*?)[ \t]*\]"), _name_of
)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a pipeline or of a template of one. Never raises."""
    return read_pipeline(path, FORMAT, text, lambda tree: _images(tree, path, neighbour), _PLACEHOLDERS)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _images(tree: Tree, path: str, neighbour: Neighbour) -> Iterator[Image]:
    for pipeline in _pipelines(tree):
        yield from pipeline.images()
        yield from passed(pipeline.calls(), path, neighbour, _named, _PLACEHOLDERS)


def _pipelines(tree: Tree) -> "Iterator[_Pipeline]":
    return (_Pipeline(tree.text, root) for root in tree.roots if isinstance(root, Mapping))


def _named(text: str) -> Iterator[Image]:
    """The images that a template names."""
    return (image for pipeline in _pipelines(load(text)) for image in pipeline.images())


_Turns = tuple[tuple[str, str], ...]
"""The loops that something stands in: the name of each turn's value, and the parameter that has the list."""


class _Pipeline:
    def __init__(self, text: str, root: Mapping) -> None:
        self._text = text
        self._root = root
        resources = [r for found in _get(root, "resources") for r in _get(found.value, "containers")]
        self._resources = [item for found in resources for item in _in_loops(found.value)]
        self._aliases = frozenset(text_of(alias.value) for r, _ in self._resources for alias in _get(r, "container"))
        self._lists: dict[str, Node] = {}
        self._known_turns: dict[tuple[str, str], list[dict[str, Row]]] = {}
        self._outer: ChainMap[str, Row] = ChainMap(self._variables(root), self._parameters())
        # A template is put into a pipeline that may know other containers.
        self._is_whole = any(key in _ROOT_KEYS for key, _ in pairs(root))

    def images(self) -> Iterator[Image]:
        """Every image; jobs that an alias repeats come once."""
        for resource, turns in self._resources:
            environments = partial(self._turns, self._outer, turns)
            yield from (Image(image, "job", environments) for image in _get(resource, "image"))
        for holder, known, turns in self._holders():
            yield from self._of_job(holder, partial(self._runs, holder, known, turns))

    def calls(self) -> Iterator[Call]:
        """The templates of its own repository that it is put together from."""
        for holder, known, turns in self._holders():
            extended = (found.value for found in _get(holder, "extends") if holder is self._root)
            for call in (holder, *extended):
                given = dict(self._given(call))
                for template in _get(call, "template") if given else ():
                    file = text_of(template.value)
                    if file and not file.startswith("/") and "@" not in file and "$" not in file:
                        yield Call(file, given, partial(self._turns, known, turns))

    def _holders(self) -> Iterator[tuple[Node, ChainMap[str, Row], _Turns]]:
        """The pipeline, its stages and its jobs, with the variables and the loops that each stands in."""
        waiting: list[tuple[Node, ChainMap[str, Row], _Turns]] = [(self._root, self._outer, ())]
        seen: set[int] = set()
        while waiting:
            holder, known, turns = waiting.pop()
            if id(holder) in seen:
                continue
            seen.add(id(holder))
            if holder is not self._root:
                known = known.new_child(self._variables(holder))
            yield holder, known, turns
            for key in ("stages", "jobs"):
                waiting += (
                    (item, known, (*turns, *more)) for f in _get(holder, key) for item, more in _in_loops(f.value)
                )

    def _given(self, call: Node) -> Iterator[tuple[str, Given]]:
        for parameters in _get(call, "parameters"):
            for name, value, entry in _entries(parameters.value):
                for path, node in _leaves(name, value):
                    given = Given(Found(node, entry), literal(node, self._text, path))
                    yield _PARAMETERS + path.lower(), given

    def _of_job(self, job: Node, environments: Environments) -> Iterator[Image]:
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

    def _runs(
        self, job: Node, known: ChainMap[str, Row], turns: _Turns, names: frozenset[str]
    ) -> Iterator[Environment]:
        """The variables in each run of a job: one for each leg of its matrix, in each turn of the loops around it."""
        legs = [
            {_VARIABLES + n.lower(): literal(v, self._text, n) for n, v, _ in _entries(leg)}
            for strategy in _get(job, "strategy")
            for matrix in _get(strategy.value, "matrix")
            for _, leg, _ in _entries(matrix.value)
        ]
        for turn in self._turns(known, turns, names):
            yield from (turn.new_child(leg) for leg in legs or ({},))

    def _turns(self, known: ChainMap[str, Row], turns: _Turns, names: frozenset[str]) -> Iterator[ChainMap[str, Row]]:
        """What is known in each turn of the loops (`each`) over lists that parameters have."""
        read = {name.split(".")[1] for name in names if name.startswith(_EACH_IN)}
        axes = [axis for turn in turns if turn[0].lower() in read and (axis := self._turned(turn))]
        for combination in product(*axes):
            yield known.new_child({name: row for values in combination for name, row in values.items()})

    def _turned(self, turn: tuple[str, str]) -> list[dict[str, Row]]:
        """The values of a loop's name, and of its members."""
        known = self._known_turns.get(turn)
        if known is None:
            name, over = turn
            node = self._lists.get(over.lower())
            values = [(name, item) for item in node.items] if isinstance(node, Sequence) else []
            if isinstance(node, Mapping):
                values = [(f"{name}.value", value) for _, value, _ in _entries(node)]
            known = self._known_turns[turn] = [
                {_EACH_IN + path.lower(): literal(node, self._text, path) for path, node in _leaves(*value)}
                for value in values[: limits.VALUES_OF_A_PLACE]
            ]
        return known

    def _variables(self, holder: Node) -> dict[str, Row]:
        """The variables that a pipeline, a stage or a job defines: a mapping, or a list of names and values."""
        return {_VARIABLES + n: row for f in _get(holder, "variables") for n, row in self._defined(f.value, "value")}

    def _parameters(self) -> dict[str, Row]:
        """The defaults of the pipeline's parameters."""
        found = _get(self._root, "parameters")
        return {_PARAMETERS + n: row for f in found for n, row in self._defined(f.value, "default")}

    def _defined(self, definitions: Node, key: str) -> Iterator[tuple[str, Row]]:
        if isinstance(definitions, Mapping):
            for name, value, _ in _entries(definitions):
                yield from self._of(name, value)
            return
        for item, _ in _in_loops(definitions):
            for name in _get(item, "name"):
                for value in _get(item, key):
                    yield from self._of(text_of(name.value), value.value)

    def _of(self, name: str, value: Node) -> Iterator[tuple[str, Row]]:
        if isinstance(value, Mapping | Sequence):
            self._lists[_PARAMETERS + name.lower()] = value
        yield from ((path.lower(), literal(node, self._text, path)) for path, node in _leaves(name, value))


def _leaves(name: str, value: Node) -> Iterator[tuple[str, Node]]:
    """A value, or those of an object's members, each by its path (`image.tag`)."""
    waiting: list[tuple[str, Node]] = [(name, value)]
    for _ in range(limits.MEMBERS_OF_AN_OBJECT):
        if not waiting:
            return
        path, node = waiting.pop(0)
        if isinstance(node, Mapping):
            waiting += ((f"{path}.{key}", inner) for key, inner, _ in _entries(node))
        else:
            yield path, node


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


def _in_loops(node: Node) -> Iterator[tuple[Node, _Turns]]:
    """The items of a list, with those that a template expression (`- ${{ if … }}:`) puts into it, and their loops."""
    waiting: list[tuple[Node, _Turns]] = [(node, ())]
    seen: set[int] = set()
    while waiting:
        holder, turns = waiting.pop()
        if id(holder) in seen:
            continue
        seen.add(id(holder))
        for item in items(holder):
            inner = [(name, value) for name, value in pairs(item) if name.startswith("${{")]
            for name, value in inner:
                each = _EACH.match(name)
                waiting.append((value, turns if each is None else (*turns, (each[1], each[2]))))
            if not inner:
                yield item, turns
