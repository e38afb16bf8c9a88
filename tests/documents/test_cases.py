"""Files of the smaller formats that say what they name: `tests/documents/cases/FORMAT`."""

import pytest

from moorage.documents.detect import format_named
from support.annotated import both, cases

FORMATS = (
    "circleci", "bitbucket", "azure", "drone", "woodpecker",
    "kustomize", "buildpacks", "quadlet", "package", "text",
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file"), [pytest.param(name, *p.values, id=f"{name}-{p.id}") for name in FORMATS for p in cases(name)]
)
def test_case(name, file):
    found, said = both(format_named(name).reader(), file)
    assert found == said
