"""What the tests of the Dockerfile reader share."""

import pytest

from moorage.documents.dockerfile import read
from moorage.documents.dockerfile.build import Build
from moorage.documents.dockerfile.directives import read_directives
from moorage.documents.dockerfile.quick import read_quickly
from moorage.documents.dockerfile.reading import read_exactly


@pytest.fixture
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


@pytest.fixture
def roads():
    """Reads a text on both roads: what the quick one says (None where it passes the text on), and the exact one."""

    def roads(text: str):
        directives = read_directives(text)
        quick, exact = Build(text, directives), Build(text, directives)
        went = read_quickly(quick)
        read_exactly(exact)
        return quick.document("Dockerfile", ()) if went else None, exact.document("Dockerfile", ())

    return roads
