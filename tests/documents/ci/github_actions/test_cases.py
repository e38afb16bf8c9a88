"""Workflows and actions that say what they name: `tests/documents/cases/github_actions`."""

import pytest

from moorage.documents.ci import github_actions
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("github_actions"))
def test_case(file):
    found, said = both(github_actions, file)
    assert found == said
