"""An image in a hidden job is edited where the jobs that extend it write its variables."""

from moorage.documents.ci import gitlab_ci
from moorage.documents.rewrite import rewrite
from moorage.text import apply_edits

TEXT = """\
.base: {image: "python:$PY"}
test: {extends: .base, variables: {PY: "3.12.1"}, script: a}
old: {extends: .base, variables: {PY: "3.11.0"}, script: a}
"""


def test_each_job_is_edited_at_its_own_literal():
    document = gitlab_ci.read(".gitlab-ci.yml", TEXT)
    new, old = document.usages
    assert [(usage.choice, usage.choices) for usage in document.usages] == [
        ("PY = 3.12.1", ("python:3.12.1", "python:3.11.0")),
        ("PY = 3.11.0", ("python:3.12.1", "python:3.11.0")),
    ]
    edits = rewrite(old, "python:3.11.9", document.usages).edits
    assert apply_edits(TEXT, edits) == TEXT.replace("3.11.0", "3.11.9")
    edits = rewrite(new, "python:3.12.9", document.usages).edits
    assert apply_edits(TEXT, edits) == TEXT.replace("3.12.1", "3.12.9")


def test_a_value_that_two_jobs_inherit_is_one():
    text = TEXT.replace("{PY: ", "{PY: $V, V: ").replace("3.11.0", "3.12.1")
    (one,) = gitlab_ci.read(".gitlab-ci.yml", text).usages
    assert (one.expanded, one.choices) == ("python:3.12.1", ())
