"""Variables, quotes and escapes, as BuildKit's shell lexer reads them, and where their characters stand."""

import pytest

from moorage.documents import limits
from moorage.documents.dockerfile import read

ARGS = 'ARG V=3.12.4\nARG EMPTY=\nARG UNSET\nARG QUOTED="a b"\nARG P=a.b.c\n'

VALUES = [
    ("x:$V", "x:3.12.4"),
    ("x:${V}", "x:3.12.4"),
    ("x:$V-slim", "x:3.12.4-slim"),
    ("x:$Vslim", "x:"),
    ("x:${UNSET:-1}", "x:1"),
    ("x:${EMPTY:-1}", "x:1"),
    ("x:${EMPTY-1}", "x:"),
    ("x:${V:-1}", "x:3.12.4"),
    ("x:${V:+1}", "x:1"),
    ("x:${EMPTY:+1}", "x:"),
    ("x:${EMPTY+1}", "x:1"),
    ("x:${UNSET+1}", "x:"),
    ("x:${UNSET:-${V}}", "x:3.12.4"),
    ("x:${UNSET:-${EMPTY:-${V:+9}}}", "x:9"),
    ("x:${V:?must}", "x:3.12.4"),
    ("x:${V%.*}", "x:3.12"),
    ("x:${V%%.*}", "x:3"),
    ("x:${V#*.}", "x:12.4"),
    ("x:${V##*.}", "x:4"),
    ("x:${V#?}", "x:.12.4"),
    ("x:${V%4}", "x:3.12."),
    ("x:${V%5}", "x:3.12.4"),
    ("x:${P/./-}", "x:a-b.c"),
    ("x:${P//./-}", "x:a-b-c"),
    ("x:${P/b*/z}", "x:a.z"),
    ("x:${P//\\//z}", "x:a.b.c"),
    ("x:${P//?/z}", "x:zzzzz"),
    ("'x:$V'", "x:$V"),
    ('"x:$V"', "x:3.12.4"),
    ('x:"$V"-slim', "x:3.12.4-slim"),
    ("x:\\$V", "x:$V"),
    ('"x:\\$V"', "x:$V"),
    ('"x\\y"', "x\\y"),
    ("x\\y", "xy"),
    ("x:$", "x:$"),
    ("x:$.", "x:$."),
    ("$TARGETARCH/x:${BUILDPLATFORM#*/}", "amd64/x:amd64"),
    ("x:$TARGETVARIANT", "x:"),
    ("x:$1", "x:"),
    ("x:$1a", "x:a"),
    ("x:${QUOTED}", "x:a b"),
]

FAILURES = [
    "x:${V",
    "x:${",
    "x:${}",
    "x:${{V}}",
    "x:${:V}",
    "x:${V:x}",
    "x:${V^}",
    "x:${V:-1",
    "x:${V/a}",
    "x:${V#a\\b}",
    "x:${UNSET:?says}",
    "x:${EMPTY:?}",
    "'x",
    '"x',
]


@pytest.mark.parametrize(("word", "expected"), VALUES)
def test_values(word, expected):
    (usage,) = read("Dockerfile", f"{ARGS}FROM {word}\n").usages
    assert usage.expanded == expected
    if usage.segments:
        assert "".join(s.value for s in usage.segments) == expected


@pytest.mark.parametrize("word", FAILURES)
def test_what_cannot_be_expanded_is_a_problem(word):
    (usage,) = read("Dockerfile", f"{ARGS}FROM {word}\n").usages
    assert (usage.expanded, usage.problem.code) == (None, "expansion")


def test_unset_variables_are_a_problem_and_an_empty_one_is_none():
    text = f"{ARGS}FROM x:${{UNSET}}y${{NOBODY}}\nFROM y:1$EMPTY\n"
    unset, empty = read("Dockerfile", text).usages
    assert (unset.expanded, unset.problem.code) == ("x:y", "unset-variable")
    assert unset.problem.message == "UNSET and NOBODY have no defaults before the first FROM"
    assert empty.problem is None


def test_a_stage_is_a_stage_even_where_a_variable_is_unset():
    assert [u.expanded for u in read("Dockerfile", "FROM a AS b\nFROM ${X}b\n").usages] == ["a"]


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ("ARG X=1\nARG X", "x:1"),
        ("ARG X=1\nARG X=2", "x:2"),
        ("ARG X=${", "x:"),
        ("ARG Y=1 X=$Y-a", "x:1-a"),
        ("ARG X='1'", "x:1"),
        ("ARG X=1\\\n2", "x:12"),
        ("ARG =1 X=2", "x:"),
        ("ARG TARGETARCH\nARG X=$TARGETARCH", "x:amd64"),
        ("ARG TARGETARCH=arm64\nARG X=$TARGETARCH", "x:arm64"),
        ("ARG --flag X=1", "x:1"),
    ],
)
def test_args(args, expected):
    assert read("Dockerfile", f"{args}\nFROM x:$X\n").usages[0].expanded == expected


def test_args_below_the_first_from_do_not_count():
    assert read("Dockerfile", "FROM a\nARG X=1\nFROM x:$X\n").usages[1].expanded == "x:"


def pieces(text):
    (usage,) = read("Dockerfile", text).usages
    return [(s.value, s.span and s.span.of(text), s.name, s.verbatim) for s in usage.segments]


def test_segments_say_where_the_characters_stand():
    assert pieces("ARG PY=3.12\nARG BASE=python:${PY}-slim\nFROM ${BASE}\n") == [
        ("python:", "python:", "BASE", True),
        ("3.12", "3.12", "PY", True),
        ("-slim", "-slim", "BASE", True),
    ]


def test_a_usage_that_is_one_verbatim_stretch_has_no_segments():
    assert pieces("FROM python:3.12\n") == []
    assert pieces("FROM 'python:3.12'\n") == [("python:3.12", "python:3.12", None, True)]


def test_quotes_escapes_and_continuations_break_a_segment():
    assert pieces('FROM py"thon":3.\\\n12\n') == [
        ("py", "py", None, True),
        ("thon", "thon", None, True),
        (":3.", ":3.", None, True),
        ("12", "12", None, True),
    ]


def test_a_default_in_the_word_belongs_to_the_usage():
    assert pieces("FROM x:${V:-1.2}\n") == [("x:", "x:", None, True), ("1.2", "1.2", None, True)]


def test_what_a_pattern_computes_is_not_verbatim_and_a_built_in_stands_nowhere():
    assert pieces("ARG V=v1.2\nFROM $TARGETARCH/x:${V#v}\n") == [
        ("amd64", None, "TARGETARCH", True),
        ("/x:", "/x:", None, True),
        ("1.2", "v1.2", "V", False),
    ]


def test_nesting_is_capped():
    deep = limits.EXPANSION_DEPTH
    fine = "${a:-" * deep + "x" + "}" * deep
    (usage,) = read("Dockerfile", f"FROM {fine}\n").usages
    assert usage.expanded == "x"
    (usage,) = read("Dockerfile", "FROM ${a:-" + fine + "}\n").usages
    assert usage.problem.code == "expansion"
    read("Dockerfile", "FROM " + "${a:-" * 20_000)


def test_values_do_not_grow_without_end():
    lines = ["ARG A0=xxxxxxxxxx", *(f"ARG A{n}=$A{n - 1}$A{n - 1}" for n in range(1, 60)), "FROM $A59"]
    (usage,) = read("Dockerfile", "\n".join(lines)).usages
    assert usage.problem is not None


def test_args_are_counted():
    text = "\n".join(f"ARG A{n}=1" for n in range(limits.ARGUMENTS + 1)) + "\nFROM x:$A0\n"
    document = read("Dockerfile", text)
    assert document.usages[0].expanded == "x:1"
    assert [n.message for n in document.notices] == ["only the first 1,000 ARGs before the first FROM are read"]
