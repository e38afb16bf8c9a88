"""What VS Code tells the server of, held against the server's own list of formats."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moorage.documents.detect import FORMATS, is_candidate
from moorage.lsp.documents import LANGUAGES

FILES = json.loads((Path(__file__).parents[2] / "editors/vscode/src/files.json").read_text())
NAMED = [f for f in FORMATS if f.name is not None]
CANDIDATES = [f for f in FORMATS if f.candidate is not None]
CHARACTERS = st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="/")


def expression(pattern):
    """A pattern of VS Code as a regular expression: `**/`, `*`, `{a,b}`, `[ab]`."""
    out = ""
    for piece in re.findall(r"\*\*/|\*|\{[^}]*\}|\[[^\]]*\]|[^*{\[]+", pattern):
        if piece == "**/":
            out += "(?:.*/)?"
        elif piece == "*":
            out += "[^/]*"
        elif piece[0] == "{":
            out += "(?:" + "|".join(map(re.escape, piece[1:-1].split(","))) + ")"
        else:
            out += piece if piece[0] == "[" else re.escape(piece)
    return out


SELECTED = re.compile("|".join(map(expression, FILES["patterns"])))


def names(formats, part):
    return st.sampled_from(formats).flatmap(
        lambda f: st.from_regex(getattr(f, part), fullmatch=True, alphabet=CHARACTERS)
    )


@given(names(NAMED, "name") | names(CANDIDATES, "candidate"))
def test_a_file_whose_name_a_format_knows_is_selected(name):
    path = "/work/shop/" + name
    assert is_candidate(path)
    assert SELECTED.fullmatch(path)


@pytest.mark.parametrize("path", ["/a/web.container.d/10.conf", "/a/container.d/x.conf", "/a/x.build.d/y.conf"])
def test_a_file_that_its_place_tells_is_selected(path):
    assert is_candidate(path)
    assert SELECTED.fullmatch(path)


@pytest.mark.parametrize(
    "path", ["/a/main.py", "/a/Cargo.toml", "/a/data.jsonl", "/a/nginx.conf", "/a/.env", "/a/x.tf"]
)
def test_other_files_are_not(path):
    assert not is_candidate(path)
    assert not SELECTED.fullmatch(path)


def test_languages_that_tell_a_format_are_selected():
    assert set(LANGUAGES) <= set(FILES["languages"])
