"""What was known at a time that has passed. Nothing here does any input or output.

The store keeps, beside the last answer, when each digest of a tag was seen, and how each tag list became what it is.
`as_of` turns this back: it tells what the same question would have been answered then, and says less rather than more.
"""

from collections.abc import Sequence
from typing import NamedTuple

from moorage.facts import Absent, AnyAnswer, Known, Question, TagListing


class Observation(NamedTuple):
    """A digest that a tag meant, from `first_seen` to `last_seen`."""

    digest: str
    first_seen: int
    last_seen: int
    endpoint: str


class ListChange(NamedTuple):
    """How a tag list became another.

    The list before was seen last at `until` (None: there was none), and `complete` says whether it was; the list after
    was seen first at `since`.
    """

    until: int | None
    since: int
    complete: bool = False
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


class Record(NamedTuple):
    """All that is kept about one question: the last answer, and what was before it, the oldest first."""

    question: Question
    answer: AnyAnswer
    observations: tuple[Observation, ...] = ()
    changes: tuple[ListChange, ...] = ()


def as_of(record: Record, end: int) -> AnyAnswer | None:
    """What was known before the time `end`; None where nothing was.

    What is named by its digest is the same at any time. A digest of a tag counts from its first observation. A tag list
    is what it was when it was seen, with the tags that are known to have been pushed by then; it is complete only where
    that is certain. What is attached to an image counts only where it was not asked for again later.
    """
    answer = record.answer
    match record.question.kind:
        case "manifest" | "config":
            return answer
        case "digest":
            return _digest(record, end)
        case "tags" if isinstance(answer, Known) and isinstance(answer.value, TagListing):
            return _listing(answer.value, answer.complete, answer.seen_at, answer.endpoint, record.changes, end)
        case _:
            return answer if isinstance(answer, Known | Absent) and answer.seen_at < end else None


def _digest(record: Record, end: int) -> AnyAnswer | None:
    seen = [observation for observation in record.observations if observation.first_seen < end]
    last = max(seen, key=lambda observation: observation.first_seen, default=None)
    answer = record.answer
    if isinstance(answer, Absent) and answer.seen_at < end and (last is None or last.last_seen <= answer.seen_at):
        return answer
    return None if last is None else Known(last.digest, min(last.last_seen, end - 1), endpoint=last.endpoint)


def _listing(
    now: TagListing, complete: bool, seen_at: int, endpoint: str, changes: Sequence[ListChange], end: int
) -> AnyAnswer | None:
    tags = dict.fromkeys(now.tags)
    later: set[str] = set()
    """Tags that came into the list afterwards."""
    until: int | None = seen_at
    for change in reversed(changes or (ListChange(None, seen_at),)):
        if change.since < end:
            break
        for tag in change.added:
            tags.pop(tag, None)
        tags.update(dict.fromkeys(change.removed))
        later.update(change.added)
        until, complete = change.until, change.complete
        if until is None:
            later.update(tags)
            tags = {}
            break
    later.difference_update(tags)
    dates = {tag: at for tag, at in now.dates.items() if at < end}
    if until is None or not complete or until < end - 1:
        # The list that was seen is older than what is asked for, or a part only. A push that is dated says that a tag
        # was there by then; one that is dated later, that it was pushed again, and perhaps not for the first time.
        tags.update((tag, None) for tag in now.tags if tag in later and tag in dates)
        complete = complete and until is not None and later <= tags.keys()
    if until is None and not tags:
        return None
    listing = TagListing(tuple(tags), {tag: at for tag, at in dates.items() if tag in tags})
    return Known(listing, min(seen_at if until is None else until, end - 1), complete, endpoint)
