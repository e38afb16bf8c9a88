"""Which moorage.yaml governs a file."""

import pytest

from moorage.severity import Severity
from moorage.workspace import Workspace


@pytest.fixture
def tree(tmp_path):
    for folder in ("repo/.git", "repo/a/b", "repo/c", "loose/d"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "moorage.yaml").write_text("policy: {update: patch}\n")
    (tmp_path / "repo/moorage.yaml").write_text("policy: {update: minor}\n")
    (tmp_path / "repo/a/moorage.yaml").write_text("policy: {update: digest}\n")
    return tmp_path


def update(workspace, path):
    layers = workspace.layers_for(str(path))
    return [layer.values.get("update") for layer in layers]


@pytest.mark.parametrize(
    ("file", "updates"),
    [
        ("repo/a/b/Dockerfile", ["digest"]),
        ("repo/a/Dockerfile", ["digest"]),
        ("repo/c/Dockerfile", ["minor"]),
        ("loose/d/Dockerfile", []),
    ],
)
def test_the_nearest_one_within_the_repository(tree, file, updates):
    assert update(Workspace(starts=[tree / "loose/d", tree / "repo/c"]), tree / file) == updates


def test_nothing_above_an_opened_folder(tree):
    assert update(Workspace([tree / "repo/c"]), tree / "repo/c/Dockerfile") == []


def test_up_to_the_folder_that_was_named_outside_of_repositories(tree):
    assert update(Workspace(starts=[tree]), tree / "loose/d/Dockerfile") == ["patch"]


def test_an_open_file_governs_as_it_stands_in_the_editor(tree):
    texts = {tree / "repo/moorage.yaml": "policy: {update: major}\n"}
    assert update(Workspace([tree / "repo"], open_text=texts.get), tree / "repo/c/Dockerfile") == ["major"]


def test_a_change_is_seen_after_forgetting(tree):
    workspace = Workspace([tree / "repo"])
    assert update(workspace, tree / "repo/c/x") == ["minor"]
    (tree / "repo/moorage.yaml").write_text("policy: {update: patch}\n")
    assert update(workspace, tree / "repo/c/x") == ["minor"]
    workspace.forget()
    assert update(workspace, tree / "repo/c/x") == ["patch"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("policy:\n  update: minor\n  pni: off\n", ":3:3: there is no setting 'pni'; did you mean 'pin'?"),
        ("policy:\n  rules: {outdated: loud}\n", ":2:11: 'loud' is not one of"),
        ("policy: [\n", ":1:1: this is no YAML"),
        ("- a\n", ":1:1: the file must be a mapping"),
        ("policy: {images: {'x': {range: ^^1}}}\n", ":1:25: "),
    ],
)
def test_mistakes_have_a_place_and_the_rest_counts(tmp_path, text, says):
    (tmp_path / "moorage.yaml").write_text(text)
    workspace = Workspace([tmp_path])
    layers = workspace.layers_for(str(tmp_path / "Dockerfile"))
    (complaint,) = workspace.complaints
    assert says in str(complaint)
    assert update(workspace, tmp_path / "Dockerfile") == (["minor"] if "minor" in text else [None])
    assert layers


def test_off_is_text_in_every_version_of_yaml(tmp_path):
    (tmp_path / "moorage.yaml").write_text("policy: {pin: off, prerelease: no}\n")
    (layer,) = Workspace([tmp_path]).layers_for(str(tmp_path / "Dockerfile"))
    assert layer.values == {"pin": "off", "prerelease": False}


def test_aliases_that_would_grow_without_end_are_taken_once(tmp_path):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join(['*a' + str(i - 1)] * 9)}]" for i in range(1, 10)]
    (tmp_path / "moorage.yaml").write_text("\n".join(lines) + "\npolicy: {platforms: *a9}\n")
    workspace = Workspace([tmp_path])
    workspace.layers_for(str(tmp_path / "Dockerfile"))
    assert "platforms" in str(workspace.complaints[0])


@pytest.mark.parametrize(
    ("files", "path", "wanted"),
    [
        ("{exclude: ['vendor/**']}", "vendor/x/Dockerfile", False),
        ("{exclude: ['vendor/**']}", "src/Dockerfile", True),
        ("{include: ['src/**']}", "src/a/Dockerfile", True),
        ("{include: ['src/**']}", "test/Dockerfile", False),
        ("{include: ['**/*'], exclude: ['*.dev']}", "a/Dockerfile.dev", False),
        ("{}", "a/Dockerfile", True),
    ],
)
def test_a_policy_says_which_files_it_looks_at(tmp_path, files, path, wanted):
    (tmp_path / "moorage.yaml").write_text(f"policy: {{files: {files}}}\n")
    assert Workspace(starts=[tmp_path]).wants(str(tmp_path / path)) == wanted


class TestOtherTools:
    @pytest.fixture
    def repository(self, tmp_path):
        (tmp_path / "repo/.git").mkdir(parents=True)
        (tmp_path / "repo/a").mkdir()
        (tmp_path / "repo/renovate.json").write_text(
            '{"packageRules": [{"matchFileNames": ["a/**"], "enabled": false}]}'
        )
        (tmp_path / "repo/a/moorage.yaml").write_text("policy: {update: digest}\n")
        return tmp_path / "repo"

    def test_they_stand_behind_our_own_and_count_paths_from_the_root(self, repository):
        workspace = Workspace()
        near = workspace.layers_for(str(repository / "a/Dockerfile"))
        assert [(layer.source, len(layer.rules)) for layer in near][1:] == [("renovate.json", 1)]
        assert near[0].values["update"] == "digest"
        (only,) = workspace.layers_for(str(repository / "Dockerfile"))
        assert (only.source, only.rules) == ("renovate.json", ())

    def test_the_first_file_there_is_counts(self, repository):
        (repository / ".renovaterc").write_text('{"minimumReleaseAge": "3 days"}')
        (only,) = Workspace().layers_for(str(repository / "Dockerfile"))
        assert only.source == "renovate.json"
        (repository / "renovate.json").unlink()
        (only,) = Workspace().layers_for(str(repository / "Dockerfile"))
        assert (only.source, only.rules[0].values) == (".renovaterc", {"min-age": 3})

    def test_settings_in_a_package_json_are_the_last_choice(self, repository):
        (repository / "package.json").write_text('{"renovate": {"minimumReleaseAge": "3 days"}}')
        assert Workspace().layers_for(str(repository / "Dockerfile"))[0].source == "renovate.json"
        (repository / "renovate.json").unlink()
        (only,) = Workspace().layers_for(str(repository / "Dockerfile"))
        assert (only.source, only.rules[0].values) == ("package.json", {"min-age": 3})

    @pytest.mark.parametrize(
        "content", ['{"name": "app"}', '{"keywords": ["renovate"]}', '{"renovate": ', '"renovate"']
    )
    def test_a_package_json_without_such_settings_is_passed_over(self, repository, content):
        (repository / "renovate.json").unlink()
        (repository / "package.json").write_text(content)
        assert Workspace().layers_for(str(repository / "Dockerfile")) == ()

    def test_hadolints_settings(self, repository):
        (repository / "renovate.json").unlink()
        (repository / ".hadolint.yaml").write_text("ignored: [DL3006]\n")
        (only,) = Workspace().layers_for(str(repository / "Dockerfile"))
        assert (only.source, only.rules[0].values) == (".hadolint.yaml", {"rules": {"no-tag": Severity.OFF}})
        (repository / ".hadolint.yaml").write_text("ignored: [\n")
        (only,) = Workspace().layers_for(str(repository / "Dockerfile"))
        assert only.notes[0].startswith("it is not read: this is no YAML")

    def test_nothing_above_the_root_or_below_it(self, repository):
        (repository.parent / "renovate.json").write_text("{}")
        (repository / "b/.git").mkdir(parents=True)
        assert Workspace().layers_for(str(repository / "b/Dockerfile")) == ()

    def test_the_editors_text_counts(self, repository):
        text = '{"minimumReleaseAge": "1 day"}'
        workspace = Workspace(open_text=lambda path: text if path.name == "renovate.json" else None)
        (only,) = workspace.layers_for(str(repository / "Dockerfile"))
        assert only.rules[0].values == {"min-age": 1}
        text = '{"minimumReleaseAge": "2 days"}'
        assert workspace.layers_for(str(repository / "Dockerfile"))[0].rules[0].values == {"min-age": 1}
        workspace.forget()
        assert workspace.layers_for(str(repository / "Dockerfile"))[0].rules[0].values == {"min-age": 2}

    @pytest.mark.parametrize(
        ("content", "note"),
        [
            (b"{", "it is not read: line 1: a key is missing"),
            (b"\xff\xfe", "it is not read: it is no mapping"),
            (b" " * (2 << 20), "it is larger than 1 MiB and is not read"),
        ],
    )
    def test_what_cannot_be_read_is_noted(self, repository, content, note):
        (repository / "renovate.json").write_bytes(content)
        (only,) = Workspace().layers_for(str(repository / "Dockerfile"))
        assert (only.rules, only.notes) == ((), (note,))
