"""`moorage config show`: every layer of policy for a path, and what holds for each image."""

import json

import pytest

from support.command import moorage

RENOVATE = {
    "extends": ["local>acme/presets"],
    "packageRules": [
        {"matchPackageNames": ["python"], "allowedVersions": "^3.12"},
        {"matchFileNames": ["web/**"], "enabled": False},
    ],
}


@pytest.fixture
def repository(tmp_path):
    (tmp_path / ".git").mkdir()
    (tmp_path / "renovate.json").write_text(json.dumps(RENOVATE))
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "dependabot.yml").write_text(
        "version: 2\nupdates:\n- package-ecosystem: docker\n  directory: /api\n  cooldown: {default-days: 5}\n"
    )
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "moorage.yaml").write_text("policy: {update: minor, images: {python: {pin: required}}}\n")
    (tmp_path / "api" / "Dockerfile").write_text(
        "# moorage: min-age=2d\nFROM python:3.12.4\n\n# hadolint ignore=DL3006\nFROM redis\n"
    )
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "Dockerfile").write_text("FROM node:22\n")
    return tmp_path


def test_layers_go_from_near_to_far_each_with_its_source(repository, private_settings):
    (private_settings / "moorage.yaml").write_text("policy: {pin: off}\n")
    ran = moorage("config", "show", "api/Dockerfile", cwd=repository)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == (
        "policy for api/Dockerfile, from near to far\n"
        "\n"
        f"{repository}/api/moorage.yaml\n"
        "  update minor\n"
        "  images.python: pin required\n"
        "renovate.json\n"
        "  packageRules[0]: range ^3.12\n"
        "  not understood: extends: the preset local>acme/presets is not read\n"
        ".github/dependabot.yml\n"
        "  updates[0].cooldown: min-age 5 days\n"
        f"{private_settings}/moorage.yaml\n"
        "  pin off\n"
        "defaults\n"
        "  update up to major\n"
        "  pin wanted\n"
        "  prerelease not offered\n"
        "  min-age 0 days\n"
        "  fail-on warning\n"
        "\n"
        "images\n"
        "  line 2: python:3.12.4\n"
        "    range ^3.12, from renovate.json\n"
        f"    update up to minor, from {repository}/api/moorage.yaml\n"
        f"    pin required, from {repository}/api/moorage.yaml\n"
        "    min-age 2 days, from a directive\n"
        "  line 5: redis\n"
        f"    update up to minor, from {repository}/api/moorage.yaml\n"
        f"    pin off, from {private_settings}/moorage.yaml\n"
        "    min-age 5 days, from .github/dependabot.yml\n"
        "    ignored here: no-tag\n"
    )


def test_json(repository):
    answer = moorage("config", "show", "web/Dockerfile", "--format", "json", cwd=repository).json
    assert [layer["source"] for layer in answer["layers"]] == ["renovate.json", ".github/dependabot.yml"]
    assert answer["layers"][0]["says"] == [
        {"where": "packageRules[0]", "setting": "range", "value": "^3.12"},
        {"where": "packageRules[1]", "setting": "block", "value": "digest, major, minor, patch"},
    ]
    assert answer["layers"][0]["not_understood"] == ["extends: the preset local>acme/presets is not read"]
    (image,) = answer["images"]
    assert image == {
        "line": 1,
        "image": "node:22",
        "policy": [{"setting": "update", "words": "none", "source": "renovate.json"}],
        "ignored": [],
    }


def test_comments_without_effect_are_named(tmp_path):
    file = tmp_path / "Dockerfile"
    file.write_text(
        "# renovate: datasource=docker depName=node versioning=node\n"
        "ARG NODE=22.1.0\n"
        "# renovate: datasource=docker depName=redis\n"
        "ARG REDIS=7.0\n"
        "# renovate: datasource=github-releases depName=cli/cli\n"
        "ARG CLI=2.0\n"
        "FROM node:${NODE}\n"
    )
    ran = moorage("config", "show", "Dockerfile", cwd=tmp_path)
    assert (
        "comments of Renovate's without effect\n"
        "  line 1: versioning node is not understood: tags are read as they always are\n"
        "  line 3: no image redis is named by what stands below it\n"
    ) in ran.out
    answer = moorage("config", "show", "Dockerfile", "--format", "json", cwd=tmp_path).json
    assert [comment["line"] for comment in answer["comments"]] == [1, 3]


def test_a_folder_has_layers_and_no_images(repository):
    answer = moorage("config", "show", "--format", "json", cwd=repository).json
    assert answer["path"] == "."
    assert answer["images"] == []
    assert len(answer["layers"]) == 2


def test_a_repository_without_any_policy(tmp_path):
    ran = moorage("config", "show", tmp_path)
    assert ran.out.splitlines()[2] == "defaults"


def test_mistakes_are_named(tmp_path):
    (tmp_path / "moorage.yaml").write_text("policy: {updat: minor}\n")
    ran = moorage("config", "show", tmp_path)
    assert ran.code == 2
    assert "did you mean 'update'?" in ran.err
    assert moorage("config", "show", "/nowhere").code == 2
    assert moorage("config").code == 2


def test_settings_of_another_tool_cannot_command_the_terminal(tmp_path):
    (tmp_path / "renovate.json").write_text('{"extends": ["x\\u001b[31m\\u202e"]}')
    out = moorage("config", "show", tmp_path).out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_the_check_holds_to_them(repository):
    """A library of tags is not needed: what is ignored, and what is not wanted, shows offline too."""
    assert "no-tag" not in moorage("check", "--offline", "--format", "json", "api", cwd=repository).rules
    damaged = repository / "renovate.json"
    damaged.write_text("{")
    ran = moorage("config", "show", "web", cwd=repository)
    assert "renovate.json\n  not understood: it is not read: line 1: a key is missing" in ran.out
