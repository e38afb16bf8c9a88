"""A finding about a value that stands in another place says where it is set."""

import pytest

from moorage.analysis import analyse
from moorage.documents.detect import detect
from support.look import facts, project

VIEW = facts(tags={"redis": ["7.2.0", "7.2.4"]})
SHORT = "redis:7.2.0 is behind: 7.2.4 is the newest patch of 7.2"


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        (
            ".github/workflows/ci.yml",
            "on: push\nenv:\n  R: redis:7.2.0\njobs: {a: {container: '${{ env.R }}'}}\n",
            "; env.R is set in line 3",
        ),
        (
            ".gitlab-ci.yml",
            "variables: {N: redis,\n V: 7.2.0}\na: {image: '$N:$V', script: x}\n",
            "; N is set in line 1, V is set in line 2",
        ),
        (
            "ci/.gitlab-ci.yml",
            "spec: {inputs: {v: {default: 7.2.0}}}\n---\na: {image: 'redis:$[[ inputs.v ]]', script: x}\n",
            "; inputs.v is set in line 1",
        ),
        (
            "docker-bake.hcl",
            'variable "V" {\n  default = "7.2.0"\n}\ntarget "a" { contexts = { r = "docker-image://redis:${V}" } }\n',
            "; V is set in line 2",
        ),
        ("compose.yaml", "services: {a: {image: 'redis:${V}'}}\n", "; V is set in .env"),
        ("compose.yaml", "services: {a: {image: 'redis:${W:-7.2.0}'}}\n", ""),
        ("Dockerfile", "ARG V=7.2.0\nFROM redis:${V}\n", ""),
    ],
)
def test_where_a_value_is_set(path, text, told):
    document = detect(path, text).reader().read(path, text, {".env": "V=7.2.0\n"}.get)
    (finding,) = [f for f in analyse(document, project(), VIEW) if f.rule == "outdated"]
    assert finding.message == SHORT + told
