"""Compose files that say what they name: `tests/documents/cases/compose`."""

import pytest

from moorage.documents import compose
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("compose"))
def test_case(file):
    found, said = both(compose, file)
    assert found == said
