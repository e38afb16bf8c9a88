"""Where HCL's parser is not installed, one sentence says so, and everything else of the project works."""

import os

import pytest

from support.command import moorage
from support.editor import editor

SENTENCE = "HCL cannot be read here, since tree_sitter_hcl is not installed: `pip install tree-sitter tree-sitter-hcl`"
BAKE = 'target "a" {\n  contexts = { x = "docker-image://alpine" }\n}\n'


@pytest.fixture
def folder(tmp_path, tmp_path_factory, monkeypatch):
    """A folder with a Dockerfile and two Bake files, seen by a Python in which the parser cannot be imported."""
    stand_in = tmp_path_factory.mktemp("packages") / "tree_sitter_hcl.py"
    stand_in.write_text("raise ModuleNotFoundError('no parser', name='tree_sitter_hcl')\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(stand_in.parent), os.environ["PYTHONPATH"]]))
    (tmp_path / "Dockerfile").write_text("FROM debian\n")
    (tmp_path / "docker-bake.hcl").write_text(BAKE)
    (tmp_path / "other.bake.json").write_text('{"target": {"b": {"contexts": {"x": "docker-image://redis"}}}}\n')
    return tmp_path


def test_check_says_so_and_reads_the_rest(folder):
    done = moorage("check", "--offline", ".", cwd=folder)
    assert done.code == 1
    assert done.err.count(SENTENCE) + done.out.count(SENTENCE) == 1
    assert "debian has no tag" in done.out
    assert "redis has no tag" in done.out
    assert "Traceback" not in done.out + done.err


def test_references_says_so_and_lists_the_rest(folder):
    done = moorage("references", ".", cwd=folder)
    assert (done.code, done.err) == (0, f"moorage: ./docker-bake.hcl: {SENTENCE}\n")
    assert done.out == "./Dockerfile:1:6: base debian\n./other.bake.json:1:53: context redis\n"


async def test_an_editor_logs_it_once_and_serves_the_rest(folder):
    async with editor(folder) as window:
        window.open(BAKE, "docker-bake.hcl", "dockerbake")
        window.change(2, BAKE + "\n", name="docker-bake.hcl")
        window.open("FROM debian\n")
        await window.until_rules(["no-tag"])
        await window.until(lambda: any(SENTENCE in line for line in window.logged()))
        assert len([line for line in window.logged() if SENTENCE in line]) == 1
        assert window.rules("docker-bake.hcl") == []
