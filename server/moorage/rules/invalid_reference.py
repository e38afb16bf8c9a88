"""A value that is no image reference, or whose expansion fails.

Example:
    FROM Python:3.12
Better:
    FROM python:3.12
Why:
    No builder and no runtime can make anything of it. A variable without a default is none of this rule's business:
    it may well be given when the image is built.
"""

from collections.abc import Iterator

from moorage.findings.finding import FileEdit, Finding, Fix
from moorage.findings.rule import Case, Rule
from moorage.reference import InvalidReference, parse
from moorage.severity import Severity

rule = Rule("invalid-reference", Severity.ERROR, subject="problem", fix="write the repository in lower case")


@rule
def check(case: Case) -> Iterator[Finding]:
    """Usages whose problem is in the text itself."""
    problem = case.usage.problem
    if problem is not None and problem.code in ("invalid-reference", "expansion"):
        shown = case.usage.written if len(case.usage.written) <= 60 else case.usage.written[:60] + "…"
        message = f"{shown!r} is no image reference: {problem.message}"
        yield rule.at(case, message, span=problem.span, fixes=lambda _facts: _in_lower_case(case))


def _in_lower_case(case: Case) -> tuple[Fix, ...]:
    """The part that is wrong in lower case, where that makes the value as it is written a reference.

    It is not safe: a name in upper case may stand for something that is filled in.
    """
    usage, problem = case.usage, case.usage.problem
    if problem is None or problem.span is None or usage.written != usage.expanded:
        return ()
    start, end = (at - usage.span.start for at in problem.span)
    wrong = usage.written[start:end]
    mended = usage.written[:start] + wrong.lower() + usage.written[end:]
    if start < 0 or mended == usage.written:
        return ()
    try:
        parse(mended)
    except InvalidReference:
        return ()
    return (Fix(f"Use {mended}", (FileEdit(case.document.path, problem.span, wrong.lower()),), False, "replace"),)
