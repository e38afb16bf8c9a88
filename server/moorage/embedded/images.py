"""Small images with real bytes, the same every time: an index, a manifest and a configuration per platform, a layer."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
EMPTY = "application/vnd.oci.empty.v1+json"

PLATFORMS = ("linux/amd64", "linux/arm64")


class ImageSpec(NamedTuple):
    """What makes an image: equal specs have equal digests.

    `created` is seconds since the epoch. `single` makes a plain manifest of the first platform instead of an index.
    `labels` go into every configuration, `annotations` into the index (or the single manifest).
    """

    title: str
    created: int = 1_735_689_600
    platforms: tuple[str, ...] = PLATFORMS
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    single: bool = False


class Document(NamedTuple):
    """The bytes of a manifest or a blob, under the name that content addressing gives them."""

    digest: str
    media_type: str
    body: bytes


class Image(NamedTuple):
    """An image: the document that a tag points to, the manifests below it, and their blobs."""

    root: Document
    manifests: tuple[Document, ...]
    blobs: tuple[Document, ...]


def document(media_type: str, body: bytes | Mapping[str, object]) -> Document:
    """A document of these bytes, or of this mapping as ASCII JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":")).encode("ascii")
    return Document(digest_of(data), media_type, data)


def digest_of(data: bytes) -> str:
    """The SHA-256 digest of `data`."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(of: Document, **more: object) -> dict[str, object]:
    """The descriptor that points to a document."""
    return {"mediaType": of.media_type, "digest": of.digest, "size": len(of.body), **more}


def build(spec: ImageSpec) -> Image:
    """The image that `spec` describes."""
    manifests: list[Document] = []
    blobs: list[Document] = []
    entries: list[dict[str, object]] = []
    for platform in spec.platforms[:1] if spec.single else spec.platforms:
        manifest, parts = _platform_image(spec, platform)
        manifests.append(manifest)
        blobs += parts
        entries.append(descriptor(manifest, platform=platform_fields(platform)))
    if spec.single:
        return Image(manifests[0], (), tuple(blobs))
    index: dict[str, object] = {"schemaVersion": 2, "mediaType": INDEX, "manifests": entries}
    if spec.annotations:
        index["annotations"] = dict(spec.annotations)
    return Image(document(INDEX, index), tuple(manifests), tuple(blobs))


def artifact(artifact_type: str, payload: Document, subject: Document, annotations: Mapping[str, str]) -> Image:
    """An artifact that refers to `subject`: an SBOM, a signature."""
    config = document(EMPTY, b"{}")
    manifest: dict[str, object] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "artifactType": artifact_type,
        "config": descriptor(config),
        "layers": [descriptor(payload)],
        "subject": descriptor(subject),
        "annotations": dict(annotations),
    }
    return Image(document(MANIFEST, manifest), (), (config, payload))


def platform_fields(platform: str) -> dict[str, str]:
    """The `platform` object of a descriptor: `linux/arm/v7` as its fields."""
    parts = platform.split("/")
    return dict(zip(("os", "architecture", "variant"), parts, strict=False))


def _platform_image(spec: ImageSpec, platform: str) -> tuple[Document, tuple[Document, ...]]:
    content = f"{spec.title} for {platform}, made {spec.created}\n".encode()
    layer = document(LAYER, gzip.compress(content, mtime=0))
    config = document(
        CONFIG,
        {
            "created": datetime.fromtimestamp(spec.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            **platform_fields(platform),
            "config": {"Labels": dict(spec.labels)} if spec.labels else {},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(content)]},
        },
    )
    manifest: dict[str, object] = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": descriptor(config),
        "layers": [descriptor(layer)],
    }
    if spec.annotations and spec.single:
        manifest["annotations"] = dict(spec.annotations)
    return document(MANIFEST, manifest), (config, layer)
