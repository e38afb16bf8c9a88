"""Tags that look like numbers: an edit writes them so that whoever reads the file reads the same tag."""

import pytest

from moorage.documents.rewrite import Refused, rewrite
from moorage.text import apply_edits
from support.files import Files

DOCKERFILE = "ARG V\nFROM acme/app:${V}\n"
BAKE = 'target "app" { args = { V = %s } }\n'
BAKE_JSON = '{"target": {"app": {"args": {"V": %s}}}}\n'
DEVCONTAINER = '{"build": {"dockerfile": "Dockerfile", "args": {"V": %s}}} // why\n'
KUSTOMIZATION = "images:\n- name: acme/app\n  newTag: %s\n"
POD = '{"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"image": %s}]}}'


@pytest.mark.parametrize(
    ("path", "text", "before", "tag", "after"),
    [
        ("docker-bake.hcl", BAKE, "1.9", "1.20", '"1.20"'),
        ("docker-bake.hcl", BAKE, "1.9", "1.21", "1.21"),
        ("docker-bake.hcl", BAKE, "1.9", "1.9.1", '"1.9.1"'),
        ("docker-bake.hcl", BAKE, "9", "10", "10"),
        ("docker-bake.hcl", BAKE, '"1.9"', "1.20", '"1.20"'),
        ("docker-bake.json", BAKE_JSON, "1.9", "1.20", '"1.20"'),
        ("docker-bake.json", BAKE_JSON, "1.9", "1.9-slim", '"1.9-slim"'),
        ("devcontainer.json", DEVCONTAINER, "1.9", "1.20", '"1.20"'),
        ("devcontainer.json", DEVCONTAINER, '"1.9"', "1.20", '"1.20"'),
        ("kustomization.yaml", KUSTOMIZATION, "1.9", "1.20", '"1.20"'),
        ("kustomization.yaml", KUSTOMIZATION, "1.9", "1.21", "1.21"),
        ("kustomization.yaml", KUSTOMIZATION, "1.9-slim", "1.20", '"1.20"'),
        ("kustomization.yaml", KUSTOMIZATION, "1.9.1", "1.20.1", "1.20.1"),
        ("kustomization.yaml", KUSTOMIZATION, "'1.9'", "1.20", "'1.20'"),
        ("pod.json", POD, '"acme/app:1.9"', "1.20", '"acme/app:1.20"'),
    ],
)
def test_an_edit_writes_a_tag_that_is_read_as_it(path, text, before, tag, after):
    files = Files({path: text % before, "Dockerfile": DOCKERFILE})
    document = files.links().linked(files.read(path))
    (usage,) = (u for u in document.usages if u.reference is not None)
    answer = rewrite(usage, f"acme/app:{tag}", document.usages)
    assert not isinstance(answer, Refused), answer
    files.texts[path] = apply_edits(document.text, answer.edits)
    assert files.texts[path] == text % after
    again = files.links().linked(files.read(path))
    assert [u.expanded for u in again.usages if u.reference is not None] == [f"acme/app:{tag}"]
