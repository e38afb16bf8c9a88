"""What is remembered of a credential, and when it is sent again: no network, and a clock of its own."""

import pytest

from moorage.registry.access.credentials import Credential
from moorage.registry.access.standing import Judged, Standing
from moorage.registry.access.tokens import TokenCache, TokenKey

ALICE = Judged("auth.example.com", Credential("basic", "alice", "wrong", "docker", "config.json"))
MINUTE, HOUR = 60, 3600


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.mark.parametrize(
    "events, state",
    [
        ([], "new"),
        (["refuse"], "suspect"),
        (["accept"], "proven"),
        # Three in a row stop what nobody has accepted yet.
        (["refuse", "refuse"], "suspect"),
        (["refuse", "refuse", "refuse"], "stopped"),
        (["refuse", "refuse", "accept", "refuse"], "proven"),
        # What was accepted is asked about again before it is stopped.
        (["accept", "refuse", "refuse"], "proven"),
        (["accept", "refuse", "refuse", "refuse"], "suspect"),
        (["accept", "refuse", "refuse", "refuse", "stop"], "stopped"),
        (["accept", "refuse", "refuse", "refuse", "accept", "refuse"], "proven"),
        # A stop ends, each time later, and never later than after an hour.
        (["stop", 10 * MINUTE - 1], "stopped"),
        (["stop", 10 * MINUTE], "suspect"),
        (["stop", 10 * MINUTE, "stop", 20 * MINUTE - 1], "stopped"),
        (["stop", 10 * MINUTE, "stop", 20 * MINUTE], "suspect"),
        (["stop", HOUR] * 5 + ["stop", HOUR - 1], "stopped"),
        (["stop", HOUR] * 6, "suspect"),
        # Where nobody can be asked about the credential alone, one more refusal is enough.
        (["stop", 10 * MINUTE, "refuse"], "stopped"),
        (["stop", 10 * MINUTE, "accept", "refuse"], "proven"),
    ],
)
def test_how_a_credential_stands(events, state):
    clock = Clock()
    standing = Standing(clock)
    for event in events:
        if isinstance(event, str):
            getattr(standing, event)(ALICE)
        else:
            clock.now += event
    assert standing.of(ALICE) == state


@pytest.mark.parametrize(
    "other",
    [
        ALICE._replace(authority="other.example.com"),
        Judged(ALICE.authority, ALICE.credential._replace(username="bob")),
        Judged(ALICE.authority, ALICE.credential._replace(secret="right")),
    ],
)
def test_another_host_another_user_and_another_password_stand_for_themselves(other):
    standing = Standing(Clock())
    standing.stop(ALICE)
    assert standing.of(other) == "new"


def test_no_secret_is_shown():
    assert "wrong" not in repr(ALICE)


@pytest.mark.parametrize(
    "age, worked, kept",
    [
        (0, False, True),  # Fresh, and nobody has taken it yet: a new one would fare no better.
        (59, False, True),
        (60, False, False),
        (0, True, False),
        (59, True, False),
    ],
)
def test_a_token_that_is_refused_is_given_up_unless_it_is_fresh(age, worked, kept):
    clock = Clock()
    cache, key = TokenCache(clock), TokenKey("https://a/token", "s", ("repository:a/b:pull",), ALICE.credential)
    cache.keep(key, "one", 300)
    if worked:
        cache.worked(key, "one")
    clock.now += age
    assert (cache.usable(key, "one") is not None) is kept


def test_a_token_is_given_up_once_a_minute_and_only_if_it_is_the_one_in_use():
    clock = Clock()
    cache, key = TokenCache(clock), TokenKey("https://a/token", "s", (), ALICE.credential)
    for value, expected in [("one", False), ("two", True), ("two", True)]:
        cache.keep(key, value, 300)
        cache.worked(key, value)
        assert (cache.usable(key, value) is not None) is expected
    assert cache.usable(key, "one").value == "two"
    clock.now += 60
    assert cache.usable(key, "two") is None
