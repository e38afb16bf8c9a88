"""Templates of Azure Pipelines: what a pipeline gives them names images where it is written."""

import pytest

from moorage.documents.ci import azure
from moorage.documents.detect import detect
from moorage.documents.rewrite import rewrite
from moorage.text import apply_edits

TEMPLATE = """\
parameters:
  - {name: image, type: string}
  - {name: tag, default: "3.21"}
  - {name: app, type: object}
jobs:
  - job: a
    container: ${{ parameters.image }}
    services:
      db: "alpine:${{ parameters.tag }}"
      app: "acme/app:${{ parameters.app.tag }}"
"""
OTHERS = {"templates/job.yml": TEMPLATE}


@pytest.mark.parametrize(
    ("call", "names"),
    [
        ("{template: templates/job.yml, parameters: {image: 'tomcat:10.1.0'}}", [("tomcat:10.1.0", "tomcat:10.1.0")]),
        ("{template: templates/job.yml, parameters: {TAG: 3.20}}", [("3.20", "alpine:3.20")]),
        ("{template: templates/job.yml, parameters: {app: {tag: '1.2'}}}", [("1.2", "acme/app:1.2")]),
        ("{template: templates/job.yml, parameters: {image: 'php:${{ parameters.php }}'}}", [
            ("php:${{ parameters.php }}", "php:8.3"),
        ]),
        ("{template: templates/job.yml, parameters: {image: builder, other: 'php:8'}}", []),
        ("{template: templates/job.yml@shared, parameters: {image: 'php:8'}}", []),
        ("{template: templates/missing.yml, parameters: {image: 'php:8'}}", []),
    ],
)  # fmt: skip
def test_what_is_given(call, names):
    text = f"parameters: {{php: '8.3'}}\njobs:\n  - {call}\n"
    document = azure.read("ci/azure-pipelines.yml", text, OTHERS.get)
    assert [(usage.written, usage.expanded) for usage in document.usages] == names


def test_an_edit_goes_to_the_literal_of_the_call():
    text = "extends:\n  template: templates/job.yml\n  parameters: {app: {tag: 1.9}}\n"
    (usage,) = azure.read("azure-pipelines.yml", text, OTHERS.get).usages
    assert [segment.document for segment in usage.segments] == ["templates/job.yml", None]
    answer = rewrite(usage, "acme/app:1.10")
    assert apply_edits(text, answer.edits) == text.replace("1.9", '"1.10"')


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (TEMPLATE, True),
        ("stages:\n# All of them.\n- stage: a\n  jobs: [{job: b, container: 'php:8'}]\n", True),
        ("jobs:\n  - name: a\n    container: php:8\n", False),
        ("jobs:\n  job: {container: 'php:8'}\n", False),
    ],
)
def test_a_template_is_known_by_its_jobs(text, known):
    found = detect("templates/job.yml", text)
    assert (found is not None and found.id == "azure") is known
