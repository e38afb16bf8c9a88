"""What one document builds, by the paths and names under which others look for it."""

import posixpath
from collections.abc import Callable, Iterator
from typing import NamedTuple

from moorage.documents.usage import Build, Document
from moorage.project.paths import dockerfiles
from moorage.reference import InvalidReference, Reference, parse

Locate = Callable[[str], str]
"""Makes of a document's path the one path that leads to it."""


class Builder(NamedTuple):
    """A build, and the document that says it."""

    document: Document
    build: Build

    @property
    def title(self) -> str:
        """What it is called: `target api in docker-bake.hcl`."""
        return f"{self.build.kind} {self.build.name} in {self.document.path}"


class Shelf(NamedTuple):
    """The builds of one document: by the Dockerfile that each may read, by folder and name, by the image it gives, by
    the document and name of what it goes over.
    """

    document: Document
    by_dockerfile: tuple[tuple[str, Builder], ...]
    by_name: tuple[tuple[tuple[str, str, str], Builder], ...]
    by_image: tuple[tuple[str, Builder], ...]
    by_base: tuple[tuple[tuple[str, str], Builder], ...]


def shelf_of(document: Document, locate: Locate) -> Shelf:
    """The shelf of a document."""
    path = locate(document.path)
    folder = posixpath.dirname(path)
    builders = [Builder(document, build) for build in document.builds]
    return Shelf(
        document,
        tuple((candidate, b) for b in builders for candidate in dockerfiles(path, b.build)),
        tuple(((folder, b.build.kind, b.build.name), b) for b in builders),
        tuple((image, b) for b in builders for image in _images(b.build, folder)),
        tuple(((locate(b.build.base), b.build.name), b) for b in builders if b.build.base is not None),
    )


def full_name(reference: Reference) -> str:
    """An image's name with its registry and its tag."""
    return f"{reference.name}:{reference.tag or 'latest'}"


def _images(build: Build, folder: str) -> Iterator[str]:
    """The full names of what a build gives; a service of Compose is also called after the project's folder."""
    names = list(build.images)
    if build.kind == "service":
        names.append(f"{_project_name(posixpath.basename(folder))}-{build.name}")
    for name in names:
        try:
            yield full_name(parse(name))
        except InvalidReference:
            continue


def _project_name(folder: str) -> str:
    """The name of a project of Compose in a folder: lower case, letters, digits, `-` and `_`."""
    kept = "".join(c for c in folder.lower() if c.isascii() and (c.isalnum() or c in "-_"))
    return kept.lstrip("-_")
