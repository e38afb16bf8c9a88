"""What the drives of real editors share: a workspace, a registry that knows its images, settings that lead there."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.shop import CONTENTS, DOCKERFILE, Shop
from moorage.embedded.server import EmbeddedRegistry


@pytest.fixture(scope="session")
def moorage() -> Path:
    """The program whose tests these are."""
    program = Path(sys.executable).with_name("moorage")
    assert program.exists(), f"moorage is not installed beside {sys.executable}"
    return program


@pytest.fixture
def shop(tmp_path: Path, private_settings: Path) -> Iterator[Shop]:
    """The workspace; every program that is started with this environment asks the registry of the test."""
    folder = tmp_path / "shop"
    (folder / ".git").mkdir(parents=True)
    with EmbeddedRegistry(CONTENTS) as registry:
        Path(os.environ["MOORAGE_CONFIG"]).write_text(
            f"mirrors:\n  docker.io:\n    url: {registry.url}\n    resolve: true\n", encoding="utf-8"
        )
        shop = Shop(folder, registry)
        shop.dockerfile.write_text(DOCKERFILE, encoding="utf-8")
        yield shop
