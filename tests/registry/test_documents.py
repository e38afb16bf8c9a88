"""What configurations say, and what of them is believed."""

import json

import pytest

from moorage.registry.content.documents import read_config

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    "config, expected",
    [
        ({}, ()),
        (
            {
                "Entrypoint": ["python3", "ü"],
                "Cmd": ["-m", "app"],
                "User": "app",
                "WorkingDir": "/srv",
                "StopSignal": "SIGQUIT",
                "Env": ["A=1=2", "B", "=x", 7],
                "ExposedPorts": {"80/tcp": {}, "443/tcp": {}},
                "Volumes": {"/data": {}},
            },
            (
                ("entrypoint", '["python3", "ü"]'),
                ("command", '["-m", "app"]'),
                ("user", "app"),
                ("folder", "/srv"),
                ("stop signal", "SIGQUIT"),
                ("env A", "1=2"),
                ("env B", ""),
                ("port 443/tcp", ""),
                ("port 80/tcp", ""),
                ("volume /data", ""),
            ),
        ),
        ({"Entrypoint": "sh", "Cmd": None, "User": 7, "Env": {}, "ExposedPorts": [], "Volumes": None}, ()),
    ],
)
def test_how_a_container_is_run(config, expected):
    assert read_config(json.dumps({"config": config}).encode(), DIGEST).runtime == expected


def test_no_more_is_kept_than_a_registry_should_say():
    env = [f"V{n}={'x' * 9000}" for n in range(5000)]
    runtime = read_config(json.dumps({"config": {"Env": env}}).encode(), DIGEST).runtime
    assert len(runtime) == 1000
    assert max(len(value) for _, value in runtime) <= 4096
