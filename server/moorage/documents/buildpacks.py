"""Cloud Native Buildpacks: the builder and the buildpacks that a project descriptor names by their images.

Source: the project descriptor's specification, schema versions 0.1 and 0.2 (`builder`, `group`, `uri`), and how `pack`
tells images from other URIs.
"""

import re

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.overlong import overlong
from moorage.documents.toml import Path, Text, read_toml
from moorage.documents.usage import Document, Slot, Usage
from moorage.documents.yaml.comments import attached
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.values import cut, joined, make_usage, template_problem
from moorage.reference import InvalidReference, parse, split_registry

FORMAT = "buildpacks"

_BUILDER = ("io", "buildpacks", "builder")
_OLD_BUILDER = ("build", "builder")
_OTHERS = ("build-system", "tool")
"""Tables of other tools, which may call something `build.builder` too."""
_URIS = (
    ("io", "buildpacks", "group", "uri"),
    ("io", "buildpacks", "pre", "group", "uri"),
    ("io", "buildpacks", "post", "group", "uri"),
    ("build", "buildpacks", "uri"),
)
_SCHEME = "docker://"
_COMMENT = re.compile(r"#[ \t]*moorage:[ \t]*([^\r\n]*)")


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a `project.toml`. Never raises."""
    too_long = overlong(path, FORMAT, text)
    if too_long is not None:
        return too_long
    toml = read_toml(text)
    own = not any(found.path[:1] == (table,) for found in toml.texts for table in _OTHERS)
    builders = (_BUILDER, _OLD_BUILDER) if own else (_BUILDER,)
    usages = tuple(usage for t in toml.texts if (usage := _usage(text, t, builders)) is not None)
    found = list(_COMMENT.finditer(text)) if "moorage:" in text else []
    remarks = attached(text, found, [t.span for t in toml.texts], list(toml.entries)) if found else ()
    return Document(path, FORMAT, text, usages, comments=remarks)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _usage(text: str, found: Text, builders: tuple[Path, ...]) -> Usage | None:
    row = found.row
    if found.path in _URIS:
        uri = found.value
        if uri.startswith(_SCHEME):
            row = cut(row, len(_SCHEME), len(uri))
        elif not _is_image(uri):
            return None
    elif found.path not in builders:
        return None
    problem = template_problem(joined(row), variables=True)
    return make_usage(text, FORMAT, "image", row, found.entry, problem=problem)


def _is_image(uri: str) -> bool:
    """Whether a URI without scheme is an image: one with a registry's host, a tag or a digest.

    What is left is a path, or a name in the registry of buildpacks (`namespace/name@version`).
    """
    try:
        reference = parse(uri)
    except InvalidReference:
        return False
    return split_registry(uri)[0] is not None or reference.tag is not None or reference.digest is not None
