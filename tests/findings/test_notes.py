"""Tags that ratchet and frizbee note in a comment behind a digest."""

import pytest

from moorage.analysis import analyse
from moorage.documents.ci import github_actions
from moorage.documents.kubernetes import manifests as kubernetes
from moorage.findings.notes import with_noted_tags
from moorage.text import Edit, apply_edits
from support.look import digest, facts, project

POD = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {}\n"
A, B, C = digest("a"), digest("b"), digest("c")


def read(line):
    return with_noted_tags(kubernetes.read("pod.yaml", POD.format(line)))


def fixed(line, rule, view):
    """The lines that the fixes of the one finding of `rule` make of this one."""
    document = read(line)
    (finding,) = [f for f in analyse(document, project(), view) if f.rule == rule]
    texts = [
        apply_edits(document.text, [Edit(e.span, e.new) for e in fix.edits]) for fix in finding.fixes(view) if fix.safe
    ]
    return [text.splitlines()[4].removeprefix("  - image: ") for text in texts]


@pytest.mark.parametrize(
    ("comment", "tag"),
    [
        ("# ratchet:redis:7.2", "7.2"),
        ("# ratchet:docker.io/library/redis:7.2-alpine", "7.2-alpine"),
        ("# 7.2", "7.2"),
        ("#v7.2.4", "v7.2.4"),
        ("# latest", "latest"),
        ("# bookworm-20240101", "bookworm-20240101"),
        ("# ratchet:node:22", None),  # of another image
        ("# ratchet:exclude", None),
        ("# keep", None),
        ("# 7.2 because of 7.4", None),
        ("", None),
    ],
)
def test_which_comment_is_a_tag(comment, tag):
    (usage,) = read(f"redis@{A} {comment}").usages
    assert usage.reference.tag == tag
    assert usage.reference.digest == A
    assert usage.expanded == f"redis@{A}"


@pytest.mark.parametrize("line", [f"redis:7.0@{A} # 7.2", "redis # 7.2", f'"redis@{A}#" # 7.2'])
def test_a_tag_that_is_written_is_no_matter_of_comments(line):
    document = kubernetes.read("pod.yaml", POD.format(line))
    assert with_noted_tags(document) is document


def test_digest_and_comment_are_updated_together():
    view = facts(tags={"redis": ["7.2.1", "7.2.4"]}, digests={"redis:7.2.1": A, "redis:7.2.4": B})
    assert fixed(f"redis@{A} # ratchet:redis:7.2.1", "outdated", view) == [f"redis@{B} # ratchet:redis:7.2.4"]
    assert fixed(f"'redis@{A}'   # 7.2.1", "outdated", view) == [f"'redis@{B}'   # 7.2.4"]


def test_nothing_is_offered_before_the_digest_is_known():
    view = facts(tags={"redis": ["7.2.1", "7.2.4"]}, digests={"redis:7.2.1": A})
    assert fixed(f"redis@{A} # 7.2.1", "outdated", view) == []


def test_a_moved_tag_changes_the_digest_alone():
    view = facts(digests={"redis:7.2": B}, indexes={("redis", B): {"linux/amd64": C}})
    assert fixed(f"redis@{A} # ratchet:redis:7.2", "moved-tag", view) == [f"redis@{B} # ratchet:redis:7.2"]


def test_a_moved_repository_is_renamed_in_the_comment_too():
    view = facts(tags={"registry.k8s.io/pause": ["3.9"]}, digests={"registry.k8s.io/pause:3.9": A})
    line = f"k8s.gcr.io/pause@{A} # ratchet:k8s.gcr.io/pause:3.9"
    assert fixed(line, "moved-repository", view) == [f"registry.k8s.io/pause@{A} # ratchet:registry.k8s.io/pause:3.9"]


def test_in_a_workflow():
    text = f"on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n    - uses: docker://redis@{A} # ratchet:docker://redis:7.2\n"
    (usage,) = with_noted_tags(github_actions.read("w.yml", text)).usages
    assert usage.reference.tag == "7.2"
