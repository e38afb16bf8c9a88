"""All that a store keeps about questions, its history with it, as it is shown and as it leaves the store.

A fact that was learned with a credential belongs to that credential, and so does its history. The tables of content
know neither repository nor credential: what leaves the store of them is what other facts lead to.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from moorage.facts import Absent, Known, Manifest, Question, QuestionKind
from moorage.store.keys import question_of, range_of
from moorage.store.past import Record
from moorage.store.sqlite import Store, Who, nobody

_KINDS: tuple[QuestionKind, ...] = ("tags", "digest", "referrers")


class Gathered(NamedTuple):
    """Records, and how many facts were left out because they are private."""

    records: tuple[Record, ...]
    private: int = 0


def record_of(store: Store, question: Question, who: Who) -> Record | None:
    """What is kept about one question; None where that is nothing."""
    answer = store.get([question], who).get(question)
    seen = store.history(question, who) if question.kind == "digest" else ()
    if answer is None and seen:
        last = seen[-1]
        answer = Known(last.digest, last.last_seen, endpoint=last.endpoint)
    if answer is None:
        return None
    return Record(question, answer, seen, store.changes(question, who) if question.kind == "tags" else ())


def of_repositories(store: Store, names: Iterable[tuple[str, str]], who: Who, digests: Iterable[str]) -> Gathered:
    """What a user knows of repositories (each a registry and a path), and the content that it and `digests` lead to."""
    records: list[Record] = []
    for registry, repository in sorted(set(names)):
        for kind in _KINDS:
            identity = who(Question(kind, registry, repository))
            keys = _keys(store, *range_of(kind, registry, repository))
            asked = (question for question, owner in map(question_of, keys) if owner == identity)
            records += _records(store, asked, who)
    return Gathered((*records, *_content(store, records, digests)))


def of_everybody(store: Store) -> Gathered:
    """Every fact that was learned without a credential, and the content that these lead to.

    What a registry did not show, be it missing or forbidden, is left out like what was learned with a credential: its
    name alone may be a secret.
    """
    records: list[Record] = []
    private = 0
    for kind in _KINDS:
        asked: list[Question] = []
        for question, owner in map(question_of, _keys(store, f"{kind}\n", f"{kind}\x0b")):
            if owner:
                private += 1
            else:
                asked.append(question)
        for record in _records(store, asked, nobody):
            if isinstance(record.answer, Absent) and record.answer.private:
                private += 1
            else:
                records.append(record)
    return Gathered((*records, *_content(store, records, ())), private)


def _records(store: Store, questions: Iterable[Question], who: Who) -> Iterator[Record]:
    for question in questions:
        record = record_of(store, question, who)
        if record is not None:
            yield record


def _keys(store: Store, start: str, end: str) -> Sequence[str]:
    """The keys in a range, of what was said last and of what was only seen earlier."""
    rows = store.database.query(
        "SELECT id FROM answers WHERE id >= ?1 AND id < ?2"
        " UNION SELECT id FROM observations WHERE id >= ?1 AND id < ?2",
        (start, end),
    )
    return sorted(cast(str, row[0]) for row in rows)


def _content(store: Store, records: Iterable[Record], digests: Iterable[str]) -> Iterator[Record]:
    """The manifests and configurations that other facts lead to, each once."""
    seen: set[str] = set()
    configs: set[str] = set()
    left = {*digests, *_digests(records)}
    while left:
        seen |= left
        inner: set[str] = set()
        for record in _records(store, _by_digest("manifest", left), nobody):
            yield record
            if isinstance(record.answer, Known) and isinstance(record.answer.value, Manifest):
                inner.update(entry.digest for entry in record.answer.value.platforms)
                configs.update([record.answer.value.config] if record.answer.value.config else [])
        left = inner - seen
    yield from _records(store, _by_digest("config", configs), nobody)


def _by_digest(kind: QuestionKind, digests: Iterable[str]) -> Iterator[Question]:
    return (Question(kind, "", "", digest) for digest in sorted(digests))


def _digests(records: Iterable[Record]) -> Iterator[str]:
    """The digests that tags mean or have meant."""
    for record in records:
        if record.question.kind == "digest":
            yield from (seen.digest for seen in record.observations)
