"""Compose files: images of services, named contexts, image volumes, and Dockerfiles written inside."""

import posixpath

from moorage.documents.compose.dotenv import read_env
from moorage.documents.compose.inline import read_inline, unset_problem
from moorage.documents.compose.interpolation import Variables, interpolate
from moorage.documents.compose.services import Place, Services
from moorage.documents.detect import Neighbour, nobody
from moorage.documents.usage import Comment, Document, Notice, Slot, Usage
from moorage.documents.yaml.comments import comments, moved_comment
from moorage.documents.yaml.nodes import Scalar
from moorage.documents.yaml.scalars import segments
from moorage.documents.yaml.slots import slot_by_reading
from moorage.documents.yaml.stream import load_all, notices
from moorage.documents.yaml.values import cut, image_row, joined, make_usage, shifted

__all__ = ["read", "slot_at"]

FORMAT = "compose"


def read(path: str, text: str, neighbour: Neighbour = nobody) -> Document:
    """The images of a Compose file; variables are those of the `.env` file beside it. Never raises."""
    variables: Variables = _variables(path, neighbour) if "$" in text else {}
    usages: dict[int, Usage] = {}
    remarks: list[Comment] = []
    caps: list[Notice] = []
    for tree in load_all(text):
        for place in Services(tree.roots, neighbour).places():
            found = _read_place(path, tree.text, place, variables)
            for usage in found.usages:
                known = usages.get(usage.span.start + tree.start)
                # A place that one service runs and another builds is looked up like any other image.
                if known is None or (known.role == "build-output" and usage.role != "build-output"):
                    usages[usage.span.start + tree.start] = shifted(usage, tree.start)
            remarks += (moved_comment(comment, tree.start) for comment in found.comments)
        remarks += (moved_comment(comment, tree.start) for comment in comments(tree))
        caps += notices(tree)
    remarks = sorted(set(remarks))
    return Document(
        path,
        FORMAT,
        text,
        tuple(usages[start] for start in sorted(usages)),
        comments=tuple(remarks),
        notices=tuple(caps),
    )


def slot_at(document: Document, offset: int) -> Slot | None:
    """What could be written at a cursor."""
    return slot_by_reading(document, offset, read)


def _variables(path: str, neighbour: Neighbour) -> Variables:
    env = neighbour(".env")
    return {} if env is None else read_env(env, posixpath.join(posixpath.dirname(path), ".env"))


def _read_place(path: str, text: str, place: Place, variables: Variables) -> Document:
    node = place.found.value
    if place.inline:
        if not isinstance(node, Scalar):
            return Document(path, FORMAT, text, ())
        return read_inline(path, text, interpolate(segments(node, text), variables), FORMAT)
    written = image_row(node, text)
    written = cut(written, place.after, len(joined(written)))
    value = interpolate(written, variables)
    problem = value.problem or (unset_problem(value.unset[0]) if value.unset else None)
    usage = make_usage(
        text, FORMAT, place.role, written, place.found.entry, row=value.row, problem=problem, platform=place.platform
    )
    return Document(path, FORMAT, text, () if usage is None else (usage,))
