"""What an expression says of where a value comes from."""

import pytest

from moorage.documents.ci import github_actions


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ("${{ matrix.image }}", "variable", "this reference takes its value from ${{ matrix.image }}"),
        ("postgres:${{matrix.pg-version}}", "variable", "this reference takes its value from ${{matrix.pg-version}}"),
        ("${{ inputs.a }}/b:${{ env.C }}", "variable", "this reference takes its value from ${{ inputs.a }}"),
        ("${{ needs.x.outputs.y }}", "variable", "this reference takes its value from ${{ needs.x.outputs.y }}"),
        ("a:${{ matrix.x || '1' }}", "template", "an expression makes this reference when the pipeline runs"),
        ("${{ github }}", "template", "an expression makes this reference when the pipeline runs"),
        ("{{ cookiecutter.image }}", "template", "another program fills in part of this reference"),
    ],
)
def test_expressions(value, code, message):
    text = f"on: push\njobs:\n  a:\n    container: '{value.replace(chr(39), chr(39) * 2)}'\n"
    (usage,) = github_actions.read("x.yml", text).usages
    assert usage.problem is not None
    assert (usage.problem.code, usage.problem.message) == (code, message)
    assert usage.expanded is None
