"""Mending never makes things worse: no fix leads to a line of releases that has ended."""

import pytest

from moorage.data.lifecycle import shipped
from moorage.severity import Severity
from support.edit import after_all
from support.look import TODAY, facts, found

PRODUCTS = sorted({image: name for image, name in shipped().images.items() if image.startswith("docker.io/library/")})


@pytest.mark.parametrize("image", PRODUCTS)
def test_no_fix_leads_to_an_end(image):
    cycles = [c for c in shipped().product_of(image).cycles if c.name.replace(".", "").isdecimal()]
    living = [c for c in cycles if not c.is_over(TODAY)]
    name = image.removeprefix("docker.io/library/")
    view = facts(tags={name: [c.name for c in cycles] + [f"{c.name}.1" for c in cycles]})
    for cycle in living[:3]:
        for tag in (cycle.name, f"{cycle.name}.1"):
            before = f"FROM {name}:{tag}\n"
            for unsafe in (False, True):
                after = after_all(before, view, {}, unsafe=unsafe)
                assert worst(after, view) <= worst(before, view), after


def worst(text, view):
    """The gravest finding about lives."""
    found_here = [f.severity for f in found(text, view) if f.rule == "end-of-life"]
    return max(found_here, default=Severity.OFF)
