"""`moorage rules`: what each rule says, from the docstring of its module."""

import argparse
import inspect
import json
import sys

from moorage.errors import UsageError
from moorage.rules import RULE_IDS, all_rules, page

_NEEDS = {"": "nothing", "tags": "the tag list", "digest": "the digest that the tag means"}


def main(argv: list[str]) -> int:
    """List the rules, or explain one."""
    parser = argparse.ArgumentParser(prog="moorage rules", description="Explain the rules.")
    parser.add_argument("rule", nargs="?", help="the id of one rule, explained at length")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    args = parser.parse_args(argv)
    if args.rule is not None and args.rule not in RULE_IDS:
        from moorage.policy.section import not_known

        raise UsageError(not_known("rule", args.rule, RULE_IDS))
    chosen = [rule for rule in all_rules() if args.rule in (None, rule.id)]
    if args.format == "json":
        json.dump([_row(rule.id) for rule in chosen], sys.stdout, indent=2)
        print()
    elif args.rule is not None:
        row = _row(args.rule)
        print(f"{args.rule}: {row['severity']}; needs {_NEEDS[str(row['network'])]}; fix: {row['fix'] or 'none'}\n")
        print(inspect.cleandoc(page(args.rule)))
    else:
        for rule in chosen:
            print(f"{rule.id:<20} {rule.severity.word:<12} {summary(rule.id)}")
        print("\n`moorage rules RULE` explains one.")
    return 0


def summary(rule_id: str) -> str:
    """The first sentence of a rule's page, on one line."""
    return " ".join(inspect.cleandoc(page(rule_id)).split("\n\n")[0].split()).removesuffix(".")


def _row(rule_id: str) -> dict[str, str]:
    rule = next(r for r in all_rules() if r.id == rule_id)
    return {
        "id": rule.id,
        "severity": rule.severity.word,
        "network": rule.needs,
        "fix": rule.fix,
        "summary": summary(rule.id),
        "page": inspect.cleandoc(page(rule.id)),
    }
