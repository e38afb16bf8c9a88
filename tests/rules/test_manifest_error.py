"""Mistakes in `moorage.yaml` itself."""

import pytest

from moorage.analysis import analyse
from moorage.documents import package
from moorage.documents.yaml import parse
from support.look import facts, project


def marked(text):
    document = package.read("shop/moorage.yaml", text)
    found = analyse(document, project(), facts())
    return [(f.span.of(text), f.message) for f in found if f.rule == "manifest-error"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("policy:\n  pni: off\n", "pni", "there is no setting 'pni'; did you mean 'pin'?"),
        ("policy: {fail-on: warm}", "fail-on", "'warm' is not one of error, warning, information, hint, off"),
        ("policy: {rules: {no-tga: off}}", "no-tga", "there is no rule 'no-tga'; did you mean 'no-tag'?"),
        ("policy: {images: {x: {range: ^^1}}}", "range", "'^^1' at character 1 is no version or comparison of a range"),
        ("policy: [a]", "policy: [a]", "policy must be a mapping of settings"),
        ("- a\n", "- a", "the file must be a mapping"),
        ("a: 1\n b: 2 # x\n", "b: 2 # x", "this is no YAML: mapping values are not allowed in this context"),
    ],
)
def test_each_stands_at_its_place(text, place, message):
    assert marked(text) == [(place, message)]


def test_a_line_that_is_missing_is_said_at_the_last_one():
    ((place, message),) = marked("policy:\n  files: [\n\n")
    assert place == "files: ["
    assert message.startswith("this is no YAML: ")
    assert "<" not in message


def test_the_place_is_the_same_without_libyaml(monkeypatch):
    text = "policy:\n  pin: off\n b: 2\n"
    with_libyaml = marked(text)[0][0]
    monkeypatch.setattr(parse, "CParser", None)
    assert marked(text)[0][0] == with_libyaml == "b: 2"


@pytest.mark.parametrize("text", ["", "# nothing\n", "policy: {pin: off}\n", "images: {a: {image: x, tag: 1}}\n"])
def test_what_is_right_is_no_finding(text):
    assert marked(text) == []
