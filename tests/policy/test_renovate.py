"""Renovate's settings read as policy: what holds for which image, and what is said not to be understood."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moorage.documents.usage import Usage
from moorage.policy import resolve
from moorage.policy.renovate import read
from moorage.reference import parse
from moorage.severity import Severity
from moorage.text import Span

TODAY = date(2026, 11, 24)


def usage(image, format="dockerfile"):
    return Usage("base", Span(0, len(image)), image, image, parse(image), format=format)


def policy(settings, image="python:3.12.4", *, format="dockerfile", file="Dockerfile", near=()):
    """What holds for an image under these settings, as text or as the value that JSON would say."""
    text = settings if isinstance(settings, str) else json.dumps(settings)
    layer = read(text, "renovate.json", "/repo")
    return resolve(usage(image, format), [*near, layer.for_file(file)], (), TODAY)


def notes(settings):
    return read(settings if isinstance(settings, str) else json.dumps(settings), "renovate.json", "/repo").notes


def rule(**fields):
    return {"packageRules": [fields]}


class TestWhatIsWanted:
    def test_a_range(self):
        found = policy(rule(matchDatasources=["docker"], matchPackageNames=["python"], allowedVersions="^3.12"))
        assert (found.range, found.range_source) == ("^3.12", "renovate.json")

    @pytest.mark.parametrize(
        ("expression", "admitted", "refused"),
        [("/^3\\.1[0-3]\\./", "3.13.1", "3.14.0"), ("!/-rc|beta/i", "3.13.1", "3.13.1-RC1")],
    )
    def test_an_expression(self, expression, admitted, refused):
        (admission,) = policy(rule(allowedVersions=expression)).admissions
        assert admission.pattern.matches(admitted) is not admission.unwanted
        assert admission.pattern.matches(refused) is admission.unwanted

    @pytest.mark.parametrize(
        ("settings", "reach"),
        [
            (rule(matchUpdateTypes=["major"], enabled=False), "up to minor"),
            (rule(matchUpdateTypes=["major", "minor"], enabled=False), "up to patch"),
            (rule(matchUpdateTypes=["minor"], enabled=False), "digest, patch, major"),
            (rule(matchUpdateTypes=["digest"], enabled=False), "patch, minor, major"),
            (rule(matchPackageNames=["python"], enabled=False), "none"),
            (rule(matchPackageNames=["node"], enabled=False), "up to major"),
            ({"enabled": False}, "none"),
            ({"major": {"enabled": False}}, "up to minor"),
            ({"docker": {"major": {"enabled": False}}}, "up to minor"),
            ({"dockerfile": {"enabled": False}}, "none"),
            ({"kubernetes": {"enabled": False}}, "up to major"),
            ({"ignoreDeps": ["python"]}, "none"),
            ({"extends": ["docker:disableMajor"]}, "up to minor"),
            ({"extends": [":disableRenovate"]}, "none"),
            ({"extends": ["default:disableRenovate"]}, "none"),
            ({"extends": [":disableMajorUpdates"]}, "up to minor"),
            (
                {"packageRules": [
                    {"matchUpdateTypes": ["major"], "enabled": False},
                    {"matchUpdateTypes": ["minor"], "enabled": False},
                ]},
                "up to patch",
            ),
            (
                {"packageRules": [
                    {"matchUpdateTypes": ["major"], "enabled": False},
                    {"matchPackageNames": ["python"], "matchUpdateTypes": ["major"], "enabled": True},
                ]},
                "up to major",
            ),
        ],
    )  # fmt: skip
    def test_how_far_updates_go(self, settings, reach):
        assert policy(settings).reach == reach

    @pytest.mark.parametrize(
        ("settings", "days"),
        [
            ({"minimumReleaseAge": "3 days"}, 3),
            ({"minimumReleaseAge": "1 week"}, 7),
            ({"stabilityDays": 5}, 5),
            (rule(matchPackageNames=["python"], minimumReleaseAge="14 days"), 14),
            ({"minimumReleaseAge": None}, 0),
        ],
    )
    def test_how_old_a_tag_must_be(self, settings, days):
        assert policy(settings).min_age_days == days

    @pytest.mark.parametrize(
        ("settings", "pin"),
        [
            ({"pinDigests": True}, "wanted"),
            (rule(matchDatasources=["docker"], pinDigests=False), "off"),
            ({"extends": ["docker:pinDigests"]}, "wanted"),
            ({"extends": [":pinDigestsDisabled"]}, "off"),
            (rule(matchUpdateTypes=["pin", "pinDigest"], enabled=False), "off"),
        ],
    )
    def test_digests(self, settings, pin):
        found = policy(settings)
        assert (found.pin, found.sources["pin"]) == (pin, "renovate.json")

    def test_prereleases(self):
        assert policy({"ignoreUnstable": False}).prerelease
        assert not policy({"ignoreUnstable": True}).prerelease

    def test_how_tags_read(self):
        versioning = r"regex:^(?<major>\d+)\.(?<minor>\d+)(?:-(?<compatibility>\w+))?$"
        (admission,) = policy(rule(matchPackageNames=["python"], versioning=versioning)).admissions
        assert admission.pattern.search("3.12-slim") == {"major": "3", "minor": "12", "compatibility": "slim"}


class TestWhichImages:
    @pytest.mark.parametrize(
        ("conditions", "image", "fits"),
        [
            ({"matchPackageNames": ["python"]}, "docker.io/library/python:3", True),
            ({"matchPackageNames": ["docker.io/library/python"]}, "python:3", True),
            ({"matchPackageNames": ["pyth"]}, "python:3", False),
            ({"matchPackageNames": ["ghcr.io/acme/**"]}, "ghcr.io/acme/team/api:1", True),
            ({"matchPackageNames": ["ghcr.io/acme/*"]}, "ghcr.io/acme/team/api:1", False),
            ({"matchPackageNames": ["/^ghcr\\.io\\/acme\\//"]}, "ghcr.io/acme/api:1", True),
            ({"matchPackageNames": ["!python"]}, "python:3", False),
            ({"matchPackageNames": ["!python"]}, "node:22", True),
            ({"matchPackageNames": ["*"]}, "ghcr.io/acme/api:1", True),
            ({"matchDepNames": ["python"]}, "python:3", True),
            ({"matchPackagePatterns": ["^ghcr"]}, "ghcr.io/acme/api:1", True),
            ({"packagePatterns": ["*"]}, "python:3", True),
            ({"matchPackagePrefixes": ["ghcr.io/acme/"]}, "ghcr.io/acme/team/api:1", True),
            ({"matchPackageNames": ["*"], "excludePackageNames": ["python"]}, "python:3", False),
            ({"excludePackagePatterns": ["^py"]}, "python:3", False),
            ({"matchDatasources": ["docker"]}, "python:3", True),
            ({"matchDatasources": ["npm"]}, "python:3", False),
            ({"matchDatasources": ["!docker"]}, "python:3", False),
            ({"matchManagers": ["dockerfile", "docker-compose"]}, "python:3", True),
            ({"matchManagers": ["kubernetes"]}, "python:3", False),
            ({"matchManagers": ["npm", "pip"]}, "python:3", False),
            ({"matchCategories": ["docker"]}, "python:3", True),
            ({"matchCategories": ["python"]}, "python:3", False),
            ({"matchFileNames": ["services/**"]}, "python:3", False),
            ({"matchFileNames": ["**/Dockerfile"]}, "python:3", True),
            ({"matchPaths": ["Dockerfile"]}, "python:3", True),
        ],
    )
    def test_conditions(self, conditions, image, fits):
        assert (policy(rule(**conditions, enabled=False), image).reach == "none") is fits

    def test_files_count_from_the_root(self):
        settings = rule(matchFileNames=["services/api/**"], enabled=False)
        assert policy(settings, file="services/api/Dockerfile").reach == "none"
        assert policy(settings, file="services/web/Dockerfile").reach == "up to major"
        assert policy({"ignorePaths": ["vendor/"]}, file="vendor/x/Dockerfile").reach == "none"

    def test_formats(self):
        settings = {"docker-compose": {"enabled": False}}
        assert policy(settings, format="compose").reach == "none"
        assert policy(settings, format="dockerfile").reach == "up to major"


class TestItsPlace:
    def test_our_own_files_stand_nearer(self):
        from moorage.policy import read_layer

        near, _ = read_layer(
            {"update": "major", "range": ">=3", "rules": {"outdated": "off"}}, "moorage.yaml", ["outdated"]
        )
        settings = rule(matchUpdateTypes=["major"], enabled=False, minimumReleaseAge=None)
        found = policy(settings, near=[near])
        assert (found.reach, found.sources["update"]) == ("up to major", "moorage.yaml")
        assert found.rules == {"outdated": Severity.OFF}
        found = policy(rule(allowedVersions="/^3/"), near=[near])
        assert (found.range, found.admissions) == (">=3", ())


class TestWhatIsNotUnderstood:
    @pytest.mark.parametrize(
        ("settings", "says"),
        [
            ("{", "it is not read: line 1: a key is missing"),
            ("[]", "it is not read: it is no mapping"),
            (
                rule(matchDepTypes=["final"], enabled=False),
                "packageRules[0].matchDepTypes is not understood, so the rule",
            ),
            (rule(matchCurrentVersion="1", enabled=False), "packageRules[0].matchCurrentVersion is not understood"),
            (rule(allowedVersions="not a range!"), "packageRules[0].allowedVersions is no range"),
            (
                rule(allowedVersions="/(?!x)/"),
                "packageRules[0].allowedVersions has an expression that is not supported",
            ),
            (rule(versioning="loose"), "packageRules[0].versioning loose is not understood"),
            (rule(matchPackageNames=["/(a/"], enabled=False), "packageRules[0].matchPackageNames has an expression"),
            (rule(matchUpdateTypes=["major"], allowedVersions="<4"), "allowedVersions for some update types only"),
            ({"minimumReleaseAge": "a while"}, "minimumReleaseAge is no age in days, weeks or hours"),
            ({"extends": ["github>acme/presets"]}, "extends: the preset github>acme/presets is not read"),
            ({"includePaths": ["a"]}, "includePaths is not understood"),
            ({"packageRules": [{"enabled": False, "matchDatasources": 7}]}, ""),
        ],
    )
    def test_it_is_said_and_has_no_effect(self, settings, says):
        assert any(note.startswith(says) or says in note for note in notes(settings)) or not says
        assert policy(settings, "node:22").range is None

    @pytest.mark.parametrize(
        "settings",
        [
            {"$schema": "x", "extends": ["config:recommended", ":semanticCommits"], "labels": ["a"], "schedule": ["b"]},
            {"npm": {"enabled": False}, "prHourlyLimit": 2, "dependencyDashboard": True, "automerge": True},
            rule(matchDepTypes=["devDependencies"], groupName="dev", automerge=True),
            rule(matchManagers=["npm"], matchDepTypes=["x"], enabled=False),
        ],
    )
    def test_what_does_not_concern_images_is_passed_over(self, settings):
        assert notes(settings) == ()
        assert policy(settings).sources == {}

    def test_the_list_of_notes_is_short(self):
        assert len(notes({f"unknown{n}": "x" for n in range(500)})) == 50


HOSTILE = st.recursive(
    st.none() | st.booleans() | st.sampled_from(["docker", "/(a+)+$/", "!x", "*", "^3", "3 days", "{{{", "7"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from([
            "packageRules", "matchPackageNames", "allowedVersions", "enabled", "extends", "docker", "versioning",
            "major", "matchUpdateTypes", "minimumReleaseAge", "matchManagers", "matchFileNames", "ignoreDeps",
        ]),
        inner,
        max_size=4,
    ),
    max_leaves=15,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_no_settings_do_more_than_be_noted(value):
    found = policy(json.dumps(value), "node:22", file="a/b")
    assert found.reach


def test_an_expression_that_never_ends_elsewhere_ends_here():
    (admission,) = policy(rule(allowedVersions="/^(a+)+$/")).admissions
    assert not admission.pattern.matches("a" * 100 + "!")
