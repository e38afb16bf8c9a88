"""Bake files: JSON, files that are read together, edits, slots, directives, and what each target builds."""

import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.documents import bake, limits
from moorage.documents.detect import detect
from moorage.documents.rewrite import Refused, Rewrite, rewrite
from moorage.text import Edit, apply_edits
from shared import shared

MATRIX = """
target "app" {
  matrix = { base = ["debian:12", "alpine:3.19"] }
  contexts = { base = "docker-image://${base}" }
}
"""


def images(text, path="docker-bake.hcl", files=None):
    return [(u.written, u.expanded) for u in bake.read(path, text, (files or {}).get).usages]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("docker-bake.hcl", "", True),
        ("a/docker-bake.json", "", True),
        ("docker-bake.override.hcl", "", True),
        ("docker-bake.override.json", "", True),
        ("prod.bake.hcl", "", True),
        ("config.hcl", 'target "app" {\n}\n', True),
        ("main.hcl", 'resource "a" "b" {\n}\n', False),
        ("docker-bake.md", "", False),
        ("bake.json", "{}", False),
    ],
)
def test_which_files_are_bake_files(path, text, found):
    fmt = detect(path, text)
    assert (fmt is not None and fmt.id == "bake") == found


def test_json():
    text = json.dumps(
        {
            "variable": {"TAG": {"default": "3.20"}},
            "target": {
                "app": {
                    "contexts": {"a": "docker-image://alpine:${TAG}", "b": "docker-image://debian:12"},
                    "dockerfile-inline": "FROM redis:7\nRUN true\n",
                    "args": {"X": '${TAG == "3.20" ? "yes" : "no"}'},
                }
            },
        },
        indent=1,
    )
    assert images(text, "docker-bake.json") == [
        ("alpine:${TAG}", "alpine:3.20"),
        ("debian:12", "debian:12"),
        ("redis:7", "redis:7"),
    ]
    (build,) = bake.read("docker-bake.json", text).builds
    assert "".join(s.value for s in build.arguments[0].row) == "yes"


def test_directives_of_templates_in_json():
    inline = "%{ for v in [1, 2] }FROM acme/a:${v}\n%{ endfor }"
    context = "docker-image://redis:%{ if true }7%{ else }6%{ endif }"
    text = json.dumps({"target": {"app": {"contexts": {"a": context}, "dockerfile-inline": inline}}})
    assert [expanded for _, expanded in images(text, "docker-bake.json")] == ["redis:7", "acme/a:1", "acme/a:2"]


def test_half_typed_json_still_names_the_rest():
    text = '{"target": {"app": {"contexts": {\n  "a": "docker-image://alpine:3",\n  "b": \n}}}\n'
    assert images(text, "docker-bake.json") == [("alpine:3", "alpine:3")]


def test_files_that_bake_reads_together():
    files = {
        "docker-bake.hcl": 'variable "TAG" { default = "1" }\ntarget "app" { context = "./app" }\n',
        "docker-bake.override.hcl": 'variable "TAG" { default = "2" }\n',
    }
    text = files["docker-bake.hcl"] + 'target "web" { contexts = { a = "docker-image://acme/a:${TAG}" } }\n'
    assert images(text, files=files) == [("acme/a:${TAG}", "acme/a:2")]
    document = bake.read("x/docker-bake.override.hcl", 'target "app" { args = { TAG = TAG } }\n', files.get)
    (build,) = document.builds
    assert build.context == "./app"
    (argument,) = build.arguments
    assert [(s.value, s.document) for s in argument.row] == [("1", "x/docker-bake.hcl")]


def test_a_named_file_falls_back_on_the_common_ones():
    files = {"docker-bake.hcl": 'variable "TAG" { default = "1" }\ntarget "base" { context = "base" }\n'}
    text = 'target "app" {\n  inherits = ["base"]\n  contexts = { a = "docker-image://acme/a:${TAG}" }\n}\n'
    document = bake.read("prod.bake.hcl", text, files.get)
    assert [u.expanded for u in document.usages] == ["acme/a:1"]
    assert [(b.name, b.context) for b in document.builds] == [("app", "base")]


def test_a_variable_that_is_not_set_leaves_its_place_empty():
    (usage,) = bake.read(
        "docker-bake.hcl", 'variable "T" {}\ntarget "a" { contexts = { x = "docker-image://b:${T}" } }'
    ).usages
    assert (usage.expanded, usage.reference, usage.problem.code) == ("b:", None, "unset-variable")


def after(text, number, wanted):
    document = bake.read("docker-bake.hcl", text)
    usage = document.usages[number]
    answer = rewrite(usage, wanted, document.usages)
    return answer if isinstance(answer, Refused) else apply_edits(text, [Edit(e.span, e.new) for e in answer.edits])


def test_an_edit_goes_to_the_default_of_a_variable():
    text = 'variable "N" { default = "22.1" }\ntarget "a" { contexts = { x = "docker-image://node:${N}-slim" } }\n'
    assert after(text, 0, "node:22.2-slim") == text.replace("22.1", "22.2")


def test_an_edit_goes_to_the_value_of_the_matrix():
    assert after(MATRIX, 1, "alpine:3.20") == MATRIX.replace("3.19", "3.20")
    assert after(MATRIX, 0, "debian:13") == MATRIX.replace("debian:12", "debian:13")


def test_what_is_right_for_one_value_is_not_put_behind_all():
    text = MATRIX.replace('"debian:12", "alpine:3.19"', '"3.19", "3.20"').replace("${base}", "alpine:${base}")
    digest = "@sha256:" + "0" * 64
    assert after(text, 0, "alpine:3.19" + digest) == text.replace('"3.19"', f'"3.19{digest}"')
    assert isinstance(after(text.replace("${base}", "${base}-slim"), 0, f"alpine:3.19-slim{digest}"), Refused)


@pytest.mark.parametrize(
    ("text", "kind", "prefix"),
    [
        ('target "a" { contexts = { x = "docker-image://alp‸ine:3" } }', "repository", "alp"),
        ('target "a" { contexts = { x = "docker-image://alpine:3‸" } }', "tag", "3"),
        ('target "a" { contexts = { x = "docker-image://‸" } }', "repository", ""),
        ('target "a" {\n  contexts = {\n    x = "docker-image://node:‸\n  }\n}\n', "tag", ""),
        ('# moorage: ign‸\ntarget "a" {}', "directive", "ign"),
        ('target "a" { tags = ["‸"] }', None, None),
    ],
)
def test_what_could_be_written(text, kind, prefix):
    offset = text.index("‸")
    text = text.replace("‸", "")
    slot = bake.slot_at(bake.read("docker-bake.hcl", text), offset)
    assert (slot and slot.kind, slot and slot.prefix) == (kind, prefix)


def test_comments_govern_the_entry_below_or_before_them():
    text = (
        'target "a" {\n  contexts = {\n    # moorage: pin=off\n    x = "docker-image://a:1"\n'
        '    y = "docker-image://b:1" // moorage: ignore\n    z = "# moorage: none"\n  }\n}\n'
    )
    found = [(c.text, c.target.of(text)) for c in bake.read("docker-bake.hcl", text).comments]
    assert found == [("pin=off", 'x = "docker-image://a:1"'), ("ignore", 'y = "docker-image://b:1"')]


def test_one_sentence_where_the_parser_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "tree_sitter_hcl", None)
    document = bake.read("docker-bake.hcl", 'target "a" {}')
    assert [n.message for n in document.notices] == [
        "HCL cannot be read here, since tree_sitter_hcl is not installed: `pip install tree-sitter tree-sitter-hcl`"
    ]


@pytest.mark.parametrize(
    "attribute",
    ["contexts = MISSING", 'dockerfile-inline = "FROM a:1\nFROM ${MISSING}"', "dockerfile-inline = MISSING"],
)
def test_what_is_not_known_in_full_is_said(attribute):
    text = f'target "a" {{ {attribute} }}'
    (notice,) = bake.read("docker-bake.hcl", text).notices
    name = attribute.split(" ")[0]
    assert notice.message == f"{name} of target a is not known in full: MISSING is not defined in this file"
    assert notice.span.of(text).strip() == attribute


def test_what_is_not_known_is_said_once_for_all_targets_of_a_matrix():
    text = 'target "a" {\n name = "a-${v}"\n matrix = { v = ["1", "2"] }\n dockerfile-inline = "FROM ${BASE}"\n}\n'
    messages = [notice.message for notice in bake.read("docker-bake.hcl", text).notices]
    assert messages == ["dockerfile-inline of target a is not known in full: BASE is not defined in this file"]


def test_a_matrix_has_an_end():
    axes = "".join(f"v{i} = {list(range(10))}\n" for i in range(6)).replace("'", '"')
    document = bake.read(
        "docker-bake.hcl", f'target "a" {{\n matrix = {{\n{axes} }}\n name = "a-${{v0}}-${{v5}}"\n}}\n'
    )
    assert len(document.builds) <= limits.BAKE_COMBINATIONS
    assert [n.message for n in document.notices] == ["a matrix is read up to 500 combinations"]


def test_a_matrix_is_worked_out_once_for_all_its_combinations():
    versions = ", ".join(f'"{n}"' for n in range(400))
    text = (
        f'target "a" {{\n matrix = {{ v = [{versions}] }}\n contexts = {{ b = "docker-image://alpine:${{v}}" }}\n}}\n'
    )
    found = [usage.expanded for usage in bake.read("docker-bake.hcl", text).usages]
    assert found == [f"alpine:{n}" for n in range(400)]


_IMAGE = "docker-image://alpine:3.20"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docker-bake.hcl", "".join(f'target "t{n}" {{ contexts = {{ a = "{_IMAGE}" }} }}\n' for n in range(99))),
        ("docker-bake.json", json.dumps({"target": {f"t{n}": {"contexts": {"a": _IMAGE}} for n in range(99)}})),
    ],
    ids=["hcl", "json"],
)
def test_a_file_is_read_up_to_so_many_expressions(monkeypatch, name, text):
    monkeypatch.setattr(limits, "HCL_EXPRESSIONS", 100)
    document = bake.read(name, text)
    assert [n.message for n in document.notices] == ["a file is read up to 100 expressions"]
    assert 15 < len(document.usages) < 60
    assert document.usages[-1].expanded == "alpine:3.20"


def test_inheritance_has_an_end():
    chain = "".join(f'target "t{n}" {{\n inherits = ["t{n + 1}"]\n args = {{ a{n} = "1" }}\n}}\n' for n in range(800))
    document = bake.read("docker-bake.hcl", chain)
    assert [n.message for n in document.notices] == [
        "what targets inherit is read 50 targets deep, and up to 100,000 entries"
    ]
    assert [len(build.arguments) for build in document.builds][:2] == [51, 50]


def test_a_damaged_file_is_mended_up_to_a_length(monkeypatch):
    text = 'target "a" {\n  contexts = { x = "docker-image://alpine:3.20\n}\n'
    assert [u.expanded for u in bake.read("x.bake.hcl", text).usages] == ["alpine:3.20"]
    monkeypatch.setattr(limits, "HCL_DAMAGED", 10)
    assert bake.read("x.bake.hcl", text).usages == ()


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 5000,
        "x = " + "(" * 500 + ")" * 500 + "\n",
        'x = "' + "${" * 3000,
        "a" * 100_000,
        'target "a" {\n' * 2000,
        "a = b\nb = a\n" + 'target "t" { contexts = { x = "docker-image://i:${a}" } }\n',
        "".join(f"v{i} = [for a in v{i + 1} : [for b in v{i + 1} : b]]\n" for i in range(30))
        + 'v30 = [1, 2, 3]\ntarget "t" { contexts = { x = "docker-image://i:${v0}" } }\n',
        "".join(f'v{i} = "${{v{i + 1}}}${{v{i + 1}}}"\n' for i in range(60))
        + 'v60 = "aaaa"\ntarget "t" { contexts = { x = "docker-image://i:${v0}" } }\n',
        'target "a" { inherits = ["b"] }\ntarget "b" { inherits = ["a"] }\n',
        "".join(f'target "t{i}" {{ inherits = ["t{i + 1}", "t{i + 1}"] }}\n' for i in range(60)),
        "\x00\ud800é" * 50,
        "".join(f'target "a{i}" {{\n matrix = {{ a = range(25), b = range(25) }}\n}}\n' for i in range(300)),
        ('target "a" {\n' + "  x = [ } y ) =\n" * 150 + "}\n") * 20,
        "x = a" + ".b" * 50_000,
        'x = "' + "%{ if true }" * 3000,
        'x = "'
        + "%{ if true }" * 500
        + "%{ endif }" * 500
        + '"\ntarget "a" { contexts = { b = "docker-image://${x}" } }\n',
        'target "a" {\n  dockerfile-inline = <<E\n'
        + "%{ for x in range(5000) ~}\nFROM a:${x}\n%{ endfor ~}\n" * 60
        + "E\n}\n",
    ],
    ids=str.split(
        "brackets parentheses interpolations word blocks circle loops doubling "
        "inherits diamonds surrogates matrices broken "
        "steps directives nested repeated"
    ),
)
def test_hostile_texts_are_read_in_time(text):
    document = bake.read("docker-bake.hcl", text)
    assert all(u.span.of(text) == u.written for u in document.usages)


SAMPLE = """variable "TAG" {
  default = "3.12"
}
# moorage: pin=off
target "app" {
  inherits = ["base"]
  matrix = { v = ["1", "2"] }
  name = "app-${v}"
  contexts = {
    a = "docker-image://python:${TAG}-slim"
    b = "target:base"
  }
  dockerfile-inline = <<EOT
FROM alpine:${v}
EOT
}
"""


@st.composite
def _written(draw):
    """An image with a tag, and the definitions and the expression that make it in one of HCL's ways."""
    tag = draw(st.from_regex(r"[0-9]{1,3}\.[0-9]{1,2}(-[a-z]{1,6})?", fullmatch=True))
    before, after = tag[: draw(st.integers(0, len(tag)))], ""
    after = tag[len(before) :]
    blank = draw(st.sampled_from(["", " ", "~ ", " ~"]))
    open_, close = "%{" + blank.rstrip(" "), blank.lstrip(" ").replace(" ", "") + "}"
    return tag, draw(
        st.sampled_from(
            [
                ("", f'"docker-image://acme/é:{tag}"'.replace("é", "e")),
                (f'variable "V" {{ default = "{tag}" }}\n', '"docker-image://acme/e:${V}"'),
                (f'v = "{after}"\n', f'"docker-image://acme/e:{before}${{v}}"'),
                ("", f'"docker-image://acme/e:{open_} if true {close}{tag}%{{ else }}x%{{ endif }}"'),
                ("", f'"docker-image://acme/e:%{{ for x in ["{before}", "{after}"] }}${{x}}%{{ endfor }}"'),
                ("", f'true ? "docker-image://acme/e:{tag}" : "docker-image://none"'),
                ("", f'format("docker-image://%s:%s", "acme/e", "{tag}")'),
                (f'v = {{ a = [{{ b = "{tag}" }}] }}\n', '"docker-image://acme/e:${v.a[0].b}"'),
            ]
        )
    )


@given(_written(), st.from_regex(r"[0-9]{1,3}\.[0-9]{1,2}(-[a-z]{1,6})?", fullmatch=True))
def test_an_edit_read_back_is_what_was_wanted_or_is_refused(written, wanted):
    tag, (definitions, expression) = written
    text = (
        definitions
        + '# é\ntarget "a" {\n  contexts = {\n    x = '
        + expression
        + '\n    y = "docker-image://z:1"\n  }\n}\n'
    )
    assert bake.read("docker-bake.hcl", text).usages[0].expanded == f"acme/e:{tag}"
    edited = after(text, 0, f"acme/e:{wanted}")
    if isinstance(edited, Refused):
        return
    usages = bake.read("docker-bake.hcl", edited).usages
    assert [u.expanded for u in usages] == [f"acme/e:{wanted}", "z:1"]
    assert edited.count("\n") == text.count("\n")


_cuts = st.lists(
    st.tuples(st.integers(0, len(SAMPLE)), st.integers(0, 30), st.text('"{}[]$é\n=:#', max_size=3)), max_size=4
)


@given(_cuts)
def test_damaged_text_never_raises_and_spans_hold(cuts):
    text = SAMPLE
    for at, length, new in cuts:
        text = text[:at] + new + text[at + length :]
    document = bake.read("docker-bake.hcl", text)
    for usage in document.usages:
        assert usage.span.of(text) == usage.written
        for segment in usage.segments:
            if segment.span is not None and segment.verbatim:
                assert segment.span.of(text) == segment.value


@pytest.mark.parametrize(
    "number",
    [i for i, line in enumerate(SAMPLE.split("\n")) if line and "docker-image" not in line and not line.endswith("{")],
)
def test_one_line_half_typed_leaves_the_rest(number):
    lines = SAMPLE.split("\n")
    lines[number] = lines[number][: len(lines[number]) // 2]
    found = [u.written for u in bake.read("docker-bake.hcl", "\n".join(lines)).usages]
    assert "python:${TAG}-slim" in found


def test_targets_are_what_buildx_makes_of_them():
    """Every target of the open files with its arguments, contexts and tags, but for what depends on the moment."""
    import re
    import tarfile

    texts = {}
    with tarfile.open(shared("corpus/corpus_open.tar.xz")) as archive:
        for member in archive:
            if member.isfile() and "/bake/" in member.name:
                texts[member.name.rpartition("/")[2]] = archive.extractfile(member).read().decode()
    checked = 0
    for line in shared("vectors/bake_truth_open.jsonl").read_text().splitlines():
        truth = json.loads(line)
        name = truth["file"].rpartition("/")[2]
        text = (
            texts.get(name)
            or texts.get(re.sub(r"snippet0(\d)", r"snippet\1", name))
            or texts.get(name.removesuffix(".hcl"))
        )
        if text is None or truth.get("parse_error") or re.search(r"\b(?:timestamp|uuidv4)\(", text):
            continue
        path = "docker-bake.json" if name.endswith(".json") else "docker-bake.hcl"
        builds = {b.name: b for b in bake.read(path, text).builds}
        for target in truth["targets"]:
            build = builds[target["name"]]
            arguments = {a.name: "".join(s.value for s in a.row) for a in build.arguments}
            contexts = {c.name: c.value for c in build.contexts}
            given = {name: value for name, value in (target.get("args") or {}).items() if value is not None}
            assert given.items() <= arguments.items()
            assert (target.get("contexts") or {}).items() <= contexts.items()
            if any(target.get("tags") or ()):
                assert list(build.images) == [t for t in target["tags"] if t]
            checked += 1
    print(f"{checked} targets as buildx makes them")
    assert checked > 500


def test_groups_and_who_names_what():
    text = """group "default" { targets = ["app", "other", "elsewhere"] }
target "app" {
  name = "app-${n}"
  matrix = { n = ["a", "b"] }
  contexts = { base = "docker-image://alpine:3", own = "docker-image://debian:${n}" }
}
target "other" { dockerfile-inline = "FROM redis:7" }
"""
    document = bake.read("docker-bake.hcl", text)
    (group,) = document.groups
    assert (group.name, group.members) == ("default", ("app-a", "app-b", "other", "elsewhere"))
    assert group.span.of(text) == "default"
    assert [(u.expanded, u.owners) for u in document.usages] == [
        ("alpine:3", ("app-a", "app-b")),
        ("debian:a", ("app-a",)),
        ("debian:b", ("app-b",)),
        ("redis:7", ("other",)),
    ]


@pytest.mark.parametrize(
    ("matrix", "value", "rest", "is_free"),
    [
        ('v = ["3.11", "3.12"]', "v", 'target "b" { contexts = { a = "target:a-3-11" } }', False),
        ('v = ["3.11", "3.12"]', "v", 'group "all" { targets = ["a-3-11"] }', False),
        ('v = ["3.11", "3.12"]', "v", 'group "all" { targets = ["a-3-12"] }', True),
        ('v = ["3.11", "3.12"]', "v", "", True),
        ('i = [{ v = "3.11", n = "x" }]', "i.v", 'group "all" { targets = ["a-3-11"] }', False),
        ('i = [{ v = "x", n = "3.11" }]', "i.n", 'group "all" { targets = ["a-x"] }', True),
    ],
)
def test_a_value_that_names_a_target_which_others_call_is_not_edited(matrix, value, rest, is_free):
    name = "i.v" if "i = " in matrix else "v"
    text = (
        f'target "a" {{\n  name = "a-${{replace({name}, ".", "-")}}"\n  matrix = {{ {matrix} }}\n'
        f'  contexts = {{ py = "docker-image://python:${{{value}}}" }}\n}}\n{rest}\n'
    )
    usage = next(u for u in bake.read("docker-bake.hcl", text).usages if u.expanded == "python:3.11")
    answer = rewrite(usage, "python:3.13")
    assert isinstance(answer, Rewrite) is is_free
    if not is_free:
        assert answer.message == "a-3-11, which the file names elsewhere, has its name from " + value.partition(".")[0]
