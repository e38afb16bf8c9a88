"""The main job as an editor sees it: a real server process against the embedded registry."""

import asyncio
import shutil

import pytest
from lsprotocol import types as lsp

from moorage.embedded.server import EmbeddedRegistry
from support.command import mirrored, moorage
from support.editor import capabilities, editor

PY = ["3.12.3-slim", "3.12.4-slim", "3.12.9-slim", "3.13.1-slim", "4.0.0-slim"]


@pytest.fixture
def registry(private_settings):
    with EmbeddedRegistry({"library/python": PY, "library/redis": ["7.4.1"]}) as registry:
        mirrored(private_settings, registry)
        yield registry


def applied(edit, text):
    """The text after an edit of one document, its positions in UTF-16 of ASCII lines."""
    (change,) = edit.document_changes
    lines = text.split("\n")
    for one in sorted(change.edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
        start, end = one.range.start, one.range.end
        rest = lines[end.line][end.character :]
        lines[start.line : end.line + 1] = (lines[start.line][: start.character] + one.new_text + rest).split("\n")
    return "\n".join(lines)


async def test_findings_first_from_the_text_then_from_the_registry(tmp_path, registry):
    async with editor(tmp_path) as window:
        window.open("FROM python:3.12.4-slim\nFROM redis\n")
        await window.until_rules(["outdated", "no-tag"])
        window.change(2, "FROM python:3.12.99-slim\n")
        await window.until_rules(["unknown-tag"])
        window.change(3, "FROM pythom:3\n")
        await window.until_rules(["unknown-repository"])


async def test_pushed_findings_carry_the_version_and_are_withdrawn_at_the_end(tmp_path, registry):
    async with editor(tmp_path) as window:
        window.open("FROM redis\n")
        await window.until_rules(["no-tag"])
        identity = lsp.TextDocumentIdentifier(window.uri())
        window.client.text_document_did_close(lsp.DidCloseTextDocumentParams(identity))
        await window.until_rules([])


async def test_clients_that_can_pull_and_be_told_to_pull_are_not_pushed(tmp_path, registry):
    async with editor(tmp_path, can=capabilities(pulls=True)) as window:
        assert window.server.capabilities.diagnostic_provider is not None
        window.open("FROM python:3.12.4-slim\n")
        assert await window.pull() == ["no-digest"]
        await window.until(lambda: window.client.diagnostic_refresh_count)
        assert await window.pull() == ["outdated"]
        window.change(2, "FROM redis\n")
        assert await window.pull() == ["no-tag"]
        assert window.client.diagnostics == {}


async def test_completion_after_the_colon(tmp_path, registry):
    async with editor(tmp_path) as window:
        position = window.open("FROM redis:7.4.1\nFROM python:‸3.12.4-slim AS a\n")
        await window.until(lambda: "outdated" in (window.rules() or ()))
        found = await window.complete(position)
        assert [item.label for item in found.items] == [
            "4.0.0-slim", "3.13.1-slim", "3.12.9-slim", "3.12.4-slim", "3.12.3-slim",
        ]  # fmt: skip
        assert found.is_incomplete is False
        whole = lsp.Range(lsp.Position(1, 12), lsp.Position(1, 23))
        assert {(item.text_edit.range == whole, item.text_edit.new_text == item.label) for item in found.items} == {
            (True, True)
        }
        assert [item.sort_text for item in found.items] == sorted(item.sort_text for item in found.items)


async def test_completion_is_incomplete_while_the_registry_thinks(tmp_path, private_settings):
    with EmbeddedRegistry({"library/python": PY}, latency=2.0) as slow:
        mirrored(private_settings, slow)
        async with editor(tmp_path) as window:
            position = window.open("FROM python:‸\n")
            first = await window.complete(position)
            assert (first.is_incomplete, len(first.items)) == (True, 0)
            for _ in range(20):
                found = await window.complete(position)
                if not found.is_incomplete:
                    break
            assert len(found.items) == len(PY)


async def test_hover_in_the_client_s_form(tmp_path, registry):
    async with editor(tmp_path) as window:
        position = window.open("FROM python:3.12‸.4-slim\n")
        await window.until_rules(["outdated"])
        text = await window.hover(position)
        assert text.startswith(
            "**python:3.12.4-slim**  \n`docker.io/library/python`\n\nversion `3.12.4`, variant `slim`"
        )
        assert "newer: `3.12.9-slim`, the newest patch of 3.12" in text
        assert f"5 tags seen just now at {registry.host}" in text
    async with editor(tmp_path, can=capabilities(markdown=False)) as window:
        text = await window.hover(window.open("FROM python:3.12‸.4-slim\n"))
        assert text.startswith("python:3.12.4-slim\ndocker.io/library/python\n\nversion 3.12.4, variant slim")


async def test_hover_costs_no_pull(tmp_path, registry):
    async with editor(tmp_path) as window:
        position = window.open("FROM python:3.12‸.4-slim\n")
        await window.until_rules(["outdated"])
        while "digest sha256:" not in (await window.hover(position)).replace("`", ""):
            pass
    assert registry.count("HEAD", "/manifests/") == 1
    assert registry.count("GET", "/manifests/") == 0


@pytest.mark.parametrize("resolves", [True, False], ids=["edits when chosen", "edits at once"])
async def test_one_action_mends_it(tmp_path, registry, resolves):
    text = "FROM python:3.12.4-slim AS a\n"
    async with editor(tmp_path, can=capabilities(resolves=resolves)) as window:
        position = window.open(text.replace("slim", "‸slim"))
        await window.until_rules(["outdated"])
        found = await window.actions(position)
        titles = list(found)
        assert titles[:3] == [
            "Update python to 3.13.1-slim (newest 3.x)",
            "Update python to 3.12.9-slim (newest patch of 3.12)",
            "Update python to 4.0.0-slim (newest release)",
        ]
        assert titles[3].startswith("Pin python:3.12.4-slim to sha256:")
        assert titles[4:] == ["Ignore outdated here", "Mend all that can be mended safely in this file"]
        patch = found[titles[1]]
        assert [d.code for d in patch.diagnostics] == ["outdated"]
        assert (patch.edit is None) is resolves
        edit = await window.resolve(patch) if resolves else patch.edit
        assert applied(edit, text) == "FROM python:3.12.9-slim AS a\n"


async def test_a_value_in_the_variables_beside_the_file_is_edited_there(tmp_path, registry):
    (tmp_path / ".env").write_text("A=1\nPY='3.12.4'\n")
    text = "services:\n  app:\n    image: python:${PY}-‸slim\n"
    async with editor(tmp_path, can=capabilities(resolves=False)) as window:
        position = window.open(text, "compose.yaml", "yaml")
        await window.until_rules(["outdated"], "compose.yaml")
        found = await window.actions(position, "compose.yaml")
        edit = next(action.edit for title, action in found.items() if "3.12.9-slim" in title)
        assert [d.text_document.uri for d in edit.document_changes] == [window.uri(".env")]
        assert applied(edit, "A=1\nPY='3.12.4'\n") == "A=1\nPY='3.12.9'\n"


async def test_an_action_of_an_older_version_is_refused(tmp_path, registry):
    async with editor(tmp_path) as window:
        position = window.open("FROM python:3.12.4-‸slim\n")
        await window.until_rules(["outdated"])
        action = next(iter((await window.actions(position)).values()))
        window.change(2, "FROM redis:7.4.1\n")
        with pytest.raises(Exception, match="the document has changed since the action was listed; ask again"):
            await window.resolve(action)


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (["quickfix"], {"quickfix"}),
        (["refactor"], {"refactor.rewrite"}),
        (["source.moorage"], {"source.moorage.fixAll"}),
        (["source.fixAll"], set()),
        (["source"], {"source.moorage.fixAll"}),
        (["source.organizeImports"], set()),
        (["quickfi"], set()),
    ],
)
async def test_only_the_kinds_that_are_asked_for(tmp_path, registry, only, kinds):
    async with editor(tmp_path) as window:
        position = window.open("FROM python:3.12.4-‸slim\n")
        await window.until_rules(["outdated"])
        assert {a.kind for a in (await window.actions(position, only=only)).values()} == kinds


async def test_fix_all_when_saving(tmp_path, registry):
    text = "FROM python:3.12.4-slim\nFROM python:3.13.1-slim\n"
    async with editor(tmp_path) as window:
        position = window.open("‸" + text)
        await window.until_rules(["outdated", "no-digest"])
        automatic = lsp.CodeActionTriggerKind.Automatic
        found = await window.actions(position, only=["source.moorage"], trigger=automatic)
        (action,) = found.values()
        assert applied(action.edit, text) == "FROM python:3.12.9-slim\nFROM python:3.13.1-slim\n"
        assert "source.moorage.fixAll" not in [
            a.kind for a in (await window.actions(position, trigger=automatic)).values()
        ]


async def test_pin_every_image_fetches_the_digests_that_are_missing(tmp_path, registry):
    text = "FROM python:3.12.4-slim\nFROM redis:7.4.1\n"
    async with editor(tmp_path) as window:
        position = window.open("‸" + text)
        await window.until_rules(["outdated", "no-digest"])
        found = await window.actions(position)
        assert registry.count("HEAD", "/redis/") == 0
        edit = await window.resolve(found["Pin every image in this file to its digest"])
        assert applied(edit, text).count("@sha256:") == 2


async def test_stages(tmp_path, registry):
    async with editor(tmp_path) as window:
        position = window.open("FROM redis:7.4.1 AS build\nFROM scratch\nCOPY --from=bu‸ild /a /b\n")
        identity = lsp.TextDocumentIdentifier(window.uri())
        place = await window.client.text_document_definition_async(lsp.DefinitionParams(identity, position))
        assert place.range == lsp.Range(lsp.Position(0, 20), lsp.Position(0, 25))
        context = lsp.ReferenceContext(include_declaration=True)
        found = await window.client.text_document_references_async(lsp.ReferenceParams(context, identity, position))
        assert [location.range.start.line for location in found] == [0, 2]
        edit = await window.client.text_document_rename_async(lsp.RenameParams(identity, position, "compile"))
        assert [e.new_text for e in edit.document_changes[0].edits] == ["compile", "compile"]
        assert await window.client.text_document_prepare_rename_async(
            lsp.PrepareRenameParams(identity, position)
        ) == lsp.Range(lsp.Position(2, 12), lsp.Position(2, 17))


@pytest.mark.parametrize(
    ("name", "hints", "marked"),
    [
        ("Visual Studio Code", None, True),
        ("code-server", "auto", True),
        ("Neovim", None, False),
        ("Neovim", "on", True),
        ("Visual Studio Code", "off", False),
    ],
)
async def test_hints_are_marked_where_they_are_drawn_as_such(tmp_path, registry, name, hints, marked):
    async with editor(tmp_path, name=name, settings={"hints": hints} if hints else None) as window:
        position = window.open("FROM redis:7.4‸.1\n")
        await window.until_rules(["no-digest"] if marked else [])
        await window.until(lambda: registry.log)
        assert any(title.startswith("Pin redis:7.4.1") for title in await window.actions(position))


async def test_an_untrusted_folder_means_no_network_at_all_until_it_is_trusted(tmp_path, registry):
    async with editor(tmp_path, options={"trusted": False}, settings={"trusted": False}) as window:
        position = window.open("FROM python:3.12.4-‸slim\n")
        await window.until_rules(["no-digest"])
        await window.hover(position)
        assert not (await window.complete(position)).items
        await window.actions(position)
        await asyncio.sleep(1)
        assert registry.log == []
        window.client.set_configuration({"moorage": {"trusted": True}})
        window.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(None))
        await window.until_rules(["outdated"])


async def test_known_facts_serve_offline(tmp_path, registry, private_settings):
    async with editor(tmp_path) as window:
        window.open("FROM python:3.12.4-slim\n")
        await window.until_rules(["outdated"])
    asked = len(registry.log)
    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open("FROM python:3.12.4-slim\n")
        await window.until_rules(["outdated"])
    assert len(registry.log) == asked


async def test_a_file_of_facts_serves_alone_where_the_settings_name_it(tmp_path, registry, private_settings):
    async with editor(tmp_path) as window:
        window.open("FROM python:3.12.4-slim\n")
        await window.until_rules(["outdated"])
    asked = len(registry.log)
    assert moorage("facts", "export", private_settings / "facts.gz").code == 0
    shutil.rmtree(private_settings / "cache")
    (private_settings / "moorage.yaml").write_text("facts: {path: facts.gz}\n")
    # What the editor says of facts besides leaves the file as it is.
    async with editor(tmp_path, settings={"facts": {"max-age": "1h"}}) as window:
        window.open("FROM python:3.12.4-slim\nFROM python:3.12.99-slim\n")
        await window.until_rules(["outdated", "unknown-tag"])
        window.client.set_configuration({"moorage": {"facts": {"path": "/none/such"}}})
        window.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(None))
        await window.until_rules(["no-digest", "no-digest"])
        await window.until(lambda: any("/none/such: no such file" in line for line in window.logged()))
    assert len(registry.log) == asked
    assert not (private_settings / "cache" / "facts.sqlite").exists()


async def test_moorage_yaml_governs_as_it_stands_in_the_editor(tmp_path, registry):
    (tmp_path / "moorage.yaml").write_text("policy: {rules: {no-tag: off}}\n")
    async with editor(tmp_path) as window:
        window.open("FROM redis\n")
        await window.until_rules([])
        window.open("policy: {rules: {no-tag: error}}\n", "moorage.yaml", "yaml")
        await window.until_rules(["no-tag"])
        window.change(2, "policy: {rules: {no-tag: off}}\n", name="moorage.yaml")
        await window.until_rules([])
        window.change(3, "policy: {rulez: {}}\n", name="moorage.yaml")
        await window.until_rules(["no-tag"])
        await window.until(lambda: any("there is no setting 'rulez'" in line for line in window.logged()))
        await window.until_rules(["manifest-error"], name="moorage.yaml")


async def test_a_changed_file_is_read_again(tmp_path, registry):
    async with editor(tmp_path) as window:
        window.open("FROM redis\n")
        await window.until_rules(["no-tag"])
        manifest = tmp_path / "moorage.yaml"
        manifest.write_text("policy: {rules: {no-tag: off}}\n")
        event = lsp.FileEvent(manifest.as_uri(), lsp.FileChangeType.Created)
        window.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        await window.until_rules([])


async def test_a_policy_from_the_editor_s_settings(tmp_path, registry):
    async with editor(tmp_path, settings={"policy": {"rules": {"no-tag": "off"}}}) as window:
        window.open("FROM redis\n")
        await window.until_rules([])


async def test_settings_that_cannot_be_used_are_said_and_left_out(tmp_path, registry):
    async with editor(tmp_path, settings={"hints": "loud", "networks": "x"}) as window:
        window.open("FROM redis\n")
        await window.until(lambda: len(window.logged()) >= 2)
        assert window.logged()[0] == "moorage.hints must be one of auto, on, off"
        assert "networks" in window.logged()[1]
        assert window.logged()[1].endswith("; until that is mended, no registry is asked")
        await asyncio.sleep(0.5)
    assert registry.log == []


async def test_a_settings_file_that_cannot_be_used_means_no_network(tmp_path, registry, private_settings):
    (private_settings / "moorage.yaml").write_text("mirrors: 7\n")
    async with editor(tmp_path) as window:
        window.open("FROM redis:7\n")
        (line,) = await window.until(window.logged)
        assert "mirrors" in line
        assert line.endswith("; until that is mended, nothing is asked or kept")
        await asyncio.sleep(0.5)
    assert registry.log == []
    assert not (private_settings / "cache").exists()


async def test_half_typed_names_are_not_asked_for(tmp_path, registry):
    async with editor(tmp_path) as window:
        window.open("FROM \n")
        await window.until_rules([])
        name = "python:3.12.4-slim"
        for i in range(len(name)):
            window.change(i + 2, f"FROM {name[: i + 1]}\n")
            await asyncio.sleep(0.02)
        await window.until_rules(["outdated"])
    assert {seen.target.split("/")[3] for seen in registry.log} == {"python"}


async def test_a_registry_that_is_not_there_stops_nothing(tmp_path, private_settings):
    (private_settings / "moorage.yaml").write_text("mirrors: {docker.io: {url: 'http://127.0.0.1:9', resolve: true}}\n")
    async with editor(tmp_path) as window:
        position = window.open("FROM redis:7‸\nFROM python\n")
        await window.until_rules(["unreachable", "no-tag"])
        assert "docker.io could not be asked" in await window.hover(position)


async def test_progress_is_shown_when_it_takes_long(tmp_path, private_settings):
    with EmbeddedRegistry({"library/redis": ["7"]}, latency=1.5) as slow:
        mirrored(private_settings, slow)
        async with editor(tmp_path, can=capabilities(progress=True)) as window:
            window.open("FROM redis:7\n")
            kinds = await window.until(
                lambda: [
                    [r.kind for r in said]
                    for said in window.client.progress_reports.values()
                    if said and said[-1].kind == "end"
                ]
            )
            assert kinds[0][0] == "begin"


async def test_facts_are_asked_again_when_a_document_is_saved(tmp_path, registry):
    async with editor(tmp_path) as window:
        window.open("FROM redis:7.4.1\n")
        await window.until_rules(["no-digest"])
        await window.until(lambda: registry.count("GET", "/tags/list") == 1)
        identity = lsp.TextDocumentIdentifier(window.uri())
        window.client.text_document_did_save(lsp.DidSaveTextDocumentParams(identity))
        await window.hover(lsp.Position(0, 8))
    assert registry.count("GET", "/tags/list") == 1


BAKE = """target "base" { dockerfile = "base.Dockerfile" }
target "app" {
  contexts = { parent = "target:base" }
  args = { V = "3.12.4" }
}
"""


async def test_an_image_that_the_project_builds_is_nobody_s_business(tmp_path, registry):
    (tmp_path / "docker-bake.hcl").write_text(BAKE)
    async with editor(tmp_path) as window:
        position = window.open("FROM par‸ent\n")
        window.open("FROM python:3.12.4-slim\n", "base.Dockerfile")
        await window.until_rules(["outdated"], "base.Dockerfile")
        await window.until_rules([])
        assert "built here by target base in " in await window.hover(position)
        identity = lsp.TextDocumentIdentifier(window.uri())
        place = await window.client.text_document_definition_async(lsp.DefinitionParams(identity, position))
        assert (place.uri, place.range.start.line) == (window.uri("docker-bake.hcl"), 0)
        window.open(BAKE.replace("parent", "other"), "docker-bake.hcl", "hcl")
        await window.until_rules(["no-tag", "unknown-repository"])
        window.change(2, BAKE, name="docker-bake.hcl")
        await window.until_rules([])
    assert {seen.target.split("/")[3] for seen in registry.log} == {"python", "parent"}


async def test_an_argument_is_judged_and_edited_in_the_file_that_sets_it(tmp_path, registry):
    async with editor(tmp_path) as window:
        position = window.open("ARG V=3.13.1\nFROM python:${V}‸-slim\n")
        await window.until_rules(["no-digest"])
        bake = window.open(BAKE.replace("3.12.4", "3.12.4‸"), "docker-bake.hcl", "hcl")
        await window.until_rules(["outdated"], "docker-bake.hcl")
        assert "`python:3.12.4-slim` with `V=3.12.4` from target app in " in await window.hover(position)
        found = await window.actions(bake, "docker-bake.hcl")
        edit = await window.resolve(found["Update python to 3.12.9-slim (newest patch of 3.12)"])
        assert applied(edit, BAKE) == BAKE.replace("3.12.4", "3.12.9")
        window.change(2, "ARG V=3.13.1\nFROM redis:${V}\n")
        await window.until_rules(["unknown-tag"], "docker-bake.hcl")


async def test_files_that_the_policy_leaves_out_are_left_out(tmp_path, registry):
    (tmp_path / "moorage.yaml").write_text("policy: {files: {exclude: [vendor/**]}}\n")
    async with editor(tmp_path) as window:
        window.open("FROM redis\n", "vendor/Dockerfile")
        window.open("FROM redis\n")
        await window.until_rules(["no-tag"])
        await window.until_rules([], "vendor/Dockerfile")
