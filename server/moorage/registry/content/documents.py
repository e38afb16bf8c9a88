"""Manifests, indexes and configurations: from bytes to facts, and nothing is believed that does not add up."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import cast

from moorage.facts import Config, Manifest, PlatformManifest
from moorage.reference import is_digest

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
# Always all of them: some registries answer 404 where the type that they have is not listed.
ACCEPT = ", ".join((OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST))

INDEXES = (OCI_INDEX, DOCKER_LIST)
MANIFESTS = (OCI_MANIFEST, DOCKER_MANIFEST)
_MAX_DEPTH = 64
_MAX_ENTRIES = 1000
_MAX_TEXT = 4096
_platform = re.compile(r"[A-Za-z0-9._-]{1,64}").fullmatch
_fraction = re.compile(r"\.\d+")
_NOTHING: Mapping[str, object] = {}


class BadDocument(ValueError):
    """A document that cannot be used: the end of a sentence that begins with its name."""


def digest_of(data: bytes, algorithm: str = "sha256") -> str:
    """The digest of `data`."""
    return f"{algorithm}:{hashlib.new(algorithm, data, usedforsecurity=True).hexdigest()}"


def verify(data: bytes, digest: str) -> None:
    """Raise `BadDocument` where `data` is not what `digest` stands for."""
    if not is_digest(digest) or digest_of(data, digest.partition(":")[0]) != digest:
        raise BadDocument("is not what its digest stands for")


def read_manifest(body: bytes, digest: str, content_type: str = "") -> Manifest:
    """Read a manifest or index whose digest is known; raises `BadDocument`."""
    content = json_object(body)
    media_type = text_of(content.get("mediaType"))
    if media_type and content_type and media_type != content_type:
        raise BadDocument("says that it is another kind of document than its content type says")
    manifests, layers, config = content.get("manifests"), content.get("layers"), content.get("config")
    if manifests is not None and (layers is not None or config is not None):
        raise BadDocument("is both an index and a manifest")
    media_type = media_type or content_type or (OCI_INDEX if manifests is not None else OCI_MANIFEST)
    if (manifests is None and media_type in INDEXES) or (manifests is not None and media_type in MANIFESTS):
        raise BadDocument("is not the kind of document that it says it is")
    if media_type not in (*INDEXES, *MANIFESTS):
        raise BadDocument(f"is of the kind {media_type[:80]!r}, which is not supported")
    config_fields = mapping_of(config)
    config_digest = text_of(config_fields.get("digest"))
    own_type = text_of(content.get("artifactType")) or None
    config_type = text_of(config_fields.get("mediaType"))
    if own_type is None and config_type and "image.config" not in config_type and "container.image" not in config_type:
        own_type = config_type
    return Manifest(
        digest,
        media_type,
        len(body),
        tuple(_platforms(manifests)),
        config_digest if is_digest(config_digest) else None,
        texts(content.get("annotations")),
        own_type,
        sum(size_of(mapping_of(layer)) for layer in list_of(layers)),
    )


def read_config(body: bytes, digest: str) -> Config:
    """Read an image's configuration whose digest is known; raises `BadDocument`."""
    content = json_object(body)
    config = mapping_of(content.get("config"))
    runtime = tuple(_runtime(config))[:_MAX_ENTRIES]
    return Config(
        digest, platform_text(content), timestamp(content.get("created")), texts(config.get("Labels")), runtime
    )


def _runtime(config: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """How a container is run (OCI image specification 1.1, "OCI Image Configuration")."""
    for name, key in (("entrypoint", "Entrypoint"), ("command", "Cmd")):
        words = [text_of(word) for word in list_of(config.get(key))[:_MAX_ENTRIES]]
        if words:
            yield name, json.dumps(words, ensure_ascii=False)[:_MAX_TEXT]
    for name, key in (("user", "User"), ("folder", "WorkingDir"), ("stop signal", "StopSignal")):
        if text_of(config.get(key)):
            yield name, text_of(config.get(key))
    for entry in list_of(config.get("Env")):
        name, _, value = text_of(entry).partition("=")
        if name:
            yield f"env {name}", value
    for name, key in (("port", "ExposedPorts"), ("volume", "Volumes")):
        for what in sorted(mapping_of(config.get(key))):
            yield f"{name} {what[:_MAX_TEXT]}", ""


def json_object(body: bytes) -> Mapping[str, object]:
    """A JSON object that is not nested too deep; raises `BadDocument`."""
    try:
        content: object = json.loads(body)
    except (ValueError, RecursionError):
        raise BadDocument("is no JSON") from None
    if not isinstance(content, dict):
        raise BadDocument("is no JSON object")
    _check_depth(content)  # pyright: ignore[reportUnknownArgumentType]
    return cast(dict[str, object], content)


def texts(value: object) -> tuple[tuple[str, str], ...]:
    """The entries of a mapping of texts to texts, sorted and capped; what is no text is left out."""
    found = [
        (key[:_MAX_TEXT], text[:_MAX_TEXT]) for key, text in sorted(mapping_of(value).items()) if isinstance(text, str)
    ]
    return tuple(found[:_MAX_ENTRIES])


def platform_text(fields: Mapping[str, object]) -> str:
    """`linux/arm64/v8` from a platform's fields; empty where they name none."""
    parts = [text_of(fields.get(name)) for name in ("os", "architecture", "variant")]
    if not parts[0] or not parts[1] or not all(_platform(part) for part in parts if part):
        return ""
    return "/".join(part for part in parts if part)


def timestamp(value: object) -> int | None:
    """Seconds since the epoch of an RFC 3339 time, None for anything else and for times before the epoch."""
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        at = datetime.fromisoformat(_fraction.sub("", value).replace("Z", "+00:00"))
        seconds = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 else None


def _platforms(manifests: object) -> list[PlatformManifest]:
    found: list[PlatformManifest] = []
    for entry in list_of(manifests)[:_MAX_ENTRIES]:
        fields = mapping_of(entry)
        digest = text_of(fields.get("digest"))
        platform = platform_text(mapping_of(fields.get("platform")))
        # BuildKit keeps attestations in the index, under a platform that is none.
        if is_digest(digest) and platform != "unknown/unknown":
            found.append(PlatformManifest(platform, digest, size_of(fields)))
    return found


def _check_depth(content: object) -> None:
    level: list[object] = [content]
    for _ in range(_MAX_DEPTH):
        deeper: list[object] = []
        for value in level:
            if isinstance(value, dict):
                deeper += cast(dict[str, object], value).values()
            elif isinstance(value, list):
                deeper += cast(list[object], value)
        if not deeper:
            return
        level = deeper
    raise BadDocument("is nested too deep")


def mapping_of(value: object) -> Mapping[str, object]:
    """`value` where it is a JSON object, else an empty one."""
    return cast(dict[str, object], value) if isinstance(value, dict) else _NOTHING


def list_of(value: object) -> list[object]:
    """`value` where it is a JSON array, else an empty one."""
    return cast(list[object], value) if isinstance(value, list) else []


def text_of(value: object) -> str:
    """`value` where it is a text, cut where it is too long, else an empty one."""
    return value[:_MAX_TEXT] if isinstance(value, str) else ""


def size_of(fields: Mapping[str, object]) -> int:
    """The `size` of a descriptor, 0 where it has none that makes sense."""
    size = fields.get("size")
    return size if isinstance(size, int) and 0 <= size < 1 << 60 else 0
