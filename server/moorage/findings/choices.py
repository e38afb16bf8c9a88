"""Places that have a value for each run of a matrix: what is said of one of them.

Several values are there on purpose, old ones and moving ones too.
"""

from moorage.findings.finding import Finding
from moorage.policy import Policy

_ON_PURPOSE = frozenset({"end-of-life", "channel-tag", "no-tag", "no-digest"})
"""Rules that are silent about one of several values, unless the policy speaks of them."""


def is_on_purpose(rule: str, policy: Policy) -> bool:
    """Whether what a rule would say of one of several values is just what its author wanted."""
    if rule not in _ON_PURPOSE or rule in policy.rules:
        return False
    return rule != "no-digest" or policy.pin != "required"


def told_apart(finding: Finding) -> Finding:
    """A finding that says which of the values of its place it is about."""
    usage = finding.usage
    if usage is None or not usage.is_one_of_several or not usage.choice:
        return finding
    return finding._replace(message=f"{finding.message} (for {usage.choice})")
