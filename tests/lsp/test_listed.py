"""Text files that a policy lists, in the editor."""

from lsprotocol import types as lsp

from moorage.embedded.server import EmbeddedRegistry
from support.command import mirrored
from support.editor import editor

LINE = "IMAGE = nowhere:9@sha256:" + "a" * 64 + "\n"
LISTED = "policy: {files: {text: [Makefile]}}\n"


async def test_a_listed_file_is_judged_as_long_as_it_is_listed(tmp_path, private_settings):
    (tmp_path / "moorage.yaml").write_text(LISTED)
    with EmbeddedRegistry({"library/redis": ["7.4.1"]}) as registry:
        mirrored(private_settings, registry)
        async with editor(tmp_path) as window:
            window.open(LINE, "Makefile", "makefile")
            await window.until_rules(["unknown-repository"], "Makefile")
            window.open("policy: {}\n", "moorage.yaml", "yaml")
            await window.until_rules([], "Makefile")
            window.change(2, LISTED, name="moorage.yaml")
            await window.until_rules(["unknown-repository"], "Makefile")


async def test_a_file_that_no_policy_lists_is_left_alone(tmp_path):
    async with editor(tmp_path) as window:
        window.open("IMAGE = redis:\n", "Makefile", "makefile")
        window.open("FROM redis\n")
        await window.until_rules(["no-tag"])
        assert not window.rules("Makefile")
        identity = lsp.TextDocumentIdentifier(window.uri("Makefile"))
        window.client.text_document_did_close(lsp.DidCloseTextDocumentParams(identity))
