"""What a YAML file's content says of its format.

The patterns are compiled when the first YAML file is seen (`re` keeps them): a project may have none.
"""

import re
from typing import cast

_API_VERSION = r"""(?m)^["']?apiVersion["']?[ \t]*:"""
_KIND = r"""(?m)^["']?kind["']?[ \t]*:"""
_FLOW = r"""\s*(?:---\s+)?\{"""
_FLOW_RESOURCE = rf"""{_FLOW}\s*["']?(?:apiVersion|kind)["']?\s*:"""
_EMPTY_LINES = r"(?:[ \t]*(?:\#[^\n]*)?\r?\n)"
_SERVICES = rf"""(?mx)
    ^["']?services["']?[ \t]*:(?:[ \t]+&\S+)?{_EMPTY_LINES}+(?=[ ]+[^\s\#-])  # not a list
    (?:(?:[ \t\#][^\n]*)?\r?\n)*?[ ]+["']?[\w.-]+["']?[ \t]*:              # then, maybe some lines on, a key
    [ \t]*(?:[&{{\#*]|\r?\n)                                              # of a mapping
"""
_FLOW_SERVICES = rf"""(?mx)
    (?:^|\A{_FLOW}\s*)["']?services["']?\s*:\s*\{{           # in braces: a mapping
    \s*["']?[\w.-]+["']?\s*:\s*\{{[^{{}}]*["']?(?:image|build)["']?\s*:   # of mappings, one of which has an image
"""
_ON = r"""(?m)^(?:on|"on"|'on')[ \t]*:"""
_JOBS = r"""(?m)^["']?jobs["']?[ \t]*:"""
_JOB_SCRIPT = rf"""(?mx)
    ^[\w."'][^\n\#:]*:(?:[ \t]+&\S+)?{_EMPTY_LINES}+(?P<indent>[ ]+)(?=[^\s\#-])      # a mapping at the top,
    (?:[^\n]*\n{_EMPTY_LINES}*(?P=indent)(?=[ \t]*[^\s\#]))*?["']?script["']?[ \t]*:    # with a script in it
"""
_FLOW_JOB = r"""(?mx)
    ^[\w."'][^\n\#:{]*:[ \t]*\{(?:[^{}]|\{[^{}]*\})*?(?<![\w-])script["']?\s*:            # the same in braces
"""
_HIDDEN_JOB = rf"""(?mx)
    ^\.[\w.-]+:(?:[ \t]+&\S+)?{_EMPTY_LINES}+(?P<indent>[ ]+)(?=[^\s\#-])             # a hidden mapping at the top,
    (?:[^\n]*\n{_EMPTY_LINES}*(?P=indent)(?=[ \t]*[^\s\#]))*?(?:image|services)[ \t]*:  # with an image in it
"""
_AZURE_JOBS = rf"""(?mx)
    ^(?:jobs|stages):{_EMPTY_LINES}+[ ]*-[ ]+(?:job|deployment|stage):    # a list whose first item names itself
"""
_RESOURCE = ("apiVersion", "kind")


def is_kubernetes(text: str) -> bool:
    """Whether a resource stands in it: a mapping with `apiVersion` and `kind`."""
    if "apiVersion" not in text or "kind" not in text:
        return False
    text = _with_line_feeds(text)
    if re.search(_API_VERSION, text) and re.search(_KIND, text):
        return True
    return re.match(_FLOW, text) is not None and (re.match(_FLOW_RESOURCE, text) is not None or _is_resource(text))


def is_compose(text: str) -> bool:
    """Whether it has a mapping `services` of mappings, and says what one of them runs."""
    if "services" not in text or ("image" not in text and "build" not in text):
        return False
    text = _with_line_feeds(text)
    return re.search(_SERVICES, text) is not None or re.search(_FLOW_SERVICES, text) is not None


def is_workflow(text: str) -> bool:
    """Whether it has `on` and `jobs`, as a workflow of GitHub Actions has."""
    if "jobs" not in text:
        return False
    text = _with_line_feeds(text)
    return re.search(_JOBS, text) is not None and re.search(_ON, text) is not None


def is_gitlab_ci(text: str) -> bool:
    """Whether a mapping at the top has a `script`, as the jobs of GitLab CI have, or a hidden one an image."""
    if "image" not in text:
        return False
    text = _with_line_feeds(text)
    if "script" in text and (re.search(_JOB_SCRIPT, text) is not None or re.search(_FLOW_JOB, text) is not None):
        return True
    return "\n." in f"\n{text}" and re.search(_HIDDEN_JOB, text) is not None


def is_azure(text: str) -> bool:
    """Whether its list of jobs or stages begins with one that is named as Azure Pipelines name them."""
    if "container" not in text or ("jobs" not in text and "stages" not in text):
        return False
    return re.search(_AZURE_JOBS, _with_line_feeds(text)) is not None


BUILD_PUSH = "docker/build-push-action@"
"""Stands in every workflow that builds with this action."""


def _is_resource(text: str) -> bool:
    """Whether it is a resource in JSON; elsewhere in JSON the same keys say nothing."""
    import json

    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict) and all(isinstance(cast("dict[str, object]", value).get(k), str) for k in _RESOURCE)


def _with_line_feeds(text: str) -> str:
    """The same text where lines end with a line feed, as the expressions want it."""
    return text.replace("\r", "\n") if "\r" in text and "\n" not in text else text
