"""What could be written at the cursor: tags, repositories, stages, directives."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from moorage.documents.usage import Document, Slot
from moorage.facts import FactsView, Known, Unknown
from moorage.findings.advice import table_of
from moorage.findings.fixes import short_digest
from moorage.policy.model import PINS, STEPS
from moorage.reference import InvalidReference, Reference, parse
from moorage.rules import RULE_IDS
from moorage.text import Span

MOST = 200
"""How many candidates are offered at once; typing more brings up the others."""

_DIRECTIVES = {
    "ignore[]": "ignore rules for the instruction below",
    "ignore-file[]": "ignore rules in the whole file",
    "range=": "an npm range that updates stay in",
    "update=": "how far updates go",
    "pin=": "whether a digest is wanted",
    "prerelease=": "whether prereleases are offered",
    "min-age=": "how old a release must be, such as 3d",
    "until=": "the last day on which this directive counts",
}
_VALUES = {"update": STEPS, "pin": PINS, "prerelease": ("true", "false")}
_IN_LIST = re.compile(r"\bignore(?:-file)?\[[^\]\n]*\Z")
_FROM = re.compile(r"\s*FROM\b", re.I)
_DIGEST = re.compile(r"@[A-Za-z0-9:+._-]*")
_TAG_BEFORE = re.compile(r":([A-Za-z0-9_.-]{1,128})@\Z")
_AFTER_KEY = re.compile(r"([a-z-]+)\s*=\s*\Z")


class Candidate(NamedTuple):
    """One thing to write: `new` replaces the characters at the completion's span."""

    label: str
    new: str
    kind: Literal["tag", "digest", "repository", "stage", "directive"]
    detail: str = ""


class Completion(NamedTuple):
    """What may replace the characters at `span`, best first. `incomplete`: another answer may come for more typing."""

    span: Span
    candidates: tuple[Candidate, ...] = ()
    incomplete: bool = False


def complete(document: Document, slot: Slot, facts: FactsView) -> Completion:
    """The candidates for a slot of `document`."""
    match slot.kind:
        case "tag":
            return _tags(document, slot, facts)
        case "digest":
            return _digests(document, slot, facts)
        case "directive":
            return Completion(slot.span, tuple(_directives(document, slot)))
        case _:
            return Completion(slot.span, tuple(_names(document, slot)))


def _tags(document: Document, slot: Slot, facts: FactsView) -> Completion:
    name = _parsed(slot.repository)
    if name is None:
        return Completion(slot.span)
    written = slot.span.of(document.text)
    old = _digest_behind(document, slot)
    span = Span(slot.span.start, slot.span.end + len(old))
    match facts.tags(name.registry, name.repository):
        case Known(listing, _, complete):
            from moorage.versions import newest_first

            found: list[Candidate] = []
            more = False
            for tag in _matching(newest_first(table_of(listing), written or None), slot.prefix):
                if len(found) == MOST:
                    more = True
                    break
                new, detail = _with_digest(name, tag, written, old, facts)
                found.append(Candidate(tag, _quoted(new) if slot.bare else new, "tag", detail))
            return Completion(span, tuple(found), more or not complete)
        case Unknown():
            return Completion(span, (), not facts.final)
        case _:
            return Completion(span)


def _matching(tags: Iterable[str], prefix: str) -> Iterator[str]:
    """The tag that is typed in full, then the tags that begin so, then those that hold it elsewhere."""
    typed = prefix.lower()
    if not typed:
        yield from tags
        return
    elsewhere: list[str] = []
    whole = [tag for tag in tags if tag.lower() == typed]
    yield from whole
    for tag in tags:
        at = tag.lower().find(typed)
        if at == 0:
            if tag not in whole:
                yield tag
        elif at > 0:
            elsewhere.append(tag)
    yield from elsewhere


def _with_digest(name: Reference, tag: str, written: str, old: str, facts: FactsView) -> tuple[str, str]:
    """What is written for a tag where a digest stands behind it: that tag's digest if it is known, else none."""
    if not old or tag == written:
        return tag + old, ""
    match facts.digest(name.registry, name.repository, tag):
        case Known(digest):
            return f"{tag}@{digest}", f"with its digest {short_digest(digest)}"
        case _:
            return tag, "without the digest of another tag"


def _quoted(new: str) -> str:
    """A tag as a scalar of its own, in quotes where it would be a number without: 3.10."""
    from moorage.documents.yaml.scalars import is_text

    return new if is_text(new) else f'"{new}"'


def _digest_behind(document: Document, slot: Slot) -> str:
    """The `@sha256:…` that follows a tag in the same word."""
    found = _DIGEST.match(document.text, slot.span.end)
    return found[0] if found else ""


def _digests(document: Document, slot: Slot, facts: FactsView) -> Completion:
    name = _parsed(slot.repository)
    if name is None:
        return Completion(slot.span)
    line = document.text.rfind("\n", 0, slot.span.start) + 1
    written = _TAG_BEFORE.search(document.text[line : slot.span.start])
    tag = "latest" if written is None else written[1]
    match facts.digest(name.registry, name.repository, tag):
        case Known(digest):
            found = (Candidate(digest, digest, "digest", f"what {name.familiar_name}:{tag} means now"),)
            return Completion(slot.span, found)
        case Unknown():
            return Completion(slot.span, (), not facts.final)
        case _:
            return Completion(slot.span)


def _names(document: Document, slot: Slot) -> Iterator[Candidate]:
    """The stages that may stand here, and the repositories that the document names already."""
    start = slot.span.start
    line = document.text.rfind("\n", 0, start) + 1
    in_from = _FROM.match(document.text, line) is not None
    here = max((s.number for s in document.stages if s.span.start <= start), default=-1)
    for stage in document.stages:
        # A stage builds on the finished ones above it, and copies from those above the one it stands in.
        if stage.span.end < start if in_from else stage.number < here:
            name = stage.name or (None if in_from else str(stage.number))
            if name is not None:
                yield Candidate(name, name, "stage", f"stage {stage.number}")
    seen: set[str] = set()
    for usage in document.usages:
        if usage.reference is not None and usage.span != slot.span and not usage.span.touches(slot.span.start):
            name = usage.reference.familiar_name
            if name not in seen:
                seen.add(name)
                yield Candidate(name, name, "repository", "named in this file")


def _directives(document: Document, slot: Slot) -> Iterator[Candidate]:
    line = document.text[document.text.rfind("\n", 0, slot.span.start) + 1 : slot.span.start]
    if _IN_LIST.search(line):
        for rule in RULE_IDS:
            yield Candidate(rule, rule, "directive", "rule")
        return
    key = _AFTER_KEY.search(line)
    if key is not None:
        for value in _VALUES.get(key[1], ()):
            yield Candidate(value, value, "directive", key[1])
        return
    for word, meaning in _DIRECTIVES.items():
        yield Candidate(word, word.removesuffix("]"), "directive", meaning)


def _parsed(repository: str | None) -> Reference | None:
    try:
        return None if repository is None else parse(repository)
    except InvalidReference:
        return None
