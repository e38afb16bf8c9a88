"""Values of charts that say what they name: `tests/documents/cases/helm_values`."""

import pytest

from moorage.documents.kubernetes import helm_values
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("helm_values"))
def test_case(file):
    found, said = both(helm_values, file)
    assert found == said
