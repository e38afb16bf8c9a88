"""What is written to a terminal, and what only there."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from moorage.cli.progress import bar
from moorage.cli.terminal import plain
from moorage.embedded.server import EmbeddedRegistry
from support.command import mirrored


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\nb\tc", "a b\tc"),
        ("\x9b\x07\ud800", "\\x9b\\x07\\ud800"),
        ("größe 日本", "größe 日本"),
    ],
)
def test_nothing_that_a_terminal_acts_on_gets_through(text, shown):
    assert plain(text) == shown


def test_the_bar_fills():
    assert bar(0, 4) == "asking registries [........................] 0 of 4"
    assert bar(2, 4) == "asking registries [############............] 2 of 4"


def on_a_terminal(*command):
    """What a command writes to a terminal of its own."""
    leader, follower = pty.openpty()
    with subprocess.Popen(command, stdin=follower, stdout=follower, stderr=follower) as process:
        os.close(follower)
        written = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
        process.wait(60)
    os.close(leader)
    return written.decode()


def test_progress_is_shown_on_a_terminal_and_wiped_away(tmp_path, private_settings):
    with EmbeddedRegistry({"library/python": ["3.12.4"]}, latency=1.0) as registry:
        mirrored(private_settings, registry)
        (tmp_path / "Dockerfile").write_text("FROM python:3.12.4\n")
        written = on_a_terminal(sys.executable, "-m", "moorage", "check", str(tmp_path))
        assert "asking registries [" in written
        assert "\r\x1b[KAll good" in written
        piped = subprocess.run(
            [sys.executable, "-m", "moorage", "check", "--refresh", str(tmp_path)], capture_output=True, text=True
        )
        assert piped.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="there is no device that is always full here")
@pytest.mark.parametrize("args", [["--help"], ["rules"], ["references", "."]])
def test_an_output_that_is_full_is_a_sentence(tmp_path, args):
    (tmp_path / "Dockerfile").write_text("FROM alpine:3\n")
    with open("/dev/full", "wb") as full:
        command = [sys.executable, "-m", "moorage", *args]
        ran = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 2
    assert ran.stderr == "moorage: the output cannot be written: No space left on device\n"
