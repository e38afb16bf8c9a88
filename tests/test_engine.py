"""Ask, show, fetch, ask again."""

from moorage.engine import Engine
from moorage.facts import Absent, Known, Question, TagListing, Unknown

TAGS = Question("tags", "docker.io", "library/python")
DIGEST = Question("digest", "docker.io", "library/python", "3.12.9")


class Shelf:
    """A source with a store and a registry, both of them dictionaries."""

    def __init__(self, stored=None, registry=None):
        self.stored, self.registry, self.asked = dict(stored or {}), dict(registry or {}), []

    def snapshot(self, questions):
        return {q: self.stored[q] for q in questions if q in self.stored}

    async def fetch(self, questions, *, max_age, urgent=True):
        self.asked.append(set(questions))
        self.stored |= {q: self.registry[q] for q in questions if q in self.registry}
        return set(questions)


def newest_digest(facts):
    """A feature that finds its second question in the answer to its first."""
    match facts.tags("docker.io", "library/python"):
        case Known(listing):
            return facts.digest("docker.io", "library/python", listing.tags[-1])
        case other:
            return other


def known(value, seen=1):
    return Known(value, seen)


LISTING = known(TagListing(("3.12.4", "3.12.9")))


def test_what_the_store_knows_is_shown_without_asking_anybody():
    shelf = Shelf({TAGS: LISTING, DIGEST: known("sha256:a")})
    result, asked = Engine(shelf).run(newest_digest)
    assert result == known("sha256:a")
    assert asked == {TAGS, DIGEST}
    assert shelf.asked == []


def test_what_is_not_known_is_noted_and_nothing_waits():
    result, asked = Engine(Shelf()).run(newest_digest)
    assert isinstance(result, Unknown)
    assert asked == {TAGS}


async def test_a_question_that_comes_out_of_an_answer_is_asked_too():
    shelf = Shelf(registry={TAGS: LISTING, DIGEST: known("sha256:a")})
    result, _ = await Engine(shelf).settle(newest_digest, max_age=60, tried=set())
    assert result == known("sha256:a")
    assert shelf.asked == [{TAGS}, {DIGEST}]


async def test_nothing_is_asked_twice_in_a_run():
    shelf = Shelf(registry={TAGS: LISTING})
    engine, tried = Engine(shelf), set()
    for _ in range(2):
        result, _ = await engine.settle(newest_digest, max_age=-1, tried=tried)
        assert isinstance(result, Unknown)
    assert shelf.asked == [{TAGS}, {DIGEST}]


async def test_only_what_says_something_else_counts_as_changed():
    shelf = Shelf(registry={TAGS: LISTING, DIGEST: Absent("no such tag", 1)})
    engine = Engine(shelf)
    assert await engine.fetch([TAGS, DIGEST], max_age=0) == {TAGS, DIGEST}
    shelf.registry = {TAGS: known(TagListing(("3.12.4", "3.12.9")), seen=2), DIGEST: Absent("no such tag", 2)}
    assert await engine.fetch([TAGS, DIGEST], max_age=0) == set()
    shelf.registry = {TAGS: known(TagListing(("3.12.9",)), seen=3)}
    assert await engine.fetch([TAGS], max_age=0) == {TAGS}
