"""Why something is not there, in one sentence, from what registries said."""

from typing import cast

from moorage.facts import Absent, AnyAnswer, Known, TagListing
from moorage.findings.advice import table_of
from moorage.reference import Reference


def case_slip(tag: str, listing: TagListing) -> str | None:
    """The one tag that differs from `tag` in nothing but the case of letters; None for none or several."""
    folded = cast("dict[str, list[str]] | None", listing.derived.get("folded"))
    if folded is None:
        folded = listing.derived["folded"] = dict[str, list[str]]()
        for text in listing:
            folded.setdefault(text.casefold(), []).append(text)
    same = folded.get(tag.casefold(), [])
    return same[0] if len(same) == 1 else None


def advice(tag: str, answer: Known[TagListing]) -> str:
    """What to add to "has no tag", as the end of that sentence: the tag that was probably meant; empty for none."""
    same = case_slip(tag, answer.value)
    if same is not None:
        return f"; there is {same}, and the case of letters counts"
    from moorage.versions import nearest

    near = nearest(tag, table_of(answer.value), 1)
    if not near:
        return ""
    return f"; the nearest is {near[0]}" if answer.complete else f"; the nearest of those that were listed is {near[0]}"


def why_missing(reference: Reference, refusal: Absent, tags: AnyAnswer) -> str:
    """Why a registry does not give the tag of `reference`, by its refusal and what it says of the repository's tags."""
    tag = reference.tag or "latest"
    match tags:
        case Known(TagListing() as listing):
            if tag in listing:
                lost = "its manifest is gone, or something in between takes the Accept header away"
                return f"{reference.familiar_name} lists the tag {tag} and does not give it: {lost} ({refusal.message})"
            if refusal.private:
                return refusal.message
            return f"{reference.familiar_name} has no tag {tag}{advice(tag, Known(listing, 0, tags.complete))}"
        case Absent(message, _, private):
            return message if not private or refusal.private else refusal.message
        case _:
            return refusal.message
