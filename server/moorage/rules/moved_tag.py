"""A tag that no longer means the digest beside it.

Example:
    FROM python:3.12-slim@sha256:<of last month>
Better:
    FROM python:3.12-slim@sha256:<of today>
Why:
    The image was rebuilt, most often with security updates of its base. The digest still gives the old one, as it
    should; whether to follow is yours to say.
"""

from collections.abc import Iterator

from moorage.facts import FactsView, Known, Unknown
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, set_version, short_digest
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("moved-tag", Severity.INFORMATION, needs="digest", fix="refresh the digest")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Pinned tags whose digest now is another, and whose index does not hold the pinned one either."""
    now = digest_now(case)
    if now is None or not case.policy.allows_step("digest"):
        return
    reference, digest = case.usage.reference, now
    if reference is None or reference.digest is None or holds_pinned(case, digest) is not False:
        return
    message = (
        f"{reference.familiar_name}:{reference.tag} has moved: "
        f"{short_digest(reference.digest)} is pinned, it means {short_digest(digest)} now"
    )
    yield rule.at(case, message, fixes=lambda facts: refresh(case, facts))


def digest_now(case: Case) -> str | None:
    """The digest that a pinned tag means now, if it is known and another than the pinned one."""
    reference = case.usage.reference
    if reference is None or reference.tag is None or reference.digest is None:
        return None
    match case.facts.digest(reference.registry, reference.repository, reference.tag):
        case Known(digest) if digest != reference.digest:
            return digest
        case _:
            return None


def holds_pinned(case: Case, digest: str) -> bool | None:
    """Whether the index `digest` lists the pinned digest as a platform's; None where that may still be found out."""
    reference = case.usage.reference
    if reference is None:
        return None
    match case.facts.manifest(reference.registry, reference.repository, digest):
        case Known(manifest):
            return any(p.digest == reference.digest for p in manifest.platforms)
        case Unknown() if not case.facts.final:
            return None
        case _:
            return False


def refresh(case: Case, facts: FactsView) -> tuple[Fix, ...]:
    """Write the digest that the tag means now."""
    reference = case.usage.reference
    if reference is None or reference.tag is None:
        return ()
    match facts.digest(reference.registry, reference.repository, reference.tag):
        case Known(digest) if digest != reference.digest:
            title = f"Refresh the digest of {reference.familiar_name}:{reference.tag} to {short_digest(digest)}"
            return present([set_version(case, facts, reference.tag, digest, title, safe=True, kind="refresh")])
        case _:
            return ()
