"""A digest that is one platform's manifest, where the tag means an index of several.

Example:
    FROM python:3.12-slim@sha256:<of linux/amd64 alone>
Better:
    FROM python:3.12-slim@sha256:<of the index>
Why:
    The build works on that platform only, and tools that compare it with the tag call it outdated for ever. Where one
    platform is meant, it is right as it is, so this is a hint.
"""

from collections.abc import Iterator

from moorage.facts import FactsView, Known
from moorage.findings.finding import Finding, Fix
from moorage.findings.fixes import present, set_version, short_digest
from moorage.findings.rule import Case, Rule
from moorage.rules.moved_tag import digest_now, holds_pinned
from moorage.severity import Severity

rule = Rule("platform-digest", Severity.HINT, needs="digest", fix="the index's digest")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Pinned digests that the tag's index lists as a platform's."""
    reference, digest = case.usage.reference, digest_now(case)
    if reference is None or digest is None or not holds_pinned(case, digest):
        return
    platform = _platform(case, digest)
    message = (
        f"the digest is that of {platform} alone; {reference.familiar_name}:{reference.tag} is an index of several"
    )

    def to_index(facts: FactsView) -> tuple[Fix, ...]:
        title = f"Pin the index of all platforms, {short_digest(digest)}"
        return present([set_version(case, facts, reference.tag, digest, title, safe=False, kind="refresh")])

    yield rule.at(case, message, fixes=to_index)


def _platform(case: Case, digest: str) -> str:
    reference = case.usage.reference
    if reference is not None:
        match case.facts.manifest(reference.registry, reference.repository, digest):
            case Known(manifest):
                return next((p.platform for p in manifest.platforms if p.digest == reference.digest), "one platform")
            case _:
                pass
    return "one platform"
