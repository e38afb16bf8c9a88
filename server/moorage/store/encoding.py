"""Facts as texts that SQLite keeps, and back. A change of their form raises `FORM`, and older rows are asked anew."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from moorage.facts import Attachment, Attachments, Config, Manifest, PlatformManifest, TagListing

FORM = 1


class LazyDates(Mapping[str, int]):
    """The push times of a list's tags, decoded when they are first looked at."""

    __slots__ = ("_dates", "_tags", "_text")

    def __init__(self, tags: tuple[str, ...], text: str) -> None:
        self._tags = tags
        self._text = text
        self._dates: dict[str, int] | None = None

    def _decoded(self) -> dict[str, int]:
        if self._dates is None:
            times = self._text.split("\n")
            self._dates = {tag: int(at) for tag, at in zip(self._tags, times, strict=False) if at}
        return self._dates

    def __getitem__(self, tag: str) -> int:
        return self._decoded()[tag]

    def __iter__(self) -> Iterator[str]:
        return iter(self._decoded())

    def __len__(self) -> int:
        return len(self._decoded())


def encode_listing(listing: TagListing) -> tuple[str, str, str]:
    """The tags, their dates (empty where there are none), and the revision that both make."""
    tags = "\n".join(listing.tags)
    dates = "\n".join(str(listing.dates.get(tag, "")) for tag in listing.tags) if listing.dates else ""
    revision = hashlib.sha256(f"{tags}\n\n{dates}".encode()).hexdigest()[:32]
    return tags, dates, revision


def decode_listing(tags: str, dates: str) -> TagListing:
    """A list from its texts."""
    names = tuple(tags.split("\n")) if tags else ()
    return TagListing(names, LazyDates(names, dates) if dates else None)


def encode_manifest(manifest: Manifest) -> str:
    """A manifest as JSON."""
    return json.dumps(manifest)


def decode_manifest(text: str) -> Manifest:
    """A manifest from JSON; raises ValueError, TypeError or KeyError for what is none."""
    digest, media_type, size, platforms, config, annotations, artifact_type, layers = cast(list[object], _list(text))
    return Manifest(
        cast(str, digest),
        cast(str, media_type),
        cast(int, size),
        tuple(PlatformManifest(*entry) for entry in cast(list[tuple[str, str, int]], platforms)),
        cast(str | None, config),
        _pairs(annotations),
        cast(str | None, artifact_type),
        cast(int, layers),
    )


def encode_config(config: Config) -> str:
    """A configuration as JSON."""
    return json.dumps(config)


def decode_config(text: str) -> Config:
    """A configuration from JSON; raises ValueError, TypeError or KeyError for what is none."""
    digest, platform, created, labels, runtime = cast(list[object], _list(text))
    return Config(cast(str, digest), cast(str, platform), cast(int | None, created), _pairs(labels), _pairs(runtime))


def encode_attachments(attachments: Attachments) -> str:
    """What is attached to an image as JSON."""
    return json.dumps(attachments)


def decode_attachments(text: str) -> Attachments:
    """What is attached to an image from JSON; raises ValueError, TypeError or KeyError for what is none."""
    entries, notes = cast(list[list[object]], _list(text))
    return Attachments(
        tuple(Attachment(*cast(list[Any], entry)) for entry in entries),
        tuple(str(note) for note in notes),
    )


def _list(text: str) -> object:
    content: object = json.loads(text)
    if not isinstance(content, list):
        raise ValueError("not a list")
    return content  # pyright: ignore[reportUnknownVariableType]


def _pairs(entries: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in cast(list[tuple[str, str]], entries))
