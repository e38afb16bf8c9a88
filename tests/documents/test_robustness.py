"""Nothing makes a reader of the smaller formats raise or lose its place; a half-typed line costs no other line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents.detect import format_named
from moorage.documents.limits import DOCUMENT_BYTES, VALUES_OF_A_PLACE
from moorage.text import LineIndex
from support.annotated import cases

NAMES = (
    "circleci", "bitbucket", "azure", "drone", "woodpecker",
    "kustomize", "buildpacks", "quadlet", "package", "text", "kubernetes",
)  # fmt: skip
CASES = [(name, p.values[0].read_text("utf-8")) for name in NAMES for p in cases(name)]


def check(name, text):
    document = format_named(name).reader().read("x", text)
    for usage in document.usages:
        assert usage.written
        assert usage.span.of(text) == usage.written
        assert usage.instruction is not None
        assert (usage.reference is None) == (usage.problem is not None)
        if usage.segments and usage.expanded is not None:
            assert "".join(s.value for s in usage.segments) == usage.expanded
            assert all(s.span.of(text) == s.value for s in usage.segments if s.verbatim and s.span is not None)
    for comment in document.comments:
        assert comment.body.of(text) == comment.text
    return document


def places(document):
    """The usages by the text of their line, which is told apart from a like one by what it names."""
    index = LineIndex(document.text)
    return {(index.position(u.span.start)[0], u.written, u.expanded) for u in document.usages}


@pytest.mark.parametrize(("name", "text"), CASES)
def test_cut_at_every_line(name, text):
    for end in range(len(text)):
        if text[end] == "\n":
            check(name, text[: end - 2])
            check(name, text[end + 3 :])


@settings(max_examples=60, deadline=None)
@given(case=st.sampled_from(CASES), data=st.data())
def test_damaged_anywhere(case, data):
    name, text = case
    for _ in range(3):
        at = data.draw(st.integers(0, len(text)))
        length = data.draw(st.integers(0, 3))
        odd = data.draw(
            st.sampled_from(["", "\0", "\t", "\r", "\x85", "\ud800", "{", "]", '"', "'", "&", "*", "|", "${{", ">>"])
        )
        text = text[:at] + odd + text[at + length :]
    document = check(name, text)
    for usage in document.usages[:2]:
        format_named(name).reader().slot_at(document, usage.span.end)


def half_typed(text):
    """The text with each line that ends in a value cut off in its middle, and the number of that line."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if line[:1] in (" ", "\t") and line.rstrip()[-1:] not in ("", ":", "{", "[", "|", ">", "-", '"""', "\\"):
            cut = line[: len(line) - len(line.lstrip()) + len(line.strip()) // 2]
            yield "\n".join([*lines[:number], cut, *lines[number + 1 :]]), number + 1


def test_a_half_typed_line_leaves_the_references_of_the_others():
    kept = lost = 0
    for name, text in CASES:
        before = {place[:2] for place in places(check(name, text))}
        for changed, line in half_typed(text):
            after = {place[:2] for place in places(check(name, changed))}
            others = {place for place in before if place[0] != line}
            kept += len(others & after)
            lost += len(others - after)
    assert lost / (kept + lost) < 0.01


DEEP = 20_000
HOSTILE = {
    "brackets": "a: " + "[" * DEEP,
    "tables": "[a]\n" * DEEP,
    "arrays": "k = [" * DEEP,
    "items": "k = [\n" + '"a",\n' * DEEP,
    "triple": 'k = """\n' * DEEP,
    "keys": "a." * DEEP + "b = 1",
    "continued": "[Container]\n" + "Image=\\\n" * DEEP,
    "signs": "image: " + "$(" * DEEP,
    "templates": "image: " + "${{" * DEEP,
    "parameters": "image: " + "<<" * DEEP,
    "digest": "image: " + "a" * DEEP + ":1@sha256:" + "a" * 64,
    "addresses": ("a://" * 140 + " b@sha256:" + "a" * 64 + " ") * 1_000,
    "braces": "}" * DEEP + "@sha256:" + "a" * 64,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_hostile_texts(name, text):
    check(name, text)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "kubernetes"])
def test_a_file_over_the_limit_is_not_read(name):
    document = check(name, "#" * (DOCUMENT_BYTES + 1))
    assert [notice.message for notice in document.notices] == ["the file is longer than 2 MiB and is not read"]


def test_variables_that_blow_up_end_in_a_problem():
    doubled = "".join(f"  v{n}: $(v{n + 1})$(v{n + 1})\n" for n in range(30))
    text = f"variables:\n{doubled}  v30: x\ncontainer: a:$(v0)\n"
    (usage,) = check("azure", text).usages
    assert usage.problem.code == "variable"


def test_a_matrix_is_read_up_to_the_limit():
    values = ", ".join(map(str, range(500)))
    document = check("woodpecker", f"matrix: {{A: [{values}], B: [{values}]}}\nsteps: [{{image: 'x:${{A}}-${{B}}'}}]\n")
    assert len(document.usages) == VALUES_OF_A_PLACE
