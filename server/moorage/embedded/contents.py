"""What an embedded registry holds: repositories, their tags, and documents by digest."""

import json
from collections.abc import Mapping, Sequence
from typing import cast

from moorage.embedded.images import INDEX, Document, Image, ImageSpec, build, document
from moorage.reference import is_repository, is_tag

Tagged = Mapping[str, ImageSpec | Image | None] | Sequence[str]
"""The tags of a repository: names with what they point to, or names alone, whose images follow from their names."""


class Repository:
    """One repository. Images are built when they are first asked for, so that 100,000 tags cost nothing."""

    def __init__(self, name: str, tags: Tagged = ()) -> None:
        if not is_repository(name):
            raise ValueError(f"{name!r} is no repository name")
        self.name = name
        self.manifests: dict[str, Document] = {}
        self.blobs: dict[str, Document] = {}
        self._tags: dict[str, ImageSpec | str | None] = {}
        self._order: tuple[str, ...] | None = None
        self._referrers: dict[str, list[str]] = {}
        if isinstance(tags, Mapping):
            for tag, what in tags.items():
                self.tag(tag, what)
        else:
            self._tags = dict.fromkeys(tags)

    def tag(self, tag: str, what: ImageSpec | Image | str | None = None) -> None:
        """Point `tag` at an image, or at the digest of a manifest that is here; None: the image of its name."""
        if not is_tag(tag):
            raise ValueError(f"{tag!r} is no tag")
        if isinstance(what, Image):
            self.add(what)
            what = what.root.digest
        self._tags[tag] = what
        self._order = None

    def untag(self, tag: str) -> None:
        """Take a tag away, if it is there."""
        self._tags.pop(tag, None)
        self._order = None

    def tags(self) -> tuple[str, ...]:
        """All tags in lexical order."""
        if self._order is None:
            self._order = tuple(sorted(self._tags))
        return self._order

    def add(self, image: Image) -> None:
        """Take in the documents of an image."""
        for blob in image.blobs:
            self.blobs[blob.digest] = blob
        for manifest in (*image.manifests, image.root):
            self.put_manifest(manifest)

    def put_manifest(self, manifest: Document) -> str | None:
        """Take in a manifest; returns the digest of the subject that it refers to, None if there is none."""
        self.manifests[manifest.digest] = manifest
        subject = _subject(manifest)
        if subject is not None:
            known = self._referrers.setdefault(subject, [])
            if manifest.digest not in known:
                known.append(manifest.digest)
        return subject

    def delete_manifest(self, digest: str) -> bool:
        """Take a manifest away, and the tags that point to it; whether it was there."""
        if self.manifests.pop(digest, None) is None:
            return False
        for referrers in self._referrers.values():
            if digest in referrers:
                referrers.remove(digest)
        for tag in [t for t, what in self._tags.items() if what == digest]:
            self.untag(tag)
        return True

    def manifest(self, reference: str) -> Document | None:
        """The manifest that a tag or digest means."""
        if reference in self._tags:
            what = self._tags[reference]
            if not isinstance(what, str):
                image = build(what or ImageSpec(f"{self.name}:{reference}"))
                self.add(image)
                what = self._tags[reference] = image.root.digest
            reference = what
        return self.manifests.get(reference)

    def has_tag(self, tag: str) -> bool:
        """Whether the tag is here."""
        return tag in self._tags

    def referrers(self, digest: str, artifact_type: str | None = None) -> list[dict[str, object]]:
        """The descriptors of what refers to `digest`."""
        found: list[dict[str, object]] = []
        for referrer in self._referrers.get(digest, ()):
            manifest = self.manifests[referrer]
            content = _content(manifest)
            config = content.get("config")
            own = content.get("artifactType") or (
                cast(dict[str, object], config).get("mediaType") if isinstance(config, dict) else None
            )
            if artifact_type is not None and own != artifact_type:
                continue
            entry: dict[str, object] = {
                "mediaType": manifest.media_type,
                "digest": manifest.digest,
                "size": len(manifest.body),
                "artifactType": own,
            }
            if content.get("annotations"):
                entry["annotations"] = content["annotations"]
            found.append(entry)
        return found


class Contents:
    """The repositories of a registry, by name."""

    def __init__(self, repositories: Mapping[str, Tagged] | None = None) -> None:
        self.repositories = {name: Repository(name, tags) for name, tags in (repositories or {}).items()}

    def repository(self, name: str) -> Repository:
        """The repository of this name, made if it is not there."""
        found = self.repositories.get(name)
        if found is None:
            found = self.repositories[name] = Repository(name)
        return found


def _subject(manifest: Document) -> str | None:
    if b'"subject"' not in manifest.body:
        return None
    subject = _content(manifest).get("subject")
    digest = cast(dict[str, object], subject).get("digest") if isinstance(subject, dict) else None
    return digest if isinstance(digest, str) else None


def _content(manifest: Document) -> dict[str, object]:
    try:
        content: object = json.loads(manifest.body)
    except ValueError:
        return {}
    return cast(dict[str, object], content) if isinstance(content, dict) else {}


def referrers_index(entries: list[dict[str, object]]) -> Document:
    """The index that answers a question for referrers."""
    return document(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries})
