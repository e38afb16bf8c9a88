"""Putting the sources of policy together for one usage."""

from collections.abc import Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase

from moorage.documents.usage import Usage
from moorage.policy.directives import Directive
from moorage.policy.model import Layer, Policy

DEFAULT = Policy()
_FIELD = {"fail-on": "fail_on", "min-age": "min_age_days"}
_REPLACED = {"update": ("blocked",), "range": ("allowed", "excluded"), "allowed": ("range", "range_source")}
"""What a word takes back of what was said farther away, in other words, on the same matter."""


def resolve(usage: Usage | None, layers: Sequence[Layer], directives: Sequence[Directive], today: date) -> Policy:
    """The policy for `usage` (None: for a file as such). `layers` go from near to far, `directives` stand nearer still.

    Within one layer the settings of the most specific pattern under `images` beat the layer's own. `rules` add up,
    the nearest word on a rule winning.
    """
    if not directives and not any(layer.speaks for layer in layers):
        return DEFAULT
    fields: dict[str, object] = {}
    rules: dict[str, object] = {}
    sources: dict[str, str] = {}
    for layer in reversed(layers):
        for values, source in _spoken(layer, usage):
            _lay(fields, rules, sources, values, source)
    ignored: set[str] = set()
    for directive in directives:
        if directive.expired(today):
            continue
        ignored |= directive.ignore_file
        if usage is not None and directive.governs(usage):
            _lay(fields, rules, sources, directive.values, directive.source)
            ignored |= directive.ignore
    if rules:
        fields["rules"] = rules
    return Policy(**fields, ignored=frozenset(ignored), sources=sources)  # type: ignore[arg-type]


def _spoken(layer: Layer, usage: Usage | None) -> list[tuple[Mapping[str, object], str]]:
    """What one layer says of a usage, the general first."""
    spoken: list[tuple[Mapping[str, object], str]] = [(layer.values, layer.source)]
    if usage is not None and usage.reference is not None:
        names = (usage.reference.name, usage.reference.familiar_name)
        fitting = [(p, v) for p, v in layer.images if any(fnmatchcase(n, p) for n in names)]
        fitting.sort(key=lambda item: specificity(item[0]))
        spoken += [(values, layer.source) for _, values in fitting]
        spoken += [(rule.values, layer.source) for rule in layer.rules if rule.fits(usage)]
    return spoken


def specificity(pattern: str) -> tuple[int, int]:
    """How specific a pattern is: one without wildcards beats one with, then the more literal characters the more."""
    wild = sum(pattern.count(c) for c in "*?[")
    return (not wild, len(pattern) - wild)


def _lay(
    fields: dict[str, object],
    rules: dict[str, object],
    sources: dict[str, str],
    values: Mapping[str, object],
    source: str,
) -> None:
    for key, value in values.items():
        match key:
            case "rules":
                rules.update(value)  # type: ignore[call-overload]
            case "block" | "unblock":
                blocked: frozenset[str] = fields.get("blocked", frozenset())  # type: ignore[assignment]
                fields["blocked"] = blocked | value if key == "block" else blocked - value  # type: ignore[operator]
                sources["update"] = source
            case "excluded":
                before: tuple[object, ...] = fields.get("excluded", ())  # type: ignore[assignment]
                fields["excluded"] = (*before, value)
                sources["excluded"] = source
            case _:
                sources[key] = source
                fields[_FIELD.get(key, key)] = value
                for other in _REPLACED.get(key, ()):
                    fields.pop(other, None)
                    sources.pop(other, None)
                if key == "range":
                    fields["range_source"] = source
