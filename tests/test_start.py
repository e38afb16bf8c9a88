"""What is not loaded before somebody needs it: modules are most of the time that a short run takes."""

import subprocess
import sys

import pytest

CHECK = """
from moorage.cli.main import main
try:
    main(["check", "--offline", "Dockerfile"])
except SystemExit:
    pass
"""
EDITOR = """
from datetime import date
import moorage.lsp.server
from moorage.analysis import analyse
from moorage.documents.dockerfile import read
from moorage.facts import FactsView
from moorage.project import Project
analyse(read("Dockerfile", open("Dockerfile").read()), Project(today=date(2026, 1, 1)), FactsView({}))
"""
HEAVY = {"httpx", "ssl", "ruamel", "tree_sitter", "tree_sitter_hcl"}
UNASKED = {"moorage.versions.ranges", "moorage.versions.judging", "moorage.documents.yaml.scalars"}


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        pytest.param(CHECK, HEAVY | {"asyncio", "pygls", "lsprotocol", "moorage.lsp"}, id="check without a network"),
        pytest.param(EDITOR, (HEAVY - {"ssl"}) | UNASKED, id="the first diagnostics of an editor"),
    ],
)
def test_what_is_not_loaded(code, unwanted, tmp_path, monkeypatch):
    monkeypatch.delenv("MOORAGE_CONFIG")  # without settings there are none to read
    (tmp_path / "Dockerfile").write_text("FROM python:latest\nFROM node:22\nRUN echo hi\n")
    code += "\nimport sys\nprint('loaded:', *sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    loaded = set(out.rpartition("loaded:")[2].split())
    assert "moorage.documents.dockerfile" in loaded
    assert sorted(loaded & unwanted) == []
