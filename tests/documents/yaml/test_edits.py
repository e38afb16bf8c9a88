"""Edits in YAML: apply, read again, compare; all else stays, character for character."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents import compose
from moorage.documents.detect import detect
from moorage.documents.kubernetes import manifests as kubernetes
from moorage.documents.rewrite import Refused, readers, rewrite
from moorage.text import apply_edits

DIGEST = "sha256:" + "a" * 64


def check(read, text):
    """Rewrite every usage in several ways; returns how many edits there were."""
    document = read(text)
    made = 0
    for number, usage in enumerate(document.usages):
        reference = usage.reference
        if reference is None:
            continue
        for tag, digest in (("9.9", reference.digest), (reference.tag, DIGEST), ("9.9", DIGEST), (reference.tag, None)):
            wanted = reference.with_version(tag, digest)
            answer = rewrite(usage, wanted, document.usages)
            if isinstance(answer, Refused) or any(edit.document for edit in answer.edits):
                continue
            made += bool(answer.edits)
            again = read(apply_edits(text, answer.edits))
            assert again.usages[number].expanded == wanted
            sharing = readers(usage, document.usages)
            others = zip(document.usages, again.usages, strict=True)
            assert all(a.expanded == b.expanded for a, b in others if a is not usage and a not in sharing)
    return made


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("{image: 'python:3.12',a: b}", "python:3.13", "{image: 'python:3.13',a: b}"),
        ("{image: python,a: b}", f"python@{DIGEST}", f"{{image: python@{DIGEST},a: b}}"),
        ('\r\n    image:   "python:3.12"   # why\r\n', "python:3.13", '\r\n    image:   "python:3.13"   # why\r\n'),
        ("{image: &x !!str python:3.12}", "python:3", "{image: &x !!str python:3}"),
        ("\n    image: >-\n\n       python:3.12\n", "python:3.13", "\n    image: >-\n\n       python:3.13\n"),
        ("\n    image: |\n      python\n", "python:3", "\n    image: |\n      python:3\n"),
        ("{image: '${A:-python}:${B:-3.12}'}", "python:3.13", "{image: '${A:-python}:${B:-3.13}'}"),
        ('{image: "pyth\\x6fn:3.12"}', "python:3.13", '{image: "pyth\\x6fn:3.13"}'),
    ],
)
def test_edits(before, wanted, after):
    head = "services:\n  web: "
    document = compose.read("compose.yaml", head + before)
    answer = rewrite(document.usages[0], wanted, document.usages)
    assert not isinstance(answer, Refused)
    assert apply_edits(document.text, answer.edits) == head + after
    assert compose.read("compose.yaml", head + after).usages[0].expanded == wanted


names = st.sampled_from(["python", "ghcr.io/acme/api", "localhost:5000/a", "${N:-redis}", "acme/$X"])
tags = st.sampled_from(["", ":3.12", ":3.12-slim", ":${T:-1.0}", ":${T:-${U-2}}", f":1@{DIGEST}", ":latest"])
styles = st.sampled_from(
    [" {}", " '{}'", ' "{}"', " &a {}", " !!str {} # x", " >-\n      {}", " |\n      {}\n", "   '{}'  ", " {}\r"]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(names, tags, styles), min_size=1, max_size=4))
def test_made_up_files(images):
    services = [f"  s{n}:\n    image:{style.format(name + tag)}\n" for n, (name, tag, style) in enumerate(images)]
    check(lambda text: compose.read("compose.yaml", text), "services:\n" + "".join(services))


def test_real_files(real_files):
    made = 0
    for file in real_files[::8]:
        format_ = detect(file.path, file.text)
        if format_ is not None and len(file.references) < 40:
            reader = format_.reader()
            made += check(lambda text, reader=reader, path=file.path: reader.read(path, text), file.text)
    print(f"{made} edits")
    assert made > len(real_files) // 4


def test_only_the_edited_document_is_read_again():
    pods = [f"---\napiVersion: v1\nkind: Pod\nspec: {{containers: [{{image: 'a:{n}'}}]}}\n" for n in range(50)]
    first = kubernetes.read("pods.yaml", "".join(pods))
    pods[20] = pods[20].replace("a:20", "bb:20")
    second = kubernetes.read("pods.yaml", "".join(pods))
    assert [u.expanded for u in second.usages] == [
        u.expanded if n != 20 else "bb:20" for n, u in enumerate(first.usages)
    ]
    assert all(u.span.of(second.text) == u.written for u in second.usages)
    assert second.usages[30].reference is first.usages[30].reference
