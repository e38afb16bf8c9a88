"""No text makes the reader raise, hang, or forget to say where it stopped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents import limits
from moorage.documents.dockerfile import read, slot_at

SAMPLE = """\
# syntax=docker/dockerfile:1
# escape=\\
ARG NODE=22 ALPINE="3.22"
ARG BASE=node:${NODE:-20}-alpine${ALPINE%%.*}
FROM --platform=$BUILDPLATFORM "${BASE}" AS Build
# moorage: range=^22
RUN --mount=type=bind,from=busybox:1,target=/x \\
  # a comment

  --mount=type=cache,"from=alp\\ine" true <<-'EOF' <<E
\tFROM x
\tEOF
E
ONBUILD COPY --link --from='golang:1.2' ["a", "b"]
FROM build
COPY --from=${X} --from=9 é \udcff\r
"""


def whole(text):
    """Read a text, ask for a slot at its end, and see that every place lies within it."""
    document = read("Dockerfile", text)
    slot_at(document, len(text))
    for usage in document.usages:
        assert usage.span.of(text) == usage.written != ""
        for segment in usage.segments:
            assert segment.span is None or not segment.verbatim or segment.span.of(text) == segment.value
    return document


def test_cut_at_every_character():
    for end in range(len(SAMPLE) + 1):
        whole(SAMPLE[:end])
        whole(SAMPLE[end:])


def test_one_character_less_at_every_place():
    for at in range(len(SAMPLE)):
        whole(SAMPLE[:at] + SAMPLE[at + 1 :])


def test_one_character_more_at_every_place():
    for at in range(len(SAMPLE)):
        for char in "\0\t\\'\"$\n":
            whole(SAMPLE[:at] + char + SAMPLE[at:])


@settings(max_examples=500, deadline=None)
@given(text=st.text(max_size=200))
def test_any_text(text):
    whole(text)


@pytest.mark.slow
def test_real_files_with_a_line_doubled_or_cut(dockerfiles):
    for number, text in enumerate(dockerfiles):
        lines = text.split("\n")
        at = number % len(lines)
        whole("\n".join(lines[:at] + lines[at:][:1] + lines[at:]))
        whole("\n".join(lines)[: len(text) * (number % 7) // 7])


HOSTILE = {
    "one long word": "FROM " + "a" * 2_000_000,
    "many copies": "FROM a\n" + "COPY --from=x a b\n" * 100_000,
    "many stages of one name": "FROM a AS b\n" * 10_000 + "FROM b\n" * 10_000,
    "deep nesting": "FROM " + "${a:-" * 2_000 + "}" * 2_000,
    "many variables in a word": "ARG A=" + "$A" * 400_000 + "\nFROM $A",
    "continuations only": "\\\n" * 500_000,
    "comments between": "FROM a\n" + "\n# c\n" * 200_000 + "RUN --x\n" * 100_000,
    "many heredocs": "FROM a\nRUN " + "<<A " * 200_000 + "\n",
    "many fields": "FROM a\nRUN --mount=" + "from=a," * 200_000,
    "patterns": "ARG V=" + "a" * 1_000 + "\n" + "FROM x:${V##*a*a*a*a*a*a*a*a*b}\n" * 2_000,
    "one long comment": "# " * 500_000,
    "brackets": "[" * 1_000_000,
    "a deep object": '{"a":' * 200_000,
    "a deep list": "FROM a\nCOPY --from=b " + "[" * 60_000,
    "NULs": "\0" * 1_000_000,
    "tabs": "\t" * 1_000_000 + "FROM a",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_large_and_hostile_texts(text):
    whole(text)


def test_ten_thousand_stages():
    text = "FROM a AS s0\n" + "".join(f"FROM s{n - 1} AS s{n}\nCOPY --from=s{n - 1} x y\n" for n in range(1, 10_000))
    document = whole(text)
    assert (len(document.usages), len(document.stages), len(document.links)) == (1, 10_000, 19_998)


def test_a_document_over_the_limit_is_not_read():
    document = read("Dockerfile", "FROM a\n" + "#" * limits.DOCUMENT_BYTES)
    assert document.usages == ()
    assert [n.message for n in document.notices] == ["the file is longer than 2 MiB and is not read"]


@pytest.mark.parametrize(("length", "read_too"), [(limits.LINE_BYTES, True), (limits.LINE_BYTES + 1, False)])
def test_a_line_over_the_limit_is_left_out(length, read_too):
    head = "COPY --from=b x "
    document = read("Dockerfile", "FROM a\n" + head + "y" * (length - len(head)) + "\nFROM c\n")
    assert {u.expanded for u in document.usages} == ({"a", "b", "c"} if read_too else {"a", "c"})
    expected = [] if read_too else ["line 2 is longer than 65,535 bytes; BuildKit refuses the file"]
    assert [n.message for n in document.notices] == expected


def test_the_length_of_a_line_is_counted_in_bytes():
    assert len(read("Dockerfile", "FROM a\nRUN " + "é" * 32_766).notices) == 1
    assert len(read("Dockerfile", "FROM a\nRUN " + "é" * 32_765).notices) == 0


def test_what_follows_a_long_line_that_goes_on_is_no_instruction():
    document = read("Dockerfile", "FROM a\nRUN " + "x" * 70_000 + " \\\nFROM b\nFROM c\n")
    assert [u.expanded for u in document.usages] == ["a", "c"]
