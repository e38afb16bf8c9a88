"""The fact store: what registries said, kept for every editor and every run of the same user.

Manifests and configurations are kept by digest for ever, whoever asked for them. Lists of tags, and what a tag means,
belong to the credential they were asked with.
"""

import hashlib
import hmac
import sqlite3
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from moorage.facts import Absent, AnyAnswer, Attachments, Config, Known, Manifest, Question, TagListing
from moorage.store import encoding, schema
from moorage.store.database import Database
from moorage.store.keys import key_of
from moorage.store.past import ListChange, Observation

_BATCH = 500
_MAX_LISTINGS = 512
_MAX_CONTENTS = 4096

Who = Callable[[Question], str]
_Row = tuple[str, str, str, int, int, int, str]
_Content = TypeVar("_Content", Known[Manifest], Known[Config])


class Summary(NamedTuple):
    """What a store holds: its file (None: in memory), how many answers of each kind, and the times of the extremes."""

    path: Path | None
    size: int
    schema: int
    answers: dict[str, int]
    oldest: int | None
    newest: int | None


def nobody(_: Question) -> str:
    """The credential of an anonymous question."""
    return ""


class Store:
    """An open store. Reading is quick and may be done from any thread; writing waits for other processes."""

    def __init__(self, opened: schema.Opened) -> None:
        self.database = Database(opened)
        self._listings: OrderedDict[tuple[str, str], TagListing] = OrderedDict()
        self._contents: OrderedDict[str, Known[Manifest] | Known[Config]] = OrderedDict()
        row = opened.writer.execute("SELECT value FROM secrets WHERE name = 'identity'").fetchone()
        self._key = cast(bytes, row[0])

    @property
    def trouble(self) -> str | None:
        """What went wrong with the store since it was opened, in one sentence."""
        return self.database.trouble

    @classmethod
    def open(cls, path: Path) -> tuple["Store", tuple[str, ...]]:
        """Open the store at `path`; with it come sentences about what was wrong. Never fails."""
        opened = schema.open_file(path)
        return cls(opened), opened.notices

    def close(self) -> None:
        """Close the connections; the store cannot be used after that. One that turned out broken is set aside."""
        self.database.close()

    def identity(self, text: str) -> str:
        """A name for a credential that tells it from others and tells nothing else; empty for an anonymous one."""
        if not text:
            return ""
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()[:16]

    def get(self, questions: Iterable[Question], who: Who = nobody) -> dict[Question, AnyAnswer]:
        """What is known of `questions`; one that nothing is known of is left out.

        `who` gives the identity under which a question is asked. Equal lists of tags are the same object.
        """
        wanted: dict[str, list[Question]] = {}
        found: dict[Question, AnyAnswer] = {}
        for question in questions:
            id_ = key_of(question, who(question))
            content = self._contents.get(id_)
            if content is not None:
                found[question] = content
            else:
                wanted.setdefault(id_, []).append(question)
        ids = list(wanted)
        for start in range(0, len(ids), _BATCH):
            for row in self._rows(ids[start : start + _BATCH]):
                for question in wanted[cast(str, row[0])]:
                    answer = self._answer(question, row)
                    if answer is not None:
                        found[question] = answer
        return found

    def put(self, question: Question, answer: AnyAnswer, who: Who = nobody) -> None:
        """Keep one answer."""
        self.put_all([(question, answer)], who)

    def put_all(self, answers: Iterable[tuple[Question, AnyAnswer]], who: Who = nobody) -> None:
        """Keep answers, all in one transaction. What is neither known nor absent, or is passing, is not kept."""

        def put(connection: sqlite3.Connection) -> None:
            for question, answer in answers:
                if not (isinstance(answer, Absent) and answer.passing):
                    self._put(connection, key_of(question, who(question)), answer)

        self.database.write(put)

    def history(self, question: Question, who: Who = nobody) -> tuple[Observation, ...]:
        """Every digest that a tag has meant, the oldest first."""
        rows = self.database.query(
            "SELECT digest, first_seen, last_seen, endpoint FROM observations WHERE id = ? ORDER BY first_seen",
            (key_of(question, who(question)),),
        )
        return tuple(Observation(*cast(tuple[str, int, int, str], row)) for row in rows)

    def changes(self, question: Question, who: Who = nobody) -> tuple[ListChange, ...]:
        """How the tag list of a repository became what it is, the oldest first."""
        rows = self.database.query(
            "SELECT until, since, complete, added, removed FROM changes WHERE id = ? ORDER BY number",
            (key_of(question, who(question)),),
        )
        return tuple(
            ListChange(until, since, bool(complete), tuple(added.split()), tuple(removed.split()))
            for until, since, complete, added, removed in cast(list[tuple[int | None, int, int, str, str]], rows)
        )

    def summary(self) -> Summary:
        """What the store holds, in figures."""
        rows = self.database.query(
            "SELECT substr(id, 1, instr(id, char(10)) - 1), count(*), min(seen_at), max(seen_at)"
            " FROM answers GROUP BY 1"
        )
        kinds = cast(list[tuple[str, int, int, int]], rows)
        pages = self.database.query("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return Summary(
            self.database.path,
            cast(int, pages[0][0]) if pages else 0,
            schema.VERSION,
            {kind: count for kind, count, _, _ in kinds},
            min((first for _, _, first, _ in kinds), default=None),
            max((last for _, _, _, last in kinds), default=None),
        )

    def pauses(self, now: float) -> dict[str, float]:
        """The hosts that want to be left alone, and until when."""
        rows = self.database.query("SELECT name, paused_until FROM hosts WHERE paused_until > ?", (int(now),))
        return {cast(str, name): float(cast(int, until)) for name, until in rows}

    def pause(self, host: str, until: float) -> None:
        """Keep that a host wants to be left alone; the later of two ends counts, whichever process heard it."""
        self.database.execute(
            "INSERT INTO hosts VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET paused_until = max(paused_until, excluded.paused_until)",
            (host, int(until)),
        )

    def known_identity(self, source: str) -> str:
        """The identity under which the answers of a helper's credential were kept last, empty where it is unknown."""
        rows = self.database.query("SELECT identity FROM identities WHERE source = ?", (self.identity(source),))
        return cast(str, rows[0][0]) if rows else ""

    def remember_identity(self, source: str, identity: str) -> None:
        """Keep under which identity answers are kept that are asked with a helper's credential."""
        self.database.execute("INSERT OR REPLACE INTO identities VALUES (?, ?)", (self.identity(source), identity))

    def _rows(self, ids: list[str]) -> list[tuple[object, ...]]:
        marks = ",".join("?" * len(ids))
        return self.database.query(
            "SELECT id, state, value, seen_at, complete, private, endpoint FROM answers"  # noqa: S608
            f" WHERE id IN ({marks}) AND form = {encoding.FORM}",
            ids,
        )

    def _answer(self, question: Question, row: tuple[object, ...]) -> AnyAnswer | None:
        id_, state, value, seen_at, complete, private, endpoint = cast(_Row, row)
        if state == "absent":
            return Absent(value, seen_at, bool(private), endpoint)
        try:
            match question.kind:
                case "tags":
                    listing = self._listing(id_, value)
                    return None if listing is None else Known(listing, seen_at, bool(complete), endpoint)
                case "digest":
                    return Known(value, seen_at, bool(complete), endpoint)
                case "manifest":
                    return self._keep(id_, Known(encoding.decode_manifest(value), seen_at, True, endpoint))
                case "config":
                    return self._keep(id_, Known(encoding.decode_config(value), seen_at, True, endpoint))
                case "referrers":
                    return Known(encoding.decode_attachments(value), seen_at, bool(complete), endpoint)
        except (ValueError, TypeError, KeyError):
            return None  # A row that this program cannot read is asked anew.

    def _listing(self, id_: str, revision: str) -> TagListing | None:
        key = (id_, revision)
        kept = self._listings.get(key)
        if kept is None:
            rows = self.database.query("SELECT tags, dates FROM listings WHERE id = ? AND revision = ?", key)
            if not rows:
                return None
            kept = self._listings[key] = encoding.decode_listing(*cast(tuple[str, str], rows[0]))
            if len(self._listings) > _MAX_LISTINGS:
                self._listings.popitem(last=False)
        return kept

    def _put(self, connection: sqlite3.Connection, id_: str, answer: AnyAnswer) -> None:
        row: tuple[object, ...]
        match answer:
            case Absent():
                row = ("absent", answer.message, answer.seen_at, 1, int(answer.private), answer.endpoint)
            case Known(value=TagListing() as listing):
                revision = self._put_listing(connection, id_, listing, answer.seen_at)
                row = ("known", revision, answer.seen_at, int(answer.complete), 0, answer.endpoint)
            case Known(value=str() as digest):
                _observe(connection, id_, digest, answer.seen_at, answer.endpoint)
                row = ("known", digest, answer.seen_at, 1, 0, answer.endpoint)
            case Known(value=Manifest() as manifest):
                row = ("known", encoding.encode_manifest(manifest), answer.seen_at, 1, 0, answer.endpoint)
            case Known(value=Config() as config):
                row = ("known", encoding.encode_config(config), answer.seen_at, 1, 0, answer.endpoint)
            case Known(value=Attachments() as attachments):
                encoded = encoding.encode_attachments(attachments)
                row = ("known", encoded, answer.seen_at, int(answer.complete), 0, answer.endpoint)
            case _:
                return
        connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (id_, encoding.FORM, *row))

    def _put_listing(self, connection: sqlite3.Connection, id_: str, listing: TagListing, seen_at: int) -> str:
        tags, dates, revision = encoding.encode_listing(listing)
        kept = connection.execute("SELECT revision, tags FROM listings WHERE id = ?", (id_,)).fetchone()
        if kept is None or kept[0] != revision:
            _note_change(connection, id_, None if kept is None else kept[1], listing, seen_at)
            connection.execute("INSERT OR REPLACE INTO listings VALUES (?, ?, ?, ?)", (id_, revision, tags, dates))
            self._listings[(id_, revision)] = listing
        return revision

    def _keep(self, id_: str, content: _Content) -> _Content:
        self._contents[id_] = content
        if len(self._contents) > _MAX_CONTENTS:
            self._contents.popitem(last=False)
        return content


def _observe(connection: sqlite3.Connection, id_: str, digest: str, seen_at: int, endpoint: str) -> None:
    last = connection.execute(
        "SELECT digest, first_seen FROM observations WHERE id = ? ORDER BY first_seen DESC LIMIT 1", (id_,)
    ).fetchone()
    if last is not None and last[0] == digest:
        connection.execute(
            "UPDATE observations SET last_seen = max(last_seen, ?), endpoint = ?"
            " WHERE id = ? AND first_seen = ? AND digest = ?",
            (seen_at, endpoint, id_, last[1], digest),
        )
    else:
        connection.execute(
            "INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?, ?)", (id_, digest, seen_at, seen_at, endpoint)
        )


def _note_change(
    connection: sqlite3.Connection, id_: str, before: str | None, listing: TagListing, seen_at: int
) -> None:
    """Keep what a list that is about to be replaced by `listing` was; `before` is its tags, None for the first list."""
    if before is None:
        _append_change(connection, id_, (None, seen_at, 0, "", ""))
        return
    old = dict.fromkeys(before.split())
    added = " ".join(tag for tag in listing.tags if tag not in old)
    removed = " ".join(tag for tag in old if tag not in listing)
    last = connection.execute("SELECT seen_at, complete FROM answers WHERE id = ? AND state = 'known'", (id_,))
    until, complete = last.fetchone() or (seen_at, 0)
    if added or removed or not complete:
        _append_change(connection, id_, (until, seen_at, complete, added, removed))


def _append_change(connection: sqlite3.Connection, id_: str, change: tuple[int | None, int, int, str, str]) -> None:
    connection.execute(
        "INSERT INTO changes (id, until, since, complete, added, removed) VALUES (?, ?, ?, ?, ?, ?)", (id_, *change)
    )
