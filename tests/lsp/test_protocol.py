"""What a client may rely on, whatever it says: an answer to every request, one sentence for a failure, a clean end."""

import pytest

from support.wire import Wire

URI = "file:///w/Dockerfile"
START = {"line": 0, "character": 0}
NEGATIVE = {"line": -1, "character": 0}


@pytest.fixture
def wire():
    """A server that nobody has spoken to."""
    with Wire() as wire:
        yield wire


@pytest.fixture(scope="module")
def ready(tmp_path_factory):
    """A server that many tests speak to; none of them ends it."""
    home = str(tmp_path_factory.mktemp("home"))
    with Wire(HOME=home, XDG_CONFIG_HOME=home, MOORAGE_CACHE_DIR=home + "/cache") as wire:
        wire.initialize()
        yield wire
        assert wire.request("shutdown")["result"] is None


def asks(position=START, uri=URI):
    return {"textDocument": {"uri": uri}, "position": position}


def test_requests_before_initialize_are_refused_and_notifications_dropped(wire):
    wire.notify("textDocument/didOpen", {"textDocument": {"uri": URI}})
    assert wire.request("textDocument/hover", asks())["error"]["code"] == -32002
    assert wire.initialize()["hoverProvider"] is True


def test_nothing_is_lost_that_comes_before_initialize_is_answered(wire):
    item = {"uri": URI, "languageId": "dockerfile", "version": 1, "text": "FROM python\n"}
    messages = [
        {"id": 1, "method": "initialize", "params": {"processId": None, "capabilities": {}}},
        {"method": "initialized", "params": {}},
        {"method": "textDocument/didOpen", "params": {"textDocument": item}},
        {"id": 2, "method": "textDocument/hover", "params": asks({"line": 0, "character": 8})},
    ]
    for message in messages:
        wire.send({"jsonrpc": "2.0", **message})
    assert "python" in wire.until(lambda m: m.get("id") == 2)["result"]["contents"]["value"]


def test_initialize_comes_once(wire):
    wire.initialize()
    assert wire.request("initialize", {"processId": None, "capabilities": {}})["error"]["code"] == -32600


def test_a_request_after_shutdown_is_refused(wire):
    wire.initialize()
    assert wire.request("shutdown")["result"] is None
    assert wire.request("textDocument/hover", asks())["error"]["code"] == -32600


@pytest.mark.parametrize("shutdown", [True, False], ids=["after shutdown", "without shutdown"])
@pytest.mark.parametrize("last_word", ["exit", "end of input"])
def test_exit_code(wire, shutdown, last_word):
    wire.initialize()
    if shutdown:
        wire.request("shutdown")
    if last_word == "exit":
        wire.notify("exit")
    assert wire.end() == (0 if shutdown else 1, "")


def test_exit_before_initialize(wire):
    wire.notify("exit")
    assert wire.end() == (1, "")


@pytest.mark.parametrize(
    ("params", "why"),
    [
        pytest.param(asks(NEGATIVE), "position", id="negative line"),
        pytest.param({"textDocument": {"uri": URI}}, "position", id="no position"),
        pytest.param({"position": START}, "textDocument", id="no document"),
        pytest.param({}, "textDocument", id="nothing"),
        pytest.param([], "", id="a list"),
        pytest.param(None, "", id="null"),
        pytest.param({"textDocument": {"uri": 7}, "position": {"line": "a", "character": []}}, "position", id="types"),
    ],
)
def test_bad_parameters_are_answered_with_the_reason(ready, params, why):
    ready.open("FROM python\n")
    error = ready.request("textDocument/hover", params)["error"]
    assert error["code"] == -32602
    assert error["message"].startswith("invalid parameters for textDocument/hover: ")
    assert why in error["message"]
    assert "\n" not in error["message"]
    assert ready.request("textDocument/hover", asks())["result"] is None


def test_bad_notifications_are_logged_and_survived(ready):
    ready.notify("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "dockerfile", "version": 1}})
    assert ready.notification("window/logMessage")["message"].startswith(
        "invalid parameters for textDocument/didOpen: "
    )
    ready.notify(
        "textDocument/didChange",
        {"textDocument": {"uri": "file:///w/other", "version": 2}, "contentChanges": [{"text": "a"}]},
    )
    assert ready.notification("window/logMessage")["message"] == "file:///w/other was changed but never opened"
    assert [d["code"] for d in ready.open("FROM python\n")["diagnostics"]] == ["no-tag"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (b'{"id":1}', -32600),
    ],
)
def test_what_is_no_message_is_refused(ready, body, code):
    ready.raw(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert ready.until(lambda m: "error" in m)["error"]["code"] == code


def test_headers_in_any_case_and_of_any_kind(wire):
    body = b'{"jsonrpc":"2.0","id":9,"method":"initialize","params":{"processId":null,"capabilities":{}}}'
    wire.raw(b"Content-Type: x\r\ncontent-length:%d\r\nX-Y: z\r\n\r\n" % len(body) + body)
    assert wire.receive()["id"] == 9


@pytest.mark.parametrize(
    "head", [b"Foo: 1", b"Content-Length: -5", b"Content-Length: 99999999999999", b"GET / HTTP/1.1"]
)
def test_a_message_without_a_length_ends_the_server_with_a_sentence(wire, head):
    wire.raw(head + b"\r\n\r\n{}")
    assert wire.process.wait(20) == 1
    assert wire.process.stderr.read() == b"moorage: a message without a Content-Length has come from the editor\n"


def test_unknown_methods(ready):
    assert ready.request("textDocument/somethingNew", asks())["error"]["code"] == -32601
    ready.notify("$/somethingNew", {})
    ready.notify("textDocument/somethingNew", {})


def test_a_failure_of_ours_is_one_sentence_without_a_traceback(ready):
    ready.open("FROM a AS b\n")
    params = asks({"line": 0, "character": 10}) | {"newName": "1"}
    error = ready.request("textDocument/rename", params)["error"]
    assert error["message"].startswith("'1' is no stage name")
    assert "data" not in error


def test_an_answer_nobody_waits_for_is_ignored(ready):
    ready.send({"jsonrpc": "2.0", "id": "no such", "result": None})
    ready.send({"jsonrpc": "2.0", "id": 77, "error": {"code": 1, "message": "x"}})
    assert ready.request("textDocument/somethingNew", asks())["error"]["code"] == -32601
    assert not any(message.get("id") in ("no such", 77) for message in ready.log)


def test_a_cancelled_request_is_answered_once(ready):
    ready.open("FROM python:3\n")
    ready.send(
        {"jsonrpc": "2.0", "id": 50, "method": "textDocument/hover", "params": asks({"line": 0, "character": 8})}
    )
    ready.notify("$/cancelRequest", {"id": 50})
    answer = ready.until(lambda m: m.get("id") == 50)
    assert "result" in answer or answer["error"]["code"] == -32800
    assert not [m for m in ready.log if m.get("id") == 50]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (None, "utf-16"),
        (["utf-8", "utf-16"], "utf-8"),
        (["utf-32", "utf-8"], "utf-32"),
        (["utf-7", "utf-16"], "utf-16"),
        (["utf-7"], "utf-16"),
    ],
)
def test_the_client_s_first_encoding_is_taken(wire, asked, expected):
    general = {} if asked is None else {"general": {"positionEncodings": asked}}
    assert wire.initialize(capabilities=general)["positionEncoding"] == expected


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "vscode-vfs://github/acme/shop/Dockerfile",
        "file:///w%20x/Docker%23file/Dockerfile",
        "file:///c%3A/w/Dockerfile",
        "file://server/share/Dockerfile",
        "git:/w/Dockerfile?%7B%22ref%22%3A%22HEAD%22%7D",
        "Dockerfile",
        "",
        "http://[",
    ],
)
def test_documents_of_any_scheme(ready, uri):
    assert [d["code"] for d in ready.open("FROM python\n", uri)["diagnostics"]] == ["no-tag"]
    position = {"line": 0, "character": 8}
    assert "python" in ready.request("textDocument/hover", asks(position, uri))["result"]["contents"]["value"]
    ready.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    assert ready.notification("textDocument/publishDiagnostics")["diagnostics"] == []
    assert ready.request("textDocument/hover", asks(position, uri))["result"] is None


def test_a_file_of_the_disk_that_is_not_open_is_not_read(ready, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM python\n")
    uri = "vscode-vfs:" + (tmp_path / "Dockerfile").as_uri().removeprefix("file:")
    assert ready.request("textDocument/hover", asks({"line": 0, "character": 8}, uri))["result"] is None


def test_a_document_over_2_mib_is_not_read(ready):
    assert ready.open("FROM python\n" + "#" * (2 << 20))["diagnostics"] == []
    assert any("larger than 2 MiB" in m["params"].get("message", "") for m in ready.log)
    assert ready.request("textDocument/hover", asks({"line": 0, "character": 8}))["result"] is None
    assert [d["code"] for d in ready.open("FROM python\n", "file:///w/b/Dockerfile")["diagnostics"]] == ["no-tag"]


def test_positions_beyond_the_text_are_moved_into_it(ready):
    ready.open("FROM python")
    assert ready.request("textDocument/hover", asks({"line": 0, "character": 999}))["result"] is not None
    assert ready.request("textDocument/hover", asks({"line": 99, "character": 0}))["result"] is not None
    assert ready.request("textDocument/hover", asks({"line": 0, "character": 1 << 40}))["error"]["code"] == -32602


def test_a_person_at_a_terminal_is_told_what_this_is():
    from support.command import moorage

    ran = moorage("lsp", "--help")
    assert (ran.code, "over a pipe" in " ".join(ran.out.split()) or "pipe" in ran.out) == (0, True)
