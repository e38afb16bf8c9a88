"""Test data that lies beside the checkout, where there is any."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2] / "shared"


def shared(path: str) -> Path:
    """A file of `../shared`; the test is skipped where it is absent, and fails in CI."""
    found = _ROOT / path
    if not found.exists():
        message = f"../shared/{path} is not there"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found
