"""Nothing makes a reader of YAML raise, lose its place, or give up."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from moorage.documents import compose, devcontainer, limits
from moorage.documents.ci import github_actions, gitlab_ci
from moorage.documents.kubernetes import helm_values
from moorage.documents.kubernetes import manifests as kubernetes
from moorage.documents.limits import DOCUMENT_BYTES
from moorage.documents.yaml import parse

READERS = (compose, devcontainer, github_actions, gitlab_ci, helm_values, kubernetes)

SMALL = """\
apiVersion: v1
kind: Pod
on: push
services: &s
  web: {image: "python:${PY:-3.12}", build: {dockerfile_inline: "FROM a\\nCOPY --from=b c d"}}
  db: &d
    image: 'postgres:17' # moorage: pin=off
jobs:
  a: {container: node:22, services: *s, steps: [{uses: docker://alpine}]}
spec:
  containers:
  - image: >-
      busybox
  - <<: *d
  - {image: {repository: r, tag: "1"}}
job: {image: $X, variables: {X: y}, script: [a], services: !reference [.x]}
---
"image": "z"
"""


def check(reader, text):
    document = reader.read("x.yaml", text)
    seen = set()
    for usage in document.usages:
        assert usage.span.of(text) == usage.written
        assert usage.written
        assert (usage.span, usage.expanded) not in seen
        seen.add((usage.span, usage.expanded))
        assert (usage.reference is None) == (usage.problem is not None)
        if usage.segments and usage.expanded is not None:
            assert "".join(s.value for s in usage.segments) == usage.expanded
            places = [s for s in usage.segments if s.span is not None and s.document is None]
            assert all(s.span.of(text) == s.value for s in places if s.verbatim)
        if usage.problem is not None and usage.problem.span is not None:
            assert 0 <= usage.problem.span.start <= usage.problem.span.end <= len(text)
    for comment in document.comments:
        assert comment.body.of(text) == comment.text
    return document


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.FORMAT)
def test_cut_at_every_character(reader):
    for end in range(0, len(SMALL), 2):
        check(reader, SMALL[:end])
        check(reader, SMALL[end:])


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.FORMAT)
@pytest.mark.parametrize(
    "odd", ["\0", "\t", "\r", "\x85", "\u2028", "\ufeff", "\ud800", "{", "]", '"', "'", "&", "*", "|", "\n---\n"]
)
def test_an_odd_character_anywhere(reader, odd):
    for at in range(0, len(SMALL), 9):
        document = check(reader, SMALL[:at] + odd + SMALL[at:])
        reader.slot_at(document, at)


marks = [
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    "|\n",
    ">-\n",
    "&a",
    "*a",
    "<<:",
    "!!x",
    "?",
    ":",
    "#",
    "---\n",
    "${",
    "}}",
    "\\",
]
pieces = st.sampled_from(
    [
        *SMALL.splitlines(keepends=True),
        *marks,
        "é😀",
        "image:",
        "containers:\n",
        "-",
        "services:\n",
        "- ",
        "  ",
        "\n",
        "\t",
        ": ",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(pieces, max_size=30).map("".join), st.integers(0, 400))
@example("image: a\n  b: c\n- d", 3)
def test_made_up_texts(text, at):
    for reader in READERS:
        document = check(reader, text)
        reader.slot_at(document, min(at, len(text)))


BOMB = "a0: &a0 [x, y]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 20)}]\n" for n in range(1, 100))
MERGES = "a0: &a0 {image: x}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 20)}]\n" for n in range(1, 100)
)


@pytest.mark.parametrize(
    "text",
    [
        BOMB + "image: *a99\nservices: *a99\ncontainers: *a99",
        MERGES + "services: {a: *a99}\njob: *a99\ncontainers: [*a99]",
        "image:\n" + "\n".join(" " * n + "a:" for n in range(2000)),
        "image: " + "[" * 4_000,
        "image: x\n" + "- " * 4_000,
        "image: x\n\tb\n" + "- " * 4_000,
        "image: {" + "a: {" * 10_000,
        "services:\n  a:\n    image: " + "x" * 1_000_000,
        'services:\n  a:\n    image: "' + '\\"' * 50_000,
        "services:\n  a:\n    image: '" + "''" * 50_000 + "'",
        "services:\n  a:\n    image: x" + " " * 200_000 + "y",
        "services:\n  a:\n    image: " + "${a:-" * 10_000,
        "image: x\n\tq\n" + "".join(" " * (n % 100) + 'a: "b\n' for n in range(4_000)),
        "image: x\n\tq\n" + "".join(" " * (n % 100) + "a: [b\n" for n in range(4_000)),
        "a: b # moorage: image\n" * 4_000,
        "image: \0" * 10_000,
        "image: a\r" * 10_000,
        "---\nimage: a\n" * 4_000,
        "%YAML 1.2\n" * 10_000 + "image",
        "jobs: {a: {container: '" + "${{ " * 4_000 + "'}}",
        "services:\n" + "".join(f"  s{n}:\n    image: a\n    extends: s{n - 1}\n" for n in range(1_500)),
        '{"image": ' * 10_000,
    ],
    ids=lambda text: text[:24],
)
def test_hostile_texts(text):
    for reader in READERS:
        check(reader, text)


def test_a_file_that_is_too_long_is_not_read():
    for reader in READERS:
        document = reader.read("x.yaml", "image: a\n" * (DOCUMENT_BYTES // 9 + 1))
        assert not document.usages
        assert [n.message for n in document.notices] == ["the file is longer than 2 MiB and is not read"]


def test_what_is_nested_too_deep_is_said():
    text = "kind: Pod\ncontainers:\n- image: a\n---\nimage: " + "[" * 500 + "\ncontainers:\n- image: b\n"
    document = kubernetes.read("x.yaml", text)
    assert [u.expanded for u in document.usages] == ["a", "b"]
    (notice,) = document.notices
    assert notice.message == "collections are nested deeper than 200; the document is read line by line, not in full"
    assert notice.span is not None
    assert notice.span.of(text).startswith("---\nimage: [")


def said(document):
    return [notice.message for notice in document.notices]


def test_of_a_long_damaged_document_the_beginning_is_read():
    line = "a:\n  image: x\n  script: [\n"
    document = gitlab_ci.read("x.yml", line * (limits.YAML_DAMAGED // len(line) // 4))
    assert said(document) == []
    long = line.replace("x", "x" * 200)
    document = gitlab_ci.read("x.yml", long * (2 * limits.YAML_DAMAGED // len(long)))
    assert said(document) == ["the document is no YAML, and only its first 512 KiB are read line by line"]
    (notice,) = document.notices
    assert 0 < document.usages[-1].span.end <= notice.span.start <= limits.YAML_DAMAGED


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (gitlab_ci, "a{n}: {{image: x}}\n"),
        (gitlab_ci, "a: {{image: x}}\n---\n"),
        (kubernetes, "- {{kind: Pod, containers: [{{image: x}}]}}\n"),
    ],
)
def test_of_very_many_images_the_first_are_read(reader, text):
    document = reader.read("x.yml", "".join(text.format(n=n) for n in range(limits.IMAGES + 5)))
    assert len(document.usages) == limits.IMAGES
    assert len(said(document)) == 1


def test_of_very_many_documents_the_first_are_read():
    document = helm_values.read("values.yaml", "---\na: 1\n" * (limits.STREAM_DOCUMENTS + 1) + "---\nimage: x\n")
    assert document.usages == ()
    assert said(document) == ["it has more than 10,000 documents; the others are not read"]
    assert document.notices[0].span.of(document.text) == "---\na: 1\n---\nimage: x\n"


def test_without_libyaml_the_results_are_the_same(real_files, monkeypatch):
    def read(file, text):
        reader = {"compose": compose, "k8s": kubernetes, "gha": github_actions, "gitlab": gitlab_ci}.get(file.kind)
        return () if reader is None else reader.read(file.path, text).usages

    rng = random.Random(7)
    texts = []
    for file in rng.sample([f for f in real_files if len(f.text) < 3000], 150):
        at = rng.randrange(len(file.text) + 1)
        texts += [(file, file.text), (file, file.text[:at] + rng.choice("\t'\"{[&*|>#%:-\r\n") + file.text[at:])]
    if parse.CParser is None:
        pytest.skip("libyaml is not there")
    kubernetes._remembered.cache_clear()
    first = [read(file, text) for file, text in texts]
    kubernetes._remembered.cache_clear()
    monkeypatch.setattr(parse, "CParser", None)
    second = [read(file, text) for file, text in texts]
    kubernetes._remembered.cache_clear()
    assert first == second
