"""A copy or mount source that is one letter away from a stage's name, and so read as an image.

Example:
    FROM golang:1.25 AS builder
    FROM alpine:3.22
    COPY --from=bulder /a /b
Better:
    COPY --from=builder /a /b
Why:
    A name that is no stage is pulled from a registry: the build fails, or copies from somebody else's image.
"""

from collections.abc import Iterator

from moorage.facts import Known
from moorage.findings.finding import FileEdit, Finding, Fix
from moorage.findings.rule import Case, Rule
from moorage.severity import Severity

rule = Rule("near-stage", Severity.HINT, fix="rename")

_SHORTEST = 3


@rule
def check(case: Case) -> Iterator[Finding]:
    """Bare names of copy and mount sources that no registry is known to have."""
    near = near_stage(case)
    if near is not None:
        message = (
            f"{case.usage.written!r} is no stage of this file and is pulled as an image; there is a stage {near!r}"
        )
        yield rule.at(case, message, fixes=lambda _facts: rename(case, near))


def near_stage(case: Case) -> str | None:
    """The stage that was probably meant: one letter away, while no registry is known to have such an image."""
    usage, reference = case.usage, case.usage.reference
    if usage.role not in ("copy-source", "mount-source") or reference is None:
        return None
    name = reference.text
    if reference.tag or reference.digest or "/" in name or len(name) < _SHORTEST:
        return None
    names = [stage.name for stage in case.document.stages if stage.name and len(stage.name) >= _SHORTEST]
    near = next((stage for stage in names if one_letter_apart(name, stage)), None)
    if near is None or isinstance(case.facts.tags(reference.registry, reference.repository), Known):
        return None
    return near


def rename(case: Case, stage: str) -> tuple[Fix, ...]:
    """Name the stage instead."""
    edit = FileEdit(case.document.path, case.usage.span, stage)
    return (Fix(f"Rename to the stage {stage}", (edit,), False, "rename"),)


def one_letter_apart(a: str, b: str) -> bool:
    """Whether one insertion, removal, replacement or swap of neighbours makes `b` of `a`."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    if len(a) > len(b):
        return a[i + 1 :] == b[i:]
    if len(a) < len(b):
        return a[i:] == b[i + 1 :]
    return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
