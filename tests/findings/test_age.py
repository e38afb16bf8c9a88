"""Higher numbers that are really old: the images' own dates, where the registry tells none."""

import pytest

from moorage.documents import dockerfile
from moorage.facts import Config, FactsView, Known, Manifest, PlatformManifest, Question, TagListing
from moorage.features.actions import actions_at
from moorage.findings.advice import advise
from moorage.findings.age import created, worth_offering
from moorage.policy import DEFAULT
from moorage.reference import parse
from moorage.text import Span
from support.look import SEEN, digest, look, project

YEAR = 365 * 86400
IMAGE = "ghcr.io/acme/jackett"
TEXT = f"FROM {IMAGE}:5.2.3\n"


def facts(made, tags=("5.2.3", "20.4.1"), dates=None, index=True):
    """A view in which each tag's image was made at a time; None: its configuration is not known."""
    where = ("ghcr.io", "acme/jackett")
    answers = {Question("tags", *where): Known(TagListing(tuple(tags), dates), SEEN)}
    for number, (tag, time) in enumerate(made.items()):
        top, platform, config = (digest(letter) for letter in "abcdef"[number * 3 : number * 3 + 3])
        answers[Question("digest", *where, tag)] = Known(top, SEEN)
        one = Manifest(platform, "application/vnd.oci.image.manifest.v1+json", 10, config=config)
        listed = (PlatformManifest("unknown/unknown", digest("0"), 1), PlatformManifest("linux/amd64", platform, 10))
        whole = Manifest(top, "application/vnd.oci.image.index.v1+json", 10, listed)
        answers[Question("manifest", *where, top)] = Known(whole if index else one, SEEN)
        answers[Question("manifest", *where, platform)] = Known(one, SEEN)
        if time is not None:
            answers[Question("config", *where, config)] = Known(Config(config, "linux/amd64", time), SEEN)
    return FactsView(answers)


def offered(view):
    (usage,) = dockerfile.read("Dockerfile", TEXT).usages
    advice = advise(usage, DEFAULT, view, project())
    return [offer.tag for offer, _ in worth_offering(usage.reference, advice, DEFAULT, view)]


@pytest.mark.parametrize(
    ("old", "new", "tags"),
    [
        (SEEN, SEEN - 3 * YEAR, []),
        (SEEN - YEAR, SEEN, ["20.4.1"]),
        (SEEN, SEEN - 30 * 86400, ["20.4.1"]),
        (None, SEEN - 3 * YEAR, ["20.4.1"]),  # what is not known holds nothing back
        (SEEN, None, ["20.4.1"]),
        (SEEN, 0, ["20.4.1"]),  # a reproducible build's time is no time
    ],
)
@pytest.mark.parametrize("index", [True, False])
def test_a_major_that_was_left_behind_is_not_offered(old, new, tags, index):
    assert offered(facts({"5.2.3": old, "20.4.1": new}, index=index)) == tags


def test_the_registrys_own_dates_spare_the_requests():
    view = facts({"5.2.3": SEEN, "20.4.1": SEEN - 3 * YEAR}, dates={"5.2.3": SEEN, "20.4.1": SEEN})
    assert offered(view) == ["20.4.1"]
    assert {question.kind for question in view.asked} == {"tags"}


def test_patches_and_minors_ask_for_nothing():
    view = facts({}, tags=("5.2.3", "5.2.4", "20.4.1"))
    assert offered(view) == ["5.2.4", "20.4.1"]
    assert {question.kind for question in view.asked} == {"tags"}


def test_the_check_itself_asks_for_nothing():
    view = facts({"5.2.3": SEEN, "20.4.1": SEEN - 3 * YEAR})
    look(TEXT, view)
    assert not any(question.kind == "config" for question in view.asked)


def test_actions_leave_it_out():
    view = facts({"5.2.3": SEEN, "20.4.1": SEEN - 3 * YEAR})
    document = dockerfile.read("Dockerfile", TEXT)
    titles = [action.title for action in actions_at(document, Span(20, 20), project(), view)]
    assert not any("20.4.1" in title for title in titles)


def test_created_follows_an_index_to_its_platform():
    reference = parse(f"{IMAGE}:5.2.3")
    assert created(reference, "5.2.3", facts({"5.2.3": SEEN})) == SEEN
    assert created(reference, "5.2.3", facts({})) is None
