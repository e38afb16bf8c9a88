"""Tag lists judged, shared by the rules and the actions that speak of newer tags."""

from typing import TYPE_CHECKING, NamedTuple, cast

from moorage.documents.usage import Usage
from moorage.facts import FactsView, Known, TagListing
from moorage.policy import Policy
from moorage.project import Project

if TYPE_CHECKING:
    from moorage.versions import Dropped, Offer, Tag, TagTable


class Advice(NamedTuple):
    """What there is to offer for one usage. `sizes` says of each offer how far it goes: patch, minor or major."""

    current: "Tag"
    offers: "tuple[Offer, ...]"
    sizes: tuple[str, ...]
    dropped: "tuple[Dropped, ...]"


def table_of(listing: TagListing) -> "TagTable":
    """The tags of a listing, read once as long as the listing stays the same."""
    table = listing.derived.get("table")
    if table is None:
        from moorage.versions import TagTable

        table = listing.derived["table"] = TagTable(listing.tags, listing.dates)
    return cast("TagTable", table)


def advise(usage: Usage, policy: Policy, facts: FactsView, project: Project) -> Advice | None:
    """The offers for a usage with a tag, preferred first; None where its tag list is not known."""
    reference = usage.reference
    if reference is None or reference.tag is None:
        return None
    match facts.tags(reference.registry, reference.repository):
        case Known(listing):
            table = table_of(listing)
        case _:
            return None
    from moorage.findings.steps import keeps_apart, living_lines
    from moorage.versions import judge, parse_range

    living = living_lines(reference, project.lives(), project.today, ranged=policy.range is not None)
    judged = judge(
        reference.tag,
        table,
        registry=reference.registry,
        repository=reference.repository,
        range=None if policy.range is None else parse_range(policy.range),
        prerelease=policy.prerelease,
        at=project.today,
        min_age_days=policy.min_age_days,
        admissions=(*policy.admissions, *living),
    )
    # A line of two numbers is one tag: the next one is no line to stop at, only an older offer.
    offers = tuple(o for o in judged.offers if o.step != "next" or judged.current.precision != 2)
    if usage.is_one_of_several and policy.range is None:
        offers = tuple(o for o in offers if keeps_apart(usage, judged.current, table.read(o.tag), project.lives()))
    sizes = tuple(size_of(judged.current, table.read(offer.tag)) for offer in offers)
    return Advice(judged.current, offers, sizes, judged.dropped)


def version_to_name(usage: Usage, policy: Policy, facts: FactsView, project: Project) -> str | None:
    """The version tag to write for a usage without one, or with a channel: the newest that the policy wants."""
    reference = usage.reference
    if reference is None or not any(policy.allows_step(step) for step in ("patch", "minor", "major")):
        return None
    match facts.tags(reference.registry, reference.repository):
        case Known(listing):
            table = table_of(listing)
        case _:
            return None
    from moorage.findings.steps import living_lines
    from moorage.versions import newest_version, parse_range
    from moorage.versions.objections import unwanted

    living = living_lines(reference, project.lives(), project.today, ranged=policy.range is not None)
    objection = unwanted(
        reference.tag or "latest",
        table,
        range=None if policy.range is None else parse_range(policy.range),
        at=project.today,
        min_age_days=policy.min_age_days,
        admissions=(*policy.admissions, *living),
    )
    return newest_version(
        table,
        reference.tag,
        registry=reference.registry,
        repository=reference.repository,
        at=project.today,
        unwanted=objection,
    )


def permitted(advice: Advice, policy: Policy) -> "tuple[tuple[Offer, str], ...]":
    """The offers, with their sizes, that go no further than `policy.update`; a distribution step is no size."""
    return tuple(
        (offer, size)
        for offer, size in zip(advice.offers, advice.sizes, strict=True)
        if policy.allows_step("major" if offer.step == "distribution" else size)
    )


def size_of(current: "Tag", other: "Tag") -> str:
    """How far apart two tags of one line are: patch, minor or major."""
    if current.release[:1] != other.release[:1]:
        return "major"
    return "minor" if current.release[:2] != other.release[:2] else "patch"
