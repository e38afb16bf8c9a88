"""No test passes whatever happens: each asserts something, itself or through a helper that does."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
# What fails a test without the word `assert`.
FAILING = frozenset(("raises", "fail", "missing", "timeout", "fnmatch_lines", "assert_outcomes"))


def functions():
    """Every function of the tests, with its module."""
    for file in sorted(TESTS.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield file.relative_to(TESTS), node


def called(function):
    """The last names of what a function calls, and a mark where it asserts or raises."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert | ast.Raise):
            yield ""
        elif isinstance(node, ast.Call):
            yield node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)


def idle(found):
    """The tests among functions that can only fail by accident. Helpers are known by their names."""
    calls = [(file, node.name, set(called(node))) for file, node in found]
    failing = {"", *FAILING}
    while new := {name for _, name, uses in calls if uses & failing} - failing:
        failing |= new
    return [f"{file}: {name}" for file, name, uses in calls if name.startswith("test_") and not uses & failing]


def test_every_test_can_fail():
    assert idle(functions()) == []


@pytest.mark.parametrize(
    "text, found",
    [
        ("def test_a(): assert x", []),
        ("def test_a(): x()", ["t.py: test_a"]),
        ("def test_a():\n    with pytest.raises(E): x()", []),
        ("def helper(): assert x\ndef test_a(): helper()", []),
        ("def helper(): inner()\ndef inner(): raise E\nasync def test_a(): await s.helper()", []),
        ("def helper(): pass\ndef test_a(): helper()", ["t.py: test_a"]),
    ],
)
def test_which_tests_are_idle(text, found):
    assert idle(("t.py", node) for node in ast.parse(text).body) == found
