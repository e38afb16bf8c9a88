"""A line of releases that has ended, or ends within 90 days.

Example:
    FROM node:16-alpine
Better:
    FROM node:24-alpine
Why:
    It gets no fixes any more, those of its known holes included. Nothing is said of a tag whose line is not known for
    certain, or that floats over lines of which one still lives. Information, not a warning, are: an end that is near,
    the end of a line that was made to last some months only, and the end of the distribution release which the variant
    names (`-slim-buster`). The dates are those of https://endoflife.date; `moorage data` shows their day.
"""

from collections.abc import Callable, Iterator

from moorage.data.lifecycle import Cycle
from moorage.facts import FactsView, Known
from moorage.findings.advice import advise, permitted, size_of, table_of
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, update
from moorage.findings.life import Life, distribution_of, life_of, successor_of
from moorage.findings.rule import Case, Rule
from moorage.findings.steps import is_safe
from moorage.reference import Reference
from moorage.severity import Severity
from moorage.versions import Tag, read_tag

rule = Rule("end-of-life", Severity.WARNING, fix="supported successors")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Tags on a line that has ended or ends soon; else those whose distribution has ended."""
    reference = case.usage.reference
    if reference is None or reference.tag is None:
        return
    lives, today = case.project.lives(), case.project.today
    life = life_of(reference, lives)
    if life is not None and life.ended(today):
        message = _with_successor(case, reference, life, f"{life.what} {_ended(life)} and gets no more fixes")
        yield _graded(case, message, _successors, mild=life.is_brief)
    elif life is not None and life.ends_soon(today) and not life.is_brief:
        message = _with_successor(case, reference, life, f"{life.what} ends on {life.cycle.ends}")
        yield _graded(case, message, _successors, mild=True)
    else:
        below = distribution_of(reference, lives)
        if below is not None and below.ended(today):
            message = f"{reference.familiar} stands on {below.what}, which {_ended(below)} and gets no more fixes"
            yield _graded(case, message, _distributions, mild=True)


def _graded(case: Case, message: str, fixes: Callable[[Case, FactsView], tuple[Fix, ...]], *, mild: bool) -> Finding:
    return rule.at(case, message, span=case.tag_span(), fixes=lambda facts: fixes(case, facts), mild=mild)


def _ended(life: Life) -> str:
    return f"ended on {life.cycle.ends}" if life.cycle.ends else "has ended"


def _with_successor(case: Case, reference: Reference, life: Life, message: str) -> str:
    following = successor_of(life, reference, case.project.lives(), case.project.today)
    if following is None:
        return message
    until = f" until {following.ends}" if following.ends else ""
    return f"{message}; {following.name} is supported{until}"


def _successors(case: Case, facts: FactsView) -> tuple[Fix, ...]:
    """The offers on a line that lives on, and the newest tag of the nearest such line."""
    reference = case.usage.reference
    advice = advise(case.usage, case.policy, facts, case.project)
    if reference is None or advice is None:
        return ()
    lives, today = case.project.lives(), case.project.today
    chosen: dict[str, tuple[str, str]] = {}
    for offer, size in permitted(advice, case.policy):
        life = life_of(reference._replace(tag=offer.tag), lives)
        if offer.step != "distribution" and (life is None or not life.ended(today)):
            chosen[offer.tag] = (offer.reason, size)
    nearest = _nearest(case, facts, advice.current)
    if nearest is not None:
        tag, line = nearest
        # Lines with names (`lts-hydrogen`) have no numbers to tell how far apart they are.
        size = size_of(advice.current, tag) if advice.current.release else "major"
        if case.policy.allows_step(size):
            chosen.setdefault(tag.text, (f"newest of {line}, the nearest supported line", size))
    return present(
        update(case, facts, tag, reason, safe=is_safe(case, advice.current, read_tag(tag), size))
        for tag, (reason, size) in chosen.items()
    )


def _nearest(case: Case, facts: FactsView, current: Tag) -> tuple[Tag, str] | None:
    """The newest stable tag, in the variant written, of the nearest supported line, and that line's name."""
    reference = case.usage.reference
    if reference is None or case.policy.range is not None:
        return None
    lives = case.project.lives()
    life = life_of(reference, lives)
    following = None if life is None else successor_of(life, reference, lives, case.project.today)
    match facts.tags(reference.registry, reference.repository):
        case Known(listing) if life is not None and following is not None:
            renamed = _renamed(current, life.cycle, following)
            if renamed in listing:
                return table_of(listing).read(renamed), following.name
            for tag in reversed(table_of(listing).newer(current)):
                there = life_of(reference, lives, tag)
                if there is not None and there.cycle == following and not tag.prerelease:
                    return tag, following.name
        case _:
            pass
    return None


def _renamed(current: Tag, own: Cycle, following: Cycle) -> str:
    """The tag with the next line's name in the place of its own, `lts-jod` for `lts-hydrogen`; empty for none."""
    words = current.text.split("-")
    name = own.codename.lower()
    if current.release or not following.codename or name not in words:
        return ""
    return "-".join(following.codename.lower() if word == name else word for word in words)


def _distributions(case: Case, facts: FactsView) -> tuple[Fix, ...]:
    """The same version on a later release of the distribution."""
    advice = advise(case.usage, case.policy, facts, case.project)
    if advice is None:
        return ()
    return present(
        update(case, facts, offer.tag, offer.reason, safe=False)
        for offer, _ in permitted(advice, case.policy)
        if offer.step == "distribution"
    )
