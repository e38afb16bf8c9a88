"""hadolint's settings read as policy."""

from datetime import date

import pytest

from moorage.documents.usage import Usage
from moorage.policy import resolve
from moorage.policy.hadolint import read
from moorage.reference import parse
from moorage.severity import Severity
from moorage.text import Span


def rules(settings, format="dockerfile"):
    usage = Usage("base", Span(0, 6), "python", "python", parse("python"), format=format)
    return dict(resolve(usage, [read(settings, ".hadolint.yaml", "/repo")], (), date(2026, 11, 24)).rules)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"ignored": ("DL3006", "DL3008")}, {"no-tag": Severity.OFF}),
        ({"ignored": ("DL3007", "SC2086")}, {"channel-tag": Severity.OFF}),
        ({"ignored": ("DL3008",)}, {}),
        (
            {"override": {"error": ("DL3006",), "style": ("DL3007",)}},
            {"no-tag": Severity.ERROR, "channel-tag": Severity.HINT},
        ),
        ({"override": {"info": "DL3006"}}, {"no-tag": Severity.INFORMATION}),
        ({"override": {"error": ("DL3006",)}, "ignored": ("DL3006",)}, {"no-tag": Severity.OFF}),
        ({"ignored": None, "override": None}, {}),
        ({}, {}),
    ],
)
def test_rules_that_say_what_ours_say(settings, expected):
    assert rules(settings) == expected


def test_it_speaks_of_dockerfiles_only():
    assert rules({"ignored": ("DL3006",)}, format="compose") == {}


@pytest.mark.parametrize(
    ("settings", "note"),
    [
        ({"ignored": {"a": "b"}}, "ignored is no list of texts"),
        ({"override": {"warning": {"a": "b"}}}, "override.warning is no list of texts"),
    ],
)
def test_what_cannot_be_read_is_noted(settings, note):
    assert read(settings, "x", "/repo").notes == (note,)
