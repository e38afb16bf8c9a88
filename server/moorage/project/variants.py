"""A Dockerfile as each of its builds sees it: what a FROM becomes, and which builds explain a name."""

import posixpath
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from moorage.documents.usage import Document, NamedContext, Usage
from moorage.project.arguments import Setting, image_said, settings
from moorage.project.shelf import Builder
from moorage.reference import InvalidReference, parse

_Merged = tuple[str, str, str]


class Given(NamedTuple):
    """What a FROM names when a build sets its arguments: `NAME=value`, the image, and the title of who sets it."""

    value: str
    expanded: str
    title: str


class Sides(NamedTuple):
    """The builds of a Dockerfile that have a context of a name, and those that have none, by their titles."""

    giving: tuple[str, ...]
    others: tuple[str, ...]


def given(builders: Iterable[Builder], document: Document, usage: Usage) -> tuple[Given, ...]:
    """What a FROM of the Dockerfile names with the arguments that its builds set."""
    found: dict[tuple[str, str, _Merged], Given] = {}
    for builder in builders if _may_be_set(usage) else ():
        setting = _setting(builder, document, usage)
        if setting is not None and setting.usage.expanded:
            value = "".join(segment.value for segment in setting.argument.row)
            image = image_said(setting, builder.build, document)
            one = Given(f"{setting.argument.name}={value}", image, builder.title)
            found.setdefault((one.value, one.expanded, _merged(builder)), one)
    return tuple(found.values())


def is_overridden(builders: Sequence[Builder], document: Document, usage: Usage) -> bool:
    """Whether every build sets an argument that a FROM reads, so that its defaults alone are never what is built."""
    return (
        bool(builders)
        and _may_be_set(usage)
        and all(_setting(builder, document, usage) is not None for builder in builders)
    )


def sides(builders: Iterable[Builder], name: str | None) -> Sides:
    """Which builds give a name a meaning of its own."""
    giving: dict[_Merged, str] = {}
    others: dict[_Merged, str] = {}
    for builder in builders:
        side = others if context_named(builder, name) is None else giving
        side.setdefault(_merged(builder), builder.title)
    return Sides(tuple(giving.values()), tuple(others.values()))


def context_named(builder: Builder, name: str | None) -> NamedContext | None:
    """The context of a build that stands for an image of a name, compared as BuildKit compares them."""
    key = _key(name)
    return next((c for c in builder.build.contexts if _key(c.name) == key), None) if key else None


def _merged(builder: Builder) -> _Merged:
    """What builds have in common that several files of one folder speak of: it is one build."""
    return posixpath.dirname(builder.document.path), builder.build.kind, builder.build.name


def _key(name: str | None) -> str | None:
    """A name as it is compared: familiar, without `:latest`."""
    if not name:
        return None
    try:
        return parse(name).familiar.removesuffix(":latest")
    except InvalidReference:
        return name


def _may_be_set(usage: Usage) -> bool:
    return usage.role == "base" and usage.format == "dockerfile" and "$" in usage.written


def _setting(builder: Builder, document: Document, usage: Usage) -> Setting | None:
    """How a build sets the image of a FROM; None where it leaves it as it is."""
    return next((s for s in settings(builder.build, document) if s.usage.span == usage.span), None)
