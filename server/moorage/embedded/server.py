"""The registry that ships with Moorage: demo, tests and benchmarks run against it, on loopback, in this process.

It speaks the OCI distribution specification 1.1: tags with paging, manifests and blobs by digest and tag, referrers,
uploads.
"""

import asyncio
import json
import re
import ssl
from bisect import bisect_right
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import quote, urlencode

from moorage.embedded.auth import Basic, Bearer, Guard
from moorage.embedded.contents import Contents, Repository, Tagged, referrers_index
from moorage.embedded.http import Request, Response, Server, error
from moorage.embedded.images import Document, document
from moorage.embedded.quota import Quota
from moorage.embedded.uploads import Uploads
from moorage.reference import is_digest, is_repository, is_tag

_ROUTE = re.compile(r"/v2/(?P<name>.+)/(?P<verb>tags/list|manifests|blobs/uploads|blobs|referrers)(?:/(?P<rest>.*))?")
_JSON = ("Content-Type", "application/json")
_READS = ("GET", "HEAD")
_API = ("Docker-Distribution-Api-Version", "registry/2.0")


class Seen(NamedTuple):
    """A request that the registry was asked, and the status of its answer."""

    method: str
    target: str
    status: int
    authorization: str
    headers: Mapping[str, str]


class EmbeddedRegistry:
    """An OCI registry on a free loopback port.

    `contents` names repositories and their tags. `auth` says how it asks who is there, `latency` is waited before each
    answer (seconds), `page_size` is the largest page of tags and of referrers, `referrers` whether it has that API,
    `quota` how many manifests may be read. `log` holds every request. What it holds may be changed while it runs.

        with EmbeddedRegistry({"library/python": ["3.12.4-slim", "3.12.9-slim"]}) as registry:
            print(registry.host)
    """

    def __init__(
        self,
        contents: Contents | Mapping[str, Tagged] | None = None,
        *,
        auth: Basic | Bearer | None = None,
        latency: float = 0.0,
        page_size: int = 1000,
        referrers: bool = True,
        quota: Quota | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.contents = contents if isinstance(contents, Contents) else Contents(contents)
        self.latency = latency
        self.page_size = page_size
        self.log: list[Seen] = []
        self.token_log: list[Seen] = []
        self.guard = Guard(auth)
        self._referrers = referrers
        self._quota = quota
        self._uploads = Uploads()
        self._server = Server(self._answer, port=port, tls=tls)
        self._tokens = Server(self._answer_token, tls=tls) if isinstance(auth, Bearer) and auth.elsewhere else None

    @property
    def host(self) -> str:
        """Address and port, as a reference names them: `127.0.0.1:41234`."""
        return self._server.host

    @property
    def url(self) -> str:
        """The root of the registry."""
        return self._server.url

    def start(self) -> Self:
        """Listen; returns when clients can connect."""
        self._server.start()
        if self._tokens is not None:
            self._tokens.start()
        self.guard.realm = (self._tokens or self._server).url + "/token"
        return self

    def stop(self) -> None:
        """Close every connection."""
        self._server.stop()
        if self._tokens is not None:
            self._tokens.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def count(self, method: str, part: str = "") -> int:
        """How many requests of a method held `part` in their target."""
        return sum(1 for seen in self.log if seen.method == method and part in seen.target)

    async def _answer(self, request: Request) -> Response:
        if self.latency:
            await asyncio.sleep(self.latency)
        if request.path == "/token":
            return self._note(self.token_log, request, self.guard.token(request))
        response = self._route(request)
        said = self._quota.headers(request) if self._quota is not None else ()
        return self._note(self.log, request, response._replace(headers=(*response.headers, _API, *said)))

    async def _answer_token(self, request: Request) -> Response:
        if self.latency:
            await asyncio.sleep(self.latency)
        answer = self.guard.token(request) if request.path == "/token" else Response(404)
        return self._note(self.token_log, request, answer)

    def _note(self, log: list[Seen], request: Request, response: Response) -> Response:
        sent = request.headers.get("authorization", "")
        log.append(Seen(request.method, request.target, response.status, sent, request.headers))
        return response

    def _route(self, request: Request) -> Response:
        if request.path in ("/v2/", "/v2"):
            return self.guard.challenge(request, ()) or Response(200, (_JSON,), b"{}")
        match = _ROUTE.fullmatch(request.path)
        if match is None:
            return Response(404, (("Content-Type", "text/plain; charset=utf-8"),), b"404 page not found\n")
        name, verb, rest = match["name"], match["verb"], match["rest"] or ""
        if not is_repository(name):
            return error(400, "NAME_INVALID", "invalid repository name")
        refused = self.guard.challenge(request, _scopes(request.method, name))
        if refused is None and self._quota is not None:
            refused = self._quota.refusal(request)
        if refused is not None:
            return refused
        if request.method in ("POST", "PUT", "PATCH"):
            repository: Repository | None = self.contents.repository(name)
        else:
            repository = self.contents.repositories.get(name)
        if repository is None:
            return error(404, "NAME_UNKNOWN", f"repository {name} is not known to this registry")
        if verb == "blobs/uploads":
            return self._uploads.answer(request, self.contents, repository, rest)
        verbs: dict[str, Callable[[Request, Repository, str], Response]] = {
            "tags/list": self._tags,
            "manifests": self._manifest,
            "blobs": self._blob,
            "referrers": self._list_referrers,
        }
        return verbs[verb](request, repository, rest)

    def _tags(self, request: Request, repository: Repository, _: str) -> Response:
        tags = repository.tags()
        size = self.page_size
        wanted = request.first("n")
        if wanted is not None:
            if not wanted.isdecimal():
                return error(400, "PAGINATION_NUMBER_INVALID", "n must be a number")
            size = min(size, int(wanted))
        last = request.first("last")
        if last is not None:
            tags = tags[bisect_right(tags, last) :]
        page = tags[:size]
        body = json.dumps({"name": repository.name, "tags": page}).encode()
        headers: list[tuple[str, str]] = [_JSON]
        if len(page) < len(tags) and page:
            query = urlencode({"n": size, "last": page[-1]}, quote_via=quote)
            headers.append(("Link", f'</v2/{repository.name}/tags/list?{query}>; rel="next"'))
        return Response(200, tuple(headers), body)

    def _manifest(self, request: Request, repository: Repository, reference: str) -> Response:
        if not is_tag(reference) and not is_digest(reference):
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        if request.method == "PUT":
            return _put_manifest(request, repository, reference)
        if request.method == "DELETE":
            return _delete_manifest(repository, reference)
        if request.method not in _READS:
            return _unsupported()
        manifest = repository.manifest(reference)
        if manifest is None:
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        return _document(request, manifest)

    def _blob(self, request: Request, repository: Repository, digest: str) -> Response:
        if request.method not in (*_READS, "DELETE"):
            return _unsupported()
        blob = repository.blobs.get(digest)
        if blob is None:
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if request.method == "DELETE":
            del repository.blobs[digest]
            return Response(202)
        return _document(request, blob._replace(media_type="application/octet-stream"))

    def _list_referrers(self, request: Request, repository: Repository, digest: str) -> Response:
        if not self._referrers:
            return Response(404, (("Content-Type", "text/plain; charset=utf-8"),), b"404 page not found\n")
        if not is_digest(digest):
            return error(400, "DIGEST_INVALID", "invalid digest")
        wanted, last = request.first("artifactType"), request.first("last")
        entries = repository.referrers(digest, wanted)
        if last is not None:
            seen = next((i for i, entry in enumerate(entries) if entry["digest"] == last), -1)
            entries = entries[seen + 1 :]
        index = referrers_index(entries[: self.page_size])
        headers = [("Content-Type", index.media_type)]
        if wanted is not None:
            headers.append(("OCI-Filters-Applied", "artifactType"))
        if len(entries) > self.page_size:
            more = {"last": str(entries[self.page_size - 1]["digest"])}
            query = urlencode(more if wanted is None else {"artifactType": wanted, **more}, quote_via=quote)
            headers.append(("Link", f'</v2/{repository.name}/referrers/{digest}?{query}>; rel="next"'))
        return Response(200, tuple(headers), index.body)


def _unsupported() -> Response:
    return error(405, "UNSUPPORTED", "the operation is unsupported")


def _scopes(method: str, name: str) -> tuple[str, ...]:
    if method in ("GET", "HEAD"):
        return (f"repository:{name}:pull",)
    return (f"repository:{name}:delete",) if method == "DELETE" else (f"repository:{name}:pull,push",)


def _document(request: Request, found: Document) -> Response:
    etag = f'"{found.digest}"'
    if request.headers.get("if-none-match") == etag:
        return Response(304)
    headers = (
        ("Content-Type", found.media_type),
        ("Docker-Content-Digest", found.digest),
        ("ETag", etag),
        ("Content-Length", str(len(found.body))),
    )
    return Response(200, headers, found.body)


def _put_manifest(request: Request, repository: Repository, reference: str) -> Response:
    before = repository.manifest(reference)
    match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
    if (match is not None and (before is None or match != f'"{before.digest}"')) or (none_match == "*" and before):
        return Response(412)
    manifest = document(request.headers.get("content-type", ""), request.body)
    if is_digest(reference):
        if reference.startswith("sha256:") and reference != manifest.digest:
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        manifest = manifest._replace(digest=reference)
    try:
        json.loads(request.body)
    except ValueError:
        return error(400, "MANIFEST_INVALID", "manifest invalid")
    subject = repository.put_manifest(manifest)
    if is_tag(reference):
        repository.tag(reference, manifest.digest)
    headers = [("Location", f"/v2/{repository.name}/manifests/{reference}"), ("Docker-Content-Digest", manifest.digest)]
    if subject is not None:
        headers.append(("OCI-Subject", subject))
    return Response(201, tuple(headers))


def _delete_manifest(repository: Repository, reference: str) -> Response:
    if repository.has_tag(reference):
        repository.untag(reference)
        return Response(202)
    if repository.delete_manifest(reference):
        return Response(202)
    return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
