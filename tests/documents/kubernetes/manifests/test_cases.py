"""Kubernetes resources that say what they name: `tests/documents/cases/kubernetes`."""

import pytest

from moorage.documents.kubernetes import manifests as kubernetes
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("kubernetes"))
def test_case(file):
    found, said = both(kubernetes, file)
    assert found == said
