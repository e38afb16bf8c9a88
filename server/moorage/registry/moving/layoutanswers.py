"""An image layout asked as registries are: the same questions and answers, the same search for attachments."""

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from moorage.errors import UndecidedError
from moorage.facts import UNKNOWN, Absent, AnyAnswer, Known, Question, TagListing, Unreachable
from moorage.reference import Reference, Spans, is_digest
from moorage.registry import unexpected
from moorage.registry.content.attachments import find_attachments
from moorage.registry.content.descriptors import Descriptor
from moorage.registry.content.documents import INDEXES, OCI_INDEX, BadDocument, read_config, read_manifest
from moorage.registry.failures import NotThere, RegistryFailure
from moorage.registry.http.addresses import Place
from moorage.registry.http.exchange import MANIFEST_LIMIT, Reply
from moorage.registry.http.urls import Url
from moorage.registry.moving.layout import Layout, parse_place
from moorage.registry.moving.verbs import compose
from moorage.text import Span

SCHEME = "oci:"
_ROOT = Url("https", "layout.invalid", 443, "/")


class Placed(NamedTuple):
    """A layout, and which of its images is meant, by a reference whose registry begins with `oci:`."""

    layout: Layout
    reference: Reference


def place_of(text: str) -> Placed:
    """The layout and the image that `oci:PATH`, `oci:PATH:TAG` or `oci:PATH@DIGEST` names.

    Without tag and digest it is the only image there. Raises `UndecidedError` with a sentence where there are more, or
    where the folder is no layout.
    """
    path, version = parse_place(text.removeprefix(SCHEME))
    layout = Layout(path)
    try:
        layout.check()
        if not version:
            roots = layout.roots()
            if len(roots) != 1:
                raise UndecidedError(f"{layout.name} holds {len(roots)} images: write {SCHEME}PATH:TAG for one of them")
            version = roots[0]
    except RegistryFailure as failure:
        raise UndecidedError(str(failure)) from None
    folder, slash, name = path.as_posix().rpartition("/")
    registry = SCHEME + (folder if slash else ".")
    digest = version if is_digest(version) else None
    spans = Spans(None, Span(0, len(text)), None, None)
    return Placed(layout, Reference(text, registry, name, None if digest else version, digest, spans))


class LayoutAnswers:
    """Answers questions about one layout, each time from its files. Never raises for what they hold."""

    def __init__(self, layout: Layout, platform: str) -> None:
        self._layout = layout
        self._platform = platform
        self._answers: dict[Question, AnyAnswer] = {}

    async def fetch(self, questions: Iterable[Question], *, max_age: int, urgent: bool = True) -> set[Question]:
        """Have `questions` answered, however old an answer may be; returns them."""
        asked = set(questions)
        for question in asked:
            self._answers[question] = await self._answer(question)
        return asked

    def snapshot(self, questions: Iterable[Question]) -> Mapping[Question, AnyAnswer]:
        """What was answered."""
        return {question: self._answers.get(question, UNKNOWN) for question in questions}

    async def blob(self, registry: str, repository: str, digest: str, limit: int) -> bytes | Absent | Unreachable:
        """The blob with this digest, checked against it, up to `limit` bytes; or why it cannot be had."""
        try:
            return self._layout.read(digest, limit)
        except NotThere as failure:
            return Absent(str(failure), _now())
        except RegistryFailure as failure:
            return Unreachable(str(failure), _now())

    async def _answer(self, question: Question) -> AnyAnswer:
        key = question.key
        try:
            match question.kind:
                case "tags":
                    return Known(TagListing(await self._layout.tags()), _now())
                case "digest":
                    return Known((await self._layout.manifest(key)).digest, _now())
                case "manifest":
                    found = await self._layout.manifest(key)
                    return Known(read_manifest(found.body, key, found.media_type), _now())
                case "config":
                    return Known(read_config(self._layout.read(key, MANIFEST_LIMIT), key), _now())
                case "referrers":
                    manifest = await self._layout.manifest(key)
                    index = manifest.body if manifest.media_type in INDEXES else None
                    reader = _Reader(self._layout)
                    attached = await find_attachments(reader, key, index, self._platform)
                    return Known(attached.attachments, _now(), attached.complete and reader.complete)
        except NotThere as failure:
            return Absent(str(failure), _now())
        except RegistryFailure as failure:
            return Unreachable(str(failure), _now())
        except BadDocument as error:
            return Unreachable(f"{key} from {self._layout.name} {error}", _now())
        except Exception as error:  # As a registry's answer it is one too.
            return Unreachable(unexpected.sentence(error, f"{self._layout.name} was asked about {key}"), _now())


class _Reader:
    """The layout as the search for attachments reads a repository. Its referrers take the place of the API's.

    `complete` says that no list of referrers was cut.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self.complete = True

    def url(self, rest: str) -> Url:
        return _ROOT.at(f"/{rest}")

    async def get(self, url: Url) -> Reply:
        kind, _, name = url.target.strip("/").partition("/")
        try:
            if kind == "manifests":
                found = await self._layout.manifest(name)
            else:
                listed = await self._layout.referrers(name)
                self.complete = listed.complete
                entries = [_entry(descriptor) for descriptor in listed.descriptors]
                found = compose(OCI_INDEX, {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})
        except NotThere:
            return Reply(404, {}, b"", url, Place.LOOPBACK)
        return Reply(200, {"content-type": (found.media_type,)}, found.body, url, Place.LOOPBACK)

    async def head(self, url: Url) -> Reply:
        return await self.get(url)


def _entry(of: Descriptor) -> dict[str, object]:
    names = {"mediaType": of.media_type, "digest": of.digest, "size": of.size, "artifactType": of.artifact_type}
    return {**names, "annotations": dict(of.annotations)}


def _now() -> int:
    return int(time.time())
