"""What a long day in an editor leaves behind."""

import asyncio

from moorage.lsp.server import connect
from support.wire import Wire

URI = "file:///w/Dockerfile"
BIG = "".join(f"FROM python:3.{i} AS s{i}\n" + "RUN true\n" * 40 for i in range(20))


def edit(version, text):
    at = {"line": 0, "character": 5}
    change = {"range": {"start": at, "end": at}, "text": text}
    return {"textDocument": {"uri": URI, "version": version}, "contentChanges": [change]}


def change(wire, version, text):
    wire.notify("textDocument/didChange", edit(version, text))


def last(wire, version, uri=URI):
    def wanted(message):
        params = message.get("params") or {}
        return (params.get("uri"), params.get("version")) == (uri, version)

    return wire.until(wanted, patience=60)["params"]


class Written(list):
    """A writer that keeps what is written."""

    write = list.append


async def test_edits_leave_nothing_behind():
    connection = connect()
    protocol = connection.protocol
    protocol.set_writer(Written())
    item = {"uri": URI, "languageId": "dockerfile", "version": 1, "text": "FROM python:3\n"}
    for message in (
        {"id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}},
        {"method": "textDocument/didOpen", "params": {"textDocument": item}},
        *({"method": "textDocument/didChange", "params": edit(v, "a")} for v in range(2, 50)),
        *({"id": v, "method": "textDocument/hover", "params": {}} for v in range(2, 50)),
    ):
        protocol.receive({"jsonrpc": "2.0", **message})
        await asyncio.sleep(0)
    assert protocol._request_futures == {}
    await connection.close()


def test_a_burst_of_edits_is_judged_a_few_times_and_ends_with_the_last_version():
    with Wire() as wire:
        wire.initialize()
        wire.open(BIG)
        for version in range(2, 502):
            change(wire, version, "x")
        assert last(wire, 501)["uri"] == URI
        published = [m["params"]["version"] for m in wire.log if m.get("method") == "textDocument/publishDiagnostics"]
        assert published == sorted(set(published))


def test_a_client_that_does_not_read_stops_nothing():
    with Wire() as wire:
        wire.initialize()
        wire.open(BIG)
        for version in range(2, 600):
            change(wire, version, "x")
        answer = wire.request(
            "textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": 41, "character": 8}}
        )
        assert "python" in answer["result"]["contents"]["value"]


def test_another_document_does_not_wait_behind_a_huge_one():
    with Wire() as wire:
        wire.initialize()
        huge = {"uri": "file:///w/huge/Dockerfile", "languageId": "dockerfile", "version": 1, "text": "#" * (50 << 20)}
        wire.notify("textDocument/didOpen", {"textDocument": huge})
        small = {"uri": URI, "languageId": "dockerfile", "version": 1, "text": "FROM python\n"}
        wire.notify("textDocument/didOpen", {"textDocument": small})
        assert [d["code"] for d in last(wire, 1, URI)["diagnostics"]] == ["no-tag"]
