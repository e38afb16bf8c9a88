"""Blob uploads of an embedded registry: in one piece, in chunks, or mounted from another repository."""

import itertools
from urllib.parse import quote

from moorage.embedded.contents import Contents, Repository
from moorage.embedded.http import Request, Response, error
from moorage.embedded.images import Document, digest_of


class Uploads:
    """The uploads under way."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._parts: dict[str, bytearray] = {}

    def answer(self, request: Request, contents: Contents, repository: Repository, upload: str) -> Response:
        """The answer to a request below `/blobs/uploads/`."""
        if request.method == "POST" and not upload:
            return self._begin(request, contents, repository)
        part = self._parts.get(upload)
        if part is None:
            return error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        if request.method == "GET":
            return Response(204, self._where(repository, upload))
        if request.method == "DELETE":
            del self._parts[upload]
            return Response(204)
        start = request.headers.get("content-range", "").partition("-")[0]
        if start and start != str(len(part)):
            return Response(416, self._where(repository, upload))
        part += request.body
        if request.method == "PATCH":
            return Response(202, self._where(repository, upload))
        digest = request.first("digest") or ""
        data = bytes(self._parts.pop(upload))
        return _store(repository, digest, data)

    def _begin(self, request: Request, contents: Contents, repository: Repository) -> Response:
        mount, source = request.first("mount"), request.first("from")
        if mount and source:
            other = contents.repositories.get(source)
            if other is not None and mount in other.blobs:
                repository.blobs[mount] = other.blobs[mount]
                return _created(repository, mount)
        digest = request.first("digest")
        if digest:
            return _store(repository, digest, request.body)
        upload = f"upload-{next(self._numbers)}"
        self._parts[upload] = bytearray()
        return Response(202, self._where(repository, upload))

    def _where(self, repository: Repository, upload: str) -> tuple[tuple[str, str], ...]:
        end = max(len(self._parts[upload]) - 1, 0)
        location = f"/v2/{repository.name}/blobs/uploads/{upload}?_state=1"
        return (("Location", location), ("Range", f"0-{end}"), ("Docker-Upload-UUID", upload))


def _store(repository: Repository, digest: str, data: bytes) -> Response:
    if digest != digest_of(data):
        return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    repository.blobs[digest] = Document(digest, "application/octet-stream", data)
    return _created(repository, digest)


def _created(repository: Repository, digest: str) -> Response:
    location = f"/v2/{repository.name}/blobs/{quote(digest, safe=':')}"
    return Response(201, (("Location", location), ("Docker-Content-Digest", digest)))
