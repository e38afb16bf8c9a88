"""What a document says of images: usages, the segments of their values, stages, slots, directives.

All spans are offsets in code points into the text that was read, a leading byte order mark not counted.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from moorage.documents.holds import Hold
from moorage.reference import Reference
from moorage.text import Span

Role = Literal[
    "base", "copy-source", "mount-source", "frontend",
    "service", "context", "volume", "container", "job", "step", "action",
    "image", "feature", "build-output",
]  # fmt: skip

ProblemCode = Literal["invalid-reference", "unknown-stage", "unset-variable", "expansion", "template", "variable"]


class Problem(NamedTuple):
    """Why a usage cannot be looked up.

    `invalid-reference`: the value is written out and is no reference. `unknown-stage`: a copy or mount source is a
    stage index out of range, or holds a variable. `unset-variable`: a variable without a default has a part in it.
    `expansion`: the expansion itself fails (BuildKit would stop). `template`: another program fills it in.
    `variable`: a value that stands in another place which cannot be read from here.
    """

    code: ProblemCode
    message: str
    span: Span | None = None
    """Where in the document it is wrong, if narrower than the usage."""


class Segment(NamedTuple):
    """A stretch of a usage's expanded value and where its characters stand.

    `span` is None where they stand nowhere in the project (a built-in variable). `verbatim` says that the characters
    at `span` are exactly `value`, with no quote, escape or line continuation between, so that they can be spliced.
    `bare` says that they are a whole scalar without quotes: a new value that would be no text is quoted.
    `name` is the variable whose default or definition this is, None for what is written at the usage itself.
    `document` is the path of another document where `span` lies, None for the usage's own. `holds` are what else speaks
    of it, and limits what may take its place. `mark` is what would stand before it in the value, where it is a key that
    says nothing yet: `@` of a digest.
    """

    value: str
    span: Span | None
    verbatim: bool = True
    name: str | None = None
    document: str | None = None
    bare: bool = False
    holds: tuple[Hold, ...] = ()
    mark: str = ""


class Usage(NamedTuple):
    """A place where an image is named."""

    role: Role
    span: Span
    written: str
    """The characters at `span`."""
    expanded: str | None
    """The value after defaults; None where the expansion fails."""
    reference: Reference | None
    """`expanded` as a reference; None where there is a problem."""
    problem: Problem | None = None
    segments: tuple[Segment, ...] = ()
    """`expanded`, piece by piece; empty when the usage is one verbatim stretch of text."""
    stage: int | None = None
    """0-based stage that the instruction makes or stands in."""
    stage_name: str | None = None
    platform: str | None = None
    """The platform as written."""
    instruction: Span | None = None
    """The instruction or entry that holds the usage; directives above it govern the usage."""
    format: str = "dockerfile"
    built_by: str | None = None
    choices: tuple[str, ...] = ()
    """Every value that the place has in one run or another, `expanded` among them, where a run chooses its value."""
    owners: tuple[str, ...] = ()
    """The services of Compose, targets of Bake or units of Quadlet that name it."""
    overridden: bool = False
    """Whether every build or kustomization of the project that reads it sets something else in its place."""

    @property
    def is_one_of_several(self) -> bool:
        """Whether the place has other values besides, as one with a matrix has."""
        return len(self.choices) > 1

    @property
    def choice(self) -> str:
        """Which of the place's values this one is: `matrix.python = 3.12`; empty where no variable is read."""
        values: dict[str, str] = {}
        for segment in self.segments:
            if segment.name is not None:
                values[segment.name] = values.get(segment.name, "") + segment.value
        return ", ".join(f"{name} = {value}" for name, value in values.items())

    @property
    def shown(self) -> str:
        """What it is called: its value, or what is written where a part of that is not known."""
        unset = self.problem is not None and self.problem.code == "unset-variable"
        return self.written if self.expanded is None or unset else self.expanded

    @property
    def is_completed(self) -> bool:
        """Whether it has neither tag nor digest, and gets one elsewhere: charts put theirs behind what values name."""
        reference = self.reference
        plain = reference is not None and reference.tag is None and reference.digest is None
        return plain and self.format == "helm-values"

    @property
    def editable(self) -> bool:
        """Whether any of its characters can be changed by an edit."""
        if self.expanded is None:
            return False
        return not self.segments or any(s.span is not None and s.verbatim for s in self.segments)


def told_of_each_other(usages: Iterable[Usage]) -> list[Usage]:
    """Usages in the order of the text, each with the values that its place has besides as its `choices`."""
    ordered = sorted(usages, key=lambda usage: usage.span)
    values: dict[Span, dict[str, None]] = {}
    for usage in ordered:
        if usage.expanded is not None:
            values.setdefault(usage.span, {})[usage.expanded] = None
    several = {span: tuple(found) for span, found in values.items() if len(found) > 1}
    return [usage._replace(choices=several[usage.span]) if usage.span in several else usage for usage in ordered]


class Stage(NamedTuple):
    """A build stage of a Dockerfile. `name` is lower case; `name_span` is where it is written after AS."""

    number: int
    name: str | None
    name_span: Span | None
    span: Span
    """The whole FROM instruction."""


class StageLink(NamedTuple):
    """A word that means a stage of the same file: FROM, COPY --from, RUN --mount=from."""

    span: Span
    stage: int


class Comment(NamedTuple):
    """A comment that speaks to Moorage: its text after `moorage:`, and what it governs.

    `line` is the span of the whole comment line without its line end; `body` that of the text after `moorage:`.
    `target` is the span of the instruction or entry below it, None where there is none.
    """

    line: Span
    body: Span
    text: str
    target: Span | None


class Notice(NamedTuple):
    """Something that kept a document from being read in full: a cap that bit, an instruction that is refused."""

    message: str
    span: Span | None = None


class Argument(NamedTuple):
    """A build argument that a build sets.

    `row` is its value, piece by piece, and `span` where that is written, in `document` (None: in the one that was
    read); `entry` is the entry that holds it. With a problem the value is not known.
    """

    name: str
    row: tuple[Segment, ...]
    span: Span
    entry: Span
    problem: Problem | None = None
    document: str | None = None

    @property
    def value(self) -> str | None:
        """The value; None where it is not known."""
        known = self.problem is None or self.problem.code == "unset-variable"
        return "".join([piece.value for piece in self.row]) if known else None


class NamedContext(NamedTuple):
    """A name that stands for something else in the Dockerfile of a build, as it is written.

    `value` is `target:NAME`, `service:NAME`, `docker-image://IMAGE` or a folder; `span` is where that is written, None
    where that is in another document.
    """

    name: str
    value: str
    span: Span | None = None


class Build(NamedTuple):
    """Something that is built from a Dockerfile: a service of Compose, a target of Bake, a unit of Quadlet, the
    container of a devcontainer.json, a step of a workflow.

    `span` is where its name stands, or that of its Dockerfile. `dockerfile` is the Dockerfile's path from the folder of
    `context`, and that is a path from the document's folder; None for one that lies elsewhere or is written inside.
    `images` are the names that the result gets. `base` is the path of the document in which a service of the same name
    is merged under this one; where it `renames`, that one says how it is built, and this document only which name the
    result gets. Where it `borrows`, that one only says the name: alone, it pulls an image of that name.
    """

    kind: Literal["service", "target", "unit", "container", "step"]
    name: str
    span: Span
    context: str | None = "."
    dockerfile: str | None = "Dockerfile"
    target: str | None = None
    """The stage that is built; None: the last one."""
    arguments: tuple[Argument, ...] = ()
    contexts: tuple[NamedContext, ...] = ()
    images: tuple[str, ...] = ()
    base: str | None = None
    renames: bool = False
    borrows: bool = False


class Group(NamedTuple):
    """Several targets of Bake under one name. `members` are targets and groups, those of a matrix one by one."""

    name: str
    span: Span
    members: tuple[str, ...]


class Replacement(NamedTuple):
    """What a kustomization puts in the place of the image `name`; `words` say it: `newTag 1.4.2`."""

    name: str
    new_name: str | None
    words: str


class Kustomization(NamedTuple):
    """What a kustomization takes in, by paths from its folder, and the images that it replaces.

    Its `components` work on its `resources`; what is `added`, patches and values of charts, comes after them.
    """

    resources: tuple[str, ...]
    images: tuple[Replacement, ...]
    components: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


class Document(NamedTuple):
    """One file, read: what it names and where."""

    path: str
    format: str
    text: str
    usages: tuple[Usage, ...]
    stages: tuple[Stage, ...] = ()
    links: tuple[StageLink, ...] = ()
    comments: tuple[Comment, ...] = ()
    notices: tuple[Notice, ...] = ()
    directives_at: int = 0
    """The offset where a new comment line may be put at the earliest: after parser directives."""
    builds: tuple[Build, ...] = ()
    groups: tuple[Group, ...] = ()
    kustomization: Kustomization | None = None

    @property
    def ties(self) -> tuple[object, ...]:
        """What it says of other documents, whose meaning depends on it; empty where it speaks of none."""
        return (self.builds, self.kustomization) if self.builds or self.kustomization is not None else ()


SlotKind = Literal["repository", "tag", "digest", "stage", "directive"]


class Slot(NamedTuple):
    """What could be written at a cursor.

    `span` is what a completion replaces; `prefix` is its part before the cursor. For a tag slot `repository` is what is
    written before the colon, expanded. `bare` says that a whole scalar without quotes is replaced: what would be no
    text gets some.
    """

    kind: SlotKind
    span: Span
    prefix: str
    repository: str | None = None
    usage: Usage | None = None
    bare: bool = False
