"""Variables of GitLab pipelines that local files define."""

import posixpath

import pytest

from moorage.documents.ci import gitlab_ci
from moorage.documents.rewrite import Refused, rewrite
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


JOB = "job: {script: [x], image: 'node:$NODE'}\n"


@pytest.mark.parametrize(
    ("files", "path", "expanded", "written_in"),
    [
        # The file that includes goes over what it includes, for the jobs of both.
        (
            {
                ".gitlab-ci.yml": "include: /ci/jobs.yml\nvariables: {NODE: '20'}\n",
                "ci/jobs.yml": "variables: {NODE: '18'}\n" + JOB,
            },
            "ci/jobs.yml",
            "node:20",
            ".gitlab-ci.yml",
        ),
        # A file that is included later goes over an earlier one.
        (
            {
                ".gitlab-ci.yml": "include: [ci/jobs.yml, ci/base.yml]\n",
                "ci/jobs.yml": "variables: {NODE: '18'}\n" + JOB,
                "ci/base.yml": "variables: {NODE: '22'}\n",
            },
            "ci/jobs.yml",
            "node:22",
            "ci/base.yml",
        ),
        (
            {
                ".gitlab-ci.yml": "include: [ci/base.yml, ci/jobs.yml]\n",
                "ci/jobs.yml": "variables: {NODE: '18'}\n" + JOB,
                "ci/base.yml": "variables: {NODE: '22'}\n",
            },
            "ci/jobs.yml",
            "node:18",
            None,
        ),
        # What an included file includes counts from the top of the repository, too.
        (
            {
                ".gitlab-ci.yml": "include: ci/jobs.yml\n" + JOB,
                "ci/jobs.yml": "include: {local: ci/base.yml}\n",
                "ci/base.yml": "variables: {NODE: '22'}\n",
            },
            ".gitlab-ci.yml",
            "node:22",
            "ci/base.yml",
        ),
        (
            {
                ".gitlab-ci.yml": "include: ci/all.yml\nvariables: {NODE: '20'}\n",
                "ci/all.yml": "include: ['ci/jobs/**/*.yml', .gitlab-ci.yml]\n",
                "ci/jobs/a/b.yml": JOB,
            },
            "ci/jobs/a/b.yml",
            "node:20",
            ".gitlab-ci.yml",
        ),
        # Whoever is not included has nothing of it.
        (
            {".gitlab-ci.yml": "include: ci/*.yml\nvariables: {NODE: '20'}\n", "ci/a/jobs.yml": JOB},
            "ci/a/jobs.yml",
            None,
            None,
        ),
    ],
)
def test_the_files_of_a_pipeline_have_their_variables_together(files, path, expanded, written_in):
    def neighbour(relative):
        return files.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), relative)))

    (usage,) = gitlab_ci.read(path, files[path], neighbour).usages
    assert (usage.expanded, usage.segments[-1].document if usage.segments else None) == (expanded, written_in)


READ_BY_B = "NODE is also read by {} in ci/b.yml"


@pytest.mark.parametrize(
    ("b", "expected"),
    [
        ("b: {script: [x], image: 'node:$NODE'}\n", "20.1"),
        ("b: {script: [x], image: 'node:20'}\n", "20.1"),
        ("b: {script: [x], image: 'acme/mine:${NODE}'}\n", READ_BY_B.format("acme/mine:${NODE}")),
        ("variables: {I: 'acme/mine:$NODE'}\nb: {script: [x], image: $I}\n", READ_BY_B.format("$I")),
        (
            "default: {services: [{name: 'acme/mine:$NODE'}]}\nb: {script: [x]}\n",
            READ_BY_B.format("acme/mine:$NODE"),
        ),
    ],
)
@pytest.mark.parametrize("path", [".gitlab-ci.yml", "ci/a.yml"])
def test_a_value_that_another_file_reads_for_another_image_is_not_edited(path, b, expected):
    files = {
        ".gitlab-ci.yml": "include: [ci/a.yml, ci/b.yml]\nvariables: {NODE: '20'}\n" + JOB,
        "ci/a.yml": JOB,
        "ci/b.yml": b,
    }

    def neighbour(relative):
        return files.get(posixpath.normpath(posixpath.join(posixpath.dirname(path), relative)))

    (usage,) = gitlab_ci.read(path, files[path], neighbour).usages
    answer = rewrite(usage, "node:20.1")
    if isinstance(answer, Refused):
        assert answer.message == expected
    else:
        (edit,) = answer.edits
        assert (expected, edit.document or path) == ("20.1", ".gitlab-ci.yml")


def test_an_included_file_is_known_by_its_text_where_its_path_is_seen_from_its_own_folder():
    main = "include: ci/jobs.yml\nvariables: {NODE: '20'}\n"
    (usage,) = gitlab_ci.read("jobs.yml", JOB, {"../.gitlab-ci.yml": main, "../ci/jobs.yml": JOB}.get).usages
    assert (usage.expanded, usage.segments[-1].document) == ("node:20", "../.gitlab-ci.yml")


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
