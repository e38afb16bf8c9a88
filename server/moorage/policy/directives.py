"""Directives: comments that speak to Moorage.

    # moorage: range=^3.12
    # moorage: ignore[outdated, no-tag] until=2027-01-01
    # moorage: ignore-file[no-digest]
    # moorage: pin=off

A directive governs the instruction or entry below it; `ignore-file` the whole file, wherever it stands.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from moorage.documents.usage import Comment, Usage
from moorage.policy.section import Wrong, not_known, read_setting
from moorage.text import Span

_ITEM = re.compile(
    r"\s*[,;]?\s*(?:(?P<ignore>ignore-file|ignore)(?:\[(?P<rules>[^\]]*)\](?!\w)|(?![\w\[=-]))|(?P<key>[A-Za-z][\w-]*)\s*=\s*)"
)
_NEXT_ITEM = re.compile(r"[\s,;]+(?:ignore(?:-file)?(?:\[|\s|$)|[A-Za-z][\w-]*\s*=)")
_SETTINGS = ("range", "pin", "update", "prerelease", "min-age")
_KNOWN = ("ignore", "ignore-file", "until", *_SETTINGS)


OWN = "a directive"

Complain = Callable[[int, int, str], None]


class DirectiveError(NamedTuple):
    """Where a directive cannot be understood, and one sentence."""

    span: Span
    message: str


class Directive(NamedTuple):
    """A directive, read. `ignore` and `ignore_file` are rule ids; `*` stands for all of them.

    After `until` it counts no more. What could not be understood is in `errors`; the rest still counts. `source` says
    whose words they are; those of another tool may be about images of one name `only`.
    """

    comment: Comment
    values: Mapping[str, object]
    ignore: frozenset[str] = frozenset()
    ignore_file: frozenset[str] = frozenset()
    until: date | None = None
    errors: tuple[DirectiveError, ...] = ()
    source: str = OWN
    only: str = ""

    def governs(self, usage: Usage) -> bool:
        """Whether the directive stands above the instruction of `usage`, or above a default that it reads."""
        target = self.comment.target
        if target is None or (self.only and not _is_named(usage, self.only)):
            return False
        if usage.instruction is not None and usage.instruction.start == target.start:
            return True
        if target.holds(usage.span):
            return True
        return any(s.span is not None and s.document is None and target.holds(s.span) for s in usage.segments)

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.until is not None and today > self.until


def _is_named(usage: Usage, name: str) -> bool:
    reference = usage.reference
    return reference is not None and name in (reference.familiar_name, reference.name)


def read_directive(comment: Comment, known: frozenset[str]) -> Directive:
    """Read one comment; `known` are the ids of the rules that can be ignored. Never raises."""
    text, at = comment.text, 0
    values: dict[str, object] = {}
    ignored: dict[str, frozenset[str]] = {}
    until: date | None = None
    errors: list[DirectiveError] = []

    def complain(start: int, end: int, message: str) -> None:
        errors.append(DirectiveError(Span(comment.body.start + start, comment.body.start + end), message))

    while text[at:].strip(" \t,;"):
        match = _ITEM.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip(" \t,;"))
            word = re.split(r"[\s=\[]", text[start:], maxsplit=1)[0] or text[start:]
            complain(start, start + len(word), not_known("directive", word, _KNOWN))
            break
        at = match.end()
        if match["ignore"]:
            names = _rule_names(match, known, complain)
            ignored[match["ignore"]] = ignored.get(match["ignore"], frozenset()) | names
            continue
        key, (value, start, end) = match["key"], _value(text, at)
        at = max(end, at)
        if key == "until":
            try:
                until = date.fromisoformat(value)
            except ValueError:
                complain(start, max(end, start + 1), f"{value!r} is no date; write it as 2027-01-31")
        elif key in _SETTINGS:
            try:
                values[key] = read_setting(key, value)
            except Wrong as wrong:
                complain(start, max(end, start + 1), wrong.message)
        else:
            complain(match.start("key"), match.end("key"), not_known("directive", key, _KNOWN))
    if not values and not ignored and until is None and not errors:
        complain(0, max(len(text), 1), "the directive says nothing; write for example `ignore[outdated]`")
    return Directive(
        comment,
        values,
        ignored.get("ignore", frozenset()),
        ignored.get("ignore-file", frozenset()),
        until,
        tuple(errors),
    )


def _value(text: str, at: int) -> tuple[str, int, int]:
    """The value at `at`, its start and the end of what was read: quoted, or up to the next item."""
    if text[at : at + 1] in ("'", '"'):
        end = text.find(text[at], at + 1)
        if end > 0:
            return text[at + 1 : end], at, end + 1
    following = _NEXT_ITEM.search(text, at)
    end = following.start() if following else len(text)
    return text[at:end].strip(), at, end


def _rule_names(match: re.Match[str], known: frozenset[str], complain: Complain) -> frozenset[str]:
    if match["rules"] is None:
        return frozenset("*")
    names: set[str] = set()
    for item in re.finditer(r"[^,\s]+", match["rules"]):
        start = match.start("rules") + item.start()
        if item[0] in known or item[0] == "*":
            names.add(item[0])
        else:
            complain(start, start + len(item[0]), not_known("rule", item[0], known))
    return frozenset(names)
