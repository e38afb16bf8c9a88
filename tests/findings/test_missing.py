"""Why something is not there, from what registries said."""

import pytest

from moorage.facts import UNKNOWN, Absent, Known, TagListing, Unreachable
from moorage.findings.missing import case_slip, why_missing
from moorage.reference import parse

TAGS = TagListing(("3.12.9-slim", "3.12.8-slim", "latest", "LTS", "lts", "Nightly"))
GONE = Absent("docker.io does not have the tag (status 404)", 0)
HIDDEN = Absent("docker.io does not show the tag", 0, private=True)
NO_REPOSITORY = Absent("docker.io does not have the repository", 0)


@pytest.mark.parametrize(
    "tag, expected", [("nightly", "Nightly"), ("Latest", "latest"), ("Lts", None), ("3.12", None), ("", None)]
)
def test_a_slip_of_case_is_certain_only_where_one_tag_fits(tag, expected):
    assert case_slip(tag, TAGS) == expected


@pytest.mark.parametrize(
    "tag, refusal, tags, expected",
    [
        ("3.12.99-slim", GONE, Known(TAGS, 0), "python has no tag 3.12.99-slim; the nearest is 3.12.9-slim"),
        (
            "3.12.99-slim",
            GONE,
            Known(TAGS, 0, complete=False),
            "python has no tag 3.12.99-slim; the nearest of those that were listed is 3.12.9-slim",
        ),
        (
            "nightly",
            GONE,
            Known(TAGS, 0),
            "python has no tag nightly; there is Nightly, and the case of letters counts",
        ),
        (
            "lts",
            GONE,
            Known(TAGS, 0),
            "python lists the tag lts and does not give it: its manifest is gone, or something in between takes the"
            " Accept header away (docker.io does not have the tag (status 404))",
        ),
        ("3", GONE, NO_REPOSITORY, NO_REPOSITORY.message),
        ("3", HIDDEN, HIDDEN, HIDDEN.message),
        ("3", GONE, HIDDEN, GONE.message),
        ("3", GONE, UNKNOWN, GONE.message),
        ("3", GONE, Unreachable("no", 0), GONE.message),
    ],
)
def test_one_sentence_each(tag, refusal, tags, expected):
    assert why_missing(parse(f"python:{tag}"), refusal, tags) == expected
