"""A tag that names a channel (`latest`, `stable`, `edge`, `slim`), not a version.

Example:
    FROM nginx:stable-alpine
Better:
    FROM nginx:1.28.1-alpine
Why:
    A channel moves on to the next major version without a word. With a digest the image is exact, and this rule is
    silent.
"""

from collections.abc import Iterator

from moorage.facts import Known
from moorage.findings.advice import table_of
from moorage.findings.finding import Finding
from moorage.findings.rule import Case, Rule
from moorage.rules.no_tag import to_version
from moorage.severity import Severity
from moorage.versions import read_tag

rule = Rule("channel-tag", Severity.WARNING, fix="newest version tag")


@rule
def check(case: Case) -> Iterator[Finding]:
    """References whose tag is a channel, without a digest."""
    reference = case.usage.reference
    if reference is None or reference.tag is None or reference.digest is not None:
        return
    match case.facts.tags(reference.registry, reference.repository):
        case Known(listing):
            tag = table_of(listing).read(reference.tag)
        case _:
            tag = read_tag(reference.tag)
    if tag.kind == "channel":
        message = f"{reference.tag!r} is a channel of {reference.familiar_name}, which moves from version to version"
        yield rule.at(case, message, span=case.tag_span(), fixes=lambda facts: to_version(case, facts))
