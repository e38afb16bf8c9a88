"""What an editor's settings mean."""

import pytest

from moorage.lsp.options import Options
from moorage.lsp.synchronisation import section_of


def test_what_is_not_said_stays():
    options, wrong = Options(hints="on").with_section({"trusted": False, "network": "named", "path": "/bin/moorage"})
    assert options == Options(trusted=False, hints="on", section={"network": "named"})
    assert wrong == []


@pytest.mark.parametrize("section", [None, {}])
def test_nothing_said(section):
    assert Options().with_section(section) == (Options(), [])


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({"hints": "loud"}, "moorage.hints must be one of auto, on, off"),
        ({"trusted": "yes"}, "moorage.trusted must be true or false"),
        ({"offline": 1}, "moorage.offline must be true or false"),
        ([], "the settings of moorage must be a mapping"),
    ],
)
def test_what_cannot_be_used_is_said(section, sentence):
    assert Options().with_section(section)[1] == [sentence]


def test_what_is_no_truth_value_is_no_trust():
    assert Options().with_section({"trusted": "true"})[0].trusted is False


@pytest.mark.parametrize("settings", [{"moorage": {"hints": "on"}}, {"hints": "on"}])
def test_the_section_with_and_without_its_name(settings):
    assert section_of(settings) == {"hints": "on"}
