"""Open documents: each is read once, and again only where it or what it is read with has changed."""

import pytest
from lsprotocol import types as lsp

from moorage.lsp.documents import Documents
from support.editor import editor

BASE = "services:\n  api: {build: ./api}\n"
PROD = "services:\n  api: {image: ghcr.io/acme/api}\n"


def opened(documents, folder, name, text, version=1):
    uri = (folder / name).as_uri()
    documents.open(lsp.TextDocumentItem(uri, "yaml", version, text))
    return uri


def changed(documents, uri, text):
    identity = lsp.VersionedTextDocumentIdentifier(2, uri)
    whole = lsp.TextDocumentContentChangeWholeDocument(text)
    documents.change(lsp.DidChangeTextDocumentParams(identity, [whole]))


def test_only_what_depends_on_a_change_is_read_again(tmp_path):
    documents = Documents()
    names = ("compose.yaml", "compose.prod.yaml", "other/compose.prod.yaml", "Dockerfile")
    texts = (BASE, PROD, PROD, "FROM alpine:3\n")
    base, prod, other, dockerfile = (opened(documents, tmp_path, n, t) for n, t in zip(names, texts, strict=True))
    before = {uri: documents.read(uri) for uri in documents}
    assert [b.name for b in before[prod].document.builds] == ["api"]
    assert documents.outdated() == []
    changed(documents, base, BASE.replace("build", "image"))
    assert documents.outdated() == [prod]
    after = {uri: documents.read(uri) for uri in documents}
    assert {uri for uri in after if after[uri] is not before[uri]} == {base, prod}
    assert after[prod].document.builds == ()
    assert (after[other], after[dockerfile]) == (before[other], before[dockerfile])


def test_what_is_closed_is_read_from_the_disk(tmp_path):
    documents = Documents()
    base = opened(documents, tmp_path, "compose.yaml", BASE)
    prod = opened(documents, tmp_path, "compose.prod.yaml", PROD)
    assert documents.read(prod).document.builds
    documents.close(base)
    assert documents.outdated() == [prod]
    assert documents.read(prod).document.builds == ()


async def test_an_open_file_follows_the_one_that_it_goes_over(tmp_path):
    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open(BASE, "compose.yaml", "yaml")
        window.open(PROD, "compose.prod.yaml", "yaml")
        await window.until_rules([], "compose.prod.yaml")
        window.change(2, BASE.replace("build: ./api", "image: alpine:3"), name="compose.yaml")
        await window.until_rules(["no-tag"], "compose.prod.yaml")
        window.change(3, BASE, name="compose.yaml")
        await window.until_rules([], "compose.prod.yaml")


@pytest.mark.parametrize(
    ("language", "text", "format_id"),
    [
        ("dockerfile", "FROM alpine:3\n", "dockerfile"),
        ("yaml", "services:\n  a: {image: 'redis:7'}\n", "compose"),
        ("yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{image: 'redis:7'}]}\n", "kubernetes"),
        ("dockercompose", "services: {}\n", "compose"),
        ("hcl", 'target "a" { contexts = { b = "docker-image://redis:7" } }\n', "bake"),
        ("dockerbake", 'target "a" {}\n', "bake"),
        ("systemd", "[Container]\nImage=redis:7\n", "quadlet"),
        ("yaml", "a: b\n", None),
        ("plaintext", "services:\n  a: {image: 'redis:7'}\n", None),
    ],
)
def test_the_language_of_what_was_never_saved_stands_for_the_end_of_its_name(language, text, format_id):
    documents = Documents()
    documents.open(lsp.TextDocumentItem("untitled:Untitled-1", language, 1, text))
    read = documents.read("untitled:Untitled-1")
    assert (None if read is None else read.format.id) == format_id


async def test_other_files_are_named_as_they_lie_in_the_open_folder(tmp_path):
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / ".env").write_text("N=16\n")
    (tmp_path / "api" / "docker-bake.hcl").write_text('target "base" { \n  context = "base"\n  tags = ["base"]\n}\n')
    async with editor(tmp_path, settings={"offline": True}) as window:
        window.open("services:\n  a: {image: 'node:${N}'}\n", "api/compose.yaml", "yaml")
        await window.until_rules(["end-of-life"], "api/compose.yaml")
        (found,) = window.client.diagnostics[window.uri("api/compose.yaml")]
        assert found.message.endswith("; N is set in api/.env")
        shown = await window.hover(window.open("FROM ba‸se\n", "api/Dockerfile"), "api/Dockerfile")
        assert "built here by target base in api/docker-bake.hcl; " in shown.replace("\\", "")
