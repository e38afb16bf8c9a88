"""devcontainer.json files that say what they name: `tests/documents/cases/devcontainer`."""

import pytest

from moorage.documents import devcontainer
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("devcontainer"))
def test_case(file):
    found, said = both(devcontainer, file)
    assert found == said
