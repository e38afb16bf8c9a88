"""Reading policy sections, and which word wins."""

from datetime import date

import pytest

from moorage.documents.usage import Comment, Usage
from moorage.policy import Directive, Layer, read_layer, resolve
from moorage.reference import parse
from moorage.severity import Severity
from moorage.text import Span

RULES = ("outdated", "no-digest")
TODAY = date(2026, 11, 24)


def usage(text):
    return Usage("base", Span(20, 20 + len(text)), text, text, parse(text))


def layer(section, source="here"):
    read, mistakes = read_layer(section, source, RULES)
    assert not mistakes
    return read


def test_the_nearest_word_wins_key_by_key():
    near = layer({"update": "minor", "rules": {"outdated": "error"}})
    far = layer({"update": "patch", "pin": "off", "rules": {"outdated": "off", "no-digest": "off"}})
    policy = resolve(usage("python:3"), [near, far], [], TODAY)
    assert (policy.update, policy.pin) == ("minor", "off")
    assert policy.rules == {"outdated": Severity.ERROR, "no-digest": Severity.OFF}


@pytest.mark.parametrize(
    ("image", "update"),
    [("python:3", "patch"), ("ghcr.io/acme/api:1", "digest"), ("ghcr.io/acme/other:1", "minor"), ("redis:7", "major")],
)
def test_the_most_specific_pattern_wins(image, update):
    images = {
        "ghcr.io/acme/*": {"update": "minor"},
        "ghcr.io/acme/api": {"update": "digest"},
        "python": {"update": "patch"},
    }
    assert resolve(usage(image), [layer({"images": images})], [], TODAY).update == update


def test_a_directive_stands_nearest_until_it_ends():
    comment = Comment(Span(0, 19), Span(0, 19), "", Span(20, 60))
    directive = Directive(comment, {"range": "^3"}, frozenset({"outdated"}), until=date(2026, 12, 1))
    far = layer({"range": "^2"}, "moorage.yaml")
    now = resolve(usage("python:3"), [far], [directive], TODAY)
    assert (now.range, now.range_source, now.ignored) == ("^3", "a directive", {"outdated"})
    later = resolve(usage("python:3"), [far], [directive], date(2026, 12, 2))
    assert (later.range, later.range_source, later.ignored) == ("^2", "moorage.yaml", frozenset())


@pytest.mark.parametrize(
    ("section", "path", "says"),
    [
        ("major", (), "mapping"),
        ({"updat": "minor"}, ("updat",), "did you mean 'update'?"),
        ({"update": "huge"}, ("update",), "digest, patch, minor, major"),
        ({"rules": {"outdatd": "off"}}, ("rules", "outdatd"), "did you mean 'outdated'?"),
        ({"rules": {"outdated": "loud"}}, ("rules", "outdated"), "'loud' is not one of"),
        ({"min-age": "soon"}, ("min-age",), "3d"),
        ({"prerelease": "perhaps"}, ("prerelease",), "neither true nor false"),
        ({"platforms": ["amd64"]}, ("platforms",), "linux/amd64"),
        ({"images": {"x/*": {"fail-on": "error"}}}, ("images", "x/*", "fail-on"), "no setting 'fail-on'"),
        ({"images": {"x/*": {"range": "^^1"}}}, ("images", "x/*", "range"), "range"),
        ({"files": {"includ": []}}, ("files", "includ"), "did you mean 'include'?"),
    ],
)
def test_mistakes_name_the_key(section, path, says):
    _, (mistake,) = read_layer(section, "here", RULES)
    assert mistake.path == path
    assert says in mistake.message


def test_the_rest_of_a_section_with_mistakes_counts():
    read, mistakes = read_layer(
        {"update": "minor", "pin": "maybe", "rules": {"outdated": "off", "x": "off"}}, "here", RULES
    )
    assert len(mistakes) == 2
    assert read.values == {"update": "minor", "rules": {"outdated": Severity.OFF}}


def test_ages_in_days():
    for text, days in [("3d", 3), ("2w", 14), ("36h", 2), ("5", 5), ("1 day", 1)]:
        assert layer({"min-age": text}).values == {"min-age": days}


def test_no_layer_says_anything():
    assert resolve(usage("x"), [Layer("")], [], TODAY).update == "major"
