"""The protocol cases of `../shared/vectors`, and how their figures are told."""

import json

from shared import shared


def cases(name):
    """The cases of a file."""
    return json.loads(shared(f"vectors/{name}.json").read_text())["cases"]


def report(name, figures):
    """Print how many cases agree, and fail with the names of those that do not."""
    wrong = [case for case, right in figures if not right]
    print(f"{name}: {len(figures) - len(wrong)} of {len(figures)} agree")
    assert not wrong, "\n".join(map(str, wrong))
