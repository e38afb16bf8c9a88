"""What lies somewhere in the open folders and says what is built: found in the background, kept as it changes."""

import asyncio
from types import SimpleNamespace

from lsprotocol import types as lsp

from moorage.lsp import background
from support.editor import capabilities, editor

BAKE = 'target "api" {\n  context = "../services/api"\n  contexts = { base = "target:base" }\n}\ntarget "base" {}\n'


def lay_out(folder, **files):
    for name, text in files.items():
        file = folder / name.replace("__", "/").replace("_d_", ".")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


async def test_a_file_in_another_folder_explains_a_name(tmp_path):
    lay_out(tmp_path, build__prod_d_bake_d_hcl=BAKE)
    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open("FROM base\n", "services/api/Dockerfile")
        await window.until_rules([], "services/api/Dockerfile")
        position = lsp.Position(0, 6)
        assert "built here by target base" in await window.hover(position, "services/api/Dockerfile")


async def test_a_name_that_nothing_explains_stays_an_image(tmp_path):
    lay_out(tmp_path, build__prod_d_bake_d_hcl=BAKE)
    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open("FROM base\n", "services/web/Dockerfile")
        window.open("FROM base\n", "services/api/Dockerfile")
        await window.until_rules([], "services/api/Dockerfile")
        assert window.rules("services/web/Dockerfile") == ["no-tag"]


async def test_a_build_file_that_comes_and_changes(tmp_path):
    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open("FROM base\n", "services/api/Dockerfile")
        await window.until_rules(["no-tag"], "services/api/Dockerfile")
        lay_out(tmp_path, build__prod_d_bake_d_hcl=BAKE)
        event = lsp.FileEvent(window.uri("build/prod.bake.hcl"), lsp.FileChangeType.Created)
        window.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        await window.until_rules([], "services/api/Dockerfile")
        lay_out(tmp_path, build__prod_d_bake_d_hcl=BAKE.replace("base =", "other ="))
        window.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        await window.until_rules(["no-tag"], "services/api/Dockerfile")


async def test_only_so_many_files_are_looked_at(tmp_path):
    lay_out(tmp_path, **{f"a{i}__compose_d_yaml": "services: {}\n" for i in range(5)}, build__prod_d_bake_d_hcl=BAKE)
    async with editor(
        tmp_path, can=capabilities(progress=True), settings={"offline": True, "files": {"max": 3}}
    ) as window:
        window.open("FROM base\n", "services/api/Dockerfile")
        said = "only the first 3 files are looked at for what is built (moorage.files.max)"
        await window.until(lambda: said in window.logged())
        assert window.rules("services/api/Dockerfile") == ["no-tag"]


async def test_a_client_that_never_rests_does_not_keep_files_from_being_read(tmp_path):
    lay_out(tmp_path, build__prod_d_bake_d_hcl=BAKE)

    async def speak(window):
        while True:
            await window.hover(lsp.Position(0, 6), "services/api/Dockerfile")
            await asyncio.sleep(0.05)

    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open("FROM base\n", "services/api/Dockerfile")
        speaking = asyncio.create_task(speak(window))
        await window.until_rules([], "services/api/Dockerfile")
        speaking.cancel()


def test_a_busy_client_is_left_longer_rests(monkeypatch, tmp_path):
    lay_out(tmp_path, a__compose_d_yaml="services: {}\n", b__compose_d_yaml="services: {}\n")
    rests = []
    for silence in (0.0, 1.0):
        session = SimpleNamespace(protocol=SimpleNamespace(silence=lambda silence=silence: silence))
        reading = background.Background(session)
        monkeypatch.setattr(background, "_SLICE", -1.0)
        monkeypatch.setattr(reading, "_stop", SimpleNamespace(wait=rests.append))
        assert len(list(reading._at_leisure([str(tmp_path)]))) == 2
    assert rests == [0.1, 0.1, 0.01, 0.01]
