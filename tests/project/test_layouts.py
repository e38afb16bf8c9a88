"""Whole projects, laid out as real ones are: what each place names, who builds that, and what is said of it."""

from pathlib import Path

import pytest

from support.command import moorage

LAYOUTS = Path(__file__).parent / "layouts"


def usages(folder):
    """One line for each usage: place, role, value, who builds it, what is wrong."""
    for u in moorage("references", "--format", "json", cwd=folder).json["usages"]:
        line = f"{u['file'].removeprefix('./')}:{u['line']}:{u['column']} {u['role']} {u['written']}"
        if u["expanded"] not in (None, u["written"]):
            line += f" = {u['expanded']}"
        if u["built_by"]:
            line += f" ({u['built_by']})"
        if u["problem"]:
            line += f" ! {u['problem']['code']}"
        yield line


def findings(folder):
    """One line for each finding of an offline check; hints and what depends on the day are left out."""
    checked = moorage("check", "--offline", "--ignore", "end-of-life", "--format", "json", cwd=folder)
    for f in checked.json["findings"]:
        if f["severity"] != "hint":
            yield f"{f['file'].removeprefix('./')}:{f['line']}:{f['column']} {f['rule']}"


every_layout = pytest.mark.parametrize(
    "layout", sorted(p for p in LAYOUTS.iterdir() if p.is_dir()), ids=lambda p: p.name
)


@every_layout
def test_layout(layout):
    expected = layout.with_suffix(".txt").read_text("utf-8")
    assert "\n".join([*usages(layout), "", *findings(layout), ""]) == expected


@every_layout
def test_graph(layout):
    assert moorage("graph", cwd=layout).out == layout.with_suffix(".graph").read_text("utf-8")
