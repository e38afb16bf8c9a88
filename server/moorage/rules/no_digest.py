"""A tag without a digest.

Example:
    FROM python:3.12.9-slim
Better:
    FROM python:3.12.9-slim@sha256:<digest>
Why:
    A tag can be moved by whoever may push; a digest cannot. Whether that is worth the longer line is a matter of
    policy: this is a hint, `pin: required` makes it an error, and `pin: off` silences it.
"""

from collections.abc import Iterator

from moorage.findings.finding import Finding
from moorage.findings.fixes import obstacle_to_pin, pin, present
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("no-digest", Severity.HINT, fix="pin")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Tagged references; a frontend only where pins are required, since its tag is meant to move."""
    reference, wish = case.usage.reference, case.policy.pin
    if reference is None or reference.tag is None or reference.digest is not None or wish == "off":
        return
    if case.usage.role == "frontend" and wish != "required":
        return
    strict = wish == "required" and rule.id not in case.policy.rules
    message = f"{reference.familiar} is not pinned to a digest" + (", as the policy requires" if strict else "")
    reason = obstacle_to_pin(case, case.facts)
    if reason is not None:
        message += f". It is not edited here: {reason}"
    finding = rule.at(case, message, fixes=lambda facts: present([pin(case, facts)]))
    yield finding._replace(severity=Severity.ERROR) if strict else finding
