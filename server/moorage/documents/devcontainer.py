"""devcontainer.json: the image of a container, the features that are put into it, and what it is built from.

Source: the Development Container Specification ("devcontainer.json reference", "Dev Container Features").
"""

from collections.abc import Iterator

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.usage import Argument, Build, Document, Problem, Role, Slot, Usage
from moorage.documents.yaml.comments import comments
from moorage.documents.yaml.flow import read_flow
from moorage.documents.yaml.nodes import Lookup, Mapping, Node, Scalar, entry_span, named
from moorage.documents.yaml.parts import Part, part, read_stream
from moorage.documents.yaml.scalars import content, segments
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import Tree
from moorage.documents.yaml.values import image_row, joined, make_usage, template_problem
from moorage.text import Span

FORMAT = "devcontainer"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The image and features of a devcontainer.json, which may hold comments and trailing commas. Never raises."""
    return read_stream(path, FORMAT, text, _read_part)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _read_part(content: str) -> Part:
    root = read_flow(content)
    tree = Tree(content, () if root is None else (root,))
    return part(tree, _usages(tree), comments(tree, "//"))._replace(builds=tuple(_builds(tree)))


def _usages(tree: Tree) -> Iterator[Usage | None]:
    lookup = Lookup()
    for root in tree.roots:
        for image in lookup.get(root, "image"):
            yield _usage(tree.text, "image", image.value, image.entry)
        for features in lookup.get(root, "features"):
            if isinstance(features.value, Mapping):
                for key, value in features.value.entries:
                    if isinstance(key, Scalar) and _is_published(key.value):
                        yield _usage(tree.text, "feature", key, entry_span(key, value))


def _usage(text: str, role: Role, node: Node, entry: Span) -> Usage | None:
    row = image_row(node, text)
    problem = template_problem(joined(row), variables=True)
    return make_usage(text, FORMAT, role, row, entry, problem=problem)


def _builds(tree: Tree) -> Iterator[Build]:
    """What the container is built from; all paths start from the folder of the file."""
    lookup = Lookup()
    for root in tree.roots:
        for build in lookup.get(root, "build"):
            file = next(iter(lookup.get(build.value, "dockerfile")), None)
            if file is not None and isinstance(file.value, Scalar):
                target = _text(lookup, build.value, "target")
                arguments = tuple(_arguments(tree.text, lookup, build.value))
                yield _build(tree.text, lookup, root, file.value, target=target, arguments=arguments)
        for file in lookup.get(root, "dockerFile"):
            if isinstance(file.value, Scalar):
                yield _build(tree.text, lookup, root, file.value)


def _build(
    text: str,
    lookup: Lookup,
    root: Node,
    file: Scalar,
    *,
    target: str | None = None,
    arguments: tuple[Argument, ...] = (),
) -> Build:
    name = _text(lookup, root, "name") or "devcontainer"
    dockerfile = None if _is_filled_in(file.value) else file.value
    return Build("container", name, content(file, text), ".", dockerfile, target, arguments)


def _arguments(text: str, lookup: Lookup, build: Node) -> Iterator[Argument]:
    for arguments in lookup.get(build, "args"):
        for name, value, entry in named(arguments.value) if isinstance(arguments.value, Mapping) else ():
            if isinstance(value, Scalar) and value.value:
                problem = Problem("variable", "the editor fills this in") if _is_filled_in(value.value) else None
                yield Argument(name, segments(value, text), content(value, text), entry, problem)


def _text(lookup: Lookup, node: Node, key: str) -> str | None:
    texts = (found.value.value for found in lookup.get(node, key) if isinstance(found.value, Scalar))
    return next((text for text in texts if text and not _is_filled_in(text)), None)


def _is_filled_in(text: str) -> bool:
    """Whether a value holds a variable such as `${localEnv:HOME}`."""
    return "${" in text


def _is_published(feature: str) -> bool:
    """Whether a feature is in a registry: not one in a folder beside the file, nor an archive on the web.

    An identifier without a slash is that of a feature which the first editors brought along.
    """
    return "/" in feature and not feature.startswith(".") and "://" not in feature
