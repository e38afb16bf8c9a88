"""Agreement with BuildKit on real Dockerfiles, and on real ones made harder."""

import json
import lzma

import pytest

from moorage.documents.dockerfile import read
from moorage.reference import InvalidReference, parse
from moorage.text import LineIndex
from shared import shared


def expected_usages(truth):
    """What must be found, and what may be: where BuildKit itself cannot say which image it is."""
    must, may = [], []
    for s in truth["stages"]:
        row = ("base", s["base_expanded_with_default_args"], s["line"], s["end_line"], s["index"])
        if s["kind"] == "image":
            must.append((row, s["ref"], s.get("name"), s.get("platform")))
        elif s["kind"] in ("blank", "error"):
            may.append(row)
    for key, role in (("copy_from", "copy-source"), ("mount_from", "mount-source")):
        for c in truth.get(key, []):
            row = (role, c["raw"], c["line"], c["end_line"], c["in_stage"])
            if c["kind"] == "image":
                must.append((row, c["ref"], None, None))
            elif c["kind"] == "error":
                may.append(row)
    return must, may


def differences(text, truth):
    """How a text is read differently from what BuildKit says of it."""
    document = read("Dockerfile", text)
    index = LineIndex(text, "lf")
    must, may = expected_usages(truth)
    wrong = []
    frontends = [u for u in document.usages if u.role == "frontend"]
    if [u.expanded for u in frontends] != ([truth["syntax"]] if truth.get("syntax") else []):
        wrong.append(("frontend", truth.get("syntax")))
    left = [u for u in document.usages if u.role != "frontend"]
    for (role, value, line, end, stage), ref, name, platform in must:
        fits = (
            u
            for u in left
            if (u.role, u.expanded, u.stage) == (role, value, stage)
            and line <= index.line_of(u.span.start) + 1 <= index.line_of(u.span.end - 1) + 1 <= end
        )
        usage = next(fits, None)
        if usage is None:
            wrong.append(("missing", role, value, line))
            continue
        left.remove(usage)
        if role == "base" and (usage.stage_name, usage.platform) != (name, platform):
            wrong.append(("stage", value, name, platform))
        try:
            said = parse(usage.expanded)
            parts = (said.registry, said.repository, said.tag, said.digest)
        except InvalidReference:
            parts = None
        if parts != (None if "error" in ref else (ref["domain"], ref["path"], ref.get("tag"), ref.get("digest"))):
            wrong.append(("parts", value, parts))
    for usage in left:
        line = index.line_of(usage.span.start) + 1
        allowed = [m for m in may if m[0] == usage.role and m[2] <= line <= m[3]]
        if usage.problem is None or not allowed:
            wrong.append(("extra", usage.role, usage.expanded, line))
    return wrong


def comparable(truth):
    """Whether BuildKit said anything that can be compared."""
    return not truth.get("parse_error") or truth.get("lenient")


def test_real_files(corpus):
    with shared("vectors/dockerfile_truth_open.jsonl").open(encoding="utf-8") as lines:
        truths = [json.loads(line) for line in lines]
    wrong = {t["file"]: found for t in truths if comparable(t) and (found := differences(corpus[t["file"]], t))}
    assert wrong == {}


def test_mutants():
    with lzma.open(shared("vectors/dockerfile_mutants_open.jsonl.xz"), "rt", encoding="utf-8") as lines:
        cases = [json.loads(line) for line in lines]
    wrong = {}
    for case in cases:
        if comparable(case["truth"]) and (found := differences(case["text"].removeprefix("\ufeff"), case["truth"])):
            wrong[case["id"]] = found
    assert wrong == {}


@pytest.mark.parametrize("broken", ["line", "end_line"])
def test_the_comparison_itself_notices(broken):
    truth = {"stages": [], "copy_from": [], "mount_from": []}
    stage = {"index": 0, "base_expanded_with_default_args": "a", "kind": "image", "line": 1, "end_line": 1}
    stage["ref"] = {"domain": "docker.io", "path": "library/a"}
    assert differences("FROM a\n", truth | {"stages": [stage]}) == []
    assert differences("FROM a\n", truth | {"stages": [stage | {broken: 3 if broken == "line" else 0}]}) != []
