"""The quick road and the exact road lead to the same document, whatever happens to the text."""

import json
import lzma
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents.dockerfile import read, slot_at
from shared import shared

FRAGMENTS = [
    "FROM alpine:3", "from  busybox AS Build", "FROM --platform=$BUILDPLATFORM go:1 as x", "FROM build", "FROM $V",
    "FROM 'a'", "FROM", "FROM a b", "ARG V=1", "ARG V", "arg\tV='1'", "ARG V=${W:-2}", "COPY --from=build a b",
    "COPY --from=0 a b", "COPY --link --from=x ['a'] b", 'COPY --from=y ["a", "b"]', "copy --FROM=z a b", "COPY a b",
    "COPY --chown=a:b c d", "RUN --mount=type=bind,from=m true", "RUN --mount=type=cache,target=/x true", "RUN x",
    "run --network=none y", "RUN", "ONBUILD COPY --from=o a b", "onbuild run --mount=from=p true", "ENV A=b",
    "# comment", "#", "# escape=`", "# syntax=docker/dockerfile:1", "RUN <<EOF", "RUN a <", "<EOF", "EOF", "RUN FROM x",
    "\\", "`", "fr", "om q", "-", "-from=r",
]  # fmt: skip
GLUE = [
    "\n", "\n", "\n", "\r\n", " \\\n", "\\\n", "\\ \t\n", "\\\r\n", "\\\\\n", "\n\n", "\n# x\n", " ", "\t", "\r",
    "\v", "\f", "\x1c", "\x85", "\xa0", "\u2028", "\0", "\ufeff", "İ", "K", "é", "\udcff",
]  # fmt: skip

texts = st.lists(st.tuples(st.sampled_from(FRAGMENTS), st.sampled_from(GLUE)), max_size=12).map(
    lambda parts: "".join(fragment + glue for fragment, glue in parts)
)


def agree(roads, text):
    quick, exact = roads(text)
    assert quick is None or quick == exact


@settings(max_examples=1500, deadline=None)
@given(text=texts)
def test_made_up_texts(roads, text):
    agree(roads, text)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="FROMfromCPYRUN -=\\\n\t\r#<>EOF'\"$\u2028İ", max_size=120))
def test_noise(roads, text):
    agree(roads, text)


TAIL, HEREDOC = "\n\nENV x=y\n", "RUN <<E\nE\n"


@settings(max_examples=500, deadline=None)
@given(text=texts, mark=st.sampled_from(["# moorage: x", "  #moorage:y"]), data=st.data())
def test_what_stands_around_a_place_is_found_alike(text, mark, data):
    """A heredoc further down makes the reader count instructions instead of looking around; nothing else changes."""
    lines = text.split("\n")
    lines.insert(data.draw(st.integers(0, len(lines))), mark)
    text = "\n".join(lines).replace("<", "") + TAIL
    near, counted = read("Dockerfile", text), read("Dockerfile", text + HEREDOC)
    assert near.comments == counted.comments
    offset = data.draw(st.integers(0, len(text)))
    one, other = slot_at(near, offset), slot_at(counted, offset)
    assert (one and one[:4]) == (other and other[:4])


def damaged(text, rng):
    """A text with some of it cut, doubled, moved or overwritten."""
    for _ in range(rng.randint(1, 5)):
        at = rng.randrange(len(text) + 1)
        match rng.randrange(4):
            case 0:
                text = text[:at] + rng.choice(GLUE + FRAGMENTS) + text[at:]
            case 1:
                text = text[:at] + text[at + rng.randint(1, 12) :]
            case 2:
                text = text[:at]
            case _:
                lines = text.split("\n")
                lines.insert(rng.randrange(len(lines)), rng.choice(lines))
                text = "\n".join(lines)
    return text


def test_real_files(roads, dockerfiles):
    passed_on = 0
    for text in dockerfiles:
        quick, exact = roads(text)
        passed_on += quick is None
        assert quick is None or quick == exact
    # The quick road is worth having only where nearly every file takes it.
    assert passed_on < len(dockerfiles) / 20


@pytest.mark.slow
def test_damaged_real_files(roads, dockerfiles):
    rng = random.Random(12)
    for text in dockerfiles:
        for _ in range(3):
            agree(roads, damaged(text, rng))


def test_mutants(roads):
    with lzma.open(shared("vectors/dockerfile_mutants_open.jsonl.xz"), "rt", encoding="utf-8") as lines:
        for line in lines:
            agree(roads, json.loads(line)["text"])
