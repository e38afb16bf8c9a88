"""What there is to know of the image, the stage or the default under the cursor."""

from collections.abc import Iterator
from typing import NamedTuple

from moorage.analysis import analyse, is_local
from moorage.documents.usage import Document, Usage
from moorage.facts import Absent, FactsView, Known, Manifest, Unknown, Unreachable
from moorage.features.actions import usages_at
from moorage.features.navigation import stage_at
from moorage.features.prose import Code, Part, Prose, Strong, prose
from moorage.findings.advice import Advice, advise
from moorage.findings.age import worth_offering
from moorage.findings.fixes import short_digest
from moorage.findings.life import life_of
from moorage.policy import Policy, directives_of
from moorage.policy.describe import settings_of
from moorage.project import Project
from moorage.reference import Reference
from moorage.rules import RULE_IDS
from moorage.text import Span

_MOST_PLATFORMS = 12
_MOST_BUILDS = 8

Line = tuple[Part, ...]

_OVERRIDDEN: Line = ("everything that uses this sets another image, so no registry is asked about this one",)

_COMPLETED: Line = ("no tag here; a chart puts its own behind it",)


class Hover(NamedTuple):
    """The characters that it is about, and what to show."""

    span: Span
    text: Prose


def hover(document: Document, offset: int, project: Project, facts: FactsView, now: int) -> Hover | None:
    """What there is to say at `offset`; `now`, in seconds since the epoch, is what ages are counted from."""
    stage = stage_at(document, offset)
    if stage is not None:
        found, span = stage
        base = next((u for u in document.usages if u.role == "base" and u.stage == found.number), None)
        name = found.name or str(found.number)
        line: Line = ("stage ", Strong(name))
        if base is not None:
            line = (*line, ", from ", Code(base.expanded or base.written))
        return Hover(span, prose([[line]]))
    for usage in usages_at(document, Span(offset, offset)):
        span = _touched(usage, offset)
        if span is not None:
            return Hover(span, _about(document, usage, project, facts, now))
    behind = project.links.behind(document, offset)
    if behind is None:
        return None
    context, origin = behind
    return Hover(context.span or origin.span, prose([[(Strong(context.value),)], [(f"built here by {origin.title}",)]]))


def _touched(usage: Usage, offset: int) -> Span | None:
    spans = (usage.span, *(s.span for s in usage.segments if s.span is not None and s.document is None))
    return next((span for span in spans if span.touches(offset)), None)


def _about(document: Document, usage: Usage, project: Project, facts: FactsView, now: int) -> Prose:
    reference = usage.reference
    if reference is None:
        why = "" if usage.problem is None else usage.problem.message
        return prose(
            [[(Strong(usage.shown),)], [*_values(usage), *_given(document, usage, project)], [(why,)] if why else []]
        )
    if is_local(usage):
        return prose(
            [
                [(Strong(reference.familiar),)],
                [_made(document, usage, project)],
                list(_sides(document, usage, project)),
            ]
        )
    if usage.overridden:
        return prose(
            [
                [(Strong(reference.familiar),), *_named(reference)],
                [*_values(usage), *_given(document, usage, project)],
                [*_replaced(document, usage, project), _OVERRIDDEN],
            ]
        )
    policy = project.policy(document, usage, directives_of(document, RULE_IDS))
    advice = advise(usage, policy, facts, project)
    return prose(
        [
            [(Strong(reference.familiar),), *_named(reference)],
            [*_values(usage), *_given(document, usage, project)],
            [
                *((_COMPLETED,) if usage.is_completed else (*_tag(reference, advice), *_digest(reference, facts))),
                *_newer(reference, advice, policy, facts),
                *_life(reference, project),
                *_age(reference, facts, now),
            ],
            list(_policy(policy)),
            [(words,) for words in _found(document, usage, project, facts)],
        ]
    )


def _made(document: Document, usage: Usage, project: Project) -> Line:
    """Who makes an image of the project, or what stands under its name."""
    origin = project.links.origin(document, usage)
    if origin is not None and origin.context is not None:
        return (Code(origin.context.value), f" under the name that {origin.title} gives it")
    by = f"built here by {usage.built_by}" if usage.built_by else "made by this file"
    return (f"{by}; no registry is asked about it",)


def _named(reference: Reference) -> Iterator[Line]:
    if reference.name != reference.familiar_name:
        yield (Code(reference.name),)


def _values(usage: Usage) -> list[Line]:
    """The variables that the value is put together from."""
    named = dict.fromkeys(f"{s.name}={s.value}" for s in usage.segments if s.name is not None)
    return [(Code(value),) for value in named]


def _given(document: Document, usage: Usage, project: Project) -> Iterator[Line]:
    """What builds of the project make of a FROM by the arguments that they set."""
    for given in project.links.given(document, usage):
        yield (Code(given.expanded), " with ", Code(given.value), f" from {given.title}")


def _replaced(document: Document, usage: Usage, project: Project) -> Iterator[Line]:
    """What kustomizations put in the place of an image of a manifest."""
    for words, path in project.links.kustomizations.replacing(document, usage):
        yield (Code(words), f" from {path}")


def _sides(document: Document, usage: Usage, project: Project) -> Iterator[Line]:
    """Which builds of a Dockerfile explain a name and which don't, where they differ."""
    sides = project.links.sides(document, usage)
    if sides.giving and sides.others:
        yield ("given by ", ", ".join(sides.giving[:_MOST_BUILDS]))
        yield ("not given by ", ", ".join(sides.others[:_MOST_BUILDS]), ", which would ask a registry")


def _tag(reference: Reference, advice: Advice | None) -> Iterator[Line]:
    if reference.tag is None:
        if reference.digest is None:
            yield ("no tag, so ", Code("latest"))
        return
    if advice is None:
        from moorage.versions import read_tag

        tag = read_tag(reference.tag)
    else:
        tag = advice.current
    words: list[Part] = [tag.kind]
    if tag.release and tag.kind == "version":
        words += [" ", Code(".".join(map(str, tag.release)))]
    if tag.prerelease:
        words += [", prerelease ", Code(".".join(tag.prerelease))]
    if tag.build:
        words += [", build ", Code(".".join(map(str, tag.build)))]
    if tag.variant:
        words += [", variant ", Code(tag.variant)]
    yield tuple(words)


def _digest(reference: Reference, facts: FactsView) -> Iterator[Line]:
    """What the tag means now, and what it was pinned to."""
    now = None
    if reference.tag is not None or reference.digest is None:
        match facts.digest(reference.registry, reference.repository, reference.tag or "latest"):
            case Known(now):
                pass
            case _:
                pass
    pinned = reference.digest
    if pinned is not None and now is not None and pinned != now:
        yield ("pinned to ", Code(short_digest(pinned)), "; the tag means ", Code(short_digest(now)), " now")
    elif pinned is not None:
        yield ("pinned to ", Code(pinned))
    elif now is not None:
        yield ("digest ", Code(now))
    shown = pinned or now
    if shown is not None:
        match facts.manifest(reference.registry, reference.repository, shown):
            case Known(manifest):
                yield from _platforms(manifest)
            case _:
                return


def _platforms(manifest: Manifest) -> Iterator[Line]:
    names = [p.platform for p in manifest.platforms if not p.platform.startswith("unknown")]
    if names:
        more = len(names) - _MOST_PLATFORMS
        yield ("platforms ", ", ".join(names[:_MOST_PLATFORMS]) + (f" and {more} more" if more > 0 else ""))


def _newer(reference: Reference, advice: Advice | None, policy: Policy, facts: FactsView) -> Iterator[Line]:
    if advice is None:
        return
    offers = [offer for offer, _ in worth_offering(reference, advice, policy, facts)]
    if offers:
        for offer in offers:
            yield ("newer: ", Code(offer.tag), ", the ", offer.reason)
    elif advice.current.kind in ("version", "date") and not advice.offers:
        yield ("the newest on its line",)


def _life(reference: Reference, project: Project) -> Iterator[Line]:
    """Until when its line is supported, where that is known, and its last release where it is over."""
    life = life_of(reference, project.lives())
    if life is None or not (life.cycle.ends or life.cycle.ended):
        return
    if not life.ended(project.today):
        yield (f"{life.what} is supported until {life.cycle.ends}",)
    elif life.cycle.latest:
        yield (f"the last release of {life.what} was ", Code(life.cycle.latest))


def _age(reference: Reference, facts: FactsView, now: int) -> Iterator[Line]:
    """Who said so and when, or why nobody did."""
    match facts.tags(reference.registry, reference.repository):
        case Known(listing, seen_at, complete, endpoint):
            count = f"{len(listing)} tags" if complete else f"the first {len(listing)} tags"
            yield (f"{count} seen {ago(now - seen_at)}", f" at {endpoint}" if endpoint else "")
        case Absent(message, seen_at):
            yield (message, f" (asked {ago(now - seen_at)})")
        case Unreachable(reason, since):
            yield (f"{reference.registry} could not be asked {ago(now - since)}: {reason}",)
        case Unknown():
            yield (f"{reference.registry} has not been asked yet",)


def _found(document: Document, usage: Usage, project: Project, facts: FactsView) -> Iterator[str]:
    """What is found at a usage, but for what the registry's answer says already."""
    said = ""
    if usage.reference is not None:
        match facts.tags(usage.reference.registry, usage.reference.repository):
            case Absent(said):
                pass
            case _:
                pass
    found = analyse(document, project, facts, among=frozenset((usage.span,)))
    return (f.message for f in found if f.usage == usage and f.message != said)


def _policy(policy: Policy) -> Iterator[Line]:
    """What is wanted of this image, and who said so; nothing where nobody did."""
    for setting, words, source in settings_of(policy):
        yield (f"{setting} ", Code(words), f", from {source}")
    if policy.ignored:
        yield ("ignored here: ", ", ".join(sorted(policy.ignored)))


def ago(seconds: int) -> str:
    """How long ago something was, in words."""
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'} ago"
    return "just now"
