"""Open documents: each is read once, and again only where it or what it is read with has changed."""

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
