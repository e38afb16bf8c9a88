"""Which images a Dockerfile names: BuildKit's rules, one case each."""

import pytest

from moorage.documents.dockerfile import read

PLAIN = {
    "one image": ("FROM alpine:3", ["base alpine:3"]),
    "the keyword in any case": ("fRoM alpine:3", ["base alpine:3"]),
    "an indented instruction": (" \t FROM alpine:3", ["base alpine:3"]),
    "no image": ("FROM scratch\nFROM\n", []),
    "a stage is no image": ("FROM alpine AS a\nFROM a", ["base alpine"]),
    "a stage below is one": ("FROM a\nFROM alpine AS a", ["base a", "base alpine"]),
    "FROM compares with the stage's lower-case name as it is written": (
        "FROM alpine AS Build\nFROM build\nFROM Build",
        ["base alpine", "base Build invalid-reference"],
    ),
    "COPY and mounts compare in any case": (
        "FROM alpine AS Build\nCOPY --from=BUILD a b\nRUN --mount=from=bUILD true",
        ["base alpine"],
    ),
    "the latest stage of a name above counts": ("FROM a AS x\nFROM b AS x\nFROM x", ["base a", "base b"]),
    "a stage may take from itself or from one below": (
        "FROM alpine AS a\nCOPY --from=a x y\nCOPY --from=b x y\nFROM alpine AS b",
        ["base alpine", "base alpine"],
    ),
    "an image and a stage to copy from": (
        "FROM alpine AS a\nFROM busybox\nCOPY --from=a x y\nCOPY --from=golang:1 x y",
        ["base alpine", "base busybox", "copy-source golang:1"],
    ),
    "scratch is nothing to copy from either": (
        "FROM alpine\nCOPY --from=scratch a b\nRUN --mount=from=scratch,target=/x true",
        ["base alpine"],
    ),
    "a stage by number": ("FROM alpine\nCOPY --from=0 a b\nCOPY --from=+00 a b", ["base alpine"]),
    "a number out of range": (
        "FROM alpine\nCOPY --from=1 a b\nCOPY --from=-1 a b",
        ["base alpine", "copy-source 1 unknown-stage", "copy-source -1 unknown-stage"],
    ),
    "a number too large for one is a name": (
        "FROM alpine\nCOPY --from=99999999999999999999 a b",
        ["base alpine", "copy-source 99999999999999999999"],
    ),
    "a number in a mount is an image": (
        "FROM alpine\nRUN --mount=from=0,target=/x true",
        ["base alpine", "mount-source 0"],
    ),
    "no variables to copy from": (
        "ARG X=a\nFROM alpine\nCOPY --from=${X} a b\nRUN --mount=from=$X true",
        ["base alpine", "copy-source ${X} unknown-stage", "mount-source $X unknown-stage"],
    ),
    "instructions before the first stage say nothing": ("COPY --from=a x y\nFROM alpine", ["base alpine"]),
    "empty values": ("FROM alpine\nCOPY --from= a b\nRUN --mount=from=,target=/x true", ["base alpine"]),
    "a name that is no reference": ("FROM Alpine", ["base Alpine invalid-reference"]),
    "several mounts": (
        "FROM a\nRUN --mount=from=b --network=none --mount=type=cache,from=c,target=/x true",
        ["base a", "mount-source b", "mount-source c"],
    ),
    "the last from of a mount counts": ("FROM a\nRUN --mount=from=b,from=c true", ["base a", "mount-source c"]),
    "the keys of a mount in any case": ("FROM a\nRUN --mount=FROM=b true", ["base a", "mount-source b"]),
    "a mount is CSV": ('FROM a\nRUN --mount="\\"from=b\\",target=/x" true', ["base a", "mount-source b"]),
    "ONBUILD": (
        "FROM a\nONBUILD COPY --from=b x y\nonbuild  RUN --mount=from=c true",
        ["base a", "copy-source b", "mount-source c"],
    ),
}

LINES = {
    "lines end at \\n only": ("FROM alpine\x85\nFROM b\u2028\n", ["base alpine", "base b"]),
    "a carriage return within a line is a blank": ("FROM a\rAS\rb\nFROM b", ["base a"]),
    "CRLF": ("FROM a \\\r\n  AS b\r\nFROM c\r\n", ["base a", "base c"]),
    "a continuation joins without a blank": ("FROM alp\\\nine", ["base alpine"]),
    "a continuation is not stripped on the left": ("FROM alp\\\n ine", []),
    "blanks may follow the escape": ("FROM \\ \t\nalpine", ["base alpine"]),
    "blank lines and comments vanish inside": ("FROM \\\n\n# x \\\n  #y\n \t\nalpine", ["base alpine"]),
    "a doubled escape is no continuation": ("RUN a \\\\\nFROM alpine", ["base alpine"]),
    "a lone escape is one": ("\\\nFROM alpine", ["base alpine"]),
    "a comment that ends with an escape is none": ("# a \\\nFROM alpine", ["base alpine"]),
    "a keyword split by a continuation": ("FR\\\nOM alpine\nCO\\\nPY --from=b x y", ["base alpine", "copy-source b"]),
    "flags split by a continuation": ("FROM a\nCOPY -\\\n-from\\\n=b x y", ["base a", "copy-source b"]),
    "FROM inside a continuation": ("FROM a\nRUN x \\\nFROM b", ["base a"]),
    "a continuation at the end of the file": ("FROM alpine \\", ["base alpine"]),
    "another escape character": ("# escape=`\nFROM a\nRUN x `\nFROM b\nRUN c:\\\nFROM d", ["base a", "base d"]),
}

REFUSED = {
    "FROM with two words": ("FROM a b\nFROM c", ["base c"]),
    "FROM with a word other than AS": ("FROM a IS b\nFROM c", ["base c"]),
    "a stage's name that is none": ("FROM a AS 1b\nFROM c", ["base c"]),
    "an unknown flag": ("FROM --x=y a\nFROM b\nCOPY --from=c --user=d x y", ["base b"]),
    "a flag given twice": ("FROM a\nCOPY --from=b --from=c x y", ["base a"]),
    "a flag in upper case": ("FROM a\nCOPY --FROM=b x y", ["base a"]),
    "a flag without a value": ("FROM a\nCOPY --from b x y", ["base a"]),
    "a switch with some value": ("FROM a\nCOPY --link=perhaps --from=b x y", ["base a"]),
    "COPY without a destination": ("FROM a\nCOPY --from=b x", ["base a"]),
    "COPY with a destination only, in JSON": ('FROM a\nCOPY --from=b ["x"]', ["base a"]),
    "COPY to a heredoc": ("FROM a\nCOPY --from=b x <<EOF\nEOF\n", ["base a"]),
    "a mount that is no CSV": ('FROM a\nRUN --mount=fr"\\""om=b,from=c true', ["base a"]),
    "a network that does not exist": ("FROM a\nRUN --network=x --mount=from=b true", ["base a"]),
    "FROM under ONBUILD": ("FROM a\nONBUILD FROM b", ["base a"]),
    "ONBUILD under ONBUILD": ("FROM a\nONBUILD ONBUILD COPY --from=b x y", ["base a"]),
}

ACCEPTED = {
    "switches and further flags": (
        "FROM a\nCOPY --link --chown=1:2 --chmod=755 --parents=TRUE --exclude=x --exclude=y --from=b x y",
        ["base a", "copy-source b"],
    ),
    "quotes and escapes in flags": (
        "FROM a\nCOPY --fr'om'=\"b:1\" x y\nCOPY --from=c\\:2 x y",
        ["base a", "copy-source b:1", "copy-source c:2"],
    ),
    "two dashes end the flags": ("FROM a\nCOPY -- --from=b x y", ["base a"]),
    "JSON form": ('FROM a\nCOPY --from=b ["x", "y"]', ["base a", "copy-source b"]),
    "several blanks": ("FROM \t a   AS \t b\nCOPY   --from=c   x   y", ["base a", "copy-source c"]),
}


@pytest.mark.parametrize(("text", "expected"), [*PLAIN.values(), *ACCEPTED.values()], ids=[*PLAIN, *ACCEPTED])
def test_images(images, text, expected):
    assert images(text) == expected


@pytest.mark.parametrize(("text", "expected"), LINES.values(), ids=LINES)
def test_lines(images, text, expected):
    assert images(text) == expected


@pytest.mark.parametrize(("text", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_buildkit_refuses_is_left_out(images, text, expected):
    assert images(text) == expected


def test_a_refused_instruction_is_spoken_of():
    document = read("Dockerfile", "FROM a\nCOPY --user=x --from=b c d\n")
    (notice,) = document.notices
    assert notice.message == "BuildKit refuses this COPY: there is no flag --user here"
    assert notice.span.of(document.text) == "COPY --user=x --from=b c d"


def test_refused_instructions_are_not_spoken_of_without_end():
    document = read("Dockerfile", "FROM a b\n" * 1000)
    assert len(document.notices) == 20


def test_where_things_stand():
    text = "FROM --platform=$BUILDPLATFORM golang:1.2 AS Build\nCOPY --from=x a b\nFROM build\n"
    document = read("Dockerfile", text)
    base, copied = document.usages
    assert (base.stage, base.stage_name, base.platform) == (0, "build", "$BUILDPLATFORM")
    assert base.instruction.of(text) == "FROM --platform=$BUILDPLATFORM golang:1.2 AS Build"
    assert (copied.stage, copied.stage_name, copied.platform) == (0, "build", None)
    assert copied.instruction.of(text) == "COPY --from=x a b"
    assert [s.name for s in document.stages] == ["build", None]
    assert document.stages[0].name_span.of(text) == "Build"
    assert document.stages[1].span.of(text) == "FROM build"


def test_every_word_that_means_a_stage_is_a_link():
    text = "FROM a AS b\nFROM b AS c\nCOPY --from=B x y\nCOPY --from=1 x y\nRUN --mount=target=/x,from=c true\n"
    document = read("Dockerfile", text)
    assert [(link.span.of(text), link.stage) for link in document.links] == [("b", 0), ("B", 0), ("1", 1), ("c", 1)]


def test_the_span_of_a_base_is_the_whole_word_and_that_of_a_flag_only_its_value():
    text = 'ARG V=3\nFROM "alpine:$V"\nCOPY --from="busybox" a b\n'
    base, copied = read("Dockerfile", text).usages
    assert base.written == '"alpine:$V"'
    assert copied.written == "busybox"


def test_a_problem_points_at_the_part_that_is_wrong():
    text = "FROM docker.io/Library/alpine:3\n"
    (usage,) = read("Dockerfile", text).usages
    assert usage.problem.span.of(text) == "Library/alpine"


@pytest.mark.parametrize(
    "text",
    [
        "FROM",
        "FROM ",
        "FROM python:${V",
        "FROM ${",
        "FROM $",
        "COPY --from=",
        "FROM a\nCOPY --from=",
        'FROM "a',
        "RUN <<",
        "\\",
    ],
)
def test_half_typed_text_is_read(images, text):
    images(text)
    images("FROM alpine:3\n" + text + "\nFROM busybox\n")
