"""Ignore here: a directive where it has its effect and does no harm."""

import pytest

from moorage.analysis import analyse
from moorage.facts import FactsView
from support.edit import act, actions, read, reread
from support.look import found, project

CASES = {
    "above the instruction": ("FROM redis:7\nFROM pyth‸on\n", "FROM redis:7\n# moorage: ignore[no-tag]\nFROM python\n"),
    "at the top": ("FROM ‸python\n", "# moorage: ignore[no-tag]\nFROM python\n"),
    "with the same indentation": ("  FROM ‸python\n", "  # moorage: ignore[no-tag]\n  FROM python\n"),
    "with the same line ends": (
        "FROM a:1\r\nFROM ‸python\r\n",
        "FROM a:1\r\n# moorage: ignore[no-tag]\r\nFROM python\r\n",
    ),
    "below parser directives": (
        "# syntax=docker/dockerfile:1\nFROM ‸python\n",
        "# syntax=docker/dockerfile:1\n# moorage: ignore[no-tag]\nFROM python\n",
    ),
    "for the file, where a parser directive must stay first": (
        "# syntax=docker/docker‸file\nFROM a:1\n",
        "# syntax=docker/dockerfile\n# moorage: ignore-file[no-tag]\nFROM a:1\n",
    ),
    "in the directive that stands there": (
        "# moorage: ignore[outdated]\nFROM ‸python\n",
        "# moorage: ignore[outdated, no-tag]\nFROM python\n",
    ),
    "in an empty list": ("# moorage: ignore[]\nFROM ‸python\n", "# moorage: ignore[no-tag]\nFROM python\n"),
    "behind what the directive says already": (
        "# moorage: pin=off\nFROM ‸python\n",
        "# moorage: pin=off ignore[no-tag]\nFROM python\n",
    ),
    "for a later line of the instruction": (
        "FROM a:1\nCOPY \\\n  --from=pyth‸on / /\n",
        "FROM a:1\n# moorage: ignore[no-tag]\nCOPY \\\n  --from=python / /\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("before", "after"), CASES.values(), ids=CASES.keys())
def test_ignore_here(before, after):
    assert act("Ignore no-tag in this file" if "ignore-file" in after else "Ignore no-tag here", before) == after
    document, _ = read(before)
    rules = [f.rule for f in found(after)]
    assert "no-tag" in [f.rule for f in found(document.text)]
    assert "no-tag" not in rules
    assert "directive-error" not in rules


OTHERS = {
    "an entry": ("compose.yaml", "services:\n  b:\n    image: red‸is\n"),
    "a flow mapping": ("compose.yaml", "services:\n  b: {image: red‸is}\n"),
    "a folded value": ("compose.yaml", "services:\n  b:\n    image: >-\n      red‸is\n"),
    "an item": ("pod.yaml", "kind: Pod\napiVersion: v1\nspec:\n  containers:\n  - image: red‸is\n"),
    "a Dockerfile in a file": (
        "compose.yaml",
        "services:\n  b:\n    build:\n      dockerfile_inline: |\n        FROM re‸dis\n",
    ),
    "Bake": ("docker-bake.hcl", 'target "a" {\n  contexts = { b = "docker-image://red‸is" }\n}\n'),
}


@pytest.mark.parametrize(("path", "text"), OTHERS.values(), ids=OTHERS.keys())
def test_in_other_formats_the_directive_has_its_effect_too(path, text):
    after = reread(path, act("Ignore no-tag here", text, path=path))
    assert [f.rule for f in analyse(after, project(), FactsView())] == []
    assert [u.written for u in after.usages] == ["redis"]


def test_a_file_without_comments_offers_nothing():
    text = '{"target": {"a": {"contexts": {"b": "docker-image://red‸is"}}}}'
    assert not [title for title in actions(text, path="docker-bake.json") if title.startswith("Ignore")]
