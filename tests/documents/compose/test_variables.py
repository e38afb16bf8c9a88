"""Variables of a Compose file: from `.env`, from defaults, and where each character stands."""

import pytest

from moorage.documents import compose
from moorage.documents.compose.dotenv import read_env
from moorage.documents.compose.interpolation import interpolate
from moorage.documents.usage import Segment
from moorage.text import Span


def read(image, env=None):
    text = f"services:\n  web:\n    image: {image}\n"
    files = {} if env is None else {".env": env}
    (usage,) = compose.read("shop/compose.yaml", text, files.get).usages
    return usage, text


def pieces(image, env=None):
    """The segments: value, variable, document and, where they are verbatim, the characters."""
    usage, text = read(image, env)
    texts = {None: text, "shop/.env": env}
    return [
        (s.value, s.name, s.document, s.span.of(texts[s.document]) if s.span and s.verbatim else None)
        for s in usage.segments
    ]


def test_a_default_is_a_segment_of_its_own():
    assert pieces("python:${PY:-3.12}-slim") == [
        ("python:", None, None, "python:"),
        ("3.12", "PY", None, "3.12"),
        ("-slim", None, None, "-slim"),
    ]


def test_a_definition_stands_in_the_env_file():
    assert pieces("python:${PY:-3.12}", "# why\nPY=3.13 # newest\n") == [
        ("python:", None, None, "python:"),
        ("3.13", "PY", "shop/.env", "3.13"),
    ]


def test_what_is_written_in_full_needs_no_segments():
    assert pieces("'python:3.12'") == []


def test_the_inner_variable_of_a_default_keeps_its_name():
    assert pieces("${A:-acme/${B:-api}:1}") == [
        ("acme/", "A", None, "acme/"),
        ("api", "B", None, "api"),
        (":1", "A", None, ":1"),
    ]


@pytest.mark.parametrize(
    ("image", "env", "expanded", "problem"),
    [
        ("acme/api:$TAG", "TAG=1", "acme/api:1", None),
        ("acme/api:${TAG}", "TAG=1", "acme/api:1", None),
        ("acme/api:${TAG:?}", "TAG=1", "acme/api:1", None),
        ("acme/api:${TAG:-2}", "TAG=", "acme/api:2", None),
        ("acme/api:${TAG-2}", "TAG=", "acme/api:", "invalid-reference"),
        ("acme/api${X:+-x}:1", "X=1", "acme/api-x:1", None),
        ("acme/api${X:+-x}:1", "X=", "acme/api:1", None),
        ("acme/api${X+-x}:1", "X=", "acme/api-x:1", None),
        ("acme/api:${TAG}", "OTHER=1", None, "unset-variable"),
        ("acme/api:${TAG:?must be set}", "", None, "expansion"),
        ("acme/api:${TAG", "TAG=1", None, "expansion"),
        ("acme/api:${", "", None, "expansion"),
        ("acme/api:$1", "", None, "expansion"),
        ("acme/api:${1}", "", None, "expansion"),
        ("${A}", "A=" + "x" * 5000, None, "expansion"),
        ("${X:-" * 150 + "a" + "}" * 150, "", None, "expansion"),
    ],
)
def test_values(image, env, expanded, problem):
    usage, _ = read(image, env)
    assert usage.expanded == expanded
    assert (usage.problem.code if usage.problem else None) == problem


@pytest.mark.parametrize(
    ("env", "values"),
    [
        ("A=1\nexport B = two \nC: 3", {"A": "1", "B": "two", "C": "3"}),
        ("A='$B # x'\nB=\"a\\nb\" # x\nC=a#b # c", {"A": "$B # x", "B": "a\nb", "C": "a#b"}),
        ("A=1\nB=$A.2\nC=${X:-3}${A}\nD=${", {"A": "1", "B": "1.2", "C": "31", "D": "${"}),
        ("# A=1\n\n=2\nA\nB=\n", {"B": ""}),
        ("A=1\nA=2", {"A": "2"}),
        ("A=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
    ],
)
def test_env_files(env, values):
    assert {name: segment.value for name, segment in read_env(env, ".env").items()} == values


def test_env_values_that_grow_without_end_are_refused():
    env = "A=xxxxxxxx\n" + "".join("A=$A$A$A$A$A$A$A$A\n" for _ in range(50))
    assert len(read_env(env, ".env")["A"].value) < 100_000


def test_interpolation_keeps_what_is_no_variable():
    row = (Segment("a$$b", Span(0, 4)),)
    assert [s.value for s in interpolate(row, {}).row] == ["a", "$", "b"]
