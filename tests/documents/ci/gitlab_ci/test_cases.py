"""GitLab pipelines that say what they name: `tests/documents/cases/gitlab_ci`."""

import pytest

from moorage.documents.ci import gitlab_ci
from support.annotated import both, cases


@pytest.mark.parametrize("file", cases("gitlab_ci"))
def test_case(file):
    found, said = both(gitlab_ci, file)
    assert found == said


@pytest.mark.parametrize(
    ("path", "read"), [("conf/app.yml", ["redis:7"]), (".gitlab-ci.yml", ["/img/a.png", "redis:7"])]
)
def test_where_only_a_script_tells_the_format_what_is_no_image_is_passed_over(path, read):
    text = "app:\n  script: run\n  image: /img/a.png\n  services: [redis:7]\n"
    assert [usage.written for usage in gitlab_ci.read(path, text).usages] == read
