"""Something in the `policy` of a `moorage.yaml` that cannot be used.

Example:
    policy: {pni: off}
Better:
    policy: {pin: off}
Why:
    What it should govern is governed by the defaults. The rest of the policy still counts, unless the file is no YAML.
"""

from collections.abc import Iterator

from moorage.findings.finding import Finding
from moorage.findings.rule import Rule, Whole
from moorage.policy import read_layer
from moorage.severity import Severity

rule = Rule("manifest-error", Severity.ERROR, subject="document")


@rule
def check(whole: Whole) -> Iterator[Finding]:
    """Every setting that is not known or has a value of the wrong form."""
    document = whole.document
    if document.format != "package":
        return
    from moorage.documents.manifest import read_policy
    from moorage.rules import RULE_IDS

    section = read_policy(document.text)
    if section.problem is not None:
        yield rule.on(whole, section.problem_span, section.problem)
    _, mistakes = read_layer(section.value, document.path, RULE_IDS)
    for mistake in mistakes:
        yield rule.on(whole, section.span(mistake.path), mistake.message)
