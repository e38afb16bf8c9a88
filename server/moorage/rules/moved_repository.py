"""A repository that is published elsewhere now.

Example:
    FROM k8s.gcr.io/pause:3.9
Better:
    FROM registry.k8s.io/pause:3.9
Why:
    The old place is frozen, gone, or kept for nobody knows how long. The edit is offered where the new place has the
    tag; it is safe where the same images are there. Where new images still come to the old place, too, it is
    information.
"""

from collections.abc import Iterator

from moorage.data.moves import Move, move_of, new_names
from moorage.facts import FactsView, Known
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, rename_repository
from moorage.findings.rule import Case, Rule
from moorage.reference import parse
from moorage.severity import Severity

rule = Rule("moved-repository", Severity.WARNING, fix="the new place, where it has the tag")


@rule
def check(case: Case) -> Iterator[Finding]:
    """References to a repository, or into a namespace, that is known to have moved."""
    reference = case.usage.reference
    move = None if reference is None else move_of(reference.name)
    if reference is None or move is None or _is_still_there(case, move):
        return
    name = reference.familiar_name
    places = " or ".join(parse(new).familiar_name for new in new_names(move, reference.name))
    message = f"{name} {move.why} (since {move.since}); it is at {places} now"
    yield rule.at(case, message, fixes=lambda facts: _new_places(case, facts, move), mild=move.both)


def _is_still_there(case: Case, move: Move) -> bool:
    """Whether the old place is known to have, or to have kept, what is named."""
    reference = case.usage.reference
    if reference is None or not move.gone:
        return False
    if move.latest_stays and reference.digest is None and reference.tag in (None, "latest"):
        return True
    match case.facts.tags(reference.registry, reference.repository):
        case Known(listing):
            return reference.tag is not None and reference.tag in listing
        case _:
            return False


def _new_places(case: Case, facts: FactsView, move: Move) -> tuple[Fix, ...]:
    reference = case.usage.reference
    if reference is None:
        return ()
    names = new_names(move, reference.name)
    return present(rename_repository(case, facts, name, same=move.same) for name in names)
