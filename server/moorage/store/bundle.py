"""Facts as a text that travels: JSON Lines, sorted, the same facts always the same bytes.

The first line is `{"moorage-facts": 1, "lines": N}`; N lines follow, each a fact. `docs/facts.md` describes the form.
Nothing says who learned a fact, with what credential, or on which machine; what a registry said in words is left out.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from moorage.facts import Absent, Attachments, Config, Known, Manifest, TagListing
from moorage.reference import is_tag
from moorage.store.past import Record

FORM = 1
HEAD = "moorage-facts"
_LAST_SECOND = 253402300799
"""The end of the year 9999: no time beyond it can be written."""

_WORDS = ("org.opencontainers.image.", "org.label-schema.")
"""Labels and annotations with a meaning that is agreed on. Others may say anything, and nothing is judged by them."""

Line = dict[str, object]


def written(records: Iterable[Record]) -> bytes:
    """The text of facts; each record is there once, in an order of its own."""
    lines = sorted(json.dumps(line) for record in records for line in _lines(record))
    head = json.dumps({HEAD: FORM, "lines": len(lines)})
    return "".join(line + "\n" for line in (head, *lines)).encode("ascii")


def compressed(text: bytes) -> bytes:
    """The text as gzip, without name and time."""
    return gzip.compress(text, mtime=0)


def _lines(record: Record) -> Iterator[Line]:
    question, answer = record.question, record.answer
    image = f"{question.registry}/{question.repository}"
    if isinstance(answer, Absent):
        yield _absent(record, image, answer)
    match answer:
        case Known(value=TagListing() as listing):
            yield _seen({"image": image, "fact": "tags", "complete": answer.complete}, answer)
            for tag in filter(is_tag, listing.tags):
                pushed = listing.dates.get(tag)
                yield {
                    "image": image,
                    "fact": "tag",
                    "tag": tag,
                    **({} if pushed is None else {"pushed": time(pushed)}),
                }
        case Known(value=Manifest() as manifest):
            yield _manifest(manifest)
        case Known(value=Config() as config):
            created = None if config.created is None else time(config.created)
            yield {
                "fact": "config", "digest": config.digest, "platform": config.platform, "created": created,
                "labels": _words(config.labels),
            }  # fmt: skip
        case Known(value=Attachments() as attached):
            entries = [entry._asdict() for entry in attached.entries]
            line: Line = {"image": image, "fact": "referrers", "digest": question.key, "complete": answer.complete}
            yield _seen({**line, "entries": entries}, answer)
        case _:
            pass
    for seen in record.observations:
        yield {
            "image": image, "fact": "digest", "tag": question.key, "first": time(seen.first_seen),
            "last": time(seen.last_seen), "digest": seen.digest, "endpoint": seen.endpoint,
        }  # fmt: skip
    if isinstance(answer, Known):
        for number, change in enumerate(record.changes):
            yield {
                "image": image, "fact": "change", "number": f"{number:06}", "since": time(change.since),
                "until": None if change.until is None else time(change.until), "complete": change.complete,
                "added": [*filter(is_tag, change.added)], "removed": [*filter(is_tag, change.removed)],
            }  # fmt: skip


def _absent(record: Record, image: str, answer: Absent) -> Line:
    """What a registry did not have or did not show; in which words it said so does not travel."""
    question = record.question
    line: Line = {"image": image, "fact": "absent", "of": question.kind, "key": question.key}
    return _seen({**line, "private": answer.private}, answer)


def _seen(line: Line, answer: Known[TagListing] | Known[Attachments] | Absent) -> Line:
    return {**line, "seen": time(answer.seen_at), "endpoint": answer.endpoint}


def _manifest(manifest: Manifest) -> Line:
    return {
        "fact": "manifest", "digest": manifest.digest, "type": manifest.media_type, "size": manifest.size,
        "config": manifest.config, "artifact": manifest.artifact_type, "layers": manifest.layers_size,
        "platforms": [entry._asdict() for entry in manifest.platforms], "annotations": _words(manifest.annotations),
    }  # fmt: skip


def _words(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    return {name: text for name, text in sorted(pairs) if name.startswith(_WORDS)}


def time(seconds: int) -> str:
    """A time as it is written: `2026-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST_SECOND), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
