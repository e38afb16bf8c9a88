"""What a YAML file's content says of its format.

The patterns are compiled when the first YAML file is seen (`re` keeps them): a project may have none.
"""

import re

_API_VERSION = r"""(?m)^["']?apiVersion["']?[ \t]*:"""
_KIND = r"""(?m)^["']?kind["']?[ \t]*:"""
_FLOW_RESOURCE = r"""\s*(?:---\s+)?\{"""
_EMPTY_LINES = r"(?:[ \t]*(?:\#[^\n]*)?\r?\n)"
_SERVICES = rf"""(?mx)
    ^["']?services["']?[ \t]*:(?:[ \t]+&\S+)?{_EMPTY_LINES}+(?=[ ]+[^\s\#-])  # not a list
    (?:(?:[ \t\#][^\n]*)?\r?\n)*?[ ]+["']?[\w.-]+["']?[ \t]*:              # then, maybe some lines on, a key
    [ \t]*(?:[&{{\#*]|\r?\n)                                              # of a mapping
"""
_ON = r"""(?m)^(?:on|"on"|'on')[ \t]*:"""
_JOBS = r"""(?m)^["']?jobs["']?[ \t]*:"""
_JOB_SCRIPT = rf"""(?mx)
    ^[\w."'][^\n\#:]*:(?:[ \t]+&\S+)?{_EMPTY_LINES}+(?P<indent>[ ]+)(?=[^\s\#-])      # a mapping at the top,
    (?:[^\n]*\n{_EMPTY_LINES}*(?P=indent)(?=[ \t]*[^\s\#]))*?script[ \t]*:              # with a script in it
"""


def is_kubernetes(text: str) -> bool:
    """Whether a resource stands in it: a mapping with `apiVersion` and `kind`."""
    if "apiVersion" not in text:
        return False
    if re.search(_API_VERSION, text) and re.search(_KIND, text):
        return True
    return re.match(_FLOW_RESOURCE, text) is not None and '"apiVersion"' in text and '"kind"' in text


def is_compose(text: str) -> bool:
    """Whether it has a mapping `services` of mappings, and says what one of them runs."""
    return "services" in text and ("image" in text or "build" in text) and re.search(_SERVICES, text) is not None


def is_workflow(text: str) -> bool:
    """Whether it has `on` and `jobs`, as a workflow of GitHub Actions has."""
    return "jobs" in text and re.search(_JOBS, text) is not None and re.search(_ON, text) is not None


def is_gitlab_ci(text: str) -> bool:
    """Whether a mapping at the top has a `script`, as the jobs of GitLab CI have."""
    return "script" in text and "image" in text and re.search(_JOB_SCRIPT, text) is not None


BUILD_PUSH = "docker/build-push-action@"
"""Stands in every workflow that builds with this action."""
