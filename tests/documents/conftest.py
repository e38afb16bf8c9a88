"""What the tests of the Dockerfile reader share."""

import tarfile

import pytest

from moorage.documents.dockerfile import read
from moorage.documents.dockerfile.build import Build
from moorage.documents.dockerfile.directives import read_directives
from moorage.documents.dockerfile.quick import read_quickly
from moorage.documents.dockerfile.reading import read_exactly
from shared import shared


@pytest.fixture(scope="session")
def images():
    """Reads a Dockerfile into lines such as `base alpine:3` and `copy-source busybox`; a problem shows as its code."""

    def images(text: str) -> list[str]:
        document = read("Dockerfile", text)
        for usage in document.usages:
            assert usage.span.of(text) == usage.written
        return [
            f"{u.role} {u.expanded}" if u.problem is None else f"{u.role} {u.expanded} {u.problem.code}"
            for u in document.usages
        ]

    return images


@pytest.fixture(scope="session")
def roads():
    """Reads a text on both roads: what the quick one says (None where it passes the text on), and the exact one."""

    def roads(text: str):
        directives = read_directives(text)
        quick, exact = Build(text, directives), Build(text, directives)
        went = read_quickly(quick)
        read_exactly(exact)
        return quick.document("Dockerfile", ()) if went else None, exact.document("Dockerfile", ())

    return roads


@pytest.fixture(scope="session")
def corpus():
    """The real Dockerfiles beside the checkout, by the name that the vectors know them by."""
    found = {}
    with tarfile.open(shared("corpus/corpus_open.tar.xz")) as archive:
        for member in archive:
            if member.isfile() and "/dockerfile/" in member.name:
                name = member.name[member.name.index("/dockerfile/") + 1 :]
                text = archive.extractfile(member).read().decode("utf-8", "surrogateescape")
                found[name] = text.removeprefix("\ufeff")
    return found


@pytest.fixture(scope="session")
def dockerfiles(corpus):
    """Their texts."""
    return list(corpus.values())
