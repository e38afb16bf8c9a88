"""Higher numbers that are really old, found out by the images themselves where the registry tells no dates.

Only the current tag and the first offer are ever looked at, only where that offer is a major, and only when somebody
looks at this one image: each costs a few requests that a registry may count.
"""

from typing import TYPE_CHECKING

from moorage.facts import FactsView, Known, Manifest
from moorage.findings.advice import Advice, permitted
from moorage.policy import Policy
from moorage.reference import Reference
from moorage.versions.ladders import LEFT_BEHIND

if TYPE_CHECKING:
    from moorage.versions import Offer

_LEAST = 1_262_304_000
"""2010-01-01: an older time of creation is one that a reproducible build made up."""


def worth_offering(
    reference: Reference, advice: Advice, policy: Policy, facts: FactsView
) -> "tuple[tuple[Offer, str], ...]":
    """The offers that the policy permits, with their sizes, but for a first one that was left behind long ago."""
    chosen = permitted(advice, policy)
    if not chosen or reference.tag is None or policy.range is not None or chosen[0][1] != "major":
        return chosen
    first = chosen[0][0]
    if first.step == "distribution":
        return chosen
    old, new = created(reference, reference.tag, facts), created(reference, first.tag, facts)
    return chosen[1:] if old is not None and new is not None and new < old - LEFT_BEHIND else chosen


def created(reference: Reference, tag: str, facts: FactsView) -> int | None:
    """When the image of a tag was made, in seconds since the epoch, by its own word; None where that is not known.

    Where the registry's list has dates, they have been counted with already, and nothing more is asked.
    """
    registry, repository = reference.registry, reference.repository
    match facts.tags(registry, repository):
        case Known(listing) if not listing.dates:
            pass
        case _:
            return None
    match facts.digest(registry, repository, tag):
        case Known(digest):
            manifest = _manifest(reference, digest, facts)
        case _:
            return None
    if manifest is None or manifest.config is None:
        return None
    match facts.config(registry, repository, manifest.config):
        case Known(config) if config.created is not None and config.created >= _LEAST:
            return config.created
        case _:
            return None


def _manifest(reference: Reference, digest: str, facts: FactsView) -> Manifest | None:
    """The manifest of one platform: of linux/amd64 where the digest is an index that has it."""
    match facts.manifest(reference.registry, reference.repository, digest):
        case Known(found):
            manifest = found
        case _:
            return None
    if manifest.config is not None or not manifest.platforms:
        return manifest
    known = [p for p in manifest.platforms if not p.platform.startswith("unknown")]
    chosen = next((p for p in known if p.platform == "linux/amd64"), known[0] if known else None)
    if chosen is None or chosen.digest == digest:
        return None
    match facts.manifest(reference.registry, reference.repository, chosen.digest):
        case Known(found):
            return found
        case _:
            return None
