"""Paths of a project: with `/` between their parts, and told apart by where they lead, not by how they are written."""

import posixpath
from collections.abc import Iterator

from moorage.documents.usage import Build

_FAR = 12
"""How many folders up a Dockerfile is looked for."""


def joined(path: str, *parts: str) -> str:
    """The path that `parts` lead to from the folder of the file at `path`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), *parts))


def dockerfiles(path: str, build: Build) -> Iterator[str]:
    """Where the Dockerfile of a build in the file at `path` may lie, the likeliest first; nothing for one inside.

    Bake takes paths from the folder in which it is started, which may be one above that of the file.
    """
    if build.context is None or build.dockerfile is None:
        return
    yield joined(path, build.context, build.dockerfile)
    if build.kind == "target" and not posixpath.isabs(build.context) and _is_deep(build):
        folder = posixpath.dirname(path)
        for _ in range(_FAR):
            parent = posixpath.dirname(folder)
            if parent == folder:
                return
            folder = parent
            yield posixpath.normpath(posixpath.join(folder, build.context, build.dockerfile))


def _is_deep(build: Build) -> bool:
    """Whether the path leads through folders of its own, so that it is not found by chance."""
    where = posixpath.normpath(posixpath.join(build.context or ".", build.dockerfile or ""))
    return "/" in where and not where.startswith("../")
