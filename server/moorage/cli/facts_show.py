"""What is known of one image: each fact, when it was seen and by whom, and the digests that its tag has meant."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from moorage.cli.terminal import plain
from moorage.facts import (
    Absent,
    AnyAnswer,
    Attachment,
    Attachments,
    Config,
    Known,
    Manifest,
    Question,
    QuestionKind,
    TagListing,
)
from moorage.features.hover import ago
from moorage.reference import Reference
from moorage.store.bundle import time
from moorage.store.past import Observation, Record
from moorage.store.records import record_of
from moorage.store.source import Source

_PLATFORMS = 12


class Recalled(NamedTuple):
    """The records about an image. `digest` is what it means as far as is known, `history` what its tag has meant."""

    reference: Reference
    tag: str | None
    digest: str | None
    records: tuple[Record, ...]
    history: tuple[Observation, ...]


def recall(source: Source, reference: Reference) -> Recalled:
    """What the store knows of an image under the user's own credentials; nobody is asked."""
    tag = reference.tag or (None if reference.digest else "latest")

    def look(kind: QuestionKind, key: str = "") -> Record | None:
        question = Question(kind, reference.registry, reference.repository, key)
        return record_of(source.store, question, source.identity)

    meant = look("digest", tag) if tag is not None else None
    digest = reference.digest
    if digest is None and meant is not None and isinstance(meant.answer, Known):
        digest = str(meant.answer.value)
    found = [look("tags"), meant]
    if digest is not None:
        found += [look("manifest", digest), look("referrers", digest)]
        manifest = found[-2]
        if manifest is not None and isinstance(manifest.answer, Known) and isinstance(manifest.answer.value, Manifest):
            found += [look("config", config) for config in [manifest.answer.value.config] if config is not None]
    records = tuple(record for record in found if record is not None)
    return Recalled(reference, tag, digest, records, () if meant is None else meant.observations)


def print_text(known: Recalled, now: int) -> None:
    """For people: a row a fact, then the history."""
    tag = "" if known.tag is None else f":{known.tag}"
    pinned = "" if known.reference.digest is None else f"@{known.reference.digest}"
    print(plain(known.reference.name + tag + pinned))
    if not known.records:
        print("  nothing is known of it")
    for record in known.records:
        for number, words in enumerate(_words(known, record.answer, now)):
            print(plain(f"  {record.question.kind if number == 0 else '':<11}{words}"))
    if known.history:
        print("\nwhat the tag has meant")
    for seen in known.history:
        print(plain(f"  {time(seen.first_seen)} to {time(seen.last_seen)}  {seen.digest}{_from(seen.endpoint)}"))


def _words(known: Recalled, answer: AnyAnswer, now: int) -> Iterator[str]:
    match answer:
        case Known(value=TagListing() as listing):
            yield f"{len(listing):,} tags{'' if answer.complete else ', not all of them'}"
            if known.tag is not None:
                pushed = listing.dates.get(known.tag)
                listed = "is" if known.tag in listing else "is not"
                yield f"{known.tag} {listed} among them" + ("" if pushed is None else f", pushed {time(pushed)}")
        case Known(value=Manifest() as manifest):
            yield manifest.media_type
            platforms = [entry.platform or "unnamed" for entry in manifest.platforms]
            if platforms:
                more = f" and {len(platforms) - _PLATFORMS} more" if len(platforms) > _PLATFORMS else ""
                yield ", ".join(platforms[:_PLATFORMS]) + more
        case Known(value=Config() as config):
            created = "" if config.created is None else f", created {time(config.created)}"
            yield (config.platform or "no platform") + created
        case Known(value=Attachments() as attached):
            told = _attached(attached.entries) if attached.entries else "nothing is attached"
            yield told + ("" if answer.complete else ", and perhaps more")
        case Known(value=str() as digest):
            yield digest
        case Absent(message):
            yield message
        case _:
            return
    yield f"seen {time(answer.seen_at)}, {ago(max(0, now - answer.seen_at))}{_from(answer.endpoint)}"


def _attached(entries: Iterable[Attachment]) -> str:
    kinds = [entry.kind for entry in entries]
    return ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds)) + " (found, not verified)"


def _from(endpoint: str) -> str:
    return f", from {endpoint}" if endpoint else ""


def print_json(known: Recalled) -> None:
    """For programs. Times are in UTC; how old a fact is, is left to the reader."""
    answer = {
        "version": 1,
        "reference": known.reference.canonical,
        "tag": known.tag,
        "digest": known.digest,
        "facts": [_as_json(known, record) for record in known.records],
        "history": [
            {
                "digest": seen.digest,
                "first_seen": time(seen.first_seen),
                "last_seen": time(seen.last_seen),
                "endpoint": seen.endpoint or None,
            }
            for seen in known.history
        ],
    }
    json.dump(answer, sys.stdout, indent=2)
    print()


def _as_json(known: Recalled, record: Record) -> dict[str, object]:
    answer = record.answer
    if not isinstance(answer, Known | Absent):
        return {}
    head = {"fact": record.question.kind, "seen": time(answer.seen_at), "endpoint": answer.endpoint or None}
    match answer:
        case Absent(message, _, private):
            return {**head, "absent": message, "private": private}
        case Known(value=TagListing() as listing):
            pushed = listing.dates.get(known.tag or "")
            return {
                **head, "complete": answer.complete, "tags": len(listing), "listed": (known.tag or "") in listing,
                "pushed": None if pushed is None else time(pushed),
            }  # fmt: skip
        case Known(value=Manifest() as manifest):
            platforms = [entry._asdict() for entry in manifest.platforms]
            return {**head, "media_type": manifest.media_type, "platforms": platforms, "config": manifest.config}
        case Known(value=Config() as config):
            created = None if config.created is None else time(config.created)
            return {**head, "platform": config.platform, "created": created}
        case Known(value=Attachments() as attached):
            return {**head, "complete": answer.complete, "attachments": [a._asdict() for a in attached.entries]}
        case _:
            return {**head, "digest": str(answer.value)}
