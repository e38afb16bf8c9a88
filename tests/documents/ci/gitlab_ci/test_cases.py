"""GitLab pipelines that say what they name: `tests/documents/cases/gitlab_ci`."""

import pytest

from moorage.documents.ci import gitlab_ci
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("gitlab_ci"))
def test_case(file):
    found, said = both(gitlab_ci, file)
    assert found == said
