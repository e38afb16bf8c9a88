"""The version that is named instead of no tag or of a channel. Today is 2026-11-24."""

import pytest

from support.look import facts, fixes

YESTERDAY = 1_795_400_000


@pytest.mark.parametrize(
    ("image", "tags", "policy", "expected"),
    [
        ("python", ["3.12.9", "3.13.1", "3.14.0"], {"range": "<3.14"}, ["FROM python:3.13.1\n"]),
        ("python", ["3.12.9", "3.13.1"], {"range": "^4"}, []),
        ("python:slim", ["3.13.1-slim", "3.14.0-slim"], {"range": "<3.14"}, ["FROM python:3.13.1-slim\n"]),
        ("python", ["3.9.1", "3.8.20"], None, []),  # lines that have ended
        ("fedora", ["44", "45"], None, ["FROM fedora:44\n"]),  # a release that is not out
        ("acme/app", {"1.0.0": 1_790_000_000, "1.1.0": YESTERDAY}, {"min-age": "7d"}, ["FROM acme/app:1.0.0\n"]),
        ("python", ["3.13.1"], {"update": "digest"}, []),
    ],
)
def test_the_version_is_one_that_is_wanted(image, tags, policy, expected):
    rule = "channel-tag" if ":" in image else "no-tag"
    view = facts(tags={image.partition(":")[0]: tags})
    assert [after for _, _, after in fixes(f"FROM {image}\n", rule, view, policy)] == expected
