"""What could be written at a cursor (`‸`) in the formats written in YAML."""

import pytest

from moorage.documents import compose
from moorage.documents.ci import github_actions
from moorage.documents.kubernetes import manifests as kubernetes

CURSOR = "‸"


def slot(reader, text):
    offset = text.index(CURSOR)
    text = text.replace(CURSOR, "")
    found = reader.slot_at(reader.read("x.yaml", text), offset)
    return None if found is None else (found.kind, found.prefix, found.span.of(text), found.repository)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("image: ‸", ("repository", "", "", None)),
        ("image: py‸", ("repository", "py", "py", None)),
        ("image: py‸thon:3.12", ("repository", "py", "python", None)),
        ("image: python:‸", ("tag", "", "", "python")),
        ("image: python:3.1‸2-slim # why", ("tag", "3.1", "3.12-slim", "python")),
        ("image: 'ghcr.io/acme/api:1.‸'", ("tag", "1.", "1.", "ghcr.io/acme/api")),
        ('image: "localhost:5000/api:‸"', ("tag", "", "", "localhost:5000/api")),
        ("image: python:3.1‸@sha256:ab", ("tag", "3.1", "3.1", "python")),
        ("image: python:3@sha256:a‸b", ("digest", "sha256:a", "sha256:ab", "python")),
        ("image: ${IMAGE:-python:3.‸1}", ("tag", "3.", "3.1", "python")),
        ("image: python:${TAG:-3.‸1}", None),
        ('image: "‸"', ("repository", "", "", None)),
        ("image: ‸ # why", ("repository", "", "", None)),
        ("# moorage: ignore[no-‸", ("directive", "no-", "no-", None)),
        ("ports: ‸", None),
        ("# image: ‸", None),
    ],
)
def test_in_compose(line, found):
    assert slot(compose, f"services:\n  web:\n    {line}\n    restart: always\n") == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("  containers:\n  - name: a\n    image: ‸", ("repository", "", "", None)),
        ("  containers:\n  - image: nginx:‸\n    name: a", ("tag", "", "", "nginx")),
        ("  image: ‸", None),
    ],
)
def test_in_kubernetes(lines, found):
    assert slot(kubernetes, "---\na: b\n---\napiVersion: v1\nkind: Pod\nspec:\n" + lines) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("    container: ‸", ("repository", "", "", None)),
        ("    steps:\n    - uses: docker://‸", ("repository", "", "", None)),
        ("    steps:\n    - uses: docker://alpine:‸", ("tag", "", "", "alpine")),
        ("    steps:\n    - uses: ‸", None),
    ],
)
def test_in_workflows(lines, found):
    assert slot(github_actions, "on: push\njobs:\n  a:\n" + lines) == found
