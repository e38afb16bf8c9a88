"""Reading facts that have travelled. Nothing in such a file is believed: each field is checked, each size is capped."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast, get_args

from moorage.errors import UsageError
from moorage.facts import (
    Absent,
    Attachment,
    AttachmentKind,
    Attachments,
    Config,
    Known,
    Manifest,
    PlatformManifest,
    Question,
    QuestionKind,
    TagListing,
)
from moorage.reference import is_digest, is_tag
from moorage.store.bundle import FORM, HEAD
from moorage.store.fields import SHOWN, Fields, WrongField, read_fields
from moorage.store.past import ListChange, Observation, Record

MAX_FILE = 64 << 20
MAX_TEXT = 256 << 20
_MAX_LINES = 3_000_000
_GZIP = b"\x1f\x8b"
_KINDS = get_args(AttachmentKind)


class FactsFileError(UsageError):
    """A file of facts that cannot be used; the sentence names file, line and what is wrong."""


def read_facts(path: Path) -> Mapping[Question, Record]:
    """The facts in a file, by question (that of content has no repository). Raises `FactsFileError`."""
    text = _text(path)
    newline = text.find(b"\n")
    count = _head(text[: newline if newline >= 0 else None], path)
    gathered = _Gathered()
    number = 1
    for number, line in enumerate(_lines(text, newline + 1 or len(text)), 2):
        if number - 1 > count:
            break
        try:
            _take(gathered, read_fields(line))
        except WrongField as wrong:
            raise FactsFileError(f"{path}:{number}: {wrong}") from None
    if number - 1 != count:
        more = "more" if number - 1 > count else f"{number - 1}"
        raise FactsFileError(f"{path}: the file is damaged: its first line says {count} lines, and {more} follow")
    return gathered.records()


def is_facts_file(path: Path) -> bool:
    """Whether a file begins as one of facts does, be they of this version or another. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(_GZIP):
        try:
            start = zlib.decompressobj(31).decompress(start, 4096)
        except zlib.error:
            return False
    return start.startswith(b'{"' + HEAD.encode() + b'"')


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise FactsFileError(f"{path}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(data) > MAX_FILE:
        raise FactsFileError(f"{path}: the file is larger than {MAX_FILE >> 20} MiB")
    if not data.startswith(_GZIP):
        return data
    inflate = zlib.decompressobj(31)
    try:
        text = inflate.decompress(data, MAX_TEXT + 1)
    except zlib.error:
        raise FactsFileError(f"{path}: the file is damaged: it cannot be unpacked") from None
    if len(text) > MAX_TEXT:
        raise FactsFileError(f"{path}: there are more than {MAX_TEXT >> 20} MiB in the file")
    if not inflate.eof or inflate.unused_data:
        raise FactsFileError(f"{path}: the file is damaged: it does not end where its gzip stream does")
    return text


def _head(line: bytes, path: Path) -> int:
    try:
        fields = read_fields(line)
    except WrongField:
        fields = None
    form = None if fields is None else fields.fields.get(HEAD)
    if fields is None or not isinstance(form, int) or isinstance(form, bool):
        raise FactsFileError(f"{path}:1: this is no file of facts, as `moorage facts export` writes it")
    if form != FORM:
        age = "newer than" if form > FORM else "not one of those of"
        raise FactsFileError(f"{path}:1: the form {form} of the file is {age} this version of moorage ({FORM})")
    try:
        return fields.number("lines", _MAX_LINES)
    except WrongField as wrong:
        raise FactsFileError(f"{path}:1: {wrong}") from None


def _lines(text: bytes, start: int) -> Iterator[bytes]:
    while start < len(text):
        end = text.find(b"\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end]
        start = end + 1


class _Tags(NamedTuple):
    """The head of a tag list."""

    seen_at: int
    complete: bool
    endpoint: str


class _Gathered:
    """What the lines of a file say so far, in whatever order they come."""

    def __init__(self) -> None:
        self.answers: dict[Question, Absent | Known[Manifest] | Known[Config] | Known[Attachments]] = {}
        self.lists: dict[Question, _Tags] = {}
        self.tags: dict[Question, dict[str, int | None]] = {}
        self.changes: dict[Question, list[tuple[str, ListChange]]] = {}
        self.observations: dict[Question, list[Observation]] = {}

    def records(self) -> Mapping[Question, Record]:
        found = {question: Record(question, answer) for question, answer in self.answers.items()}
        for question, head in self.lists.items():
            tags = self.tags.get(question, {})
            listing = TagListing(tuple(tags), {tag: pushed for tag, pushed in tags.items() if pushed is not None})
            changes = (change for _, change in sorted(self.changes.get(question, ()), key=lambda entry: entry[0]))
            found[question] = Record(question, Known(listing, *head), (), tuple(changes))
        for question, seen in self.observations.items():
            seen.sort(key=lambda observation: observation.first_seen)
            last, answer = seen[-1], self.answers.get(question)
            if not isinstance(answer, Absent) or answer.seen_at < last.last_seen:
                answer = Known(last.digest, last.last_seen, endpoint=last.endpoint)
            found[question] = Record(question, answer, tuple(seen))
        return found


def _take(gathered: _Gathered, line: Fields) -> None:
    fact = line.text("fact")
    take = _READERS.get(fact)
    if take is None:
        raise WrongField(f"there is no kind of fact {fact[:SHOWN]!r}")
    take(gathered, line)


def _take_tags(gathered: _Gathered, line: Fields) -> None:
    gathered.lists[Question("tags", *line.image())] = _Tags(line.time("seen"), line.flag("complete"), line.endpoint())


def _take_tag(gathered: _Gathered, line: Fields) -> None:
    tags = gathered.tags.setdefault(Question("tags", *line.image()), {})
    tags[line.text("tag", is_tag)] = line.maybe_time("pushed")


def _take_change(gathered: _Gathered, line: Fields) -> None:
    change = ListChange(
        line.maybe_time("until"), line.time("since"), line.flag("complete"),
        line.texts("added", is_tag), line.texts("removed", is_tag),
    )  # fmt: skip
    number = line.text("number", str.isdecimal)
    gathered.changes.setdefault(Question("tags", *line.image()), []).append((number, change))


def _take_digest(gathered: _Gathered, line: Fields) -> None:
    question = Question("digest", *line.image(), line.text("tag", is_tag))
    seen = Observation(line.text("digest", is_digest), line.time("first"), line.time("last"), line.endpoint())
    gathered.observations.setdefault(question, []).append(seen)


def _take_absent(gathered: _Gathered, line: Fields) -> None:
    kind = line.text("of")
    if kind not in ("tags", "digest", "referrers"):
        raise WrongField(f"of cannot be {kind[:SHOWN]!r}")
    is_key: dict[str, Callable[[str], bool]] = {"tags": lambda key: not key, "digest": is_tag, "referrers": is_digest}
    registry, repository = line.image()
    question = Question(cast(QuestionKind, kind), registry, repository, line.text("key", is_key[kind]))
    what = {
        "tags": f"the repository {repository}",
        "digest": f"the tag {question.key} in {repository}",
        "referrers": f"what is attached to {question.key} in {repository}",
    }[kind]
    private = line.flag("private")
    message = f"{registry} does not have {what}"
    if private:
        message = f"{registry} does not show {what}: it does not exist, or needs a login"
    gathered.answers[question] = Absent(message, line.time("seen"), private, line.endpoint())


def _take_referrers(gathered: _Gathered, line: Fields) -> None:
    entries = tuple(
        Attachment(
            cast(AttachmentKind, entry.text("kind", _KINDS.__contains__)), entry.text("type"),
            entry.text("digest", is_digest), entry.text("found"), entry.text("subject", is_digest),
            entry.text("payload", lambda text: not text or is_digest(text)), entry.number("size"),
        )
        for entry in line.objects("entries")
    )  # fmt: skip
    question = Question("referrers", *line.image(), line.text("digest", is_digest))
    gathered.answers[question] = Known(Attachments(entries), line.time("seen"), line.flag("complete"), line.endpoint())


def _take_manifest(gathered: _Gathered, line: Fields) -> None:
    digest = line.text("digest", is_digest)
    platforms = tuple(
        PlatformManifest(entry.text("platform"), entry.text("digest", is_digest), entry.number("size"))
        for entry in line.objects("platforms")
    )
    gathered.answers[Question("manifest", "", "", digest)] = Known(
        Manifest(
            digest, line.text("type"), line.number("size"), platforms, line.maybe("config", is_digest),
            line.pairs("annotations"), line.maybe("artifact"), line.number("layers"),
        ),
        0,
    )  # fmt: skip


def _take_config(gathered: _Gathered, line: Fields) -> None:
    digest = line.text("digest", is_digest)
    config = Config(digest, line.text("platform"), line.maybe_time("created"), line.pairs("labels"))
    gathered.answers[Question("config", "", "", digest)] = Known(config, 0)


_READERS: Mapping[str, Callable[[_Gathered, Fields], None]] = {
    "tags": _take_tags,
    "tag": _take_tag,
    "change": _take_change,
    "digest": _take_digest,
    "absent": _take_absent,
    "referrers": _take_referrers,
    "manifest": _take_manifest,
    "config": _take_config,
}
