"""Ignore here in text files: only where a comment is known to be one."""

import pytest

from moorage.analysis import analyse
from moorage.documents import text as text_files
from moorage.facts import FactsView
from moorage.features.ignore import can_ignore, ignore_here
from moorage.text import Edit, apply_edits
from support.look import project

IMAGE = "centos:7@sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("Makefile", f"A := x\nB := {IMAGE}\n", f"A := x\n# moorage: ignore[RULE]\nB := {IMAGE}\n"),
        ("main.tf", f'  name = "{IMAGE}"\n', f'  # moorage: ignore[RULE]\n  name = "{IMAGE}"\n'),
        ("main.go", f'\tx = "{IMAGE}"\n', f'\t// moorage: ignore[RULE]\n\tx = "{IMAGE}"\n'),
        ("run.sh", f"docker run \\\n  {IMAGE}\n", None),
        ("notes.txt", f"{IMAGE}\n", None),
    ],
)
def test_ignore_here(path, before, after):
    document = text_files.read(path, before)
    finding = next(f for f in analyse(document, project(), FactsView()) if f.usage is not None)
    assert can_ignore(document, finding) == (after is not None)
    edits = [Edit(e.span, e.new) for e in ignore_here(document, finding)]
    assert apply_edits(before, edits) == (before if after is None else after.replace("RULE", finding.rule))
