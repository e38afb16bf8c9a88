"""Who builds what: the builds of a project, joined with the Dockerfiles they read and the names they give."""

import posixpath
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from moorage.documents.usage import Document, NamedContext, Usage, told_of_each_other
from moorage.project.arguments import held_by_others, over, read_with, setting_usage, settings
from moorage.project.kustomizations import Kustomizations
from moorage.project.paths import dockerfiles
from moorage.project.shelf import Builder, Locate, Shelf, full_name, shelf_of
from moorage.project.variants import Given, Sides, context_named, given, is_overridden, sides
from moorage.reference import InvalidReference, parse
from moorage.text import Span

_IMAGE = "docker-image://"
_SCHEMES = {"target": "target", "service": "service"}
_IN_DOCKERFILES = ("base", "copy-source", "mount-source")

Read = Callable[[str], Document | None]
"""The document at a path that `locate` gave; None where there is none."""


class Origin(NamedTuple):
    """Where a name is made: a title, a place in a document, and the build that makes it, if one does.

    With a `context` no build makes it: the build takes that under this name.
    """

    title: str
    path: str
    span: Span
    builder: Builder | None = None
    context: NamedContext | None = None


def _nothing(_path: str) -> Document | None:
    return None


class Links:
    """The builds of `documents`, which may be all documents of a project or only those that build something.

    `read` gives other documents. `before` are links of which some documents are the same still, which saves time.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        read: Read = _nothing,
        locate: Locate = posixpath.normpath,
        before: "Links | None" = None,
    ) -> None:
        self._read = read
        self.locate = locate
        self._readers: dict[str, list[Builder]] = {}
        self._named: dict[tuple[str, str, str], Builder] = {}
        self._images: dict[str, list[Builder]] = {}
        self._over: dict[tuple[str, str], list[Builder]] = {}
        documents = tuple(documents)
        self.kustomizations = Kustomizations(documents, locate)
        # What a file and one that overrides it both build is the former's.
        self.builders = tuple(sorted((document for document in documents if document.builds), key=_overrides))
        known = {} if before is None else before._shelves
        self._shelves: dict[str, Shelf] = {}
        for document in self.builders:
            shelf = known.get(document.path)
            if shelf is None or shelf.document is not document:
                shelf = shelf_of(document, locate)
            self._put(shelf)

    def linked(self, document: Document) -> Document:
        """The document with what the others say of it: images made here, and arguments that name an image."""
        usages = [self._with_builds(document, usage) for usage in document.usages]
        if document.builds:
            usages = sorted([*usages, *self._settings(document)], key=lambda usage: usage.span)
        return document._replace(usages=tuple(usages)) if tuple(usages) != document.usages else document

    def origin(self, document: Document, usage: Usage) -> Origin | None:
        """Where the image of a usage is made; None where nobody here makes it."""
        if not self.builders:
            return None
        found = self._context(document, usage) if usage.role in _IN_DOCKERFILES else None
        if found is not None:
            return found
        builder = self._maker(document, usage)
        return self._chosen(document, usage) if builder is None else self._origin(builder)

    def behind(self, document: Document, offset: int) -> tuple[NamedContext, Origin] | None:
        """The named context at `offset` that stands for a build, `target:base`, and that build; None for no such."""
        for build in document.builds:
            for context in build.contexts:
                if context.span is not None and context.span.touches(offset):
                    found = self.context_of(Builder(document, build), context)
                    return None if found is None else (context, self._origin(found))
        return None

    def given(self, document: Document, usage: Usage) -> tuple[Given, ...]:
        """What a FROM of a Dockerfile names with the arguments that builds set."""
        return given(self._saying(document), document, usage)

    def sides(self, document: Document, usage: Usage) -> Sides:
        """Which builds of a Dockerfile have a context of the name that a usage has, and which have none."""
        return sides(self._saying(document), usage.expanded)

    def builders_of(self, path: str) -> tuple[Builder, ...]:
        """The builds that read the Dockerfile at `path`."""
        here = self.locate(path)
        return tuple(b for b in self._readers.get(here, ()) if self._is_dockerfile_of(here, b))

    def _saying(self, document: Document) -> tuple[Builder, ...]:
        """The builds that read a Dockerfile, those that only rename what another one builds left out."""
        found = self.builders_of(document.path)
        return tuple(b for b in found if not b.build.renames or self.base_of(b) is None)

    def dockerfile_of(self, builder: Builder) -> Document | None:
        """The Dockerfile that a build reads, if it is in the project."""
        paths = dockerfiles(self.locate(builder.document.path), builder.build)
        return next((found for path in paths if (found := self._read(path)) is not None), None)

    def context_of(self, builder: Builder, context: NamedContext) -> Builder | None:
        """The build behind a named context, `target:NAME` or `service:NAME`."""
        scheme, colon, name = context.value.partition(":")
        if not colon or scheme not in _SCHEMES:
            return None
        folder = posixpath.dirname(self.locate(builder.document.path))
        own = next((b for b in builder.document.builds if (b.kind, b.name) == (scheme, name)), None)
        return Builder(builder.document, own) if own is not None else self._named.get((folder, scheme, name))

    def base_of(self, builder: Builder) -> Builder | None:
        """The build of another document that this one goes over."""
        build = builder.build
        if build.base is None:
            return None
        found = self._named.get((posixpath.dirname(self.locate(build.base)), build.kind, build.name))
        return found if found is not None and self.locate(found.document.path) == self.locate(build.base) else None

    def _origin(self, builder: Builder) -> Origin:
        """Where it is said what a build is made of."""
        said = self.base_of(builder) if builder.build.renames else None
        said = said or builder
        return Origin(said.title, said.document.path, said.build.span, said)

    def _put(self, shelf: Shelf) -> None:
        self._shelves[shelf.document.path] = shelf
        for path, builder in shelf.by_dockerfile:
            self._readers.setdefault(path, []).append(builder)
        for key, builder in shelf.by_name:
            self._named.setdefault(key, builder)
        for image, builder in shelf.by_image:
            self._images.setdefault(image, []).append(builder)
        for key, builder in shelf.by_base:
            self._over.setdefault(key, []).append(builder)

    def _is_dockerfile_of(self, path: str, builder: Builder) -> bool:
        """Whether the file at `path` is the likeliest of those that a build may read."""
        for candidate in dockerfiles(self.locate(builder.document.path), builder.build):
            if candidate == path:
                return True
            if self._read(candidate) is not None:
                return False
        return False

    def _with_builds(self, document: Document, usage: Usage) -> Usage:
        if usage.role == "build-output" or usage.built_by is not None:
            return usage
        origin = self.origin(document, usage)
        if origin is not None:
            return usage._replace(built_by=origin.title)
        overridden = bool(self.kustomizations.replacing(document, usage)) or (
            "$" in usage.written and is_overridden(self._saying(document), document, usage)
        )
        return usage._replace(overridden=True) if overridden else usage

    def _context(self, document: Document, usage: Usage) -> Origin | None:
        """The named context that stands for the image of a usage in a Dockerfile, or in one written inside."""
        if document.format == "dockerfile":
            builders = self.builders_of(document.path)
        else:
            inside = (build for build in document.builds if build.dockerfile is None)
            builders = tuple(Builder(document, build) for build in inside if build.name in usage.owners)
        for builder in builders:
            context = context_named(builder, usage.expanded)
            if context is not None:
                return self._behind(builder, context)
        return None

    def _chosen(self, document: Document, usage: Usage) -> Origin | None:
        """What a FROM with variables stands for, when it is no image in any build of its Dockerfile."""
        if usage.role != "base" or "$" not in usage.written:
            return None
        found: Origin | None = None
        for builder in self.builders_of(document.path):
            origin = self._with_arguments(builder, document, usage)
            if origin is None:
                return None
            found = found or origin
        return found

    def _with_arguments(self, builder: Builder, document: Document, usage: Usage) -> Origin | None:
        """What a FROM stands for with the arguments of one build: a stage, a context, what another build makes."""
        given = read_with(builder.build, document)
        base = next((u for u in given.usages if u.span == usage.span), None)
        if base is None:
            stage = next((given.stages[link.stage] for link in given.links if link.span == usage.span), None)
            if stage is None:
                return None
            title = f"stage {stage.name} of this file, which {builder.title} chooses"
            return Origin(title, document.path, stage.name_span or stage.span)
        context = context_named(builder, base.expanded)
        if context is not None:
            return self._behind(builder, context)
        maker = self._maker(document, base)
        return None if maker is None else self._origin(maker)

    def _maker(self, document: Document, usage: Usage) -> Builder | None:
        """The build that gives its result the name of a usage of `document`."""
        image = _canonical(usage)
        makers = self._images.get(image, ()) if image is not None else ()
        if image is None or not makers:
            return None
        return next((b for b in makers if self._may_make(b, document) and not self._starts_from(b, image)), None)

    def _may_make(self, builder: Builder, document: Document) -> bool:
        """Whether a build can come before what a document names."""
        here = self.locate(document.path)
        if builder.build.borrows:
            # Another folder knows that name for the image which the first file alone would pull.
            both = (posixpath.dirname(here), posixpath.dirname(self.locate(builder.document.path)))
            return document.format == builder.document.format and both[0] == both[1]
        return self.builders_of(document.path) != (builder,)

    def _starts_from(self, builder: Builder, image: str) -> bool:
        """Whether a build starts from the image whose name it gives: then that is somebody else's.

        Where a name and a build come from two documents, an image of that repository is enough.
        """
        bases = [base for usage in self._bases(builder) if (base := _canonical(usage)) is not None]
        bases += [name for context in builder.build.contexts if (name := _image_of(context)) is not None]
        if builder.build.base is None:
            return image in bases
        return image.rpartition(":")[0] in [base.rpartition(":")[0] for base in bases]

    def _bases(self, builder: Builder) -> Iterator[Usage]:
        """What the FROMs of a build name, with the arguments that it sets and those that it leaves to others."""
        build = builder.build
        if build.dockerfile is None:
            usages = [usage for usage in builder.document.usages if build.name in usage.owners]
        else:
            read = self.dockerfile_of(builder)
            usages = [] if read is None else [*read.usages, *read_with(build, read).usages]
        return (usage for usage in usages if usage.role == "base")

    def _behind(self, builder: Builder, context: NamedContext) -> Origin:
        found = self.context_of(builder, context)
        if found is not None:
            return self._origin(found)
        title = f"context {context.name} of {builder.title}"
        return Origin(title, builder.document.path, context.span or builder.build.span, builder, context)

    def _settings(self, document: Document) -> Iterator[Usage]:
        """The arguments in `document` that name the image of a FROM in another one."""
        found: dict[tuple[Span, str | None], tuple[Usage, dict[str, None]]] = {}
        here = self.locate(document.path)
        for build in document.builds:
            merged = (Builder(o.document, over(build, o)) for o in self._over.get((here, build.name), ()))
            for builder in (Builder(document, build), *merged):
                for usage in self._settings_of(builder, document):
                    found.setdefault((usage.span, usage.expanded), (usage, {}))[1][build.name] = None
        usages = (usage._replace(owners=tuple(owners)) for usage, owners in found.values())
        yield from told_of_each_other(held_by_others(usages, document.builds))

    def _settings_of(self, builder: Builder, document: Document) -> Iterator[Usage]:
        """The arguments of one build that stand in `document`."""
        if all(argument.document is not None for argument in builder.build.arguments):
            return
        read = self.dockerfile_of(builder)
        if read is None or read.format != "dockerfile":
            return
        for setting in settings(builder.build, read):
            if setting.argument.document is None:
                usage = setting_usage(setting, builder.build, read, document.text, document.format)
                yield self._made_for(document, builder, usage)

    def _made_for(self, document: Document, builder: Builder, usage: Usage) -> Usage:
        """A usage that an argument makes; with the name of a context of the build it is no image of a registry."""
        context = context_named(builder, usage.expanded)
        if context is not None:
            return usage._replace(built_by=self._behind(builder, context).title)
        maker = self._maker(document, usage)
        return usage if maker is None else usage._replace(built_by=self._origin(maker).title)


def _overrides(document: Document) -> bool:
    """Whether a document goes over another one of its folder."""
    return "override" in posixpath.basename(document.path) or any(build.base for build in document.builds)


def _canonical(usage: Usage) -> str | None:
    """The full name and tag of an image; None for one that is pinned to a digest, or not known."""
    reference = usage.reference
    if reference is None or reference.digest is not None or usage.role == "build-output":
        return None
    return full_name(reference)


def _image_of(context: NamedContext) -> str | None:
    """The full name of the image that a named context is; None where it is none."""
    image = context.value.removeprefix(_IMAGE)
    if image == context.value:
        return None
    try:
        return full_name(parse(image))
    except InvalidReference:
        return None


NO_LINKS = Links(())
