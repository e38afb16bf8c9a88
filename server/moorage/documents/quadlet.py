"""Podman Quadlet: the images that its units run, mount, pull and make volumes of, and those that they build.

Source: podman-systemd.unit(5); containers-transports(5) for what may stand before an image.
"""

import posixpath
import re

from moorage.documents.detect import Neighbour, nobody
from moorage.documents.overlong import overlong
from moorage.documents.units import UnitEntry, unit_entries
from moorage.documents.usage import Build, Document, Problem, Role, Slot, Usage
from moorage.documents.yaml.comments import attached
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.values import Row, cut, joined, make_usage, template_problem
from moorage.text import Span

FORMAT = "quadlet"

_COMMENT = re.compile(r"^[ \t]*[#;][ \t]*moorage:[ \t]*([^\r\n]*)", re.MULTILINE)
_MOUNT_SOURCE = re.compile(r"(?:^|,)(?:source|src)=([^,]*)")
_MOUNT_IMAGE = re.compile(r"(?:^|,)type=image(?:,|\Z)")
_REGISTRY = "docker://"
_ELSEWHERE = re.compile(r"(?:containers-storage|dir|docker-archive|docker-daemon|oci|oci-archive|ostree|sif):|[/.]")
"""An image that lies in a file, a folder or a local store."""
_UNITS = (".image", ".build")
"""An image that ends so is what another unit pulls or builds."""
_NO_CONTEXT = ("unit", "file", "")
_ROLES: dict[tuple[str, str], Role] = {
    ("Container", "Image"): "container",
    ("Container", "Mount"): "volume",
    ("Image", "Image"): "image",
    ("Volume", "Image"): "volume",
    ("Build", "ImageTag"): "build-output",
}

_SECTIONS = frozenset(section for section, _ in _ROLES)


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a unit and what it builds. Never raises."""
    too_long = overlong(path, FORMAT, text)
    if too_long is not None:
        return too_long
    entries = [entry for entry in unit_entries(text) if entry.section in _SECTIONS]
    if path.endswith(".volume") and not any(_is_of_images(entry, text) for entry in entries):
        entries = []
    usages = tuple(usage for entry in entries if (usage := _usage(text, entry)) is not None)
    found = list(_COMMENT.finditer(text)) if "moorage:" in text else []
    builds = _builds(path, text, entries, neighbour)
    if builds:
        usages = tuple(usage._replace(owners=(builds[0].name,)) for usage in usages)
    remarks = attached(text, found, [], [entry.span for entry in entries]) if found else ()
    return Document(path, FORMAT, text, usages, comments=remarks, builds=builds)


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _usage(text: str, entry: UnitEntry) -> Usage | None:
    role = _ROLES.get((entry.section, entry.key))
    if role is None:
        return None
    row = _mounted(entry.row(text)) if entry.key == "Mount" else _unquoted(entry.row(text))
    value = joined(row)
    if value.startswith(_REGISTRY):
        row = cut(row, len(_REGISTRY), len(value))
    elif _ELSEWHERE.match(value):
        return None
    usage = make_usage(text, FORMAT, role, row, entry.span, problem=_problem(value))
    if usage is not None and usage.problem is None and value.endswith(_UNITS):
        return usage._replace(built_by=f"unit {value}")
    return usage


def _is_of_images(entry: UnitEntry, text: str) -> bool:
    """Whether an entry says that a volume has the content of an image."""
    return entry.key == "Driver" and joined(entry.row(text)) == "image"


def _problem(value: str) -> Problem | None:
    if "%" in value:
        return Problem("template", "systemd fills in part of this reference")
    return template_problem(value, variables=True)


def _unquoted(row: Row) -> Row:
    """A value without the double quotes around it, which Podman takes off."""
    value = joined(row)
    start = len(value) - len(value.lstrip('"'))
    return cut(row, start, max(start, len(value.rstrip('"'))))


def _mounted(row: Row) -> Row:
    """The image of a mount; nothing for a mount of another type."""
    value = joined(row)
    source = _MOUNT_SOURCE.search(value) if _MOUNT_IMAGE.search(value) else None
    return () if source is None else cut(row, *source.span(1))


def _builds(path: str, text: str, entries: list[UnitEntry], neighbour: Neighbour) -> tuple[Build, ...]:
    """What a unit makes for others, which name it by its file: the image that it builds or pulls."""
    name = posixpath.basename(path)
    section = {".build": "Build", ".image": "Image"}.get(posixpath.splitext(name)[1])
    own = [entry for entry in entries if entry.section == section]
    if not own:
        return ()
    values = {entry.key: joined(_unquoted(entry.row(text))) for entry in own}
    tags = tuple(joined(_unquoted(entry.row(text))) for entry in own if entry.key == "ImageTag")
    context, dockerfile = _sources(values, neighbour) if section == "Build" else (None, None)
    target = values.get("Target") or None
    return (Build("unit", name, Span(*own[0].span), context, dockerfile, target, images=(name, *tags)),)


def _sources(values: dict[str, str], neighbour: Neighbour) -> tuple[str | None, str | None]:
    """The context of a build and its Containerfile, as `Build` has them; None for what lies elsewhere."""
    folder, file = values.get("SetWorkingDirectory", ""), values.get("File", "")
    if "%" in folder + file or ":" in folder + file:
        return None, None
    context = "." if folder in _NO_CONTEXT else folder
    if folder == "file":
        context = posixpath.dirname(file) or "."
        file = posixpath.basename(file)
    if not file:
        there = neighbour(posixpath.join(context, "Containerfile")) is not None
        file = "Containerfile" if there else "Dockerfile"
    return context, file
