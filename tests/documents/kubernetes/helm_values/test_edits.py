"""Images of Helm values are edited part by part."""

import pytest

from moorage.documents.kubernetes import helm_values
from moorage.documents.rewrite import Refused, rewrite
from moorage.text import apply_edits

DIGEST = "sha256:" + "a" * 64


def rewritten(text, wanted):
    document = helm_values.read("values.yaml", text)
    (usage,) = document.usages
    answer = rewrite(usage, wanted, document.usages)
    if isinstance(answer, Refused):
        return None
    after = apply_edits(text, answer.edits)
    (again,) = helm_values.read("values.yaml", after).usages
    assert again.expanded == wanted
    return after


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("image: {repository: redis, tag: '7.2'}", "redis:7.4", "image: {repository: redis, tag: '7.4'}"),
        ("image: {repository: redis, tag: 7}", f"redis:7@{DIGEST}", f'image: {{repository: redis, tag: "7@{DIGEST}"}}'),
        (
            "image:\n  registry: docker.io\n  repository: bitnami/redis\n  tag: 7.2 # why\n",
            "docker.io/bitnamilegacy/redis:7.2",
            "image:\n  registry: docker.io\n  repository: bitnamilegacy/redis\n  tag: 7.2 # why\n",
        ),
        (
            f"image:\n  repository: a\n  digest: {DIGEST}",
            "a@sha256:" + "b" * 64,
            "image:\n  repository: a\n  digest: sha256:" + "b" * 64,
        ),
        # A key for the digest is there.
        (
            'image: {repository: redis, tag: "7.2", digest: ""}',
            f"redis:7.4@{DIGEST}",
            f'image: {{repository: redis, tag: "7.4", digest: "{DIGEST}"}}',
        ),
        (
            "image:\n  digest: '' # none\n  repository: a\n  tag: '1'\n",
            "a:2",
            "image:\n  digest: '' # none\n  repository: a\n  tag: '2'\n",
        ),
        ("image: redis:7", f"redis:8@{DIGEST}", f"image: redis:8@{DIGEST}"),
        ("image: a\nimageTag: '7.2'\n", "a:7.4", "image: a\nimageTag: '7.4'\n"),
        ("image: {repository: 'redis:7'}", "redis:8", "image: {repository: 'redis:8'}"),
        # The chart would put its own tag behind this one.
        ("image: redis", "redis:8", None),
        ("image: {repository: redis}", "redis:8", None),
        ("image: {repository: redis, tag: ''}", "redis:8", None),
    ],
)
def test_edits(before, wanted, after):
    assert rewritten(before, wanted) == after


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("image: {repository: redis, tag: 7.‸2}", ("tag", "7.", "7.2", "redis")),
        ("image: {registry: ghcr.io, repository: acme/a, tag: ‸7}", ("tag", "", "7", "ghcr.io/acme/a")),
        ("image:\n  repository: redis\n  tag: ‸\n", ("tag", "", "", "redis")),
        ("image: {repository: redis, tag: '7', digest: '‸'}", ("digest", "", "", "redis")),
        ("image:\n  repository: re‸\n", ("repository", "re", "re", None)),
        ("image: redis:‸", ("tag", "", "", "redis")),
        ("name: ‸", None),
    ],
)
def test_slots(text, found):
    offset = text.index("‸")
    text = text.replace("‸", "")
    slot = helm_values.slot_at(helm_values.read("values.yaml", text), offset)
    assert (slot and (slot.kind, slot.prefix, slot.span.of(text), slot.repository)) == found
