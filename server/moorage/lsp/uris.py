"""URIs of the client and paths of the project.

Only `file:` URIs of this machine have a path on disk. Every other document (`untitled:`, `vscode-vfs:`) is known by its
URI alone: it is read as the editor has it and nothing is looked for beside it.
"""

import os
from urllib.parse import quote, unquote, urlsplit


def path_of(uri: str) -> str:
    """The path by which the project knows a document: the file's, with `/` separators, or the URI itself."""
    return local_path(uri) or uri


def is_on_disk(path: str) -> bool:
    """Whether a path that `path_of` gave is that of a file on this machine."""
    return path.startswith("/") or path[1:3] == ":/"


def local_path(uri: str, windows: bool = os.name == "nt") -> str | None:
    """The path on this machine of a `file:` URI, with `/` separators; None for anything else."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme != "file":
        return None
    path = unquote(parts.path).replace("\\", "/") if windows else unquote(parts.path)
    if windows:
        if path[:1] == "/" and path[2:3] == ":":
            path = path[1].lower() + path[2:]
        return f"//{parts.netloc}{path}" if parts.netloc not in ("", "localhost") else path
    return path if parts.netloc in ("", "localhost") and path.startswith("/") and "\0" not in path else None


def uri_of(path: str) -> str:
    """The URI of a path that `path_of` gave."""
    if path[1:3] == ":/":
        return f"file:///{path[0]}%3A{quote(path[2:])}"
    if path.startswith("//"):
        return "file:" + quote(path)
    return "file://" + quote(path) if path.startswith("/") else path
