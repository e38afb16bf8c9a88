"""Questions to registries, their answers, and the frozen view that features read.

A feature asks the view; the view records in `asked` what it was asked. The engine shows what is known, fetches what is
missing or old, and runs the feature again. Nothing here does any input or output.
"""

from collections.abc import Iterator, Mapping
from typing import Generic, Literal, NamedTuple, TypeVar

T = TypeVar("T")

QuestionKind = Literal["tags", "digest", "manifest", "config", "referrers"]


class Question(NamedTuple):
    """What is asked of one repository; `key` is a tag (digest) or a digest (manifest, config, referrers)."""

    kind: QuestionKind
    registry: str
    repository: str
    key: str = ""

    @property
    def name(self) -> str:
        """The repository with its registry: `docker.io/library/python`."""
        return f"{self.registry}/{self.repository}"


class Known(NamedTuple, Generic[T]):
    """A registry said this. `seen_at` is when, in seconds since the epoch; `endpoint` the host that answered.

    `complete` is false for a list that was cut short.
    """

    value: T
    seen_at: int
    complete: bool = True
    endpoint: str = ""


class Absent(NamedTuple):
    """A registry said that this is not there, or not for us: one sentence says which.

    `private` is true where the registry does not tell missing from forbidden. `passing` is true where the reason may be
    our credential, or that there was none through a fault: who mends that wants another answer, so it is not stored.
    """

    message: str
    seen_at: int
    private: bool = False
    endpoint: str = ""
    passing: bool = False


class Unreachable(NamedTuple):
    """No answer: one sentence says why. `since` and `retry_at` are seconds since the epoch."""

    reason: str
    since: int
    retry_at: int | None = None


class Unknown(NamedTuple):
    """Nobody has asked yet."""


UNKNOWN = Unknown()


class TagListing:
    """The tags of a repository in the registry's order, and when each was pushed where the registry says so.

    `dates` maps a tag to seconds since the epoch. The object stands for one revision of the list: what is derived
    from it may be kept with it, in `derived`.
    """

    __slots__ = ("_set", "dates", "derived", "tags")

    def __init__(self, tags: tuple[str, ...], dates: Mapping[str, int] | None = None) -> None:
        self.tags = tags
        self.dates: Mapping[str, int] = dates or {}
        self.derived: dict[str, object] = {}
        self._set: frozenset[str] | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TagListing) and self.tags == other.tags and self.dates == other.dates

    __hash__ = None  # type: ignore[assignment]

    def __contains__(self, tag: str) -> bool:
        if self._set is None:
            self._set = frozenset(self.tags)
        return tag in self._set

    def __iter__(self) -> Iterator[str]:
        return iter(self.tags)

    def __len__(self) -> int:
        return len(self.tags)


class PlatformManifest(NamedTuple):
    """One entry of an index: `linux/arm64/v8`, its digest, its size in bytes."""

    platform: str
    digest: str
    size: int


class Manifest(NamedTuple):
    """What a manifest or index says. `platforms` is empty for a single manifest, `config` None for an index."""

    digest: str
    media_type: str
    size: int
    platforms: tuple[PlatformManifest, ...] = ()
    config: str | None = None
    annotations: tuple[tuple[str, str], ...] = ()
    artifact_type: str | None = None
    layers_size: int = 0


class Config(NamedTuple):
    """What an image's configuration says; `created` is seconds since the epoch.

    `runtime` is how a container of it is run: `entrypoint`, `command`, `user`, `folder`, `env NAME`, `port 80/tcp`.
    """

    digest: str
    platform: str
    created: int | None = None
    labels: tuple[tuple[str, str], ...] = ()
    runtime: tuple[tuple[str, str], ...] = ()


AttachmentKind = Literal["sbom", "signature", "provenance", "vex", "other"]


class Attachment(NamedTuple):
    """Something that a registry keeps beside an image. It was found, and that is all: nothing is verified.

    `type` is the media type or predicate type that tells its kind, empty where it was not looked at. `digest` is
    that of the manifest that holds it, `found` the way it was found: `referrers`, `referrers tag`, `cosign tag`,
    `index`. `subject` is the digest that it is about.
    `payload` is the blob that holds the content, where that is known, of `size` bytes.
    """

    kind: AttachmentKind
    type: str
    digest: str
    found: str
    subject: str
    payload: str = ""
    size: int = 0


class Attachments(NamedTuple):
    """Everything found beside an image, each once; `notes` are sentences about what could not be used."""

    entries: tuple[Attachment, ...] = ()
    notes: tuple[str, ...] = ()


Answer = Known[T] | Absent | Unreachable | Unknown
AnyAnswer = (
    Known[TagListing]
    | Known[str]
    | Known[Manifest]
    | Known[Config]
    | Known[Attachments]
    | Absent
    | Unreachable
    | Unknown
)


class FactsView:
    """A frozen snapshot of answers. Asking it costs nothing; `asked` holds every question that was put to it.

    `final` says that what is unknown stays unknown: nobody will fetch it and ask again.
    """

    __slots__ = ("_answers", "asked", "final")

    def __init__(self, answers: Mapping[Question, AnyAnswer] | None = None, *, final: bool = True) -> None:
        self._answers: Mapping[Question, AnyAnswer] = answers or {}
        self.final = final
        self.asked: set[Question] = set()

    def answer(self, question: Question) -> AnyAnswer:
        """What is known of `question`."""
        self.asked.add(question)
        return self._answers.get(question, UNKNOWN)

    def tags(self, registry: str, repository: str) -> Answer[TagListing]:
        """The tags of a repository."""
        return self.answer(Question("tags", registry, repository))  # type: ignore[return-value]

    def digest(self, registry: str, repository: str, tag: str) -> Answer[str]:
        """The digest that a tag means now."""
        return self.answer(Question("digest", registry, repository, tag))  # type: ignore[return-value]

    def manifest(self, registry: str, repository: str, digest: str) -> Answer[Manifest]:
        """The manifest or index with this digest."""
        return self.answer(Question("manifest", registry, repository, digest))  # type: ignore[return-value]

    def config(self, registry: str, repository: str, digest: str) -> Answer[Config]:
        """The configuration with this digest."""
        return self.answer(Question("config", registry, repository, digest))  # type: ignore[return-value]

    def referrers(self, registry: str, repository: str, digest: str) -> Answer[Attachments]:
        """What is attached to the image with this digest; `complete` is false where some of it could not be asked."""
        return self.answer(Question("referrers", registry, repository, digest))  # type: ignore[return-value]
