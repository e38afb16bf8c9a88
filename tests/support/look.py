"""Findings and fixes of an inline Dockerfile over inline facts."""

from datetime import date

from moorage.analysis import analyse
from moorage.documents import dockerfile
from moorage.facts import Absent, FactsView, Known, Manifest, PlatformManifest, Question, TagListing, Unreachable
from moorage.policy import read_layer
from moorage.project import Project
from moorage.reference import parse
from moorage.rules import RULE_IDS
from moorage.text import Edit, apply_edits

TODAY = date(2026, 11, 24)
SEEN = 1_795_500_000


def digest(letter):
    """A digest that is easy to see: `digest("a")`."""
    return "sha256:" + letter * 64


def facts(*, tags=None, digests=None, indexes=None, absent=(), unreachable=(), complete=True, final=True):
    """A view: tag lists by repository, digests by `repository:tag`, platforms by (repository, digest).

    `absent` are repositories without a list of tags, and, where a tag is named, tags.
    """
    answers = {}
    for name, listed in (tags or {}).items():
        dates = listed if isinstance(listed, dict) else None
        r = parse(name)
        answers[Question("tags", r.registry, r.repository)] = Known(TagListing(tuple(listed), dates), SEEN, complete)
    for name, value in (digests or {}).items():
        r = parse(name)
        answers[Question("digest", r.registry, r.repository, r.tag)] = Known(value, SEEN)
    for (name, value), platforms in (indexes or {}).items():
        r = parse(name)
        listed = tuple(PlatformManifest(p, d, 1000) for p, d in platforms.items())
        manifest = Manifest(value, "application/vnd.oci.image.index.v1+json", 500, listed)
        answers[Question("manifest", r.registry, r.repository, value)] = Known(manifest, SEEN)
    for name in absent:
        r = parse(name)
        message = f"{r.name} is not there, or not for us"
        key = (
            Question("digest", r.registry, r.repository, r.tag) if r.tag else Question("tags", r.registry, r.repository)
        )
        answers[key] = Absent(message, SEEN)
    for name in unreachable:
        r = parse(name)
        answers[Question("tags", r.registry, r.repository)] = Unreachable("no answer within 30 s", SEEN)
    return FactsView(answers, final=final)


def project(policy=None):
    """A project whose user says `policy`."""
    layer, mistakes = read_layer(policy, "the user's file", RULE_IDS)
    assert not mistakes
    return Project(TODAY, user=layer)


def look(text, view=None, policy=None):
    """`rule: message` of every finding, with the severity where it is not the rule's own place in the table."""
    return [f"{f.rule}: {f.message}" for f in found(text, view, policy)]


def found(text, view=None, policy=None):
    """The findings themselves."""
    document = dockerfile.read("Dockerfile", text)
    return analyse(document, project(policy), view or FactsView())


def marked(text, view=None, policy=None):
    """The characters at each finding, by rule."""
    return [(f.rule, f.span.of(text)) for f in found(text, view, policy)]


def fixes(text, rule, view=None, policy=None):
    """Title, safety and resulting text of each fix of the one finding of `rule`."""
    (finding,) = [f for f in found(text, view, policy) if f.rule == rule]
    return [
        (fix.title, fix.safe, apply_edits(text, [Edit(e.span, e.new) for e in fix.edits]))
        for fix in finding.fixes(view or FactsView())
    ]
