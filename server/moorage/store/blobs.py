"""What is attached to images, SBOMs and provenance, as it was read: packed, by digest, for every process of the user.

Like manifests it is shared by digest, whoever asked for it, and it is checked against its digest when it is read again.
"""

import zlib
from typing import cast

from moorage.reference import is_digest
from moorage.registry.content.documents import BadDocument, verify
from moorage.store.database import Database

MAX_BLOB = 64 << 20
"""How large a document may be that is read, in bytes."""
_MAX_PACKED = 8 << 20
"""How large a packed document may be that is kept; a larger one is asked for each time."""


def kept_blob(database: Database, digest: str, limit: int = MAX_BLOB) -> bytes | None:
    """The blob with this digest, if it was kept and has at most `limit` bytes."""
    if not is_digest(digest):
        return None
    rows = database.query("SELECT body FROM blobs WHERE digest = ?", (digest,))
    if not rows:
        return None
    inflate = zlib.decompressobj()
    try:
        body = inflate.decompress(cast(bytes, rows[0][0]), limit + 1)
        verify(body, digest)
    except (zlib.error, BadDocument):
        return None
    return body if len(body) <= limit else None


def keep_blob(database: Database, digest: str, body: bytes, now: int) -> None:
    """Keep a blob that has this digest."""
    packed = zlib.compress(body)
    if len(body) <= MAX_BLOB and len(packed) <= _MAX_PACKED:
        database.execute("INSERT OR REPLACE INTO blobs (digest, seen_at, body) VALUES (?, ?, ?)", (digest, now, packed))
