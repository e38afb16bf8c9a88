"""Matrices: an edit at a literal, read back, gives the wanted value and changes nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.documents.ci.github_actions import read
from moorage.documents.rewrite import Refused, rewrite
from moorage.text import apply_edits

DIGEST = "sha256:" + "a" * 64


def workflow(matrix, image):
    return f"on: push\njobs:\n  a:\n    strategy:\n      matrix: {matrix}\n    container: {image}  # why\n"


@pytest.mark.parametrize(
    ("before", "wanted", "after"),
    [
        ("{v: [16.9, 17.2]}", "postgres:16.8", "{v: [16.8, 17.2]}"),
        # Without quotes it would be the number 16.1.
        ("{v: [16.9, 17.2]}", "postgres:16.10", '{v: ["16.10", 17.2]}'),
        ("{v: ['16.9', 17.2]}", "postgres:16.10", "{v: ['16.10', 17.2]}"),
        ('{v: ["16.9", 17.2]}', "postgres:16.10", '{v: ["16.10", 17.2]}'),
        ("{v: [16.9.0, 17.2]}", "postgres:16.10.0", "{v: [16.10.0, 17.2]}"),
        ("{include: [{v: 16.9}, {v: 17.2}]}", "postgres:16.11", "{include: [{v: 16.11}, {v: 17.2}]}"),
        ("""{v: "${{ fromJSON('[\\"1\\"]') }}"}""", "postgres:2", None),
        ("""{v: "${{ fromJSON('[16.9]') }}"}""", "postgres:16.8", None),
        ("{v: [16.9, 17.2]}", f"postgres:16.9@{DIGEST}", f'{{v: ["16.9@{DIGEST}", 17.2]}}'),
        ("{v: [16.9]}", f"postgres:16.9@{DIGEST}", f'{{v: ["16.9@{DIGEST}"]}}'),
        ("{v: [16.9], include: [{v: 16.9, x: 1}]}", "postgres:16.8", None),
        ("{include: [{v: 16.9}, {v: 16.9, x: 1}]}", "postgres:16.8", None),
    ],
)
def test_edits(before, wanted, after):
    document = read("w.yml", workflow(before, "postgres:${{ matrix.v }}"))
    answer = rewrite(document.usages[0], wanted, document.usages)
    if after is None:
        assert isinstance(answer, Refused)
        return
    assert not isinstance(answer, Refused), answer.message
    assert apply_edits(document.text, answer.edits) == workflow(after, "postgres:${{ matrix.v }}")


def test_a_json_text_is_edited_where_it_stands():
    text = workflow("{v: \"${{ fromJSON('[1.2, 1.3]') }}\"}", "a:${{ matrix.v }}").replace("1.2, 1.3", "'x'")
    assert read("w.yml", text).usages[0].problem.code == "variable"
    plain = 'on: push\njobs:\n  a:\n    strategy:\n      matrix:\n        v: ${{ fromJSON(\'["1.2", "1.3"]\') }}\n'
    document = read("w.yml", plain + "    container: a:${{ matrix.v }}\n")
    answer = rewrite(document.usages[1], "a:1.10", document.usages)
    assert apply_edits(document.text, answer.edits) == document.text.replace('"1.3"', '"1.10"')


numbers = st.from_regex(r"[1-9][0-9]?(\.[0-9]{1,2}){0,2}(-slim|-rc1)?", fullmatch=True)
quotes = st.sampled_from(["{}", "'{}'", '"{}"'])
forms = st.sampled_from(
    [
        "{{v: [{}, {}], os: [a, b]}}",
        "{{include: [{{v: {}}}, {{os: b, v: {}}}]}}",
        "{{os: [a, b], v: [{}, {}], exclude: [{{os: a}}]}}",
        "{{v: [{}, {}], include: [{{x: 1}}, {{v: '99', x: 2}}]}}",
        "{{x: [{{v: {}}}, {{v: {}}}]}}",
    ]
)


@given(forms, st.lists(st.tuples(numbers, quotes), min_size=2, max_size=2, unique_by=lambda item: item[0]), numbers)
def test_an_edit_read_back_gives_the_wanted_value_and_changes_nothing_else(form, values, new):
    texts = [quote.format(value) for value, quote in values]
    key = "matrix.x.v" if "x: [" in form else "matrix.v"
    document = read("w.yml", workflow(form.format(*texts), f"acme/${{{{ {key} }}}}x:${{{{ {key} }}}}"))
    assert [u.expanded for u in document.usages][:2] == [f"acme/{value}x:{value}" for value, _ in values]
    document = read("w.yml", workflow(form.format(*texts), f"acme/x:${{{{ {key} }}}}"))
    first, second, *rest = document.usages
    answer = rewrite(first, f"acme/x:{new}", document.usages)
    if new in [value for value, _ in values] or isinstance(answer, Refused):
        return
    after = apply_edits(document.text, answer.edits)
    again = read("w.yml", after)
    assert [u.expanded for u in again.usages] == [f"acme/x:{new}", second.expanded, *(u.expanded for u in rest)]
    kept = texts[0][:1] if texts[0][:1] in "'\"" else ""
    written = after[answer.edits[0].span.start - 8 :]
    assert kept + new + kept in written or f"'{new}'" in written


def test_a_hostile_matrix_is_read_as_far_as_the_limits_go():
    many = ", ".join(str(n) for n in range(2_000))
    entries = ", ".join(f"{{a: {n}, b: {n}}}" for n in range(2_000))
    document = read("w.yml", workflow(f"{{a: [{many}], b: [{many}], exclude: [{entries}]}}", "x:${{ matrix.a }}"))
    assert 0 < len(document.usages) <= 16
    jobs = "".join(
        f"  j{n}:\n    strategy: {{matrix: {{a: [{many}], exclude: [{entries}]}}}}\n"
        "    container: x:${{ matrix.a }}\n"
        for n in range(20)
    )
    assert {u.problem and u.problem.code for u in read("w.yml", "on: push\njobs:\n" + jobs).usages} == {
        None,
        "variable",
    }


def test_aliases_do_not_multiply():
    layers = "".join(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]\n" for n in range(1, 30))
    text = "x0: &x0 [1]\n" + layers + "on: push\njobs:\n  a:\n    strategy: {matrix: {v: *x29, include: [{v: *x28}]}}\n"
    document = read("w.yml", text + "    container: a:${{ matrix.v }}\n")
    assert [u.problem.code for u in document.usages] == ["variable"]
