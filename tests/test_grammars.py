"""The published schema says what the program reads."""

import json
from pathlib import Path

import pytest

from moorage.policy import read_layer
from moorage.rules import RULE_IDS

SCHEMA = json.loads((Path(__file__).parent.parent / "grammars" / "moorage.schema.json").read_text())
SAMPLE = {
    "update": "minor",
    "pin": "off",
    "prerelease": "true",
    "min-age": "3d",
    "platforms": ["linux/amd64"],
    "fail-on": "error",
    "rules": {"no-digest": "off"},
    "range": "^3",
    "images": {"x/*": {"update": "patch"}},
    "files": {"include": ["**"]},
}


@pytest.mark.parametrize("key", SCHEMA["$defs"]["policy"]["properties"])
def test_every_key_of_the_schema_is_read(key):
    assert read_layer({key: SAMPLE[key]}, "", RULE_IDS)[1] == ()


@pytest.mark.parametrize("key", SCHEMA["$defs"]["image"]["properties"])
def test_every_key_of_an_image_is_read(key):
    assert read_layer({"images": {"x": {key: SAMPLE[key]}}}, "", RULE_IDS)[1] == ()


@pytest.mark.parametrize("key", set(SAMPLE) - set(SCHEMA["$defs"]["image"]["properties"]))
def test_other_keys_of_an_image_are_refused(key):
    (mistake,) = read_layer({"images": {"x": {key: SAMPLE[key]}}}, "", RULE_IDS)[1]
    assert f"no setting '{key}'" in mistake.message


@pytest.mark.parametrize("kind", ["step", "pin", "severity"])
def test_the_words_are_those_that_are_read(kind):
    key = {"step": "update", "pin": "pin", "severity": "fail-on"}[kind]
    for word in SCHEMA["$defs"][kind]["enum"]:
        if isinstance(word, str):
            assert read_layer({key: word}, "", RULE_IDS)[1] == ()
