"""The rules: one module each, named like the rule with `_` for `-`, and one line here.

A module holds `rule`, a `Rule`, and its docstring is the rule's page: what it says, an example, what is better, why.
"""

from functools import cache
from importlib import import_module

from moorage.findings.rule import Rule

RULE_IDS = (
    "invalid-reference",
    "unknown-stage",
    "near-stage",
    "unknown-tag",
    "unknown-repository",
    "unreachable",
    "no-tag",
    "channel-tag",
    "end-of-life",
    "deprecated-image",
    "moved-repository",
    "outdated",
    "moved-tag",
    "platform-digest",
    "no-digest",
    "directive-error",
    "manifest-error",
    "unused-directive",
)


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order in which it is asked."""
    return tuple(import_module("moorage.rules." + rule_id.replace("-", "_")).rule for rule_id in RULE_IDS)


def page(rule_id: str) -> str:
    """The documentation of a rule: the docstring of its module."""
    return import_module("moorage.rules." + rule_id.replace("-", "_")).__doc__ or ""
