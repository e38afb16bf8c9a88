"""Variables of GitLab pipelines that local files define."""

from moorage.documents.ci import gitlab_ci
from moorage.documents.rewrite import rewrite
from moorage.text import apply_edits

MAIN = (
    "include:\n  - local: /ci/base.yml\n  - remote: https://acme.io/x.yml\njob:\n  script: [x]\n  image: node:$NODE\n"
)


def test_an_included_file_defines_a_variable():
    base = "stages: [a]\n---\nvariables:\n  NODE: '22'\n"
    (usage,) = gitlab_ci.read("shop/.gitlab-ci.yml", MAIN, {"ci/base.yml": base}.get).usages
    assert usage.expanded == "node:22"
    _, version = usage.segments
    assert (version.name, version.document) == ("NODE", "shop/ci/base.yml")
    assert version.span is not None
    assert version.span.of(base) == "22"


def test_the_file_itself_counts_more():
    (usage,) = gitlab_ci.read(
        "x.yml", "variables: {NODE: '20'}\n" + MAIN, {"ci/base.yml": "variables: {NODE: '22'}"}.get
    ).usages
    assert usage.expanded == "node:20"


def test_a_missing_file_defines_nothing():
    (usage,) = gitlab_ci.read("x.yml", MAIN).usages
    assert usage.problem is not None
    assert usage.problem.message == "this reference takes its value from $NODE"


def test_services_of_another_job_say_where_they_stand():
    (usage,) = gitlab_ci.read("x.yml", "job: {script: [a], services: !reference [.shared, services]}").usages
    assert usage.problem is not None
    assert usage.problem.message == "these services stand in .shared"


def test_the_default_of_an_input_is_edited_in_the_head_of_the_file():
    text = "spec: {inputs: {v: {default: '3.3'}}}\n---\njob:\n  image: ruby:$[[ inputs.v ]]\n  script: [a]\n"
    document = gitlab_ci.read("ci/x.yml", text)
    answer = rewrite(document.usages[0], "ruby:3.4", document.usages)
    assert {edit.document for edit in answer.edits} == {"ci/x.yml"}
    after = apply_edits(text, answer.edits)
    assert after == text.replace("3.3", "3.4")
    assert gitlab_ci.read("ci/x.yml", after).usages[0].expanded == "ruby:3.4"
