"""Helm values: images whose parts stand under keys of their own, and images in one text.

    image:                            sidecar:
      registry: docker.io               image: busybox:1.36
      repository: bitnami/redis
      tag: "7.2"

A chart's templates put such values together, and no rule says how; this is what charts do by convention: Helm's own
starter chart (`helm create`), and the best practices that its documentation names. Other things are called `image` and
`repository` too, so that what has not the form of an image is none.
"""

import re
from collections.abc import Iterator

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.split import fixed, growing, named_row, room_for_digest, row_of, split_slot_at, split_usage
from moorage.documents.usage import Document, Slot, Usage
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Scalar, named
from moorage.documents.yaml.parts import NOTHING, Part, part, read_stream
from moorage.documents.yaml.stream import Tree, load
from moorage.documents.yaml.values import Row, joined, template_problem
from moorage.reference import split_registry
from moorage.text import Span

FORMAT = "helm-values"

_TAGS = ("tag", "imageTag", "image_tag", "imageVersion")
"""What a tag is called; a `version` may as well be that of the program or of the chart."""
_ELSE = re.compile(
    r"\A(?:[a-z][a-z0-9+.-]*://|data:|git@|[/.]|ami-[0-9a-f]+\Z)"
    r"|\.(?:git|png|jpe?g|gif|svg|webp|avif|bmp|ico|tiff?|iso|img|qcow2|vmdk|vhdx?|ova)\Z",
    re.I,
)
"""Addresses, folders, Git repositories, pictures, and the disks of machines."""
_BLANK = re.compile(r"\s")


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a values file. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return split_slot_at(document, offset, read)


def _read_part(content: str) -> Part:
    if "image" not in content and "repository" not in content and "moorage:" not in content:
        return NOTHING
    tree = load(content)
    return part(tree, usages(tree))


def usages(tree: Tree) -> Iterator[Usage | None]:
    """The images of the values that the roots of `tree` are."""
    lookup = Lookup()
    waiting: list[tuple[str, Node, Span]] = [("", root, root.span) for root in tree.roots]
    seen: set[int] = set()
    while waiting:
        key, node, entry = waiting.pop()
        if id(node) in seen or isinstance(node, Scalar):
            continue
        seen.add(id(node))
        if isinstance(node, Mapping):
            yield _in_parts(lookup, tree.text, key, node, entry)
            yield from _in_one_text(lookup, tree.text, node)
            waiting += ((name, value, span) for name, value, span in named(node))
        else:
            waiting += (("", item, item.span) for item in node.items)


def _in_parts(lookup: Lookup, text: str, key: str, node: Mapping, entry: Span) -> Usage | None:
    """A mapping with `repository`: under a key that ends in `image`, or with a tag or digest beside it."""
    if not key.lower().endswith("image") and not lookup.get(node, "tag") and not lookup.get(node, "digest"):
        return None
    repository, digest, registry = (row_of(lookup, text, node, k) for k in ("repository", "digest", "registry"))
    room = room_for_digest(lookup, text, node, "digest")
    return _usage(text, entry, repository, _tag(lookup, text, node), digest, registry, room)


def _in_one_text(lookup: Lookup, text: str, node: Mapping) -> Iterator[Usage | None]:
    """A text under `image`; a tag beside it completes it, and so does a `registry` where it names none itself."""
    tag, registry = _tag(lookup, text, node), row_of(lookup, text, node, "registry")
    for found in lookup.get(node, "image"):
        if isinstance(found.value, Scalar):
            image = named_row(found.value, text, "image")
            before = registry if image and split_registry(joined(image))[0] is None else ()
            yield _usage(text, found.entry, image, tag, (), before)


def _tag(lookup: Lookup, text: str, node: Mapping) -> Row:
    return next((row for key in _TAGS if (row := row_of(lookup, text, node, key))), ())


def _usage(text: str, entry: Span, name: Row, tag: Row, digest: Row, registry: Row, room: Row = ()) -> Usage | None:
    """The usage of an image with those parts of it that stand by themselves; None for what is no image by its form.

    `room` is where a digest goes that there is none of yet, rather than behind the tag.
    """
    if _is_else(name):
        return None
    versioned = _has_version(name)
    if versioned:
        # A tag beside it is for another place. Alone it is a reference like any other.
        tag, name = (), name if digest or registry else growing(name)
    elif not tag and not digest:
        # The chart puts a tag of its own behind the name; what an edit put there would come before it.
        name = fixed(name)
    usage = split_usage(text, FORMAT, entry, name, growing(tag), digest or (room if tag else ()), registry=registry)
    if usage is None or usage.problem is None or usage.problem.code != "invalid-reference":
        return usage
    # That it is meant as an image is known by what belongs to one alone.
    return usage if versioned or tag or digest or registry else None


def _is_else(name: Row) -> bool:
    """Whether a value has the form of something else than an image. The line below a half-typed one does not count."""
    value = joined(tuple(s for s in name if s.span is not None))
    if _ELSE.search(value):
        return True
    return _BLANK.search(value) is not None and template_problem(value, variables=True) is None


def _has_version(name: Row) -> bool:
    """Whether a tag or a digest is part of the text; to `name@sha256` a chart puts the rest of one as a tag."""
    value = joined(name)
    _, start = split_registry(value)
    return ":" in value[start:]
