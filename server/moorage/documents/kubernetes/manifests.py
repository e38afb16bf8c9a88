"""Kubernetes: containers at any depth of a resource, image volumes, Argo Workflows, Tekton.

Pod specs are read wherever they are nested, so that custom resources need no list. Sources: the Kubernetes API
reference (PodSpec, Volume), Argo's field reference (Template), Tekton's Task, StepAction and Condition.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.kubernetes import argocd, flux
from moorage.documents.split import split_slot_at
from moorage.documents.usage import Document, Role, Slot, Usage
from moorage.documents.yaml.nodes import Found, Lookup, Mapping, Node, Scalar, Sequence, items, named
from moorage.documents.yaml.parts import NOTHING, Part, part, read_stream
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import image_row, joined, make_usage, template_problem

FORMAT = "kubernetes"

_CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})
_ARGO_CONTAINERS = frozenset({"container", "script", "sidecars"})
_TEKTON_CONTAINERS = frozenset({"steps", "sidecars", "stepTemplate"})
_POLICY_KINDS = frozenset({"ValidatingAdmissionPolicy", "MutatingAdmissionPolicy"})
_POLICY_GROUPS = ("kyverno.io", "gatekeeper.sh", "kubewarden.io")
_TEST_GROUP = "chainsaw.kyverno.io"
"""Kyverno's end-to-end tests: what they create are real resources, not patterns."""

_REMEMBERED_LENGTH = 65_536
"""Longer documents are read anew each time, so that what is remembered stays small."""


class _Context(NamedTuple):
    """Which resource a node lies in. Few values are possible, so that a node reached by aliases is seen few times."""

    argo: bool = False
    tekton: bool = False
    policy: bool = False


class _Image(NamedTuple):
    found: Found
    role: Role
    policy: bool


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a file of Kubernetes resources. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    if any(usage.format != FORMAT for usage in document.usages):
        return split_slot_at(document, offset, read)
    return slot_by_reading(document, offset, read)


def _read_part(content: str) -> Part:
    if "image" not in content and "moorage:" not in content:
        return NOTHING
    return _remembered(content) if len(content) <= _REMEMBERED_LENGTH else _read_anew(content)


def _read_anew(content: str) -> Part:
    tree = load(content)
    return part(tree, (*containers(tree), *argocd.usages(tree), *flux.usages(tree)))


_remembered = lru_cache(maxsize=512)(_read_anew)
"""An edit changes one document of a stream; the others are not read again."""


def containers(tree: Tree) -> Iterator[Usage | None]:
    """The images of containers and volumes in resources, or in parts of them."""
    return (_usage(tree.text, image) for image in _images(tree))


def _usage(content: str, image: _Image) -> Usage | None:
    row = image_row(image.found.value, content)
    usage = make_usage(
        content, FORMAT, image.role, row, image.found.entry, problem=template_problem(joined(row), variables=True)
    )
    # In a policy, what is no reference is a pattern that references are compared with.
    return None if usage is None or (image.policy and usage.problem is not None) else usage


def _images(tree: Tree) -> Iterator[_Image]:
    lookup = Lookup()
    waiting: list[tuple[Node, _Context]] = [(root, _Context()) for root in tree.roots]
    seen: set[tuple[int, _Context]] = set()
    while waiting:
        node, context = waiting.pop()
        if (id(node), context) in seen:
            continue
        seen.add((id(node), context))
        if isinstance(node, Sequence):
            waiting += ((item, context) for item in node.items)
        if not isinstance(node, Mapping):
            continue
        group, kind = _text(lookup, node, "apiVersion").partition("/")[0], _text(lookup, node, "kind")
        is_resource = bool(group and kind)
        if is_resource:
            context = _context(group, kind, context)
            for holder in _single_containers(lookup, node, kind, context):
                yield from _of(lookup, holder, context)
        for key, value, _ in named(node):
            # In damaged text a `spec` may well stand under `metadata`.
            if is_resource and not tree.broken and key in ("metadata", "status"):
                continue
            if (
                key in _CONTAINERS
                or (context.argo and key in _ARGO_CONTAINERS)
                or (context.tekton and key in _TEKTON_CONTAINERS)
            ):
                for item in items(value):
                    yield from _of(lookup, item, context)
            elif key == "volumes":
                for volume in items(value):
                    for image in lookup.get(volume, "image"):
                        for reference in lookup.get(image.value, "reference"):
                            yield _Image(reference, "volume", context.policy)
            waiting.append((value, context))


def _of(lookup: Lookup, container: Node, context: _Context) -> Iterator[_Image]:
    for found in lookup.get(container, "image"):
        yield _Image(found, "container", context.policy)


def _single_containers(lookup: Lookup, resource: Mapping, kind: str, context: _Context) -> Iterator[Node]:
    """Tekton resources that hold one container: a StepAction is one, a Condition has one under `check`."""
    if not context.tekton or kind not in ("StepAction", "Condition"):
        return
    for spec in lookup.get(resource, "spec"):
        if kind == "StepAction":
            yield spec.value
        else:
            yield from (check.value for check in lookup.get(spec.value, "check"))


def _context(group: str, kind: str, outer: _Context) -> _Context:
    """What a resource of this group and kind is. What stands in a policy is part of the policy."""
    policy = group != _TEST_GROUP and (
        kind in _POLICY_KINDS or any(group == g or group.endswith("." + g) for g in _POLICY_GROUPS)
    )
    return _Context(
        argo=group == "argoproj.io",
        tekton=group == "tekton.dev" or group.endswith(".tekton.dev"),
        policy=policy or outer.policy,
    )


def _text(lookup: Lookup, mapping: Mapping, key: str) -> str:
    for found in lookup.get(mapping, key):
        if isinstance(found.value, Scalar):
            return found.value.value
    return ""
