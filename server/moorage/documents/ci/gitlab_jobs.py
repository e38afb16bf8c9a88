"""Jobs of a GitLab pipeline: what they extend, what they refer to, and which of them take an image from elsewhere.

Sources: GitLab's "CI/CD YAML syntax reference" (extends, default, inherit) and "Optimize GitLab CI/CD configuration
files" (!reference tags).
"""

import re
from collections.abc import Iterator

from moorage.documents import limits
from moorage.documents.ci.pipelines import Image, either_form, pairs, text_of
from moorage.documents.placeholders import Placeholders
from moorage.documents.usage import Problem
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, Sequence, items

NO_JOBS = frozenset({"variables", "include", "workflow", "stages", "spec", "cache", "before_script", "after_script"})
"""Keys at the top that are no jobs. `default` has images just as a job has."""

INPUTS = "inputs."
"""What the name of an input begins with."""

_INPUT = re.compile(r"inputs\.[\w-]+\Z")


def _name_of(match: re.Match[str]) -> str | None:
    if match[3] is not None:
        return match[3] if _INPUT.match(match[3]) else None
    return match[1] or match[2]


PLACEHOLDERS = Placeholders(re.compile(r"(?<!\$)\$(?:\{(\w+)\}|(\w+)|\[\[[ \t]*([^\[\]]*?)[ \t]*\]\])"), _name_of)

_REFERENCE = "!reference"
_TAG_ROOM = 20
"""How far before a list its tag begins at most."""


class Jobs:
    """The jobs of one pipeline, `root`, whose text is `text`."""

    def __init__(self, lookup: Lookup, root: Node, text: str) -> None:
        self._lookup = lookup
        self._root = root
        self._text = text
        self._takers: dict[str, dict[int, list[Node]]] = {}

    def holders(self) -> Iterator[Node]:
        """What may say an image: the pipeline itself, then its jobs, hidden ones and `default` too."""
        yield self._root
        yield from (job for name, job in pairs(self._root) if name not in NO_JOBS and isinstance(job, Mapping))

    def images(self, holder: Node, key: str) -> Iterator[Image]:
        """The images that a holder says under `image`, or under `services`."""
        for found in self._lookup.get(holder, key):
            if key == "image":
                yield from either_form(self._lookup, found, "name", "job")
            elif self.is_reference(found.value):
                yield from _referred(found)
            else:
                for service in items(found.value):
                    yield from either_form(self._lookup, Found(service, service.span), "name", "service")

    def lineage(self, job: Node) -> list[Node]:
        """A job, then those that it extends, the one that counts most first."""
        found: list[Node] = []
        waiting, seen = [job], set[int]()
        while waiting and len(found) < limits.EXTENDED_JOBS:
            current = waiting.pop()
            if id(current) in seen or current is self._root:
                continue
            seen.add(id(current))
            found.append(current)
            names = [name for f in self._lookup.get(current, "extends") for name in _names(f.value)]
            # Of several jobs that one extends, the last one counts most, with all that it extends itself.
            waiting += (f.value for name in names for f in self._lookup.get(self._root, name))
        return found

    def takers(self, holder: Node, key: str) -> list[Node]:
        """The jobs that run and take the image, or the services, which `holder` says for others."""
        known = self._takers.get(key)
        if known is None:
            known = self._takers[key] = self._all_takers(key)
        return known.get(id(holder), [])

    def is_reference(self, node: Node) -> bool:
        """Whether a list is `!reference [job, key]`, which stands for what is written elsewhere."""
        start = node.span.start
        before = self._text[max(start - _TAG_ROOM, 0) : start]
        return isinstance(node, Sequence) and before.rstrip().endswith(_REFERENCE)

    def resolved(self, node: Node) -> Node | None:
        """What a value is, where it is a reference the value that this stands for; None for one that leads nowhere."""
        for _ in range(limits.DEFINITION_DEPTH):
            if not self.is_reference(node):
                return node
            target: Node | None = self._root
            for step in items(node):
                target = next((found.value for found in self._lookup.get(target, text_of(step))), None)
            if target is None:
                return None
            node = target
        return None

    def _all_takers(self, key: str) -> dict[int, list[Node]]:
        found: dict[int, list[Node]] = {}
        for name, job in pairs(self._root):
            if name in NO_JOBS or name == "default" or name.startswith(".") or not isinstance(job, Mapping):
                continue
            for holder in self._givers(job, key):
                if holder is not job:
                    found.setdefault(id(holder), []).append(job)
        return found

    def _givers(self, job: Node, key: str) -> Iterator[Node]:
        """What says the image, or the services, of a job: the nearest that it extends, or else what is for all jobs."""
        lineage = self.lineage(job)
        if not any(self._lookup.get(holder, "inherit") for holder in lineage):
            lineage += (found.value for found in self._lookup.get(self._root, "default"))
            lineage.append(self._root)
        for holder in lineage:
            said = [found.value for found in self._lookup.get(holder, key) if self._is_whole(found.value, key)]
            if said:
                yield holder
                yield from (referred for value in said for referred in self._referred(value))
                return

    def _is_whole(self, value: Node, key: str) -> bool:
        """Whether a value says the image itself: a mapping without a name only adds to what is extended."""
        return key != "image" or not isinstance(value, Mapping) or bool(self._lookup.get(value, "name"))

    def _referred(self, value: Node) -> Iterator[Node]:
        """The job at which `!reference [job, key]` points, as the value or as an item of it."""
        inner = () if self.is_reference(value) or not isinstance(value, Sequence) else value.items
        for node in (value, *inner):
            if self.is_reference(node):
                for first in items(node)[:1]:
                    yield from (found.value for found in self._lookup.get(self._root, text_of(first)))


def _names(node: Node) -> list[str]:
    return [node.value] if isinstance(node, Scalar) else [text_of(item) for item in items(node)]


def _referred(services: Found) -> Iterator[Image]:
    """A list of services that stands in another job."""
    for first in items(services.value)[:1]:
        problem = Problem("variable", f"these services stand in {text_of(first)}")
        yield Image(Found(first, services.entry), "service", problem=problem)
