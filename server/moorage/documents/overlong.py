"""Files that are too long to be read."""

from moorage.documents import limits
from moorage.documents.usage import Document, Notice


def overlong(path: str, format_id: str, text: str) -> Document | None:
    """The document of a text over the limit, which says only that; None for any other text."""
    if len(text) <= limits.DOCUMENT_BYTES:
        return None
    notice = Notice(f"the file is longer than {limits.DOCUMENT_BYTES // 1024**2} MiB and is not read")
    return Document(path, format_id, text, (), notices=(notice,))
